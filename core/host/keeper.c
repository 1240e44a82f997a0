/* keeper: a node that is somebody else's program. See the header. */
#include "core/host/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/base/program.h"
#include "core/host/hub.h"
#include "core/host/node_report.h"
#include "core/run/reactor.h"

struct keeper {
	struct os *os;
	struct log *log;
	struct command_connection *connection;
	const struct node_plan *plan;
	char *const *environment;
	struct reactor *reactor;
	struct reactor_watch commands, exit;
	struct hub *hub; /* where it has several links; else NULL */
	pid_t pid;       /* 0: none */
	int pidfd;
	bool heard, exited, left, over;
	bool failed; /* and that was told */
	bool done;   /* has ended; what it said last may be under way */
	bool more;   /* to pass on at once */
};

static int watch(struct keeper *keeper, struct reactor_watch *watch, int fd);
static void obey(struct keeper *keeper);
static void vet(struct keeper *keeper, const struct command *message);
static void renew_link(struct keeper *keeper, int link);
static void start(struct keeper *keeper);
static int spawn(struct keeper *keeper, const char *path, char **environment);
static int make_hub(struct keeper *keeper, int *theirs);
static void pass_on(struct keeper *keeper);
static void terminate(struct keeper *keeper);
static void reap(struct keeper *keeper);
static void fail(struct keeper *keeper, int code, const char *text);
static void finish(struct keeper *keeper);
static void commands_told(struct reactor_watch *watch, uint32_t events);
static void exit_told(struct reactor_watch *watch, uint32_t events);

int keeper_run(struct os *os, struct log *log,
	struct command_connection *connection, const struct node_plan *plan,
	char *const *environment)
{
	struct keeper keeper = {.os = os,
		.log = log,
		.connection = connection,
		.plan = plan,
		.environment = environment,
		.commands.told = commands_told,
		.exit.told = exit_told,
		.pidfd = -1};
	int result = reactor_create(&keeper.reactor, os, NULL);

	if (result == 0)
		result = watch(&keeper, &keeper.commands,
			command_connection_fd(connection));
	keeper.left = result < 0;
	if (!keeper.left)
		node_report_send(
			connection, &(struct command){.kind = COMMAND_READY});
	while (!keeper.over && !keeper.left) {
		(void)reactor_poll(keeper.reactor, keeper.more ? 0 : -1);
		if (keeper.heard)
			obey(&keeper);
		if (keeper.exited)
			reap(&keeper);
		if (keeper.hub)
			pass_on(&keeper);
	}
	hub_destroy(&keeper.hub);
	if (keeper.reactor) {
		reactor_remove(keeper.reactor, &keeper.commands);
		reactor_remove(keeper.reactor, &keeper.exit);
	}
	reactor_destroy(&keeper.reactor);
	if (keeper.pidfd >= 0)
		os->close(os, keeper.pidfd);
	return keeper.left || keeper.failed ? 1 : 0;
}

static int watch(struct keeper *keeper, struct reactor_watch *one, int fd)
{
	int result = reactor_add(keeper->reactor, one, fd, EPOLLIN);

	if (result < 0)
		log_say(keeper->log, LOG_ERROR, "cannot wait for events: %s",
			strerror(-result));
	return result;
}

static void obey(struct keeper *keeper)
{
	struct command message;
	int flow;

	keeper->heard = false;
	while ((flow = command_receive(keeper->connection, &message, NULL)) ==
		COMMAND_OK) {
		switch (message.kind) {
		case COMMAND_RUN:
			start(keeper);
			break;
		case COMMAND_DRAIN:
			if (keeper->plan->source)
				terminate(keeper);
			break;
		case COMMAND_CLOSE:
			terminate(keeper);
			break;
		case COMMAND_LINK:
			renew_link(keeper, message.code);
			break;
		case COMMAND_RESTORE:
			vet(keeper, &message);
			break;
		default:
			node_report_program(keeper->connection, &message);
		}
	}
	keeper->left = flow != COMMAND_WAIT;
}

/* There is a way back now, and none when it is told to run. */
static void vet(struct keeper *keeper, const struct command *message)
{
	char path[PROGRAM_PATH_BYTES], text[PROGRAM_PATH_BYTES + 128];
	int result = program_find(keeper->os, path, keeper->plan->folder,
		keeper->plan->command[0], keeper->environment);

	if (result == 0 && !program_is(keeper->os, path))
		result = -ENOENT;
	if (result == 0) {
		node_report_program(keeper->connection, message);
		return;
	}
	snprintf(text, sizeof text, "cannot run %s: %s",
		keeper->plan->command[0], strerror(-result));
	node_report_send(
		keeper->connection, &(struct command){.kind = COMMAND_REFUSED,
					    .code = result,
					    .text = command_text(text)});
}

/* The program that it is to follow may have torn the one that it has. */
static void renew_link(struct keeper *keeper, int link)
{
	struct os *os = keeper->os;
	uint32_t count;
	int *fds = command_take_fds(keeper->connection, &count);

	if (count == 1 && !keeper->pid && link >= 0 &&
		(uint32_t)link < keeper->plan->link_count &&
		os->duplicate_to(
			os, fds[0], (int)keeper->plan->links[link].fd) < 0)
		log_say(keeper->log, LOG_ERROR,
			"cannot take a new connection to %s",
			keeper->plan->links[link].peer);
	for (uint32_t i = 0; i < count; i++)
		os->close(os, fds[i]);
	free(fds);
}

