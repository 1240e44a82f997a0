/* fake_os: each entry counts itself, fails when its turn has come, and else
 * passes on to the real table. */
#include "tests/fake_os.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

static void add_fault(struct fake_os *fake, struct fake_fault fault);

/* Counts a call; returns what strikes it, or NULL. */
static const struct fake_fault *step(struct fake_os *fake, size_t call)
{
	uint64_t count = ++fake->calls[call];

	fake->total++;
	for (size_t at = 0; at < fake->fault_count; at++) {
		const struct fake_fault *fault = &fake->faults[at];
		bool any = fault->call == OS_CALLS;

		if (!any && fault->call != call)
			continue;
		if (fault->at == FAKE_ALWAYS ||
			fault->at == (any ? fake->total : count)) {
			fake->fired++;
			return fault;
		}
	}
	return NULL;
}

/* The failure of a call, or 0. */
static int step_fail(struct fake_os *fake, size_t call)
{
	const struct fake_fault *fault = step(fake, call);

	return fault ? -fault->code : 0;
}

/* Likewise, and shortens `*bytes`. */
static int step_cut(struct fake_os *fake, size_t call, size_t *bytes)
{
	const struct fake_fault *fault = step(fake, call);

	if (!fault)
		return 0;
	if (fault->code)
		return -fault->code;
	if (*bytes > fault->bytes)
		*bytes = fault->bytes;
	return 0;
}

/* TYPE NAME(struct os *, PARAMETERS) that may fail. */
#define WRAP(type, name, parameters, arguments)                                \
	static type fake_##name parameters                                     \
	{                                                                      \
		struct fake_os *fake = (struct fake_os *)os;                   \
		struct os *real = &fake->real;                                 \
		int code = step_fail(fake, OS_CALL(name));                     \
		return code ? code : real->name arguments;                     \
	}

/* One that moves `bytes`. */
#define WRAP_COUNT(name, parameters, arguments)                                \
	static ssize_t fake_##name parameters                                  \
	{                                                                      \
		struct fake_os *fake = (struct fake_os *)os;                   \
		struct os *real = &fake->real;                                 \
		int code = step_cut(fake, OS_CALL(name), &bytes);              \
		return code ? code : real->name arguments;                     \
	}

/* One that moves `parts`, of which a short count keeps some of the first. */
#define WRAP_PARTS(name)                                                       \
	static ssize_t fake_##name(                                            \
		struct os *os, int fd, const struct iovec *parts, int count)   \
	{                                                                      \
		struct fake_os *fake = (struct fake_os *)os;                   \
		struct iovec first = parts[0];                                 \
		size_t bytes = SIZE_MAX;                                       \
		int code = step_cut(fake, OS_CALL(name), &bytes);              \
		if (code)                                                      \
			return code;                                           \
		if (bytes == SIZE_MAX)                                         \
			return fake->real.name(&fake->real, fd, parts, count); \
		if (first.iov_len > bytes)                                     \
			first.iov_len = bytes;                                 \
		return fake->real.name(&fake->real, fd, &first, 1);            \
	}

/* One that is done before it fails, and one that cannot fail. */
#define WRAP_LATE(type, name, parameters, arguments)                           \
	static type fake_##name parameters                                     \
	{                                                                      \
		struct fake_os *fake = (struct fake_os *)os;                   \
		struct os *real = &fake->real;                                 \
		int code = step_fail(fake, OS_CALL(name));                     \
		type result = real->name arguments;                            \
		return code ? code : result;                                   \
	}
#define PASS(type, name, parameters, arguments)                                \
	static type fake_##name parameters                                     \
	{                                                                      \
		struct os *real = &((struct fake_os *)os)->real;               \
		return real->name arguments;                                   \
	}

#define OS struct os *os
/* clang-format off */
WRAP(int, openat, (OS, int folder_fd, const char *path, int flags, mode_t mode),
	(real, folder_fd, path, flags, mode))
WRAP_LATE(int, close, (OS, int fd), (real, fd))
WRAP_COUNT(read, (OS, int fd, void *buffer, size_t bytes),
	(real, fd, buffer, bytes))
WRAP_COUNT(write, (OS, int fd, const void *buffer, size_t bytes),
	(real, fd, buffer, bytes))
WRAP_PARTS(readv)
WRAP_PARTS(writev)
WRAP_COUNT(pread, (OS, int fd, void *buffer, size_t bytes, int64_t offset),
	(real, fd, buffer, bytes, offset))
