/* process: what is held of a node's process. See the header. */
#include "core/fleet/process.h"

#include "core/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The four ends that a node's process needs; the first of each is ours. */
struct ends {
	int command[2];
	int log[2];
};

static int make_ends(struct os *os, struct ends *ends, struct error *error);
static void close_pair(struct os *os, const int fds[2]);
static int hold(struct process *process, const struct ends *ends, int pidfd,
	struct error *error);
static int watch(struct process *process, struct process_watch *watch, int fd);
static void told(struct reactor_watch *watch, uint32_t events);
static void want(struct process *process, int flow);

int process_start(struct process *process, struct os *os,
	struct reactor *reactor, const struct spawn_request *request,
	struct error *error)
{
	struct spawn_request filled = *request;
	struct ends ends;
	int pidfd = -1;
	int code = make_ends(os, &ends, error);

	if (code < 0)
		return code;
	*process = (struct process){
		.os = os, .reactor = reactor, .pidfd = -1, .log_fd = -1};
	filled.command_fd = ends.command[1];
	filled.log_fd = ends.log[1];
	code = spawn_node(os, &filled, &pidfd, error);
	if (code < 0) {
		close_pair(os, ends.command);
		close_pair(os, ends.log);
		return code;
	}
	process->pid = code;
	os->close(os, ends.command[1]);
	os->close(os, ends.log[1]);
	code = hold(process, &ends, pidfd, error);
	if (code < 0)
		process_release(process);
	return code;
}

int process_send(struct process *process, const struct command *command,
	struct error *error)
{
	int flow = command_send(process->connection, command, error);

	want(process, flow);
	return flow;
}

int process_send_fds(struct process *process, const int *fds, uint32_t count,
	struct error *error)
{
	int flow = command_send_fds(process->connection, fds, count, error);

	want(process, flow);
	return flow;
}

int process_receive(
	struct process *process, struct command *command, struct error *error)
{
	int flow = command_flush(process->connection, error);

	if (flow < 0)
		return flow;
	want(process, flow);
	flow = command_receive(process->connection, command, error);
	if (flow == COMMAND_END || flow < 0)
		reactor_remove(process->reactor, &process->command.watch);
	return flow;
}

void process_read_log(struct process *process, lines_take *take, void *context)
{
	if (lines_read(&process->lines, process->os, process->log_fd,
		    LINES_READS_MAX, take, context) == 0)
		reactor_remove(process->reactor, &process->log.watch);
	if (process->pid == 0)
		lines_end(&process->lines, take, context);
}

bool process_reap(struct process *process, int *status)
{
	struct os *os = process->os;
	siginfo_t info;
	int code;

	CHECK(process->pid != 0);
	do {
		memset(&info, 0, sizeof info);
		code = os->wait(os, P_PIDFD, (id_t)process->pidfd, &info,
			WEXITED | WNOHANG);
	} while (code == -EINTR);
	if (code != -ECHILD && (code < 0 || info.si_pid == 0))
		return false;
	reactor_remove(process->reactor, &process->exit.watch);
	process->pid = 0;
	*status = info.si_code == CLD_EXITED ? info.si_status << 8
					     : info.si_status;
	return true;
}

void process_abort(struct process *process)
{
	if (process->pid)
		process->os->pidfd_signal(process->os, process->pidfd, SIGABRT);
}

void process_ask(struct process *process)
{
	if (process->pid)
		process->os->pidfd_signal(
			process->os, process->pidfd, COMMAND_SIGNAL_ASK);
}

void process_kill(struct process *process)
{
	if (process->pid)
		process->os->pidfd_signal(process->os, process->pidfd, SIGKILL);
}

void process_release(struct process *process)
{
	struct os *os = process->os;
	siginfo_t info;

	if (!os)
		return;
	if (process->pid && process->pidfd >= 0) {
		process_kill(process);
		while (os->wait(os, P_PIDFD, (id_t)process->pidfd, &info,
			       WEXITED) == -EINTR)
			continue;
	}
	reactor_remove(process->reactor, &process->exit.watch);
	reactor_remove(process->reactor, &process->command.watch);
	reactor_remove(process->reactor, &process->log.watch);
	command_connection_destroy(&process->connection);
	if (process->pidfd >= 0)
		os->close(os, process->pidfd);
	if (process->log_fd >= 0)
		os->close(os, process->log_fd);
	*process = (struct process){0};
}

static int make_ends(struct os *os, struct ends *ends, struct error *error)
{
	int code =
		os->socketpair(os, AF_UNIX, SOCK_SEQPACKET, 0, ends->command);

	if (code < 0)
		return error_set(error, code,
			"cannot make a node's command socket: %s%s",
			strerror(-code), error_hint(code));
	code = os->pipe(os, ends->log, 0);
	if (code < 0) {
		close_pair(os, ends->command);
		return error_set(error, code,
			"cannot make a node's log pipe: %s%s", strerror(-code),
			error_hint(code));
	}
	/* Ours alone: the node's end is another description. */
	code = os->fcntl(os, ends->log[0], F_SETFL, O_NONBLOCK);
	if (code < 0) {
		close_pair(os, ends->command);
		close_pair(os, ends->log);
		return error_set(error, code,
			"cannot make a node's log pipe: %s%s", strerror(-code),
			error_hint(code));
	}
	return 0;
}

static void close_pair(struct os *os, const int fds[2])
{
	os->close(os, fds[0]);
	os->close(os, fds[1]);
}

/* Takes our ends of a process that runs. */
static int hold(struct process *process, const struct ends *ends, int pidfd,
	struct error *error)
{
	int code;

	process->pidfd = pidfd;
	process->log_fd = ends->log[0];
	process->connection =
		command_connection_create(process->os, ends->command[0]);
	if (!process->connection)
		return error_set(error, -ENOMEM, "out of memory for a node");
	code = watch(process, &process->exit, pidfd);
	if (code == 0)
		code = watch(process, &process->log, process->log_fd);
	if (code == 0)
		code = watch(process, &process->command, ends->command[0]);
	if (code < 0)
		error_set(error, code, "cannot watch a node's process: %s",
			strerror(-code));
	return code;
}

static int watch(struct process *process, struct process_watch *watch, int fd)
{
	watch->watch.told = told;
	return reactor_add(process->reactor, &watch->watch, fd, EPOLLIN);
}

static void told(struct reactor_watch *watch, uint32_t events)
{
	struct process_watch *mine = (struct process_watch *)watch;

	(void)events;
	mine->told = true;
}

/* Waits for room as long as something is queued, and no longer. */
static void want(struct process *process, int flow)
{
	uint32_t events = EPOLLIN | (flow == COMMAND_WAIT ? EPOLLOUT : 0u);

	if (process->command.watch.added &&
		process->command.watch.events != events)
		reactor_change(
			process->reactor, &process->command.watch, events);
}
