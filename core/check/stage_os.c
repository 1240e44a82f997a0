/*
 * stage_os: the system calls of an operator on a stage: the real ones, but that
 * the one which is to fail fails, that nothing is written outside of the
 * stage's folder, and that nobody else is spoken to.
 */
#include "core/check/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

static struct stage *stage_of(struct os *os)
{
	return (struct stage *)(void *)((char *)os -
					offsetof(struct stage, faulty));
}

bool stage_visit(struct stage *stage)
{
	static const char said[] = "one\ntwo words\nno end";
	struct os *os = stage->os;
	const struct sockaddr *to = (const struct sockaddr *)&stage->listens;
	socklen_t bytes = to->sa_family == AF_INET
				  ? sizeof(struct sockaddr_in)
				  : sizeof(struct sockaddr_in6);
	int fd;

	if (!to->sa_family || stage->visits >= STAGE_VISITS)
		return false;
	fd = os->socket(os, to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	stage->visitors[stage->visits++] = fd;
	if (os->connect(os, fd, to, bytes) < 0)
		return false;
	(void)os->write(os, fd, said, sizeof said - 1);
	(void)os->shutdown(os, fd, SHUT_WR);
	return true;
}

void stage_leave(struct stage *stage)
{
	for (uint32_t i = 0; i < stage->visits; i++)
		stage->os->close(stage->os, stage->visitors[i]);
	stage->visits = 0;
}

/* One call: it fails when it is to, else the real one answers. */
#define PASS(name, ...)                                                        \
	return stage_strikes(stage_of(os))                                     \
		       ? -EIO                                                  \
		       : stage_of(os)->os->name(stage_of(os)->os, __VA_ARGS__)

static bool is_inside(const struct stage *stage, const char *path)
{
	size_t bytes = strlen(stage->folder);

	return strncmp(path, stage->folder, bytes) == 0 &&
	       !strstr(path + bytes, "..");
}

static int stage_openat(
	struct os *os, int folder_fd, const char *path, int flags, mode_t mode)
{
	struct stage *stage = stage_of(os);

	if (((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT)) &&
		!is_inside(stage, path))
		return -EACCES;
	if ((flags & (O_ACCMODE | O_NONBLOCK)) == O_NONBLOCK &&
		strlen(path) < sizeof stage->opened_path)
		strcpy(stage->opened_path, path);
	PASS(openat, folder_fd, path, flags, mode);
}

static ssize_t stage_read(struct os *os, int fd, void *to, size_t bytes)
{
	PASS(read, fd, to, bytes);
}

static ssize_t stage_write(
	struct os *os, int fd, const void *from, size_t bytes)
{
	PASS(write, fd, from, bytes);
}

static ssize_t stage_writev(
	struct os *os, int fd, const struct iovec *parts, int count)
{
	PASS(writev, fd, parts, count);
}

static ssize_t stage_pread(
	struct os *os, int fd, void *to, size_t bytes, int64_t offset)
{
	PASS(pread, fd, to, bytes, offset);
}

static int64_t stage_lseek(struct os *os, int fd, int64_t offset, int whence)
{
	PASS(lseek, fd, offset, whence);
}

static int stage_fstat(struct os *os, int fd, struct stat *to)
{
	PASS(fstat, fd, to);
}

static int stage_fstatat(struct os *os, int folder_fd, const char *path,
	struct stat *to, int flags)
{
	PASS(fstatat, folder_fd, path, to, flags);
}

static int stage_fsync(struct os *os, int fd)
{
	PASS(fsync, fd);
}

static int stage_fdatasync(struct os *os, int fd)
{
	PASS(fdatasync, fd);
}

static int stage_notify_create(struct os *os)
{
	struct stage *stage = stage_of(os);

	return stage_strikes(stage) ? -EMFILE
				    : stage->os->notify_create(stage->os);
}

static int stage_notify_add(
	struct os *os, int fd, const char *path, uint32_t events)
{
	PASS(notify_add, fd, path, events);
}

static int stage_socket(struct os *os, int domain, int type, int protocol)
{
	PASS(socket, domain, type, protocol);
}

/* Any free port of this machine instead of the one asked for. */
static int stage_bind(
	struct os *os, int fd, const struct sockaddr *address, socklen_t bytes)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	const void *to = &in;

	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return -EACCES;
	bytes = sizeof in;
	if (address->sa_family == AF_INET6) {
		to = &in6;
		bytes = sizeof in6;
	}
	PASS(bind, fd, to, bytes);
}

static int stage_listen(struct os *os, int fd, int backlog)
{
	struct stage *stage = stage_of(os);
	socklen_t bytes = sizeof stage->listens;

	(void)stage->os->getsockname(
		stage->os, fd, (struct sockaddr *)&stage->listens, &bytes);
	/* Sockets that others reach are not always ready, as files are. */
	stage->bits_stay = true;
	PASS(listen, fd, backlog);
}

static int stage_accept(struct os *os, int fd, int flags)
{
	PASS(accept, fd, flags);
}

static int stage_connect(
	struct os *os, int fd, const struct sockaddr *address, socklen_t bytes)
{
	struct stage *stage = stage_of(os);

	(void)fd;
	(void)address;
	(void)bytes;
	(void)stage_strikes(stage);
	stage->lonely = true;
	return -ECONNREFUSED;
}

void stage_os_init(struct stage *stage)
{
	stage->faulty = *stage->os;
	stage->faulty.openat = stage_openat;
	stage->faulty.read = stage_read;
	stage->faulty.write = stage_write;
	stage->faulty.writev = stage_writev;
	stage->faulty.pread = stage_pread;
	stage->faulty.lseek = stage_lseek;
	stage->faulty.fstat = stage_fstat;
	stage->faulty.fstatat = stage_fstatat;
	stage->faulty.fsync = stage_fsync;
	stage->faulty.fdatasync = stage_fdatasync;
	stage->faulty.notify_create = stage_notify_create;
	stage->faulty.notify_add = stage_notify_add;
	stage->faulty.socket = stage_socket;
	stage->faulty.bind = stage_bind;
	stage->faulty.listen = stage_listen;
	stage->faulty.accept = stage_accept;
	stage->faulty.connect = stage_connect;
	plugin_os_init(&stage->sees, &stage->faulty);
}