WRAP_COUNT(pwrite,
	(OS, int fd, const void *buffer, size_t bytes, int64_t offset),
	(real, fd, buffer, bytes, offset))
WRAP(int64_t, lseek, (OS, int fd, int64_t offset, int whence),
	(real, fd, offset, whence))
WRAP(int, pipe, (OS, int fds[2], int flags), (real, fds, flags))
WRAP(int, duplicate, (OS, int fd, int at_least), (real, fd, at_least))
WRAP(int, duplicate_to, (OS, int fd, int number), (real, fd, number))
WRAP(int, fcntl, (OS, int fd, int command, long argument),
	(real, fd, command, argument))
WRAP(int, flock, (OS, int fd, int operation), (real, fd, operation))
WRAP(int, fstat, (OS, int fd, struct stat *status), (real, fd, status))
WRAP(int, unread, (OS, int fd), (real, fd))
WRAP(int, fstatat,
	(OS, int folder_fd, const char *path, struct stat *status, int flags),
	(real, folder_fd, path, status, flags))
WRAP(int, fchmod, (OS, int fd, mode_t mode), (real, fd, mode))
WRAP(int, fsync, (OS, int fd), (real, fd))
WRAP(int, fdatasync, (OS, int fd), (real, fd))
WRAP(int, ftruncate, (OS, int fd, int64_t bytes), (real, fd, bytes))
WRAP(int, memfd, (OS, const char *name, unsigned flags), (real, name, flags))
WRAP(int, mkdirat, (OS, int folder_fd, const char *path, mode_t mode),
	(real, folder_fd, path, mode))
WRAP(int, mkfifoat, (OS, int folder_fd, const char *path, mode_t mode),
	(real, folder_fd, path, mode))
WRAP(int, unlinkat, (OS, int folder_fd, const char *path, int flags),
	(real, folder_fd, path, flags))
WRAP(int, renameat, (OS, int from_fd, const char *from, int to_fd,
	const char *to), (real, from_fd, from, to_fd, to))
WRAP(int, symlinkat, (OS, const char *target, int folder_fd, const char *path),
	(real, target, folder_fd, path))
WRAP(ssize_t, readlinkat, (OS, int folder_fd, const char *path, char *target,
	size_t bytes), (real, folder_fd, path, target, bytes))
WRAP(int, list, (OS, int folder_fd, os_visit *visit, void *context),
	(real, folder_fd, visit, context))
WRAP(int, socket, (OS, int domain, int type, int protocol),
	(real, domain, type, protocol))
WRAP(int, socketpair, (OS, int domain, int type, int protocol, int fds[2]),
	(real, domain, type, protocol, fds))
WRAP(int, bind, (OS, int fd, const struct sockaddr *address, socklen_t bytes),
	(real, fd, address, bytes))
WRAP(int, listen, (OS, int fd, int backlog), (real, fd, backlog))
WRAP(int, accept, (OS, int fd, int flags), (real, fd, flags))
WRAP(int, connect,
	(OS, int fd, const struct sockaddr *address, socklen_t bytes),
	(real, fd, address, bytes))
WRAP(int, getsockname,
	(OS, int fd, struct sockaddr *address, socklen_t *bytes),
	(real, fd, address, bytes))
WRAP(int, getpeername,
	(OS, int fd, struct sockaddr *address, socklen_t *bytes),
	(real, fd, address, bytes))
WRAP(int, setsockopt, (OS, int fd, int level, int option, const void *value,
	socklen_t bytes), (real, fd, level, option, value, bytes))
WRAP(int, getsockopt, (OS, int fd, int level, int option, void *value,
	socklen_t *bytes), (real, fd, level, option, value, bytes))
WRAP(int, shutdown, (OS, int fd, int how), (real, fd, how))
WRAP(int, epoll_create, (OS), (real))
WRAP(int, epoll_control, (OS, int epoll_fd, int operation, int fd,
	struct epoll_event *event), (real, epoll_fd, operation, fd, event))
WRAP(int, poll, (OS, int fd, int events), (real, fd, events))
WRAP(int, notify_create, (OS), (real))
WRAP(int, notify_add, (OS, int fd, const char *path, uint32_t events),
	(real, fd, path, events))
WRAP(int, eventfd, (OS, unsigned initial, int flags), (real, initial, flags))
WRAP(int, timerfd, (OS), (real))
WRAP(int, timerfd_set, (OS, int fd, int64_t after_ns), (real, fd, after_ns))
WRAP(int, signalfd, (OS, int fd, const sigset_t *mask, int flags),
	(real, fd, mask, flags))
