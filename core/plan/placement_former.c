/* placement_former: what a node's next process must know of the former one's
 * plan. */
#include "core/plan/placement.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

bool placement_is_program(
	const struct placement *placement, uint32_t stream, bool writer)
{
	const struct topology_stream *edge =
		&placement->topology->streams[stream];
	uint32_t owner = writer ? edge->from.owner : edge->to.owner;
	return placement->nodes[placement->node_of[owner]].written->kind !=
	       NODE_OPERATORS;
}

static void name_former(const struct placement *placement,
	const struct placement *former, uint32_t index,
	struct node_plan_stream *stream, struct arena *arena)
{
	uint32_t was = placement->former_streams[index];
	stream->former = was == TOPOLOGY_NONE
				 ? ""
				 : arena_copy(arena,
					   former->topology->streams[was].name);
	stream->moved = placement->moved[index];
	stream->halved =
		stream->moved && placement_is_program(former, was, false);
}

static bool has_end(
	const struct placement *placement, uint32_t stream, const char *node)
{
	const struct topology_stream *edge =
		&placement->topology->streams[stream];
	uint32_t from = placement->node_of[edge->from.owner];
	uint32_t to = placement->node_of[edge->to.owner];
	return strcmp(placement->nodes[from].name, node) == 0 ||
	       strcmp(placement->nodes[to].name, node) == 0;
}

static void add_elsewhere(struct node_plan *plan, const char *name)
{
	plan->elsewhere = arena_grow(&plan->arena, plan->elsewhere,
		plan->elsewhere_count, sizeof *plan->elsewhere);
	plan->elsewhere[plan->elsewhere_count++] =
		arena_copy(&plan->arena, name);
}

/* Of each of former ones: is it one of the node's, and somewhere else now? */
static void name_elsewhere(const struct placement *placement,
	const struct placement *former, uint32_t node, struct node_plan *plan)
{
	const char *name = placement->nodes[node].name;
	const struct topology *topology = placement->topology;
	for (uint32_t i = 0; i < topology->stream_count; i++)
		if (placement->moved[i] && !has_end(placement, i, name) &&
			has_end(former, placement->former_streams[i], name))
			add_elsewhere(plan,
				former->topology
					->streams[placement->former_streams[i]]
					.name);
	for (uint32_t i = 0; i < topology->operator_count; i++) {
		uint32_t was = placement->former_operators[i];
		if (was == TOPOLOGY_NONE || placement->node_of[i] == node ||
			strcmp(former->nodes[former->node_of[was]].name,
				name) != 0)
			continue;
		add_elsewhere(plan, topology->operators[i].name);
	}
}

/* In the order in which placement_node_plan tells them. */
void placement_name_former(const struct placement *placement,
	const struct placement *former, uint32_t node, struct node_plan *plan)
{
	const struct placement_node *placed = &placement->nodes[node];
	uint32_t at = 0;
	if (placed->written->kind != NODE_OPERATORS)
		return; /* somebody else's program */
	name_elsewhere(placement, former, node, plan);
	for (uint32_t i = 0; i < placed->stream_count; i++)
		name_former(placement, former, placed->streams[i],
			&plan->streams[at++], &plan->arena);
	for (uint32_t i = 0; i < placement->crossing_count; i++) {
		const struct placement_link *link =
			&placement->links[placement->crossing_links[i]];
		if (link->nodes[0] == node || link->nodes[1] == node)
			name_former(placement, former, placement->crossing[i],
				&plan->streams[at++], &plan->arena);
	}
	CHECK(at == plan->stream_count);
}
