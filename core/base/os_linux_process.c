/*
 * os_linux_process: processes and signals of the real table.
 *
 * The rules of os_linux.c hold here too, but for `spawn`, which is a bundle:
 *
 *	parent                      child
 *	block all signals
 *	fork ---------------------> reset signals, session, death signal, cwd
 *	restore the mask            put descriptors in place, mark all others
 *	wait on the report pipe     to close, set the mask, execve
 *	  end of file: it runs <--- (the pipe closes by itself)
 *	  an errno: reap it    <--- (writes why, ends)
 *
 * Between fork and execve the child calls nothing that allocates or locks.
 */
#include "core/base/os_linux.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/base/coverage.h"

#define CPU_WORD_BITS (8 * sizeof(unsigned long))

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4
#endif

/* What the child needs besides its description. */
struct start {
	const struct os_spawn *child;
	struct os *os;
	pid_t parent;
	int report_fd;
	int *lifted; /* one per descriptor of the description */
};

static int fork_child(struct start *start, pid_t *pid);
static int read_report(int fd);
static _Noreturn void run_child(struct start *start);
static int prepare_child(struct start *start);
static int reset_signals(const struct os_spawn *child);
static int join_parent(const struct start *start);
static int place_fds(struct start *start);
static int limit_files(const struct os_spawn *child);
static int tie(const struct os_spawn *child);
static int mark_all_to_close(struct os *os);
static int mark_to_close(void *context, const char *name, unsigned char kind);

static pid_t linux_spawn(
	struct os *os, const struct os_spawn *child, int *pidfd)
{
	struct start start = {.child = child, .os = os, .parent = getpid()};
	int report[2], result;
	pid_t pid;

	start.lifted = calloc(child->fd_count + 1, sizeof *start.lifted);
	if (!start.lifted)
		return -ENOMEM;
	result = os->pipe(os, report, 0);
	if (result < 0)
		goto out;
	start.report_fd = report[1];
	result = fork_child(&start, &pid);
	close(report[1]);
	if (result == 0) {
		result = read_report(report[0]);
		if (result == 0)
			result = os_linux_result((int)pidfd_open(pid, 0));
		if (result < 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	}
	close(report[0]);
out:
	free(start.lifted);
	if (result < 0)
		return result;
	*pidfd = result;
	return pid;
}

static int linux_kill(struct os *os, pid_t pid, int number)
{
	(void)os;
	return os_linux_result(kill(pid, number));
}

static int linux_pidfd_signal(struct os *os, int pidfd, int number)
{
	(void)os;
	return os_linux_result(pidfd_send_signal(pidfd, number, NULL, 0));
}

static int linux_wait(
	struct os *os, idtype_t kind, id_t id, siginfo_t *info, int options)
{
	(void)os;
	info->si_pid = 0;
	return os_linux_result(waitid(kind, id, info, options));
}

static int linux_sigaction(struct os *os, int number,
	const struct sigaction *action, struct sigaction *former)
{
	(void)os;
	return os_linux_result(sigaction(number, action, former));
}

static int linux_sigprocmask(
	struct os *os, int how, const sigset_t *mask, sigset_t *former)
{
	(void)os;
	return os_linux_result(sigprocmask(how, mask, former));
}

static int linux_sigaltstack(
	struct os *os, const stack_t *stack, stack_t *former)
{
	(void)os;
	return os_linux_result(sigaltstack(stack, former));
}

static int linux_prctl(
	struct os *os, int option, unsigned long argument, unsigned long second)
{
	(void)os;
	return os_linux_result(prctl(option, argument, second, 0ul, 0ul));
}

static int linux_rlimit(struct os *os, int resource, const struct rlimit *set,
	struct rlimit *former)
{
	(void)os;
	return os_linux_result(
		prlimit(0, (__rlimit_resource_t)resource, set, former));
}

static pid_t linux_getpid(struct os *os)
{
	(void)os;
	return getpid();
}

static pid_t linux_getppid(struct os *os)
{
	(void)os;
	return getppid();
}

static uid_t linux_getuid(struct os *os)
{
	(void)os;
	return getuid();
}

static uid_t linux_geteuid(struct os *os)
{
	(void)os;
	return geteuid();
}

static void __attribute__((noreturn)) linux_exit(struct os *os, int status)
{
	(void)os;
	COVERAGE_KEEP();
	_exit(status);
}

void os_linux_process_init(struct os *os)
{
	os->spawn = linux_spawn;
	os->kill = linux_kill;
	os->pidfd_signal = linux_pidfd_signal;
	os->wait = linux_wait;
	os->sigaction = linux_sigaction;
	os->sigprocmask = linux_sigprocmask;
	os->sigaltstack = linux_sigaltstack;
	os->prctl = linux_prctl;
	os->rlimit = linux_rlimit;
	os->getpid = linux_getpid;
	os->getppid = linux_getppid;
	os->getuid = linux_getuid;
	os->geteuid = linux_geteuid;
	os->exit = linux_exit;
}

/* Signals stay blocked until the child has reset them: a handler of the
 * parent must never run in the child. The child borrows the parent's memory
 * until it executes, which spares copying its tables for each node: it changes
 * nothing there but `start`. */
static int fork_child(struct start *start, pid_t *pid)
{
	sigset_t all, mask;
	int result;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	*pid = vfork();
	if (*pid == 0)
		run_child(start);
	result = *pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return result;
}

/* 0 when the child executes its program, else the child's -errno. */
static int read_report(int fd)
{
	int code = 0;
	ssize_t count;

	do
		count = read(fd, &code, sizeof code);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	return count == sizeof code ? code : 0;
}

static _Noreturn void run_child(struct start *start)
{
	const struct os_spawn *child = start->child;
	int code = prepare_child(start);

	if (code == 0) {
		execve(child->path, child->argv, child->envp);
		code = -errno;
	}
	COVERAGE_KEEP();
	if (write(start->report_fd, &code, sizeof code) < 0)
		_exit(127);
	_exit(127);
}

static int prepare_child(struct start *start)
{
	const struct os_spawn *child = start->child;
	int result = reset_signals(child);

	if (result == 0 && child->flags & OS_SPAWN_NEW_SESSION)
		result = setsid() < 0 ? -errno : 0;
	else if (result == 0 && child->flags & OS_SPAWN_NEW_GROUP)
		result = os_linux_result(setpgid(0, 0));
	if (result == 0)
		result = join_parent(start);
	if (result == 0 && child->cwd)
		result = os_linux_result(chdir(child->cwd));
	if (result == 0 && child->cpu_count)
		result = tie(child);
	if (result == 0)
		result = place_fds(start);
	if (result == 0)
		result = limit_files(child);
	if (result == 0)
		result = os_linux_result(
			sigprocmask(SIG_SETMASK, &child->blocked, NULL));
	return result;
}

/* Without libc, which keeps two numbers to itself: they too may have come
 * ignored from whoever started the parent. */
static int reset_signals(const struct os_spawn *child)
{
	for (int number = 1; number < NSIG; number++) {
		struct {
			void (*handler)(int);
			unsigned long flags;
			void (*restorer)(void);
			uint64_t mask;
		} action = {.handler = SIG_DFL};

		if (number == SIGKILL || number == SIGSTOP)
			continue;
		if (sigismember(&child->ignored, number) == 1)
			action.handler = SIG_IGN;
		if (syscall(SYS_rt_sigaction, number, &action, NULL,
			    sizeof action.mask) != 0)
			return -errno;
	}
	return 0;
}

/* The parent may have died before the death signal was armed. */
static int join_parent(const struct start *start)
{
	int number = start->child->death_signal;

	if (number == 0)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)number, 0ul, 0ul, 0ul) != 0)
		return -errno;
	return getppid() == start->parent ? 0 : -ESRCH;
}

