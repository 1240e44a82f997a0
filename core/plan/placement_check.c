/*
 * placement_check: what no version can run as it is placed: fds travel inside
 * a node, and between two of ours over streams that say so.
 */
#include <errno.h>

#include "core/plan/placement.h"

static const char *kind_name(const struct placement_node *node)
{
	return node->written->kind == NODE_REMOTE ? "remote" : "command";
}

static void check_crossing(const struct placement *placement, uint32_t index,
	struct diagnostics *diagnostics)
{
	const struct topology *topology = placement->topology;
	const struct topology_stream *stream =
		&topology->streams[placement->crossing[index]];
	const struct placement_link *link =
		&placement->links[placement->crossing_links[index]];
	const struct placement_node *one = &placement->nodes[link->nodes[0]];
	const struct placement_node *other = &placement->nodes[link->nodes[1]];
	bool typed = topology_port(topology, stream->from, true)->type ==
			     PORT_FD ||
		     topology_port(topology, stream->to, false)->type ==
			     PORT_FD;
	if (!link->packets && (stream->fds || typed)) {
		if (one->written->kind == NODE_OPERATORS)
			one = other;
		diagnostics_add(diagnostics,
			stream->fds ? stream->written->options.fds_at
				    : stream->at,
			"fds do not travel to or from a %s node, which %s is; "
			"put what uses them into nodes with operators",
			kind_name(one), one->name);
	} else if (typed && !stream->fds) {
		diagnostics_add(diagnostics, stream->at,
			"stream %s carries fds to another node; that needs "
			"\"fds\": true",
			stream->name);
	}
}

int placement_check(
	const struct placement *placement, struct diagnostics *diagnostics)
{
	uint32_t said = diagnostics->count;
	for (uint32_t i = 0; i < placement->crossing_count; i++)
		check_crossing(placement, i, diagnostics);
	return diagnostics->count == said ? 0 : -EINVAL;
}
