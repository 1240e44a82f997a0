/*
 * tau/os.h: extensions for operators that do I/O. Part of the operator ABI.
 *
 * "tau.os/1" gives a `const struct tau_os *`: the system calls that operators
 * use, so that a host can simulate them. "tau.stdio/1" gives a `const struct
 * tau_stdio *` to operators whose description says "stdio". Both are the
 * host's, live as long as the instance, and only grow at their end.
 *
 * Every call returns its result or -errno, never sets errno, and does not
 * suspend: fds of pipes, sockets and terminals must be non-blocking, and
 * -EAGAIN is answered by host->watch, a wait, and host->drained.
 */
#ifndef TAU_OS_H
#define TAU_OS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tau_os {
	uint32_t size, reserved;
	/* O_CLOEXEC is always added. */
	int (*open)(const struct tau_os *os, const char *path, int flags,
		mode_t mode);
	int (*close)(const struct tau_os *os, int fd);
	ssize_t (*read)(
		const struct tau_os *os, int fd, void *to, size_t bytes);
	ssize_t (*write)(const struct tau_os *os, int fd, const void *from,
		size_t bytes);
	ssize_t (*writev)(const struct tau_os *os, int fd,
		const struct iovec *parts, int count);
	ssize_t (*pread)(const struct tau_os *os, int fd, void *to,
		size_t bytes, off_t offset);
	off_t (*seek)(const struct tau_os *os, int fd, off_t offset, int from);
	int (*stat)(const struct tau_os *os, int fd, struct stat *to);
	/* One fd's poll bits (<poll.h>), without waiting. */
	int (*poll)(const struct tau_os *os, int fd, int events);
	int (*sync)(const struct tau_os *os, int fd);
	/* CLOCK_REALTIME in nanoseconds. */
	int64_t (*realtime)(const struct tau_os *os);
	/* Sends or receives on a socket with MSG_DONTWAIT | MSG_NOSIGNAL. */
	ssize_t (*send)(const struct tau_os *os, int fd, const void *from,
		size_t bytes);
	ssize_t (*receive)(
		const struct tau_os *os, int fd, void *to, size_t bytes);
	/* inotify, for following files: fd, then one watch of a path. */
	int (*notify_open)(const struct tau_os *os);
	int (*notify_add)(const struct tau_os *os, int fd, const char *path,
		uint32_t events);
	/* lstat-like by path, following links. */
	int (*stat_path)(
		const struct tau_os *os, const char *path, struct stat *to);

	/* What follows, older hosts lack: ask TAU_OS_HAS first. */

	/* Sockets of streams, non-blocking and close-on-exec. `listen` makes
	 * one of the address's family, binds it there with SO_REUSEADDR, and
	 * listens; its connections inherit SO_KEEPALIVE. `accept` gives the
	 * next connection. `connect` gives one that may still be under way:
	 * it is writable once it stands, and sending tells when it failed.
	 * Nothing is left where they fail. */
	int (*listen)(const struct tau_os *os, const struct sockaddr *address,
		socklen_t bytes, int backlog);
	int (*accept)(const struct tau_os *os, int fd);
	int (*connect)(const struct tau_os *os, const struct sockaddr *address,
		socklen_t bytes);
	/* A socket's own address or, where `peer` is not 0, that of its other
	 * end; *bytes as getsockname wants it. */
	int (*address)(const struct tau_os *os, int fd, int peer,
		struct sockaddr *address, socklen_t *bytes);
	/* SHUT_RD, SHUT_WR or SHUT_RDWR. */
	int (*shutdown)(const struct tau_os *os, int fd, int how);
};

/* Whether the host's table reaches as far as this call. */
#define TAU_OS_HAS(os, call) ((os)->size > offsetof(struct tau_os, call))

/* The supervisor's fd 0 or 1. Not the operator's to close. */
struct tau_stdio {
	uint32_t size;
	int32_t fd;
};

#ifdef __cplusplus
}
#endif
#endif
