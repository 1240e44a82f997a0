/* brood: the processes that a command of tests has started. See the header. */
#include "core/check/brood.h"

#include "core/base/units.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#define STEP_NS 10000000ll
#define GRACE_STEPS 50
#define STEPS_MAX 500
#define STAT_BYTES 512

static int wait_for(struct os *os, int epoll, int64_t until_ns);

void brood_init(struct brood *brood, struct os *os)
{
	*brood = (struct brood){.os = os, .told_fd = -1};
	(void)os->prctl(os, PR_SET_CHILD_SUBREAPER, 1, 0);
	(void)os->sigprocmask(os, SIG_BLOCK, NULL, &brood->former);
}

void brood_hold(struct brood *brood)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct os *os = brood->os;
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaddset(&held, numbers[i]);
	(void)os->sigprocmask(os, SIG_BLOCK, &held, NULL);
	brood->told_fd =
		os->signalfd(os, -1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

void brood_release(struct brood *brood)
{
	struct os *os = brood->os;

	if (brood->told_fd >= 0)
		os->close(os, brood->told_fd);
	(void)os->prctl(os, PR_SET_CHILD_SUBREAPER, 0, 0);
	(void)os->sigprocmask(os, SIG_SETMASK, &brood->former, NULL);
}

bool brood_told(const struct brood *brood)
{
	return brood->told_fd >= 0 &&
	       brood->os->poll(brood->os, brood->told_fd, POLLIN) > 0;
}

bool brood_await(const struct brood *brood, int fd, int64_t wait_ns)
{
	struct os *os = brood->os;
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = os->epoll_create(os), count;
	const int fds[] = {fd, brood->told_fd};

	if (epoll < 0)
		return fd >= 0 && os->poll(os, fd, POLLIN) > 0;
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			(void)os->epoll_control(
				os, epoll, EPOLL_CTL_ADD, fds[i], &event);
	count = wait_for(os, epoll, os->clock_ns(os) + wait_ns);
	os->close(os, epoll);
	return count > 0;
}

/* Who is stopped and goes on is interrupted, and has waited for nothing. */
static int wait_for(struct os *os, int epoll, int64_t until_ns)
{
	struct epoll_event event;
	int count;

	do {
		int64_t left_ns = until_ns - os->clock_ns(os);

		count = os->epoll_wait(
			os, epoll, &event, 1, left_ns > 0 ? left_ns : 0);
	} while (count == -EINTR);
	return count;
}

/* Whether processes are still there; who has ended is buried. */
static bool any_left(struct os *os)
{
	siginfo_t info;

	for (;;) {
		int result;

		info.si_pid = 0;
		result = os->wait(os, P_ALL, 0, &info, WEXITED | WNOHANG);
		if (result == -EINTR || (result == 0 && info.si_pid))
			continue;
		return result == 0;
	}
}

struct killing {
	struct os *os;
	bool any;
};

static int kill_one(void *context, const char *name, unsigned char kind)
{
	struct killing *killing = context;
	struct os *os = killing->os;
	struct brood_look look;
	pid_t pid = (pid_t)strtol(name, NULL, 10);

	(void)kind;
	if (pid > 1 && brood_look(os, pid, &look) &&
		look.parent == os->getpid(os) &&
		os->kill(os, pid, SIGKILL) == 0)
		killing->any = true;
	return 0;
}

bool brood_end_all(struct brood *brood)
{
	struct os *os = brood->os;
	struct killing killing = {.os = os};

	for (int step = 0; any_left(os) && step < STEPS_MAX; step++) {
		int fd;

		if (step >= GRACE_STEPS || brood_told(brood)) {
			fd = os->openat(os, AT_FDCWD, "/proc",
				O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
			if (fd < 0)
				break;
			(void)os->list(os, fd, kill_one, &killing);
			os->close(os, fd);
		}
		(void)brood_await(
			&(struct brood){.os = os, .told_fd = -1}, -1, STEP_NS);
	}
	return killing.any;
}

/* The words of /proc/PID/stat behind the name, which may hold anything: state,
 * parent, and by their numbers in proc(5) 14 and 15 ticks, 24 pages. */
bool brood_look(struct os *os, pid_t pid, struct brood_look *look)
{
	char path[32], text[STAT_BYTES + 1], *at;
	uint64_t number[25] = {0};
	ssize_t bytes;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = os->openat(os, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bytes = os->read(os, fd, text, STAT_BYTES);
	os->close(os, fd);
	text[bytes > 0 ? bytes : 0] = '\0';
	at = strrchr(text, ')');
	if (!at || strlen(at) < 4)
		return false;
	look->waits = at[2] != 'R';
	at += 3;
	for (size_t i = 4; i < sizeof number / sizeof *number; i++)
		number[i] = strtoull(at, &at, 10);
	look->parent = (pid_t)number[4];
	look->busy_ns = (int64_t)(number[14] + number[15]) * TICK_NS;
	look->memory_bytes = number[24] * PAGE_BYTES;
	return true;
}
