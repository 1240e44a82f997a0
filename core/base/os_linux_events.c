/*
 * os_linux_events: sockets, events, memory and terminals of the real table.
 * The rules of os_linux.c hold here too.
 */
#include "core/base/os_linux.h"
#include "core/base/units.h"

#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int round_to_ms(int64_t timeout_ns);

static int linux_socket(struct os *os, int domain, int type, int protocol)
{
	(void)os;
	return os_linux_result(socket(domain, type | SOCK_CLOEXEC, protocol));
}

static int linux_socketpair(
	struct os *os, int domain, int type, int protocol, int fds[2])
{
	(void)os;
	return os_linux_result(
		socketpair(domain, type | SOCK_CLOEXEC, protocol, fds));
}

static int linux_bind(
	struct os *os, int fd, const struct sockaddr *address, socklen_t bytes)
{
	(void)os;
	return os_linux_result(bind(fd, address, bytes));
}

static int linux_listen(struct os *os, int fd, int backlog)
{
	(void)os;
	return os_linux_result(listen(fd, backlog));
}

static int linux_accept(struct os *os, int fd, int flags)
{
	(void)os;
	return os_linux_result(accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC));
}

static int linux_connect(
	struct os *os, int fd, const struct sockaddr *address, socklen_t bytes)
{
	(void)os;
	return os_linux_result(connect(fd, address, bytes));
}

static int linux_getsockname(
	struct os *os, int fd, struct sockaddr *address, socklen_t *bytes)
{
	(void)os;
	return os_linux_result(getsockname(fd, address, bytes));
}

static int linux_getpeername(
	struct os *os, int fd, struct sockaddr *address, socklen_t *bytes)
{
	(void)os;
	return os_linux_result(getpeername(fd, address, bytes));
}

static ssize_t linux_sendmsg(
	struct os *os, int fd, const struct msghdr *message, int flags)
{
	const struct iovec *part = message->msg_iov;

	(void)os;
	flags |= MSG_NOSIGNAL;
	/* One piece alone: the kernel has less to read and check. */
	if (message->msg_iovlen == 1 && message->msg_controllen == 0 &&
		message->msg_namelen == 0)
		return os_linux_count(
			send(fd, part->iov_base, part->iov_len, flags));
	return os_linux_count(sendmsg(fd, message, flags));
}

static ssize_t linux_recvmsg(
	struct os *os, int fd, struct msghdr *message, int flags)
{
	(void)os;
	return os_linux_count(recvmsg(fd, message, flags | MSG_CMSG_CLOEXEC));
}

static int linux_setsockopt(struct os *os, int fd, int level, int option,
	const void *value, socklen_t bytes)
{
	(void)os;
	return os_linux_result(setsockopt(fd, level, option, value, bytes));
}

static int linux_getsockopt(struct os *os, int fd, int level, int option,
	void *value, socklen_t *bytes)
{
	(void)os;
	return os_linux_result(getsockopt(fd, level, option, value, bytes));
}

static int linux_shutdown(struct os *os, int fd, int how)
{
	(void)os;
	return os_linux_result(shutdown(fd, how));
}

static int linux_epoll_create(struct os *os)
{
	(void)os;
	return os_linux_result(epoll_create1(EPOLL_CLOEXEC));
}

static int linux_epoll_control(struct os *os, int epoll_fd, int operation,
	int fd, struct epoll_event *event)
{
	(void)os;
	return os_linux_result(epoll_ctl(epoll_fd, operation, fd, event));
}

/* Kernels before 5.11, and valgrind, know whole milliseconds only. */
static int linux_epoll_wait(struct os *os, int epoll_fd,
	struct epoll_event *events, int count, int64_t timeout_ns)
{
	struct timespec timeout = {
		.tv_sec = timeout_ns / SECOND_NS,
		.tv_nsec = timeout_ns % SECOND_NS,
	};
	int ready;

	(void)os;
	if (timeout_ns <= 0) /* the shorter call; a time needs the finer one */
		return os_linux_result(epoll_wait(
			epoll_fd, events, count, timeout_ns < 0 ? -1 : 0));
	ready = os_linux_result(
		epoll_pwait2(epoll_fd, events, count, &timeout, NULL));
	if (ready != -ENOSYS)
		return ready;
	return os_linux_result(
		epoll_wait(epoll_fd, events, count, round_to_ms(timeout_ns)));
}

static int linux_poll(struct os *os, int fd, int events)
{
	struct pollfd one = {.fd = fd, .events = (short)events};
	int result;

	(void)os;
	result = os_linux_result(poll(&one, 1, 0));
	return result < 0 ? result : one.revents;
}

