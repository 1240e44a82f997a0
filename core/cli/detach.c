/* detach: a topology that outlives its shell. See the header. */
#include "core/cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "core/base/check.h"
#include "core/cli/commands.h"
#include "core/fleet/notify.h"
#include "core/text/text.h"
#include "core/wire/command.h"

static pid_t start_child(
	struct cli *cli, int argc, char **argv, int report_fd, int *pidfd);
static int await(struct cli *cli, int report_fd, int pidfd);
static int begin_log(struct detached *detached, struct loop_request *request,
	struct error *error);
static void say_begun(struct detached *detached);
static int own_stdout(struct detached *detached, struct error *error);
static void line(
	void *context, const char *node, const char *text, size_t bytes);
static void show(void *context, uint64_t records, uint64_t bytes);
static void started(void *context);
static void leave(struct detached *detached);
static void stopping(void *context);
static void alive(void *context);

int detach_start(struct cli *cli, int argc, char **argv)
{
	struct os *os = &cli->os;
	int report[2];
	int pidfd = -1;
	int code = os->pipe(os, report, 0);
	pid_t pid;

	if (code < 0) {
		cli_say(cli, "cannot detach: %s", strerror(-code));
		return EXIT_CODE_IO;
	}
	pid = start_child(cli, argc, argv, report[1], &pidfd);
	os->close(os, report[1]);
	if (pid < 0) {
		cli_say(cli, "cannot detach: %s", strerror(-pid));
		code = EXIT_CODE_IO;
	} else {
		code = await(cli, report[0], pidfd);
		os->close(os, pidfd);
	}
	os->close(os, report[0]);
	return code;
}

int detached_command(struct cli *cli, int argc, char **argv)
{
	struct stat status;

	if (argc < 2 || strcmp(argv[1], "run") != 0 ||
		cli->os.fstat(&cli->os, COMMAND_FD, &status) < 0 ||
		!S_ISFIFO(status.st_mode)) {
		cli_say(cli,
			"detached is what tau run --detach starts; nobody else "
			"does");
		return EXIT_CODE_USAGE;
	}
	cli->detached_fd = COMMAND_FD;
	cli->os.fcntl(&cli->os, COMMAND_FD, F_SETFD, FD_CLOEXEC);
	return run_command.run(cli, argc - 1, argv + 1);
}

int detached_begin(struct detached *detached, struct cli *cli, const char *name,
	struct loop_request *request, struct error *error)
{
	detached->cli = cli;
	detached->name = name;
	detached->inner = request->view;
	detached->notify = cli_environment(cli, "NOTIFY_SOCKET");
	detached->log.fd = detached->log.folder_fd = -1;
	if (detached->notify || cli->detached_fd)
		request->view = (struct loop_view){.context = detached,
			.line = line,
			.progress = show,
			.started = started,
			.stopping = stopping};
	if (detached->notify) {
		request->view.alive = alive;
		request->view.alive_ns = notify_watchdog_ns(&cli->os,
			cli_environment(cli, "WATCHDOG_USEC"),
			cli_environment(cli, "WATCHDOG_PID"));
	}
	return cli->detached_fd ? begin_log(detached, request, error) : 0;
}

void detached_end(struct detached *detached, int code)
{
	char text[64];

	if (!detached->cli)
		return;
	if (detached->alone && code >= 0) {
		snprintf(text, sizeof text, "ended with status %d", code);
		log_file_line(&detached->log, NULL, text, strlen(text));
	}
	log_file_close(&detached->log);
	if (detached->output_fd)
		detached->cli->os.close(
			&detached->cli->os, detached->output_fd);
}

/* It dies with us as long as we wait for it: Ctrl-C ends both. */
static pid_t start_child(
	struct cli *cli, int argc, char **argv, int report_fd, int *pidfd)
{
	const struct os_spawn_fd fds[] = {
		{0, 0}, {1, 1}, {2, 2}, {report_fd, COMMAND_FD}};
	char **words = calloc((size_t)argc + 3, sizeof *words);
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = words,
		.envp = cli->environment,
		.fds = fds,
		.fd_count = sizeof fds / sizeof *fds,
		.flags = OS_SPAWN_NEW_SESSION,
		.death_signal = SIGTERM};
	pid_t pid;

	CHECK(words != NULL);
	words[0] = (char *)"tau";
	words[1] = (char *)DETACHED_WORD;
	memcpy(words + 2, argv, (size_t)argc * sizeof *words);
	sigemptyset(&child.ignored);
	sigemptyset(&child.blocked);
	pid = cli->os.spawn(&cli->os, &child, pidfd);
	free(words);
	return pid;
}

