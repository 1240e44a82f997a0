/*
 * changes_streams: what becomes of streams, told by the nodes of their writers.
 */
#include <string.h>

#include "core/plan/changes_parts.h"
#include "core/text/quantity.h"

bool changes_touches(
	const struct placement *placement, uint32_t stream, const char *node)
{
	const struct topology_stream *edge =
		&placement->topology->streams[stream];
	return strcmp(changes_node_name(placement, edge->from.owner), node) ==
		       0 ||
	       strcmp(changes_node_name(placement, edge->to.owner), node) == 0;
}

/* ---- what differs -------------------------------------------------------- */

static void add_option(struct arena *arena, const char **all, const char *name,
	const char *before, const char *after)
{
	*all = arena_format(arena, "%s%s%s %s → %s", *all == NULL ? "" : *all,
		*all == NULL ? "" : ", ", name, before, after);
}

static void add_bytes(struct arena *arena, const char **all, const char *name,
	uint32_t before, uint32_t after)
{
	char left[QUANTITY_TEXT_BYTES], right[QUANTITY_TEXT_BYTES];
	quantity_size_text(left, before);
	quantity_size_text(right, after);
	if (before != after)
		add_option(arena, all, name, left, right);
}

static void add_flag(struct arena *arena, const char **all, const char *name,
	bool before, bool after)
{
	if (before != after)
		add_option(arena, all, name, before ? "true" : "false",
			after ? "true" : "false");
}

static const char *compare_options(struct arena *arena,
	const struct topology_stream *before,
	const struct topology_stream *after)
{
	const char *all = NULL;
	add_bytes(arena, &all, "capacity", before->capacity_bytes,
		after->capacity_bytes);
	if (before->records != after->records)
		add_option(arena, &all, "records",
			arena_format(arena, "%u", before->records),
			arena_format(arena, "%u", after->records));
	add_bytes(arena, &all, "atomic", before->atomic_bytes,
		after->atomic_bytes);
	if (before->full != after->full)
		add_option(arena, &all, "full",
			manifest_full_words[before->full],
			manifest_full_words[after->full]);
	add_flag(arena, &all, "shred", before->shred, after->shred);
	add_flag(arena, &all, "fds", before->fds, after->fds);
	add_flag(arena, &all, "reconnect", before->reconnect, after->reconnect);
	return all;
}

static bool same_end(const struct topology *old, struct topology_end before,
	const struct topology *new, struct topology_end after, bool out)
{
	return strcmp(old->operators[before.owner].name,
		       new->operators[after.owner].name) == 0 &&
	       strcmp(topology_port(old, before, out)->name,
		       topology_port(new, after, out)->name) == 0 &&
	       (out || before.member == after.member);
}

/* ---- what cannot be had -------------------------------------------------- */

/* The link of each stream of a placement, or CHANGES_NONE inside a node. */
static uint32_t *links_of(
	const struct placement *placement, struct arena *arena)
{
	uint32_t count = placement->topology->stream_count;
	uint32_t *links =
		arena_allocate(arena, (size_t)count + 1, sizeof *links);
	for (uint32_t i = 0; i < count; i++)
		links[i] = CHANGES_NONE;
	for (uint32_t i = 0; i < placement->crossing_count; i++)
		links[placement->crossing[i]] = placement->crossing_links[i];
	return links;
}

/* A program begins anew, with a connection that nothing is left in. */
static bool can_leave(const struct placement *placement, uint32_t link)
{
	return link == CHANGES_NONE || placement->links[link].packets ||
	       placement->links[link].foreign;
}

/* What is under way in bytes, or in a FIFO, cannot be told apart. */
static void vet_place(struct comparing *comparing,
	const struct changes_stream *entry, uint32_t link_before,
	uint32_t link_after)
{
	const struct placement *before = comparing->before;
	const struct placement *after = comparing->after;
	const struct topology_stream *was =
		&before->topology->streams[entry->before];
	const struct topology_stream *is =
		&after->topology->streams[entry->after];
	if (!entry->moved || (can_leave(before, link_before) &&
				     can_leave(after, link_after)))
		return;
	diagnostics_add(comparing->diagnostics, is->at,
		"stream %s goes over %s, and would go over %s: the records in "
		"it can change places only into a node, or from one link "
		"between nodes of operators to another; leave it, or stop the "
		"topology and start it anew",
		entry->name, manifest_transport_words[was->transport],
		manifest_transport_words[is->transport]);
}

