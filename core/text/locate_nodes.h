/*
 * locate_nodes: what locate keeps of a text; private to the room.
 *
 * Nodes are appended as values begin, so a node's first child, if it has any,
 * is the node behind it:
 *
 *     {"a": [1, 2], "b": 3}        nodes  1 {   2 [   3 1   4 2   5 3
 *                                  next   -     5     4     -     -
 */
#ifndef TAU_CORE_TEXT_LOCATE_NODES_H
#define TAU_CORE_TEXT_LOCATE_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/diagnostic.h"

struct locate_node {
	uint32_t at;
	uint32_t key_at; /* or AT_NONE */
	uint32_t next;   /* sibling, or 0 */
	uint32_t count;  /* of children */
	bool shadowed;   /* the same key is written again behind it */
};

struct locate {
	const struct source *source;
	struct locate_node *nodes; /* [0] is nobody */
	uint32_t count, capacity;
};

#endif