/* 0 when it runs; else what it ended with. */
static int await(struct cli *cli, int report_fd, int pidfd)
{
	struct os *os = &cli->os;
	siginfo_t info = {0};
	char byte;
	ssize_t count;

	do
		count = os->read(os, report_fd, &byte, 1);
	while (count == -EINTR);
	if (count == 1)
		return EXIT_CODE_DONE;
	while (os->wait(os, P_PIDFD, (id_t)pidfd, &info, WEXITED) == -EINTR)
		continue;
	if (info.si_code == CLD_EXITED)
		return info.si_status;
	cli_say(cli, "the detached supervisor died of signal %d (%s)",
		info.si_status, strsignal(info.si_status));
	return EXIT_CODE_FAILED;
}

static int begin_log(struct detached *detached, struct loop_request *request,
	struct error *error)
{
	struct cli *cli = detached->cli;
	int code;

	for (uint32_t i = 0; i < request->options->node_count; i++)
		if (request->nodes[i].with_stdin) {
			cli_say(cli,
				"the node %s reads standard input, which a "
				"detached topology has not; use file.read, or "
				"run it without --detach",
				request->nodes[i].name);
			return EXIT_CODE_USAGE;
		}
	code = log_file_open(&detached->log, &cli->os,
		cli_environment(cli, "XDG_STATE_HOME"),
		cli_environment(cli, "HOME"), detached->name, error);
	if (code == 0)
		say_begun(detached);
	if (code == 0)
		code = own_stdout(detached, error);
	if (code == 0)
		request->view.output_fd = detached->output_fd;
	return code;
}

/* What follows is of another run than what stands before it. */
static void say_begun(struct detached *detached)
{
	struct text text = {0};

	text_format(&text,
		"started: %s, by tau " PACKAGE_VERSION ", process %d",
		detached->manifest ? detached->manifest : detached->name,
		(int)detached->cli->os.getpid(&detached->cli->os));
	log_file_line(&detached->log, NULL, text_string(&text),
		strlen(text_string(&text)));
	text_release(&text);
}

/* Standard output becomes a pipe whose lines go to the log. */
static int own_stdout(struct detached *detached, struct error *error)
{
	struct os *os = &detached->cli->os;
	int fds[2];
	int code = os->pipe(os, fds, 0);

	if (code == 0) {
		code = os->fcntl(os, fds[0], F_SETFL, O_NONBLOCK);
		detached->output_fd = fds[0];
		if (code >= 0)
			code = os->duplicate_to(os, fds[1], 1);
		os->close(os, fds[1]);
	}
	if (code < 0)
		return error_set(error, code,
			"cannot give standard output to the log: %s",
			strerror(-code));
	return 0;
}

/* Until it is on its own, whoever waits reads along. */
static void line(
	void *context, const char *node, const char *text, size_t bytes)
{
	static const char mark[] = "tau: ";
	struct detached *detached = context;

	if (!detached->alone)
		detached->inner.line(
			detached->inner.context, node, text, bytes);
	if (detached->log.fd < 0)
		return;
	if (bytes >= sizeof mark - 1 && !memcmp(text, mark, sizeof mark - 1) &&
		(!node || strcmp(node, "stdout") != 0)) {
		text += sizeof mark - 1; /* it has its node's name in front */
		bytes -= sizeof mark - 1;
		node = NULL;
	}
	log_file_line(&detached->log, node, text, bytes);
}

static void show(void *context, uint64_t records, uint64_t bytes)
{
	struct detached *detached = context;

	if (!detached->alone)
		detached->inner.progress(
			detached->inner.context, records, bytes);
}

static void started(void *context)
{
	struct detached *detached = context;
	struct cli *cli = detached->cli;

	notify_send(&cli->os, detached->notify, "READY=1");
	if (!cli->detached_fd)
		return;
	cli_say(cli, "%s runs; its log: %s", detached->name,
		detached->log.path);
	leave(detached);
}

/* From now on nothing of it is the shell's: not its end, and no fd. */
static void leave(struct detached *detached)
{
	struct os *os = &detached->cli->os;
	int null_fd = os->openat(os, AT_FDCWD, "/dev/null", O_RDONLY, 0);

	detached->alone = true;
	os->prctl(os, PR_SET_PDEATHSIG, 0, 0);
	if (null_fd >= 0) {
		os->duplicate_to(os, null_fd, 0);
		os->close(os, null_fd);
	}
	os->duplicate_to(os, detached->log.fd, 2);
	os->write(os, detached->cli->detached_fd, "!", 1);
	os->close(os, detached->cli->detached_fd);
}

static void stopping(void *context)
{
	struct detached *detached = context;

	notify_send(&detached->cli->os, detached->notify, "STOPPING=1");
}

static void alive(void *context)
{
	struct detached *detached = context;

	notify_alive(&detached->cli->os, detached->notify);
}