/* What the former writer wrote is read by the new reader. */
static void vet_types(
	struct comparing *comparing, const struct changes_stream *entry)
{
	const struct topology *old = comparing->before->topology;
	const struct topology *new = comparing->after->topology;
	const struct topology_stream *was = &old->streams[entry->before];
	const struct topology_stream *is = &new->streams[entry->after];
	const struct port_description *out =
		topology_port(old, was->from, true);
	const struct port_description *in = topology_port(new, is->to, false);
	if (description_port_types_meet(out->type, in->type))
		return;
	diagnostics_add(comparing->diagnostics, is->at,
		"stream %s still carries what %s.%s wrote before, %s, and "
		"%s.%s takes %s; put an operator between that takes both, or "
		"stop the topology and start it anew",
		entry->name, old->operators[was->from.owner].name, out->name,
		description_port_type_name(out->type),
		new->operators[is->to.owner].name, in->name,
		description_port_type_name(in->type));
}

/* ---- all of them --------------------------------------------------------- */

static void add_stream(
	struct comparing *comparing, uint32_t node, struct changes_stream entry)
{
	struct changes_node *target = &comparing->changes->nodes[node];
	target->streams = arena_grow(&comparing->changes->arena,
		target->streams, target->stream_count, sizeof entry);
	target->streams[target->stream_count++] = entry;
}

static struct changes_stream compare_stream(
	struct comparing *comparing, uint32_t before, uint32_t after)
{
	const struct topology *old = comparing->before->topology;
	const struct topology *new = comparing->after->topology;
	const struct topology_stream *was = &old->streams[before];
	const struct topology_stream *is = &new->streams[after];
	struct changes_stream entry = {.name = is->name,
		.before = before,
		.after = after,
		.renamed = strcmp(was->name, is->name) != 0,
		.rewired = !same_end(old, was->from, new, is->from, true) ||
			   !same_end(old, was->to, new, is->to, false),
		.moved = comparing->after->moved[after],
		.options =
			compare_options(&comparing->changes->arena, was, is)};
	entry.action =
		entry.renamed || entry.rewired || entry.moved || entry.options
			? CHANGES_CHANGED
			: CHANGES_KEPT;
	return entry;
}

static void add_removed(struct comparing *comparing, const bool *kept)
{
	const struct topology *old = comparing->before->topology;
	for (uint32_t i = 0; i < old->stream_count; i++) {
		uint32_t node =
			comparing->before->node_of[old->streams[i].from.owner];
		if (!kept[i])
			add_stream(comparing, comparing->entries[node],
				(struct changes_stream){
					.name = old->streams[i].name,
					.action = CHANGES_REMOVED,
					.before = i,
					.after = CHANGES_NONE});
	}
}

/* Nodes of the new placement stand first, in its order. */
void changes_compare_streams(struct comparing *comparing)
{
	const struct placement *after = comparing->after;
	const struct topology *new = after->topology;
	uint32_t old_count = comparing->before->topology->stream_count;
	uint32_t *links_before = links_of(comparing->before, &comparing->arena);
	uint32_t *links_after = links_of(after, &comparing->arena);
	bool *kept = arena_allocate(
		&comparing->arena, (size_t)old_count + 1, sizeof *kept);
	for (uint32_t i = 0; i < new->stream_count; i++) {
		uint32_t before = after->former_streams[i];
		struct changes_stream entry = {.name = new->streams[i].name,
			.action = CHANGES_ADDED,
			.before = CHANGES_NONE,
			.after = i};
		if (before != CHANGES_NONE) {
			entry = compare_stream(comparing, before, i);
			kept[before] = true;
			vet_place(comparing, &entry, links_before[before],
				links_after[i]);
			vet_types(comparing, &entry);
		}
		add_stream(comparing,
			after->node_of[new->streams[i].from.owner], entry);
	}
	add_removed(comparing, kept);
}
