/* replan: what the loop is to change: where it has nodes and links, and what
 * becomes of each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/cli/replan_private.h"

static int place(struct replan *replan, struct error *error);
static bool is_joined(const struct placement *after, uint32_t link);
static uint32_t take_free(bool *taken, uint32_t room);
static uint32_t find_former(const struct replan *replan, uint32_t node);
static void fill_node(struct replan *replan, struct loop_change *change,
	const struct changes_node *node);
static void find_sources(struct replan *replan, struct version *version,
	const struct changes_node *node);
static void add_source(struct version *version, uint32_t source, uint32_t own);
static void fill_links(struct replan *replan, struct loop_change *change);
static void fill_removed(struct replan *replan, struct loop_change *change);
static void add_removed(struct replan *replan, struct loop_change *change,
	uint32_t stream, bool goes_on);

int replan_fill(
	struct replan *replan, struct loop_change *change, struct error *error)
{
	const struct changes *changes = &replan->changes;
	int code;

	CHECK(change->node_room >= replan->node_room);
	code = place(replan, error);
	if (code < 0)
		return code;
	for (uint32_t i = 0; i < changes->node_count; i++)
		fill_node(replan, change, &changes->nodes[i]);
	fill_links(replan, change);
	fill_removed(replan, change);
	return 0;
}

void replan_place_first(struct replan *replan)
{
	const struct placement *placement = &replan->running->placement;
	struct replan_places *places = &replan->places;

	places->nodes =
		calloc(placement->node_count + 1u, sizeof *places->nodes);
	places->links =
		calloc(placement->link_count + 1u, sizeof *places->links);
	CHECK(places->nodes && places->links);
	for (uint32_t i = 0; i < placement->node_count; i++)
		places->nodes[i] = i;
	for (uint32_t i = 0; i < placement->link_count; i++)
		places->links[i] = i;
}

void replan_forget_places(struct replan_places *places)
{
	free(places->nodes);
	free(places->links);
	*places = (struct replan_places){0};
}

uint32_t replan_node(const struct replan *replan, uint32_t place)
{
	uint32_t node = 0;

	while (replan->places.nodes[node] != place)
		node++;
	CHECK(node < replan->running->placement.node_count);
	return node;
}

struct links_pair replan_link(const struct placement *placement, uint32_t at,
	const char *folder, struct arena *arena)
{
	const struct placement_link *link = &placement->links[at];
	const struct topology *topology = placement->topology;
	struct links_pair pair = {.packets = link->packets,
		.foreign = link->foreign,
		.tcp = link->transport == TRANSPORT_TCP,
		.writer = link->writer,
		.nodes = {link->nodes[0], link->nodes[1]},
		.places = {link->places[0], link->places[1]}};
	const struct topology_stream *edge;

	if (link->fifo == TOPOLOGY_NONE)
		return pair;
	edge = &topology->streams[link->fifo];
	if (!edge->address)
		pair.fifo =
			arena_format(arena, "%s/%s.fifo", folder, edge->name);
	else if (edge->address[0] == '/')
		pair.fifo = arena_copy(arena, edge->address);
	else
		pair.fifo = arena_format(arena, "%s/%s",
			topology->manifest->source->folder, edge->address);
	return pair;
}

/* Nodes and links that stay keep their places; the others get free ones. */
static int place(struct replan *replan, struct error *error)
{
	const struct placement *after = &replan->next->placement;
	const struct placement *before = &replan->running->placement;
	struct replan_places *places = &replan->next_places;
	bool *nodes = calloc(replan->node_room, sizeof *nodes);
	bool *links = calloc(replan->link_room, sizeof *links);
	uint32_t last = 0;

	places->nodes = calloc(after->node_count + 1u, sizeof *places->nodes);
	places->links = calloc(after->link_count + 1u, sizeof *places->links);
	CHECK(nodes && links && places->nodes && places->links);
	for (uint32_t i = 0; i < before->node_count; i++)
		nodes[replan->places.nodes[i]] = true;
	for (uint32_t i = 0; i < before->link_count; i++)
		links[replan->places.links[i]] = true;
	for (uint32_t i = 0; i < after->node_count && last != TOPOLOGY_NONE;
		i++) {
		uint32_t was = find_former(replan, i);

		last = places->nodes[i] =
			was == CHANGES_NONE
				? take_free(nodes, replan->node_room)
				: replan->places.nodes[was];
	}
	for (uint32_t i = 0; i < after->link_count && last != TOPOLOGY_NONE;
		i++) {
		uint32_t was = is_joined(after, i) ? TOPOLOGY_NONE
						   : after->former_links[i];

		last = places->links[i] =
			was == TOPOLOGY_NONE
				? take_free(links, replan->link_room)
				: replan->places.links[was];
	}
	free(nodes);
	free(links);
	if (last != TOPOLOGY_NONE)
		return 0;
	return error_set(error, -ENOTSUP,
		"a topology can have %u nodes and %u connections between them "
		"more than it was started with; stop it and start it anew",
		APPLY_NODES_MAX, APPLY_LINKS_MAX);
}

