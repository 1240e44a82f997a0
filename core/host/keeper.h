/*
 * keeper: a node that is somebody else's program, and the process that keeps
 * it: starts it when the topology runs, tells it to end, and reports how it
 * ended.
 *
 *	supervisor --commands-- keeper --spawns--> program
 *	other node --------- link, fd TAU_LINK_FD ----^
 *	several nodes ====== links ====== hub --------^
 *
 * The program speaks docs/wire.md on its link; the keeper listens only where
 * that leads to more than one node, and a hub passes on what they say. It
 * has /dev/null as standard input and the log as output and error, runs in the
 * manifest's folder, gets SIGTERM to end, and dies with its keeper.
 *
 * A program that fails takes its keeper along, which tells why and is not done.
 * The connections to the nodes are left open: who holds them, too, closes them,
 * or starts another keeper and gives it new ones.
 */
#ifndef TAU_CORE_HOST_KEEPER_H
#define TAU_CORE_HOST_KEEPER_H

#include "core/base/log.h"
#include "core/base/os.h"
#include "core/plan/node_plan.h"
#include "core/wire/command_connection.h"

#define KEEPER_LINK_FD 3 /* of the program; TAU_LINK_FD says so */

/* Keeps the plan's command from READY to DONE. Returns the exit status: 0
 * after DONE, 1 when it failed or the supervisor has gone. */
int keeper_run(struct os *os, struct log *log,
	struct command_connection *connection, const struct node_plan *plan,
	char *const *environment);

#endif
