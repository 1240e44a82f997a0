/*
 * detach: a topology that outlives its shell.
 *
 *	tau run --detach FILE           tau detached run --detach FILE
 *	   | spawns, in a session
 *	   | of its own ->                 | plans, starts its nodes; says
 *	   |                               | what is wrong on the same
 *	   |                               | standard error
 *	   | <- a byte on the pipe         |
 *	   |    COMMAND_FD                 |
 *	exits 0; or, at the pipe's end     | from here on all that it says
 *	without one, with the child's      | goes to its log
 *	own status
 *
 * And systemd: whoever has NOTIFY_SOCKET in the environment is told, detached
 * or not.
 */
#ifndef TAU_CORE_CLI_DETACH_H
#define TAU_CORE_CLI_DETACH_H

#include "core/cli/cli.h"
#include "core/fleet/log_file.h"
#include "core/fleet/loop.h"

/* Starts the same command again, detached, and waits until all its nodes run.
 * Returns the exit code. */
int detach_start(struct cli *cli, int argc, char **argv);

/* What a run needs besides the loop. Zeroed is none. */
struct detached {
	struct cli *cli;
	struct loop_view inner; /* where lines go until it is on its own */
	struct log_file log;
	const char *name;
	const char *manifest; /* what is run, for the log; set it before */
	const char *notify; /* NOTIFY_SOCKET, or NULL */
	int output_fd;      /* our end of the pipe that is fd 1; 0: none */
	bool alone;         /* nobody waits for it any more */
};

/* Puts itself before the request's view. 0, an exit code after a sentence, or
 * -errno with one. */
int detached_begin(struct detached *detached, struct cli *cli, const char *name,
	struct loop_request *request, struct error *error);
void detached_end(struct detached *detached, int code);

#endif