/* Whether streams come to a connection that is there. It may have ended with
 * those that it had, so it is made anew. */
static bool is_joined(const struct placement *after, uint32_t link)
{
	if (!after->links[link].packets || after->links[link].foreign)
		return false;
	for (uint32_t i = 0; i < after->crossing_count; i++)
		if (after->crossing_links[i] == link &&
			(after->former_streams[after->crossing[i]] ==
					TOPOLOGY_NONE ||
				after->moved[after->crossing[i]]))
			return true;
	return false;
}

static uint32_t take_free(bool *taken, uint32_t room)
{
	for (uint32_t i = 0; i < room; i++)
		if (!taken[i]) {
			taken[i] = true;
			return i;
		}
	return TOPOLOGY_NONE;
}

/* Which node of what runs a node of `next` is. */
static uint32_t find_former(const struct replan *replan, uint32_t node)
{
	for (uint32_t i = 0; i < replan->changes.node_count; i++)
		if (replan->changes.nodes[i].after == node)
			return replan->changes.nodes[i].before;
	return CHANGES_NONE;
}

/* Whether it becomes a node of operators. */
static bool is_ours(
	const struct replan *replan, const struct changes_node *node)
{
	return replan->changes.after->nodes[node->after].written->kind ==
	       NODE_OPERATORS;
}

static void fill_node(struct replan *replan, struct loop_change *change,
	const struct changes_node *node)
{
	uint32_t at;

	if (node->action == CHANGES_NODE_KEPT)
		return;
	at = node->after == CHANGES_NONE
		     ? replan->places.nodes[node->before]
		     : replan->next_places.nodes[node->after];
	change->members[at] = true;
	change->alone[at] = node->alone;
	change->parts[at] = node->before == CHANGES_NONE  ? UPGRADE_ADDED
			    : node->after == CHANGES_NONE ? UPGRADE_REMOVED
							  : UPGRADE_REPLACED;
	if (node->after == CHANGES_NONE)
		return;
	if (node->before == CHANGES_NONE)
		change->names[at] = node->name;
	change->next[at] = replan_version(replan, node);
	if (replan->applies && is_ours(replan, node))
		find_sources(replan, change->next[at], node);
}

/* The nodes in which its operators, and streams that moved, were. */
static void find_sources(struct replan *replan, struct version *version,
	const struct changes_node *node)
{
	const struct placement *after = replan->changes.after;
	const struct placement *before = replan->changes.before;
	const struct topology *was = before->topology;
	uint32_t own = node->before == CHANGES_NONE
			       ? CHANGES_NONE
			       : replan->places.nodes[node->before];

	for (uint32_t i = 0; i < after->topology->operator_count; i++)
		if (after->node_of[i] == node->after &&
			after->former_operators[i] != TOPOLOGY_NONE)
			add_source(version,
				replan->places.nodes
					[before->node_of[after->former_operators
								 [i]]],
				own);
	for (uint32_t i = 0; i < after->topology->stream_count; i++) {
		const struct topology_stream *edge =
			&after->topology->streams[i];
		uint32_t former = after->former_streams[i];

		if (!after->moved[i] ||
			(after->node_of[edge->from.owner] != node->after &&
				after->node_of[edge->to.owner] != node->after))
			continue;
		edge = &was->streams[former];
		add_source(version,
			replan->places.nodes[before->node_of[edge->from.owner]],
			own);
		add_source(version,
			replan->places.nodes[before->node_of[edge->to.owner]],
			own);
	}
}