WRAP(int, map, (OS, void **address, size_t bytes, int protection, int flags,
	int fd, int64_t offset),
	(real, address, bytes, protection, flags, fd, offset))
WRAP_LATE(int, unmap, (OS, void *address, size_t bytes), (real, address, bytes))
WRAP(int, protect, (OS, void *address, size_t bytes, int protection),
	(real, address, bytes, protection))
WRAP(int, advise, (OS, void *address, size_t bytes, int advice),
	(real, address, bytes, advice))
WRAP_COUNT(random, (OS, void *buffer, size_t bytes, unsigned flags),
	(real, buffer, bytes, flags))
WRAP(pid_t, spawn, (OS, const struct os_spawn *child, int *pidfd),
	(real, child, pidfd))
WRAP(int, kill, (OS, pid_t pid, int number), (real, pid, number))
WRAP(int, pidfd_signal, (OS, int pidfd, int number), (real, pidfd, number))
WRAP(int, wait, (OS, idtype_t kind, id_t id, siginfo_t *info, int options),
	(real, kind, id, info, options))
WRAP(int, sigaction, (OS, int number, const struct sigaction *action,
	struct sigaction *former), (real, number, action, former))
WRAP(int, sigprocmask, (OS, int how, const sigset_t *mask, sigset_t *former),
	(real, how, mask, former))
WRAP(int, sigaltstack, (OS, const stack_t *stack, stack_t *former),
	(real, stack, former))
WRAP(int, prctl, (OS, int option, unsigned long argument,
	unsigned long second), (real, option, argument, second))
WRAP(int, rlimit, (OS, int resource, const struct rlimit *set,
	struct rlimit *former), (real, resource, set, former))
WRAP(int, terminal_mode, (OS, int fd, const struct termios *set,
	struct termios *former), (real, fd, set, former))
WRAP(int, terminal_size, (OS, int fd, uint16_t *columns, uint16_t *rows),
	(real, fd, columns, rows))
PASS(int64_t, thread_cpu_ns, (OS), (real))
PASS(pid_t, getpid, (OS), (real))
PASS(pid_t, getppid, (OS), (real))
PASS(uid_t, getuid, (OS), (real))
PASS(uid_t, geteuid, (OS), (real))
PASS(bool, is_terminal, (OS, int fd), (real, fd))
/* clang-format on */

static ssize_t fake_sendmsg(OS, int fd, const struct msghdr *message, int flags)
{
	struct fake_os *fake = (struct fake_os *)os;
	struct msghdr shortened = *message;
	struct iovec first;
	size_t bytes = SIZE_MAX;
	int code = step_cut(fake, OS_CALL(sendmsg), &bytes);

	if (code)
		return code;
	if (bytes != SIZE_MAX && message->msg_iovlen > 0) {
		first = message->msg_iov[0];
		if (first.iov_len > bytes)
			first.iov_len = bytes;
		shortened.msg_iov = &first;
		shortened.msg_iovlen = 1;
	}
	return fake->real.sendmsg(&fake->real, fd, &shortened, flags);
}

static ssize_t fake_recvmsg(OS, int fd, struct msghdr *message, int flags)
{
	struct fake_os *fake = (struct fake_os *)os;
	struct iovec *parts = message->msg_iov, first;
	size_t count = message->msg_iovlen, bytes = SIZE_MAX;
	int code = step_cut(fake, OS_CALL(recvmsg), &bytes);
	ssize_t result;

	if (code)
		return code;
	if (bytes != SIZE_MAX && count > 0) {
		first = parts[0];
		if (first.iov_len > bytes)
			first.iov_len = bytes;
		message->msg_iov = &first;
		message->msg_iovlen = 1;
	}
	result = fake->real.recvmsg(&fake->real, fd, message, flags);
	message->msg_iov = parts;
	message->msg_iovlen = count;
	return result;
}

static int64_t fake_clock_ns(OS)
{
	struct fake_os *fake = (struct fake_os *)os;

	return fake->now_ns >= 0 ? fake->now_ns
				 : fake->real.clock_ns(&fake->real);
}

static int64_t fake_realtime_ns(OS)
{
	struct fake_os *fake = (struct fake_os *)os;

	return fake->now_ns >= 0 ? fake->now_ns
				 : fake->real.realtime_ns(&fake->real);
}

