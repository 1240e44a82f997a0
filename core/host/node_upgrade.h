/*
 * node_upgrade: a node process at either end of a handover: the one that
 * freezes and hands over, and the one that restores and goes on.
 *
 *	FREEZE -> (turned until it stands still) -> FROZEN, or REFUSED: runs on
 *	FREEZE_STILL -> FROZEN, without a handover; FREEZE_DRAINED -> FROZEN
 *	THAW   -> goes on, at any point before or after FROZEN
 *	RESTORE, before RUN -> RESTORED, or REFUSED: of no further use
 *	FAILED, when restored -> PROCEED, or killed: ends go out behind it
 *
 * It answers and decides nothing; deadlines are the supervisor's.
 */
#ifndef TAU_CORE_HOST_NODE_UPGRADE_H
#define TAU_CORE_HOST_NODE_UPGRADE_H

#include "core/host/node.h"
#include "core/wire/command_connection.h"

/* Zero it and set the first two. */
struct node_upgrade {
	struct node *node;
	struct command_connection *connection;
	bool started;    /* RUN has been obeyed */
	bool freezing;   /* a handover is asked for */
	bool still;      /* only to stand still; more is asked for later */
	bool rests;      /* it stands still and has said so: nothing to turn */
	bool failed;     /* a restoration: it must not run */
	bool restored;   /* it follows another process, perhaps on probation */
	bool held;       /* it has failed: nobody may hear of it yet */
	uint64_t number; /* of that FREEZE */
	char *versions;  /* FREEZE's text, NUL-terminated */
};

void node_upgrade_release(struct node_upgrade *upgrade);

/* To be called when FAILED was said. The version before it may take the place
 * of one that was restored, and must not find its streams ended by this one: no
 * other task runs until PROCEED. */
void node_upgrade_failed(struct node_upgrade *upgrade);

/* Obeys RUN, FREEZE, THAW, RESTORE and PROCEED; false when it is another.
 * -errno from RUN alone, with a sentence. */
bool node_upgrade_obey(struct node_upgrade *upgrade,
	const struct command *message, struct error *error);

/* Whether the node is to be turned: it runs, or is about to stand still. */
static inline bool node_upgrade_turns(const struct node_upgrade *upgrade)
{
	return upgrade->started && !upgrade->rests && !upgrade->held;
}

/* To be called when the node has been found NODE_FROZEN: hands over, once. */
void node_upgrade_frozen(struct node_upgrade *upgrade);

#endif