static void start(struct keeper *keeper)
{
	char path[PROGRAM_PATH_BYTES], text[PROGRAM_PATH_BYTES + 128];
	char link[32], node[NAME_BYTES_MAX * 2 + 16];
	const char *const settings[] = {link, node};
	char **environment;
	int result = -ENOMEM;

	snprintf(link, sizeof link, "TAU_LINK_FD=%d", KEEPER_LINK_FD);
	snprintf(node, sizeof node, "TAU_NODE=%s", keeper->plan->node);
	environment = program_environment(settings, 2, keeper->environment);
	if (environment)
		result = program_find(keeper->os, path, keeper->plan->folder,
			keeper->plan->command[0], keeper->environment);
	if (result == 0)
		result = spawn(keeper, path, environment);
	if (result == 0)
		result = watch(keeper, &keeper->exit, keeper->pidfd);
	if (result < 0) {
		snprintf(text, sizeof text, "cannot run %s: %s",
			keeper->plan->command[0], strerror(-result));
		fail(keeper, result, text);
		finish(keeper);
	}
	free(environment);
}

static int spawn(struct keeper *keeper, const char *path, char **environment)
{
	struct os *os = keeper->os;
	struct os_spawn_fd fds[] = {{0, 0}, {1, 1}, {2, 2}, {0, 0}};
	struct os_spawn child = {.path = path,
		.argv = (char *const *)keeper->plan->command,
		.envp = environment,
		.cwd = keeper->plan->stays ? NULL : keeper->plan->folder,
		.fds = fds,
		.fd_count = 3,
		.death_signal = SIGKILL};
	int link = -1, result = 0;
	pid_t pid;

	if (keeper->plan->link_count == 1)
		link = (int)keeper->plan->links[0].fd;
	else if (keeper->plan->link_count > 1)
		result = make_hub(keeper, &link);
	if (result < 0)
		return result;
	if (link >= 0)
		fds[child.fd_count++] =
			(struct os_spawn_fd){link, KEEPER_LINK_FD};
	sigemptyset(&child.blocked);
	sigemptyset(&child.ignored);
	/* A terminal's signals go to all; only the supervisor decides. */
	sigaddset(&child.ignored, SIGINT);
	sigaddset(&child.ignored, SIGQUIT);
	sigaddset(&child.ignored, SIGHUP);
	pid = os->spawn(os, &child, &keeper->pidfd);
	if (keeper->hub)
		os->close(os, link); /* the program's alone: its end is told */
	if (pid < 0)
		return pid;
	keeper->pid = pid;
	return 0;
}

/* `*theirs` is the program's end of the connection that the hub serves. */
static int make_hub(struct keeper *keeper, int *theirs)
{
	struct os *os = keeper->os;
	int fds[2];
	int result = os->socketpair(os, AF_UNIX, SOCK_STREAM, 0, fds);

	if (result < 0)
		return result;
	result = os->fcntl(os, fds[0], F_SETFL, O_NONBLOCK);
	if (result >= 0)
		result = hub_create(
			&keeper->hub, os, keeper->reactor, keeper->plan, NULL);
	if (result < 0) {
		os->close(os, fds[0]);
	} else {
		hub_keep(keeper->hub);
		result = hub_connect(keeper->hub, fds[0]);
	}
	if (result < 0) {
		os->close(os, fds[1]);
		hub_destroy(&keeper->hub);
	}
	*theirs = fds[1];
	return result;
}

static void pass_on(struct keeper *keeper)
{
	enum hub_flow flow = hub_step(keeper->hub);

	keeper->more = flow == HUB_MORE;
	if (flow == HUB_OVER && keeper->done)
		finish(keeper);
}

static void terminate(struct keeper *keeper)
{
	if (keeper->pid)
		(void)keeper->os->pidfd_signal(
			keeper->os, keeper->pidfd, SIGTERM);
	else
		finish(keeper);
}

/* 0 is done, and so is SIGTERM when it was told to end. */
static void reap(struct keeper *keeper)
{
	struct os *os = keeper->os;
	siginfo_t info = {0};
	char text[128];

	keeper->exited = false;
	if (os->wait(os, P_PIDFD, (id_t)keeper->pidfd, &info,
		    WEXITED | WNOHANG) < 0 ||
		info.si_pid == 0)
		return;
	keeper->pid = 0;
	reactor_remove(keeper->reactor, &keeper->exit);
	if (info.si_code == CLD_EXITED && info.si_status != 0) {
		snprintf(text, sizeof text, "%.64s ended with status %d",
			keeper->plan->command[0], info.si_status);
		fail(keeper, -ECHILD, text);
	} else if (info.si_code != CLD_EXITED && info.si_status != SIGTERM) {
		snprintf(text, sizeof text,
			"%.64s was killed by signal %d (%s)",
			keeper->plan->command[0], info.si_status,
			strsignal(info.si_status));
		fail(keeper, -ECHILD, text);
	}
	keeper->done = true;
	if (!keeper->hub)
		finish(keeper);
}

static void fail(struct keeper *keeper, int code, const char *text)
{
	keeper->failed = true;
	node_report_send(
		keeper->connection, &(struct command){.kind = COMMAND_FAILED,
					    .code = code,
					    .text = command_text(text)});
}

/* Who has failed is not done: whether another follows is not decided here. */
static void finish(struct keeper *keeper)
{
	if (!keeper->failed)
		node_report_send(keeper->connection,
			&(struct command){.kind = COMMAND_DONE});
	keeper->over = true;
}

static void commands_told(struct reactor_watch *watch, uint32_t events)
{
	struct keeper *keeper = OWNER_OF(watch, struct keeper, commands);

	(void)events;
	keeper->heard = true;
}

static void exit_told(struct reactor_watch *watch, uint32_t events)
{
	struct keeper *keeper = OWNER_OF(watch, struct keeper, exit);

	(void)events;
	keeper->exited = true;
}
