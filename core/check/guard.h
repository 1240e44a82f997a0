/*
 * guard: keeps a process that tries strangers' code from sending signals to
 * others: to whoever started it, least of all. Such a call is answered by
 * SIGSYS, whose si_syscall says which it was.
 *
 * It is no sandbox: what the user may do to files, the code may.
 */
#ifndef TAU_CORE_CHECK_GUARD_H
#define TAU_CORE_CHECK_GUARD_H

#include "core/base/os.h"

/* From now on, for this process and all that it starts. A negative errno where
 * the kernel cannot. */
int guard_signals(struct os *os);

#endif
