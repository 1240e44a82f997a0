/*
 * inherited: the fds that a node's process is started with.
 */
#ifndef TAU_CORE_HOST_INHERITED_H
#define TAU_CORE_HOST_INHERITED_H

#include <fcntl.h>

#include "core/base/os.h"

/* The fd, if the process was started with it, never inherited further; or -1.
 */
static inline int inherited_fd(struct os *os, int fd)
{
	return os->fcntl(os, fd, F_SETFD, FD_CLOEXEC) < 0 ? -1 : fd;
}

#endif
