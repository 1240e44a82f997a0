/*
 * os_linux: what the three files of the real table share. Nobody else
 * includes this; they call os_linux_init of os.h.
 */
#ifndef TAU_CORE_BASE_OS_LINUX_H
#define TAU_CORE_BASE_OS_LINUX_H

#include <errno.h>
#include <stdint.h>

#include "core/base/os.h"

/* Each fills its part of the table. */
void os_linux_events_init(struct os *os);
void os_linux_process_init(struct os *os);

/* What libc returned, or the negative errno when it was -1. */
static inline int os_linux_result(int result)
{
	return result == -1 ? -errno : result;
}

static inline int64_t os_linux_count(int64_t result)
{
	return result == -1 ? -(int64_t)errno : result;
}

#endif
