/*
 * spawn: a node as a fresh process of this very program.
 *
 *   fd 0        /dev/null
 *   fd 1, 2     the log pipe: a plugin's printf never tears the result
 *   fd 3        COMMAND_FD
 *   fd 4, 5     COMMAND_FD_STDIN, COMMAND_FD_STDOUT: our own fds 0 and 1, for
 *               a node with an operator that wants them
 *   fd 6        COMMAND_FD_COUNTERS: its page of counters, if it has one
 *   fd 7 …      the node's ends of its links, in the order of its plan
 *
 * Nothing else is inherited. The node stays in our process group and session,
 * ignores what a terminal sends to all of them (only the supervisor decides),
 * and is killed when we die.
 */
#ifndef TAU_CORE_FLEET_SPAWN_H
#define TAU_CORE_FLEET_SPAWN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/plan/surroundings.h"

struct spawn_request {
	const char *node; /* its name, for lists of processes */
	char *const *environment;
	int command_fd; /* the node's ends, which stay the caller's */
	int log_fd;
	bool with_stdin, with_stdout;
	int counters_fd;     /* or -1 */
	const int *link_fds; /* the node's ends, which stay the caller's */
	uint32_t link_count;
	uint64_t files;      /* how many it may open; 0: as many as we */
	uint64_t soft_files; /* until it asks for more; 0: likewise */
	const struct surroundings *around; /* NULL: ours */
};

/* Returns the pid and leaves a pidfd for the caller to close, or a negative
 * errno with a sentence. */
pid_t spawn_node(struct os *os, const struct spawn_request *request, int *pidfd,
	struct error *error);

#endif