static void add_source(struct version *version, uint32_t source, uint32_t own)
{
	if (source == own)
		return;
	for (uint32_t i = 0; i < version->source_count; i++)
		if (version->sources[i] == source)
			return;
	version->sources = realloc(version->sources,
		(version->source_count + 1u) * sizeof *version->sources);
	CHECK(version->sources != NULL);
	version->sources[version->source_count++] = source;
}

static void fill_links(struct replan *replan, struct loop_change *change)
{
	const struct placement *after = replan->changes.after;
	const struct placement *before = replan->changes.before;
	struct links_pair *former =
		calloc(change->link_room + 1u, sizeof *former);

	CHECK(former != NULL);
	memcpy(former, change->links, change->link_room * sizeof *former);
	for (uint32_t i = 0; i < before->link_count; i++)
		change->links[replan->places.links[i]] =
			(struct links_pair){.gone = true};
	for (uint32_t i = 0; i < after->link_count; i++) {
		uint32_t at = replan->next_places.links[i];
		struct links_pair *pair = &change->links[at];

		*pair = replan_link(after, i, replan->runtime, &replan->arena);
		for (int side = 0; side < 2; side++)
			pair->nodes[side] =
				replan->next_places.nodes[pair->nodes[side]];
		if (after->former_links[i] == TOPOLOGY_NONE)
			continue;
		if (at != replan->places.links[after->former_links[i]]) {
			change->halts = true; /* nothing is under way then */
			continue;
		}
		/* The ends lie as they were made. */
		pair->fifo = former[at].fifo;
		if (pair->nodes[0] != former[at].nodes[0]) {
			struct links_pair turned = *pair;

			for (int side = 0; side < 2; side++) {
				pair->nodes[side] = turned.nodes[!side];
				pair->places[side] = turned.places[!side];
			}
			pair->writer = !turned.writer;
		}
	}
	free(former);
}

/* Streams that go, and whether what had been sent must be taken in first. */
static void fill_removed(struct replan *replan, struct loop_change *change)
{
	const struct placement *after = replan->changes.after;
	const struct placement *before = replan->changes.before;
	const struct topology *topology = before->topology;
	bool *stays = calloc(topology->stream_count + 1u, sizeof *stays);

	CHECK(stays != NULL);
	for (uint32_t i = 0; i < after->topology->stream_count; i++) {
		uint32_t former = after->former_streams[i];

		if (former == TOPOLOGY_NONE)
			continue;
		stays[former] = true;
		change->halts |= after->moved[i];
		if (after->moved[i] &&
			placement_is_program(before, former, false))
			add_removed(replan, change, former, true);
	}
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		const struct topology_stream *edge = &topology->streams[i];

		if (stays[i])
			continue;
		change->halts |= before->node_of[edge->from.owner] !=
				 before->node_of[edge->to.owner];
		add_removed(replan, change, i, false);
	}
	free(stays);
}

static void add_removed(struct replan *replan, struct loop_change *change,
	uint32_t stream, bool goes_on)
{
	const struct placement *before = replan->changes.before;
	const struct topology_stream *edge = &before->topology->streams[stream];

	change->removed = realloc(change->removed,
		(change->removed_count + 1u) * sizeof *change->removed);
	CHECK(change->removed != NULL);
	change->removed[change->removed_count++] = (struct loop_removed){
		strdup(edge->name),
		replan->places.nodes[before->node_of[edge->to.owner]], goes_on};
}
