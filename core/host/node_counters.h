/*
 * node_counters: keeps a node's page of counters (core/wire/counters) up to
 * date: who runs at every dispatch, the streams of an operator when it has
 * given the thread back.
 *
 * What a stream's writer has written is all that was ever put into it and not
 * dropped there by its policy; what its reader has read is all that is out of
 * it. Beyond a link the reader's side answers for what its policy drops. What
 * the node itself counts lost when it closes stands on neither side.
 */
#ifndef TAU_CORE_HOST_NODE_COUNTERS_H
#define TAU_CORE_HOST_NODE_COUNTERS_H

#include "core/host/node.h"

/* Takes the page in `fd`, or none where that is -1; before the node is built.
 * Without a page nothing is noted. */
void node_counters_open(
	struct node *node, const struct node_plan *plan, int fd);

/* Notes every operator's streams, after what the node has closed. */
void node_counters_finish(struct node *node);

void node_counters_close(struct node *node);

#endif