static int fake_epoll_wait(OS, int epoll_fd, struct epoll_event *events,
	int count, int64_t timeout_ns)
{
	struct fake_os *fake = (struct fake_os *)os;
	bool jump = fake->now_ns >= 0 && timeout_ns >= 0;
	int code = step_fail(fake, OS_CALL(epoll_wait));
	int ready;

	if (code)
		return code;
	ready = fake->real.epoll_wait(
		&fake->real, epoll_fd, events, count, jump ? 0 : timeout_ns);
	if (jump && ready == 0)
		fake->now_ns += timeout_ns;
	return ready;
}

static void __attribute__((noreturn)) fake_exit(OS, int status)
{
	struct fake_os *fake = (struct fake_os *)os;

	fake->real.exit(&fake->real, status);
	abort();
}

void fake_os_init(struct fake_os *fake)
{
	memset(fake, 0, sizeof *fake);
	os_linux_init(&fake->real);
	fake->now_ns = -1;
#define TAKE(name) .name = fake_##name
	fake->os = (struct os){TAKE(clock_ns), TAKE(realtime_ns),
		TAKE(thread_cpu_ns), TAKE(openat), TAKE(close), TAKE(read),
		TAKE(write), TAKE(readv), TAKE(writev), TAKE(pread),
		TAKE(pwrite), TAKE(lseek), TAKE(pipe), TAKE(duplicate),
		TAKE(duplicate_to), TAKE(fcntl), TAKE(flock),
		TAKE(unread), TAKE(fstat),
		TAKE(fstatat), TAKE(fchmod), TAKE(fsync), TAKE(fdatasync),
		TAKE(ftruncate), TAKE(memfd), TAKE(mkdirat), TAKE(mkfifoat),
		TAKE(unlinkat), TAKE(renameat), TAKE(symlinkat),
		TAKE(readlinkat), TAKE(list), TAKE(socket), TAKE(socketpair),
		TAKE(bind), TAKE(listen), TAKE(accept), TAKE(connect),
		TAKE(getsockname), TAKE(getpeername), TAKE(sendmsg),
		TAKE(recvmsg), TAKE(setsockopt), TAKE(getsockopt),
		TAKE(shutdown), TAKE(epoll_create), TAKE(epoll_control),
		TAKE(epoll_wait), TAKE(poll), TAKE(notify_create),
		TAKE(notify_add), TAKE(eventfd), TAKE(signalfd), TAKE(timerfd),
		TAKE(timerfd_set), TAKE(map), TAKE(unmap), TAKE(protect),
		TAKE(advise), TAKE(random), TAKE(spawn), TAKE(kill),
		TAKE(pidfd_signal), TAKE(wait), TAKE(sigaction),
		TAKE(sigprocmask), TAKE(sigaltstack), TAKE(prctl), TAKE(rlimit),
		TAKE(getpid), TAKE(getppid), TAKE(getuid), TAKE(geteuid),
		TAKE(exit), TAKE(is_terminal), TAKE(terminal_mode),
		TAKE(terminal_size)};
}

void fake_os_fail(struct fake_os *fake, size_t call, uint64_t nth, int code)
{
	uint64_t at = nth == FAKE_ALWAYS ? nth : fake->calls[call] + nth;

	CHECK(code > 0);
	add_fault(fake,
		(struct fake_fault){.call = call, .at = at, .code = code});
}

void fake_os_fail_nth(struct fake_os *fake, uint64_t nth, int code)
{
	uint64_t at = nth == FAKE_ALWAYS ? nth : fake->total + nth;

	CHECK(code > 0);
	add_fault(fake,
		(struct fake_fault){.call = OS_CALLS, .at = at, .code = code});
}

void fake_os_cut(struct fake_os *fake, size_t call, uint64_t nth, size_t bytes)
{
	uint64_t at = nth == FAKE_ALWAYS ? nth : fake->calls[call] + nth;

	add_fault(fake,
		(struct fake_fault){.call = call, .at = at, .bytes = bytes});
}

void fake_os_set_clock(struct fake_os *fake, int64_t now_ns)
{
	CHECK(now_ns >= 0);
	fake->now_ns = now_ns;
}

static void add_fault(struct fake_os *fake, struct fake_fault fault)
{
	CHECK(fake->fault_count < FAKE_FAULTS_MAX);
	fake->faults[fake->fault_count++] = fault;
}
