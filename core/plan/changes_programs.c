/*
 * changes_programs: what becomes of nodes that are programs of somebody else's.
 *
 * A command is started anew with a new connection, and its neighbours go on. Of
 * a remote node nobody knows who would come, so it is as it was, or goes.
 */
#include "core/plan/changes_parts.h"

static const struct manifest_node *written(
	const struct placement *placement, uint32_t node)
{
	return placement->nodes[node].written;
}

void changes_vet_program(
	struct comparing *comparing, const struct changes_node *node)
{
	const struct manifest_node *before, *after;

	if (node->action != CHANGES_NODE_RESTARTED)
		return;
	before = written(comparing->before, node->before);
	after = written(comparing->after, node->after);
	if ((before->kind == NODE_OPERATORS) != (after->kind == NODE_OPERATORS))
		diagnostics_add(comparing->diagnostics, after->kind_at,
			"node %s was %s, and cannot become %s under the same "
			"name while the topology runs; give it another name: "
			"then the one ends and the other begins",
			node->name,
			before->kind == NODE_OPERATORS ? "one of operators"
						       : "a program",
			after->kind == NODE_OPERATORS ? "one of operators"
						      : "a program");
	else if (before->kind == NODE_REMOTE || after->kind == NODE_REMOTE)
		diagnostics_add(comparing->diagnostics, after->kind_at,
			"node %s is a remote one, and its address or its "
			"streams would be others while its peer is connected, "
			"which cannot be told so; leave them, or give the node "
			"another name and another address: then the peer's "
			"connection ends, and one comes there",
			node->name);
}
