/* node_upgrade_private: what the files of `node_upgrade` share. */
#ifndef TAU_CORE_HOST_NODE_UPGRADE_PRIVATE_H
#define TAU_CORE_HOST_NODE_UPGRADE_PRIVATE_H

#include "core/host/handover.h"
#include "core/host/node_upgrade.h"

/* Restores as RESTORE says, from the fds that came with it; those that were
 * taken are -1 then. -errno with a sentence. */
int node_upgrade_take_over(struct node_upgrade *upgrade,
	const struct command *message, int *fds, uint32_t count,
	struct handover_loss *loss, struct node_failure *failure);

#endif
