/*
 * node_state: an operator's saved state, for people who want to look.
 *
 *	STATE -> freeze -> (turned until it stands still) -> save, thaw
 *	                                         -> RECORDS, SHOWN
 *
 * The node stands still as for a handover and goes on as after a THAW, so that
 * nothing is lost or doubled; saving changes nothing. One that does not stand
 * still within STATE_FREEZE_NS goes on, and that is said. A handover has
 * precedence.
 */
#ifndef TAU_CORE_HOST_NODE_STATE_H
#define TAU_CORE_HOST_NODE_STATE_H

#include "core/host/node.h"
#include "core/host/node_upgrade.h"

/* Zero it and set the first two. */
struct node_state_show {
	struct node_upgrade *upgrade;
	struct command_connection *connection;
	bool asked; /* the node is to stand still for it */
	uint64_t number;
	uint32_t owner;      /* whose state */
	int64_t deadline_ns; /* to stand still */
};

/* Obeys STATE; false when it is another. */
bool node_state_obey(
	struct node_state_show *show, const struct command *message);

/* How long the next turn may sleep, if it might sleep so long. */
int64_t node_state_sleep(
	const struct node_state_show *show, int64_t timeout_ns);

/* After a turn: whether the node stands still for this alone, and goes on now;
 * else it stands still for the handover, or runs. */
bool node_state_turned(struct node_state_show *show, bool frozen);

#endif