static int linux_notify_create(struct os *os)
{
	(void)os;
	return os_linux_result(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
}

static int linux_notify_add(
	struct os *os, int notify_fd, const char *path, uint32_t events)
{
	(void)os;
	return os_linux_result(inotify_add_watch(notify_fd, path, events));
}

static int linux_eventfd(struct os *os, unsigned initial, int flags)
{
	(void)os;
	return os_linux_result(eventfd(initial, flags | EFD_CLOEXEC));
}

static int linux_signalfd(
	struct os *os, int fd, const sigset_t *mask, int flags)
{
	(void)os;
	return os_linux_result(signalfd(fd, mask, flags | SFD_CLOEXEC));
}

static int linux_timerfd(struct os *os)
{
	(void)os;
	return os_linux_result(
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
}

static int linux_timerfd_set(struct os *os, int fd, int64_t after_ns)
{
	const struct itimerspec once = {
		.it_value = {.tv_sec = after_ns / SECOND_NS,
			.tv_nsec = after_ns % SECOND_NS}};

	(void)os;
	return os_linux_result(timerfd_settime(fd, 0, &once, NULL));
}

static int linux_map(struct os *os, void **address, size_t bytes,
	int protection, int flags, int fd, int64_t offset_bytes)
{
	void *mapping =
		mmap(*address, bytes, protection, flags, fd, offset_bytes);

	(void)os;
	if (mapping == MAP_FAILED)
		return -errno;
	*address = mapping;
	return 0;
}

static int linux_unmap(struct os *os, void *address, size_t bytes)
{
	(void)os;
	return os_linux_result(munmap(address, bytes));
}

static int linux_protect(
	struct os *os, void *address, size_t bytes, int protection)
{
	(void)os;
	return os_linux_result(mprotect(address, bytes, protection));
}

static int linux_advise(struct os *os, void *address, size_t bytes, int advice)
{
	(void)os;
	return os_linux_result(madvise(address, bytes, advice));
}

static ssize_t linux_random(
	struct os *os, void *buffer, size_t bytes, unsigned flags)
{
	(void)os;
	return os_linux_count(getrandom(buffer, bytes, flags));
}

static bool linux_is_terminal(struct os *os, int fd)
{
	(void)os;
	return isatty(fd) == 1;
}

static int linux_terminal_size(
	struct os *os, int fd, uint16_t *columns, uint16_t *rows)
{
	struct winsize size;

	(void)os;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		return -errno;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return 0;
}

static int linux_terminal_mode(struct os *os, int fd, const struct termios *set,
	struct termios *former)
{
	(void)os;
	if (former && tcgetattr(fd, former) != 0)
		return -errno;
	return set && tcsetattr(fd, TCSAFLUSH, set) != 0 ? -errno : 0;
}

void os_linux_events_init(struct os *os)
{
	os->socket = linux_socket;
	os->socketpair = linux_socketpair;
	os->bind = linux_bind;
	os->listen = linux_listen;
	os->accept = linux_accept;
	os->getsockname = linux_getsockname;
	os->getpeername = linux_getpeername;
	os->connect = linux_connect;
	os->sendmsg = linux_sendmsg;
	os->recvmsg = linux_recvmsg;
	os->setsockopt = linux_setsockopt;
	os->getsockopt = linux_getsockopt;
	os->shutdown = linux_shutdown;
	os->epoll_create = linux_epoll_create;
	os->epoll_control = linux_epoll_control;
	os->epoll_wait = linux_epoll_wait;
	os->poll = linux_poll;
	os->notify_create = linux_notify_create;
	os->notify_add = linux_notify_add;
	os->eventfd = linux_eventfd;
	os->signalfd = linux_signalfd;
	os->timerfd = linux_timerfd;
	os->timerfd_set = linux_timerfd_set;
	os->map = linux_map;
	os->unmap = linux_unmap;
	os->protect = linux_protect;
	os->advise = linux_advise;
	os->random = linux_random;
	os->is_terminal = linux_is_terminal;
	os->terminal_mode = linux_terminal_mode;
	os->terminal_size = linux_terminal_size;
}

/* Up, so that nobody wakes before their time and spins. */
static int round_to_ms(int64_t timeout_ns)
{
	if (timeout_ns < 0)
		return -1;
	if (timeout_ns > (INT_MAX - 1) * MILLISECOND_NS)
		return INT_MAX;
	return (int)((timeout_ns + MILLISECOND_NS - 1) / MILLISECOND_NS);
}
