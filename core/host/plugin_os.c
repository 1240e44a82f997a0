/* plugin_os: the system calls that operators are offered. See the header. */
#include "core/host/plugin_os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>

static struct os *of(const struct tau_os *table)
{
	return ((const struct plugin_os *)table)->os;
}

static int open_file(
	const struct tau_os *table, const char *path, int flags, mode_t mode)
{
	struct os *os = of(table);

	return os->openat(os, AT_FDCWD, path, flags, mode);
}

static int close_fd(const struct tau_os *table, int fd)
{
	return of(table)->close(of(table), fd);
}

static ssize_t read_fd(
	const struct tau_os *table, int fd, void *to, size_t bytes)
{
	return of(table)->read(of(table), fd, to, bytes);
}

static ssize_t write_fd(
	const struct tau_os *table, int fd, const void *from, size_t bytes)
{
	return of(table)->write(of(table), fd, from, bytes);
}

static ssize_t writev_fd(const struct tau_os *table, int fd,
	const struct iovec *parts, int count)
{
	return of(table)->writev(of(table), fd, parts, count);
}

static ssize_t pread_fd(const struct tau_os *table, int fd, void *to,
	size_t bytes, off_t offset)
{
	return of(table)->pread(of(table), fd, to, bytes, offset);
}

static off_t seek_fd(const struct tau_os *table, int fd, off_t offset, int from)
{
	return of(table)->lseek(of(table), fd, offset, from);
}

static int stat_fd(const struct tau_os *table, int fd, struct stat *to)
{
	return of(table)->fstat(of(table), fd, to);
}

static int poll_fd(const struct tau_os *table, int fd, int events)
{
	return of(table)->poll(of(table), fd, events);
}

static int sync_fd(const struct tau_os *table, int fd)
{
	return of(table)->fsync(of(table), fd);
}

static int64_t realtime(const struct tau_os *table)
{
	return of(table)->realtime_ns(of(table));
}

static ssize_t send_fd(
	const struct tau_os *table, int fd, const void *from, size_t bytes)
{
	struct iovec part = {(void *)(uintptr_t)from, bytes};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	return of(table)->sendmsg(
		of(table), fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t receive_fd(
	const struct tau_os *table, int fd, void *to, size_t bytes)
{
	struct iovec part = {to, bytes};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	return of(table)->recvmsg(of(table), fd, &message, MSG_DONTWAIT);
}

static int notify_open(const struct tau_os *table)
{
	return of(table)->notify_create(of(table));
}

static int notify_add(
	const struct tau_os *table, int fd, const char *path, uint32_t events)
{
	return of(table)->notify_add(of(table), fd, path, events);
}

static int stat_path(
	const struct tau_os *table, const char *path, struct stat *to)
{
	return of(table)->fstatat(of(table), AT_FDCWD, path, to, 0);
}

/* What a failed call leaves is closed. */
static int or_close(struct os *os, int fd, int result)
{
	if (result >= 0)
		return fd;
	(void)os->close(os, fd);
	return result;
}

static int open_socket(
	struct os *os, const struct sockaddr *address, int option)
{
	const int on = 1;
	int fd = os->socket(
		os, address->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int result = fd;

	if (fd < 0)
		return fd;
	if (option)
		result = os->setsockopt(
			os, fd, SOL_SOCKET, option, &on, sizeof on);
	if (result >= 0)
		result = os->setsockopt(
			os, fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	return or_close(os, fd, result);
}

static int listen_at(const struct tau_os *table, const struct sockaddr *address,
	socklen_t bytes, int backlog)
{
	struct os *os = of(table);
	int fd = open_socket(os, address, SO_REUSEADDR);
	int result;

	if (fd < 0)
		return fd;
	result = os->bind(os, fd, address, bytes);
	if (result >= 0)
		result = os->listen(os, fd, backlog);
	return or_close(os, fd, result);
}

static int accept_fd(const struct tau_os *table, int fd)
{
	return of(table)->accept(of(table), fd, SOCK_NONBLOCK);
}

static int connect_to(const struct tau_os *table,
	const struct sockaddr *address, socklen_t bytes)
{
	struct os *os = of(table);
	int fd = open_socket(os, address, 0);
	int result;

	if (fd < 0)
		return fd;
	result = os->connect(os, fd, address, bytes);
	return or_close(os, fd, result == -EINPROGRESS ? 0 : result);
}

static int address_of(const struct tau_os *table, int fd, int peer,
	struct sockaddr *address, socklen_t *bytes)
{
	struct os *os = of(table);

	return peer ? os->getpeername(os, fd, address, bytes)
		    : os->getsockname(os, fd, address, bytes);
}

static int shutdown_fd(const struct tau_os *table, int fd, int how)
{
	return of(table)->shutdown(of(table), fd, how);
}

void plugin_os_init(struct plugin_os *plugin_os, struct os *os)
{
	plugin_os->os = os;
	plugin_os->table = (struct tau_os){
		.size = sizeof plugin_os->table,
		.open = open_file,
		.close = close_fd,
		.read = read_fd,
		.write = write_fd,
		.writev = writev_fd,
		.pread = pread_fd,
		.seek = seek_fd,
		.stat = stat_fd,
		.poll = poll_fd,
		.sync = sync_fd,
		.realtime = realtime,
		.send = send_fd,
		.receive = receive_fd,
		.notify_open = notify_open,
		.notify_add = notify_add,
		.stat_path = stat_path,
		.listen = listen_at,
		.accept = accept_fd,
		.connect = connect_to,
		.address = address_of,
		.shutdown = shutdown_fd,
	};
}
