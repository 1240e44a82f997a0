/*
 * process: one node's process, as its supervisor holds it: a pidfd, one end of
 * the command socket and one of the log pipe.
 *
 * The reactor sets bits; whoever serves the process asks for what is there.
 * Nothing here blocks.
 */
#ifndef TAU_CORE_FLEET_PROCESS_H
#define TAU_CORE_FLEET_PROCESS_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/fleet/lines.h"
#include "core/fleet/spawn.h"
#include "core/run/reactor.h"
#include "core/wire/command_connection.h"

struct process_watch {
	struct reactor_watch watch;
	bool told; /* something may be there */
};

/* Zeroed is none. */
struct process {
	struct os *os;
	struct reactor *reactor;
	pid_t pid; /* 0: none */
	int pidfd;
	int log_fd;
	struct command_connection *connection;
	struct process_watch exit, command, log;
	struct lines lines;
};

/* Starts the node `request` names; its fds are filled in here. On failure a
 * negative errno with a sentence, and nothing is left. */
int process_start(struct process *process, struct os *os,
	struct reactor *reactor, const struct spawn_request *request,
	struct error *error);

/* As command_send; what does not go at once goes when the reactor says so. */
int process_send(struct process *process, const struct command *command,
	struct error *error);

/* As command_send_fds, for the fds of the message that is sent next. */
int process_send_fds(struct process *process, const int *fds, uint32_t count,
	struct error *error);

/* As command_receive, after sending more of what waits to be sent. */
int process_receive(
	struct process *process, struct command *command, struct error *error);

/* Gives `take` the lines of the log pipe that are there. */
void process_read_log(struct process *process, lines_take *take, void *context);

/* Whether the process has ended; if so it is reaped, and `*status` is as
 * waitpid gives it. The log and the commands are still to be read. */
bool process_reap(struct process *process, int *status);

/* SIGABRT, unless it has been reaped: its last words say what it was doing. */
void process_abort(struct process *process);

/* Asks it where it stands, unless it has been reaped: it answers STANDS. Only
 * for one in which an operator has run. */
void process_ask(struct process *process);

/* SIGKILL, unless it has been reaped. */
void process_kill(struct process *process);

/* Gives everything back. One that is not reaped is killed and waited for. */
void process_release(struct process *process);

#endif
