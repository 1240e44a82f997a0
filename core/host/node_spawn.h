/*
 * node_spawn: a node asks its supervisor for the children of its operators.
 */
#ifndef TAU_CORE_HOST_NODE_SPAWN_H
#define TAU_CORE_HOST_NODE_SPAWN_H

#include "core/host/node.h"
#include "core/host/spawner.h"
#include "core/wire/command_connection.h"

/* Zeroed is none. */
struct node_spawn {
	struct spawner spawner; /* first */
	struct os *os;
	struct command_connection *connection;
	const char *folder; /* the plan's: where children begin */
};

/* From now on the node's operators have "tau.spawn/1". */
void node_spawn_open(struct node_spawn *spawn, struct node *node,
	struct command_connection *connection);

#endif
