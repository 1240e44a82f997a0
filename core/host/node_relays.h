/*
 * node_relays: the back streams of a node that pass their operators by.
 *
 * An operator whose ports say "back": "through" has no part in its back
 * stream: what would be its ends are a relay's. What the relay cannot pass on
 * is the operator's failure all the same, so that nothing is lost silently.
 */
#ifndef TAU_CORE_HOST_NODE_RELAYS_H
#define TAU_CORE_HOST_NODE_RELAYS_H

#include "core/host/node.h"

/* Once all ports are connected. -errno with a sentence; node_relays_release
 * frees what there is. */
int node_relays_init(struct node *node, struct error *error);
void node_relays_release(struct node *node);

#endif
