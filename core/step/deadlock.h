/*
 * deadlock: whether nodes that are quiet will stay so, exactly.
 *
 * Pure: it is told what nodes say, and says what to ask of them. It decides
 * nothing by the clock, and a deadlock that it reports is one.
 *
 * A node is quiet when nothing in it can run and nothing but its links can
 * change that: no timer, no fd, no program of somebody else, no FIFO. It then
 * says QUIET: how many packets each of its links has sent and received since
 * it ran, and how many orders (DRAIN, CLOSE) it has obeyed. Nothing takes that
 * back: a node that goes on says QUIET again the next time. Where a node is
 * restarted, packets count from the HELLO on that its link began anew with; it
 * also says which process it is and which it speaks to, and what two sides say
 * is compared only where they speak to each other.
 *
 *     node a            supervisor            node b
 *       | QUIET: sent 7     |     QUIET: sent 2 |
 *       |   received 2 -->  |  <-- received 7   |
 *       | <----- EXPLAIN    |     EXPLAIN ----> |   they agree
 *       | DEADLOCK -->      |    <-- DEADLOCK   |   who waits for what
 *       |                report                 |
 *       | <----- CLOSE      |       CLOSE ----> |
 *
 * Why one round of counts is enough: take, for each node of a set that has no
 * open link to others, the moment of its last QUIET, and let on each link what
 * one side had sent be what the other had received. Suppose one of them moved
 * after its moment, and take the first in time that did. Only a packet can have
 * moved it (orders are counted likewise, and a link's end is never missed: it
 * counts as long as one side alone has seen it). It was a packet beyond those
 * counted, so its sender had sent it after its own moment, so that one had
 * moved before: but none had. So none has moved, and none will.
 *
 * Conversely, when nobody moves any more, the last that each says is of that
 * state, and all of it agrees: every such set is found. Sets are as small as
 * links allow, so what is live elsewhere hides nothing; but a node that is not
 * quiet hides whoever it has an open link to, directly or by way of others.
 *
 * A set that was found is final. It is asked once; who ends instead of
 * answering is left out of the report.
 */
#ifndef TAU_CORE_STEP_DEADLOCK_H
#define TAU_CORE_STEP_DEADLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/step/action.h"
#include "core/step/links_pair.h"

#define DEADLOCK_NONE UINT32_MAX /* no group */

/* What one side of a link has told. */
struct deadlock_end {
	bool open;
	uint64_t sent, received; /* packets, between these two processes: */
	uint64_t own, peer;      /* incarnations */
};

struct deadlock_node {
	bool ended;
	bool quiet;              /* has said so, at least once */
	uint64_t orders, obeyed; /* sent to it; and when it said so */
	bool live;               /* while seeking: it may move */
	uint32_t group;          /* found stuck with; its lowest index */
	bool asked;              /* EXPLAIN; else it found out by itself */
	char *name, *waits;      /* what it answered, or NULL */
	uint32_t process;        /* the one that is asked: its first seat's,
				  * unless the caller says otherwise */
	bool reported;
};

/* Zeroed, and filled by init. */
struct deadlock {
	struct deadlock_node *nodes;
	const struct links_pair *links; /* the caller's; some may be gone */
	struct deadlock_end (*ends)[2]; /* of the links */
	uint32_t node_count, link_count;
};

void deadlock_init(struct deadlock *deadlock, uint32_t node_count,
	const struct links_pair *links, uint32_t link_count);
void deadlock_release(struct deadlock *deadlock);

/* A node said QUIET. -EPROTO with a sentence when that makes no sense. */
int deadlock_quiet(struct deadlock *deadlock, uint32_t node,
	const struct command *command, struct error *error);

/* A node said DEADLOCK, asked or not. -EPROTO with a sentence. */
int deadlock_told(struct deadlock *deadlock, uint32_t node,
	const struct command *command, struct error *error);

/* It was sent what may make it move. */
void deadlock_order(struct deadlock *deadlock, uint32_t node);

/* It is gone, and another will take its place, on the same links: what it said
 * holds no more. It is in no group. */
void deadlock_restarted(struct deadlock *deadlock, uint32_t node);

/* There are so many nodes from now on; the new ones have ended. */
void deadlock_grow(struct deadlock *deadlock, uint32_t node_count);

/* It begins, where none was before. */
void deadlock_added(struct deadlock *deadlock, uint32_t node);

/* The caller's links have become others; what was said of one that is gone is
 * forgotten. */
void deadlock_rewired(struct deadlock *deadlock);

/* It is gone, and so is its side of its links. */
void deadlock_ended(struct deadlock *deadlock, uint32_t node);

/* Finds what is stuck by now and asks it to explain itself. */
void deadlock_seek(struct deadlock *deadlock, struct action_list *actions);

/* Says the next report that is complete, and tells whose it is; call until
 * false. */
bool deadlock_report(struct deadlock *deadlock, struct action_list *actions,
	uint32_t *group);

#endif
