/* stage_os: see stage_os.h. */
#include "tests/stage_os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER(call)                                                           \
	({                                                                     \
		__typeof__(call) result_ = (call);                             \
		result_ < 0 ? (__typeof__(call))-errno : result_;              \
	})

/* Tests run in processes of their own, so this is as good as a local. */
static bool troubled;
static unsigned calls;

void stage_os_troubles(void)
{
	troubled = true;
}

/* How many bytes a call may move; -EINTR now and then. */
static ssize_t allowed(size_t bytes)
{
	if (!troubled)
		return (ssize_t)bytes;
	if (++calls % 3 == 0)
		return -EINTR;
	return (ssize_t)(bytes < 1 + calls % 7 ? bytes : 1 + calls % 7);
}

static int os_open(
	const struct tau_os *os, const char *path, int flags, mode_t mode)
{
	(void)os;
	return ANSWER(open(path, flags | O_CLOEXEC, mode));
}

static int os_close(const struct tau_os *os, int fd)
{
	(void)os;
	return ANSWER(close(fd));
}

static ssize_t os_read(const struct tau_os *os, int fd, void *to, size_t bytes)
{
	ssize_t count = allowed(bytes);

	(void)os;
	return count < 0 ? count : ANSWER(read(fd, to, (size_t)count));
}

static ssize_t os_write(
	const struct tau_os *os, int fd, const void *from, size_t bytes)
{
	ssize_t count = allowed(bytes);

	(void)os;
	return count < 0 ? count : ANSWER(write(fd, from, (size_t)count));
}

static ssize_t os_pread(
	const struct tau_os *os, int fd, void *to, size_t bytes, off_t offset)
{
	ssize_t count = allowed(bytes);

	(void)os;
	return count < 0 ? count : ANSWER(pread(fd, to, (size_t)count, offset));
}

static int os_stat(const struct tau_os *os, int fd, struct stat *to)
{
	(void)os;
	return ANSWER(fstat(fd, to));
}

static int os_poll(const struct tau_os *os, int fd, int events)
{
	struct pollfd one = {.fd = fd, .events = (short)events};

	(void)os;
	return poll(&one, 1, 0) < 0 ? -errno : one.revents;
}

static ssize_t os_send(
	const struct tau_os *os, int fd, const void *from, size_t bytes)
{
	(void)os;
	return ANSWER(send(fd, from, bytes, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static ssize_t os_receive(
	const struct tau_os *os, int fd, void *to, size_t bytes)
{
	(void)os;
	return ANSWER(recv(fd, to, bytes, MSG_DONTWAIT));
}

static int os_notify_open(const struct tau_os *os)
{
	(void)os;
	return ANSWER(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
}

static int os_notify_add(
	const struct tau_os *os, int fd, const char *path, uint32_t events)
{
	(void)os;
	return ANSWER(inotify_add_watch(fd, path, events));
}

static int os_stat_path(
	const struct tau_os *os, const char *path, struct stat *to)
{
	(void)os;
	return ANSWER(stat(path, to));
}

const struct tau_os *stage_os(void)
{
	static const struct tau_os os = {.size = sizeof os,
		.open = os_open,
		.close = os_close,
		.read = os_read,
		.write = os_write,
		.pread = os_pread,
		.stat = os_stat,
		.poll = os_poll,
		.send = os_send,
		.receive = os_receive,
		.notify_open = os_notify_open,
		.notify_add = os_notify_add,
		.stat_path = os_stat_path};

	return &os;
}
