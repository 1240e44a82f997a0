/* spawn: what a fresh process is given. See the header. */
#include "core/fleet/spawn.h"

#include "core/base/program.h"
#include "core/wire/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SPAWN_FDS 7 /* besides links */

static size_t list_fds(const struct spawn_request *request, int null_fd,
	struct os_spawn_fd *fds);
static sigset_t ignored_signals(void);
static int surround(struct os *os, const struct spawn_request *request,
	struct os_spawn *child, char ***environment, struct error *error);
static void say_unstarted(struct os *os, const struct spawn_request *request,
	int code, struct error *error);
static void say_limit(struct os *os, uint64_t files, struct error *error);

pid_t spawn_node(struct os *os, const struct spawn_request *request, int *pidfd,
	struct error *error)
{
	char *words[] = {
		(char *)"tau", (char *)"node", (char *)request->node, NULL};
	struct os_spawn_fd *fds =
		calloc(SPAWN_FDS + request->link_count, sizeof *fds);
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = words,
		.envp = request->environment,
		.fds = fds,
		.death_signal = SIGKILL,
		.files = request->files,
		.soft_files = request->soft_files,
		.ignored = ignored_signals()};
	int null_fd = os->openat(os, AT_FDCWD, "/dev/null", O_RDONLY, 0);
	char **environment = NULL;
	pid_t pid = null_fd < 0 ? null_fd : fds ? 0 : -ENOMEM;

	if (pid < 0)
		error_set(error, pid, "cannot open /dev/null: %s%s",
			strerror(-pid), error_hint(pid));
	else
		pid = surround(os, request, &child, &environment, error);
	if (pid == 0) {
		child.fd_count = list_fds(request, null_fd, fds);
		sigemptyset(&child.blocked);
		pid = os->spawn(os, &child, pidfd);
		if (pid < 0)
			say_unstarted(os, request, pid, error);
	}
	if (null_fd >= 0)
		os->close(os, null_fd);
	free(environment);
	free(fds);
	return pid;
}

/* 0, or -errno with a sentence; the environment is the caller's to free. */
static int surround(struct os *os, const struct spawn_request *request,
	struct os_spawn *child, char ***environment, struct error *error)
{
	const struct surroundings *around = request->around;
	int fd;

	if (!around)
		return 0;
	child->cwd = around->folder;
	child->cpus = around->cpus;
	child->cpu_count = around->cpu_count;
	*environment =
		program_environment((const char *const *)around->settings,
			around->setting_count, request->environment);
	if (!*environment)
		return error_set(error, -ENOMEM, "out of memory for a node");
	child->envp = *environment;
	if (!around->folder)
		return 0;
	fd = os->openat(os, AT_FDCWD, around->folder, O_PATH | O_DIRECTORY, 0);
	if (fd >= 0) {
		os->close(os, fd);
		return 0;
	}
	return error_set(error, fd, "cannot start the node in %s (cwd): %s",
		around->folder, strerror(-fd));
}

static void say_unstarted(struct os *os, const struct spawn_request *request,
	int code, struct error *error)
{
	const char *hint = error_hint(code);

	if (code == -EINVAL && request->around && request->around->cpu_count)
		error_set(error, code,
			"cannot run the node on its \"cpus\": none of them is "
			"there, or may be used here (nproc, taskset -p $$)");
	else if (code == -EPERM && request->files)
		say_limit(os, request->files, error);
	if (request->files && code == -EMFILE)
		hint = "; it needs more of them than its limits.files lets it "
		       "open";
	error_set(error, code, "cannot start a process for the node: %s%s",
		strerror(-code), hint); /* unless it was said */
}

/* Only root may raise a limit. */
static void say_limit(struct os *os, uint64_t files, struct error *error)
{
	struct rlimit limit = {0};

	(void)os->rlimit(os, RLIMIT_NOFILE, NULL, &limit);
	error_set(error, -EPERM,
		"cannot let the node open %" PRIu64
		" files (limits.files): here nobody may open more than %" PRIu64
		"; lower it, or raise the hard limit (ulimit -Hn)",
		files, (uint64_t)limit.rlim_max);
}

static size_t list_fds(const struct spawn_request *request, int null_fd,
	struct os_spawn_fd *fds)
{
	size_t count = 0;

	fds[count++] = (struct os_spawn_fd){null_fd, 0};
	fds[count++] = (struct os_spawn_fd){request->log_fd, 1};
	fds[count++] = (struct os_spawn_fd){request->log_fd, 2};
	fds[count++] = (struct os_spawn_fd){request->command_fd, COMMAND_FD};
	if (request->with_stdin)
		fds[count++] = (struct os_spawn_fd){0, COMMAND_FD_STDIN};
	if (request->with_stdout)
		fds[count++] = (struct os_spawn_fd){1, COMMAND_FD_STDOUT};
	if (request->counters_fd >= 0)
		fds[count++] = (struct os_spawn_fd){
			request->counters_fd, COMMAND_FD_COUNTERS};
	for (uint32_t i = 0; i < request->link_count; i++)
		fds[count++] = (struct os_spawn_fd){
			request->link_fds[i], COMMAND_FD_LINKS + (int)i};
	return count;
}

static sigset_t ignored_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ); /* a write answers EFBIG instead */
	return set;
}
