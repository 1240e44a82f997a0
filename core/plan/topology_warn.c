/*
 * topology_warn: what is valid and most likely not meant.
 *
 * There are no built-in errors: an operator tells of what it refuses on an
 * ordinary out port that is called `bad` or `control`. Such a port may be left
 * open, and then what comes out of it is dropped and counted; that is said
 * once for each, since nobody wants to find it out from a counter.
 */
#include "core/plan/topology_parts.h"

static void warn_operator(const struct topology *topology,
	const struct topology_operator *target, struct diagnostics *diagnostics)
{
	const struct manifest_node *node =
		&topology->manifest->nodes[target->node];
	const struct manifest_operator *written = target->written;

	for (uint32_t i = 0; i < target->out_count; i++)
		if (description_tells(&target->out[i]) &&
			target->out_members[i] == 0 &&
			!topology_is_lent(topology->manifest, target,
				&target->out[i], true))
			diagnostics_add(diagnostics,
				written ? written->name_at : node->at,
				"%s.%s is not connected: what it %s is counted "
				"and lost; connect it, or to a null",
				written ? written->name : node->name,
				target->out[i].name,
				*target->out[i].name == 'b' ? "refuses"
							    : "tells");
}

void topology_warn(
	const struct topology *topology, struct diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < topology->operator_count; i++)
		if (topology->operators[i].replica == 0)
			warn_operator(
				topology, &topology->operators[i], diagnostics);
}
