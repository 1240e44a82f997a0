/*
 * node_build: from a plan to operators that are loaded, connected and created.
 */
#ifndef TAU_CORE_HOST_NODE_BUILD_H
#define TAU_CORE_HOST_NODE_BUILD_H

#include "core/host/node.h"

/* Fills a node whose fabric is ready. A failure leaves what node_unbuild
 * takes down. */
int node_build(
	struct node *node, const char *store, struct node_failure *failure);

/* Destroys operators, streams and libraries; nothing may run. */
void node_unbuild(struct node *node);

#endif
