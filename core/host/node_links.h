/*
 * node_links: a node's connections to others, and the ends of its streams that
 * lie beyond them.
 */
#ifndef TAU_CORE_HOST_NODE_LINKS_H
#define TAU_CORE_HOST_NODE_LINKS_H

#include "core/host/node.h"

/* Makes a link on each fd of the plan; takes the fds, also on failure. */
int node_links_init(struct node *node, struct error *error);

/* Puts a stream's far end on its link. -EINVAL when two streams of a link have
 * one number. */
int node_links_add(struct node *node, uint32_t stream, struct error *error);

/* Takes another connection for a link of the plan; see link_renew. -errno with
 * a sentence. */
int node_links_renew(
	struct node *node, uint32_t link, int fd, struct error *error);

/* All of them, and the relays, stand still, and go on. Thawing fails as
 * link_thaw does. */
void node_links_freeze(struct node *node);
int node_links_thaw(struct node *node, struct error *error);

/* Nothing goes over that link of the plan any more. */
void node_links_over(struct node *node, uint32_t link);

/* Closes the connections; what had not ended has then. */
void node_links_release(struct node *node);

#endif
