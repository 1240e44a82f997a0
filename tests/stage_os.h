/* stage_os: tau.os/1 on the real system, for operators on a stage. */
#ifndef TESTS_STAGE_OS_H
#define TESTS_STAGE_OS_H

#include <tau/os.h>

const struct tau_os *stage_os(void);

/* From now on reads and writes are interrupted in turn, or end short. */
void stage_os_troubles(void);

#endif
