/*
 * prefault: memory that is about to be written whole.
 *
 * The kernel gives memory page by page, as each is touched, which costs more
 * than filling it. Where many pages are to be filled at once, they are asked
 * for at once. What cannot be had this way comes as it always does.
 */
#ifndef TAU_CORE_BASE_PREFAULT_H
#define TAU_CORE_BASE_PREFAULT_H

#include <stddef.h>

#include "core/base/os.h"

/* Asks for the pages of `bytes` bytes at `start`, which must be mapped. A few
 * of them are not worth a call. Changes no contents. */
void prefault(struct os *os, void *start, size_t bytes);

#endif
