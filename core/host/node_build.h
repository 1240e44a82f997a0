/*
 * node_build: what node.c needs of building and taking down; see node.h.
 */
#ifndef TAU_CORE_HOST_NODE_BUILD_H
#define TAU_CORE_HOST_NODE_BUILD_H

#include "core/host/node.h"

/* Destroys operators, streams and libraries; nothing may run. Right also for
 * what a failed build left. */
void node_unbuild(struct node *node);

/* Puts a new operator in the place of one that stands still, whose streams it
 * takes over, and calls its create. After a failure the node can only be
 * destroyed. */
int node_remake(struct node *node, uint32_t at, struct error *error);

#endif