/* First everything moves out of the way, then each file to its number, so
 * that any permutation works. */
static int place_fds(struct start *start)
{
	const struct os_spawn *child = start->child;
	int above = 0;

	for (size_t at = 0; at < child->fd_count; at++)
		if (child->fds[at].child >= above)
			above = child->fds[at].child + 1;
	int report_fd = fcntl(start->report_fd, F_DUPFD_CLOEXEC, above);
	if (report_fd < 0)
		return -errno;
	start->report_fd = report_fd;
	for (size_t at = 0; at < child->fd_count; at++) {
		start->lifted[at] =
			fcntl(child->fds[at].parent, F_DUPFD_CLOEXEC, above);
		if (start->lifted[at] < 0)
			return -errno;
	}
	int result = mark_all_to_close(start->os);
	for (size_t at = 0; result == 0 && at < child->fd_count; at++)
		if (dup2(start->lifted[at], child->fds[at].child) < 0)
			result = -errno;
	return result;
}

static int limit_files(const struct os_spawn *child)
{
	struct rlimit limit = {child->files, child->files};

	if (!child->files && !child->soft_files)
		return 0;
	if (!child->files && prlimit(0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return -errno;
	if (child->soft_files && child->soft_files < limit.rlim_max)
		limit.rlim_cur = child->soft_files;
	return os_linux_result(prlimit(0, RLIMIT_NOFILE, &limit, NULL));
}

/* Kernels before 5.11 cannot do it in one call. */
static int mark_all_to_close(struct os *os)
{
	int folder, result;

	if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	result = os->list(os, folder, mark_to_close, NULL);
	close(folder);
	return result;
}

static int mark_to_close(void *context, const char *name, unsigned char kind)
{
	int fd = 0;

	(void)context;
	(void)kind;
	for (const char *digit = name; *digit; digit++)
		fd = fd * 10 + (*digit - '0');
	return os_linux_result(fcntl(fd, F_SETFD, FD_CLOEXEC));
}

/* -EINVAL: none of them is there, or is ours to use. */
static int tie(const struct os_spawn *child)
{
	unsigned long mask[MANIFEST_CPUS_MAX / CPU_WORD_BITS] = {0};

	for (size_t i = 0; i < child->cpu_count; i++)
		mask[child->cpus[i] / CPU_WORD_BITS] |=
			1ul << child->cpus[i] % CPU_WORD_BITS;
	return os_linux_result(
		sched_setaffinity(0, sizeof mask, (cpu_set_t *)mask));
}
