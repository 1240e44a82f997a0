/*
 * node_tap: copies of what passes on streams, for people who want to look.
 *
 *	publishing -> show: copied, or counted -> RECORDS, when asked for more
 *
 * A stream is never kept waiting: what finds no room until the next RECORDS is
 * counted, from the first such record on, and the count goes along. A tap ends
 * with its stream, or when it is told to; SHOWN says so.
 */
#ifndef TAU_CORE_HOST_NODE_TAP_H
#define TAU_CORE_HOST_NODE_TAP_H

#include <stdbool.h>

#include "core/host/node.h"
#include "core/wire/command_connection.h"

struct node_tap;

/* Zero it and set the first two. */
struct node_taps {
	struct node *node;
	struct command_connection *connection;
	struct node_tap *first;
	uint32_t count;
};

/* Obeys TAP; false when it is another. */
bool node_taps_obey(struct node_taps *taps, const struct command *message);

/* Sends what was asked for and has come; to be called after each turn. Whether
 * anything was said. */
bool node_taps_send(struct node_taps *taps);

/* The node ends: sends all that is left, and SHOWN. */
void node_taps_end(struct node_taps *taps);

/* Takes all off. Before the node is destroyed. */
void node_taps_release(struct node_taps *taps);

#endif
