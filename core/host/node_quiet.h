/*
 * node_quiet: when a node says that only other nodes can make it go on.
 *
 * It says so once it has rested for NODE_QUIET_NS, so that who is asleep
 * between two packets tells nothing. One timer of the kernel is set at most once
 * in that time, and looked at when it has run down: a timeout of each sleep
 * would cost a node that plays ping-pong more than the packets do. Where there
 * is no such timer, it is the timeout of the sleep after all.
 *
 *	node_quiet_open
 *	-> node_quiet_begin, node_turn, node_quiet_end, again and again
 *	-> node_quiet_close
 */
#ifndef TAU_CORE_HOST_NODE_QUIET_H
#define TAU_CORE_HOST_NODE_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/host/node.h"

/* Embedded by its owner; zeroed: closed. */
struct node_quiet {
	struct reactor_watch watch;
	struct node *node;
	int fd;      /* of the timer, while `opened` */
	bool opened; /* else sleeps have a timeout */
	bool set;    /* since then the node has moved so often: */
	bool fired;
	bool said;      /* and when it had moved so often: */
	uint64_t moves; /* node_moves */
	uint64_t said_moves;
};

void node_quiet_open(struct node_quiet *quiet, struct node *node);
void node_quiet_close(struct node_quiet *quiet);

/* Before a turn: how long it may sleep, negative for ever. */
int64_t node_quiet_begin(struct node_quiet *quiet);

/* After it: whether the node has been quiet for that long, and nothing was said
 * of it. The caller then says it. */
bool node_quiet_end(struct node_quiet *quiet);

/* What was said holds no more. */
void node_quiet_forget(struct node_quiet *quiet);

#endif
