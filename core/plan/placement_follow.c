/*
 * placement_follow: what stays the same between two placements stays in the
 * same order and under the same numbers.
 *
 *     former   a b c      streams on links 0 1 2      next 3
 *     new      c x a      ->  a c x, numbers 0 2 3    next 4
 *
 * A stream is the same one when its ends are: operator and port at both, by
 * their names. Members of variadic ports do not count, since they shift when
 * one of them goes; several streams between the same two ports are taken in
 * their order. Of those that remain, equal names are the same stream, wired
 * otherwise. One that a program of somebody else's writes is another when it
 * lies elsewhere.
 */
#include "core/plan/placement.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

struct following {
	struct placement *placement;
	const struct placement *former;
	struct arena arena; /* for as long as it takes */
	uint32_t *nodes;    /* by the new ones: which former one it is */
};

/* A stream by its ends, or by its name alone; or whatever has a name. */
struct key {
	const char *texts[4];
	uint32_t index;
};

/* Something with its place in the new order. */
struct ranked {
	uint32_t rank, index;
	uint32_t value, link;
};

static int compare_texts(const struct key *left, const struct key *right)
{
	int order = 0;
	for (int i = 0; order == 0 && i < 4; i++)
		order = strcmp(left->texts[i], right->texts[i]);
	return order;
}

static int compare_keys(const void *left, const void *right)
{
	const struct key *one = left, *other = right;
	int order = compare_texts(one, other);
	if (order != 0)
		return order;
	return one->index < other->index ? -1 : one->index > other->index;
}

static int compare_ranks(const void *left, const void *right)
{
	const struct ranked *one = left, *other = right;
	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

/* Sets found[of a new key's index] to the former key's index. */
static void join(struct key *keys, uint32_t count, struct key *formers,
	uint32_t former_count, uint32_t *found)
{
	uint32_t at = 0;
	if (count > 0)
		qsort(keys, count, sizeof *keys, compare_keys);
	if (former_count > 0)
		qsort(formers, former_count, sizeof *formers, compare_keys);
	for (uint32_t i = 0; i < count && at < former_count;) {
		int order = compare_texts(&keys[i], &formers[at]);
		if (order == 0)
			found[keys[i].index] = formers[at].index;
		at += order >= 0;
		i += order <= 0;
	}
}

static uint32_t *none(struct arena *arena, uint32_t count)
{
	uint32_t *list = arena_allocate(arena, (size_t)count + 1, sizeof *list);
	for (uint32_t i = 0; i < count; i++)
		list[i] = TOPOLOGY_NONE;
	return list;
}

/* ---- which is which ------------------------------------------------------ */

static struct key key_of_stream(
	const struct topology *topology, uint32_t index, bool named)
{
	const struct topology_stream *stream = &topology->streams[index];
	if (named)
		return (struct key){{stream->name, "", "", ""}, index};
	return (struct key){
		{topology->operators[stream->from.owner].name,
			topology_port(topology, stream->from, true)->name,
			topology->operators[stream->to.owner].name,
			topology_port(topology, stream->to, false)->name},
		index};
}

/* The keys of all streams that `taken` does not have. */
static struct key *keys_of(const struct topology *topology, const bool *taken,
	bool named, struct arena *arena, uint32_t *count)
{
	struct key *keys = arena_allocate(
		arena, (size_t)topology->stream_count + 1, sizeof *keys);
	*count = 0;
	for (uint32_t i = 0; i < topology->stream_count; i++)
		if (!taken[i])
			keys[(*count)++] = key_of_stream(topology, i, named);
	return keys;
}

static void follow_streams(struct following *following)
{
	struct placement *placement = following->placement;
	const struct topology *topology = placement->topology;
	const struct topology *former = following->former->topology;
	struct arena *arena = &following->arena;
	uint32_t *found = none(&placement->arena, topology->stream_count);
	bool *taken = arena_allocate(
		arena, (size_t)topology->stream_count + 1, sizeof *taken);
	bool *gone = arena_allocate(
		arena, (size_t)former->stream_count + 1, sizeof *gone);
	for (int named = 0; named < 2; named++) {
		uint32_t count, former_count;
		struct key *keys =
			keys_of(topology, taken, named, arena, &count);
		struct key *formers =
			keys_of(former, gone, named, arena, &former_count);
		join(keys, count, formers, former_count, found);
		for (uint32_t i = 0; i < topology->stream_count; i++)
			if (found[i] != TOPOLOGY_NONE)
				taken[i] = gone[found[i]] = true;
	}
	placement->former_streams = found;
}

static void follow_nodes(struct following *following)
{
	struct arena *arena = &following->arena;
	const struct placement *sides[] = {
		following->placement, following->former};
	struct key *keys[2];
	for (int side = 0; side < 2; side++) {
		uint32_t count = sides[side]->node_count;
		keys[side] =
			arena_allocate(arena, (size_t)count + 1, sizeof **keys);
		for (uint32_t i = 0; i < count; i++)
			keys[side][i] = (struct key){
				{sides[side]->nodes[i].name, "", "", ""}, i};
	}
	following->nodes = none(arena, sides[0]->node_count);
	join(keys[0], sides[0]->node_count, keys[1], sides[1]->node_count,
		following->nodes);
}

/* Where each element of a former list stood in it, by its value. */
static uint32_t *positions(struct arena *arena, const uint32_t *list,
	uint32_t count, uint32_t values)
{
	uint32_t *at = none(arena, values);
	for (uint32_t i = 0; i < count; i++)
		at[list[i]] = i;
	return at;
}

/* ---- the order inside nodes ---------------------------------------------- */

/* Sorts a node's list by where each stood formerly, the new ones behind. */
static void order_list(struct arena *arena, uint32_t *list, uint32_t count,
	const uint32_t *former, const uint32_t *stood)
{
	struct ranked *ranked =
		arena_allocate(arena, (size_t)count + 1, sizeof *ranked);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t was = former[list[i]];
		ranked[i] = (struct ranked){
			was == TOPOLOGY_NONE ? TOPOLOGY_NONE : stood[was], i,
			list[i], 0};
	}
	if (count > 0)
		qsort(ranked, count, sizeof *ranked, compare_ranks);
	for (uint32_t i = 0; i < count; i++)
		list[i] = ranked[i].value;
}

static uint32_t *former_operators(struct following *following)
{
	struct arena *arena = &following->arena;
	const struct topology *sides[] = {
		following->placement->topology, following->former->topology};
	uint32_t *found =
		none(&following->placement->arena, sides[0]->operator_count);
	struct key *keys[2];
	for (int side = 0; side < 2; side++) {
		uint32_t count = sides[side]->operator_count;
		keys[side] =
			arena_allocate(arena, (size_t)count + 1, sizeof **keys);
		for (uint32_t i = 0; i < count; i++)
			keys[side][i] = (struct key){
				{sides[side]->operators[i].name, "", "", ""},
				i};
	}
	join(keys[0], sides[0]->operator_count, keys[1],
		sides[1]->operator_count, found);
	return found;
}

/* `stood` is of one former node at a time: only its own are set, and they are
 * taken out again. */
static void order_nodes(struct following *following)
{
	struct placement *placement = following->placement;
	const struct placement *former = following->former;
	struct arena *arena = &following->arena;
	uint32_t *operators = placement->former_operators =
		former_operators(following);
	uint32_t *stood =
		positions(arena, NULL, 0, former->topology->operator_count);
	uint32_t *flowed =
		positions(arena, NULL, 0, former->topology->stream_count);
	for (uint32_t i = 0; i < former->node_count; i++) {
		const struct placement_node *node = &former->nodes[i];
		for (uint32_t j = 0; j < node->operator_count; j++)
			stood[node->operators[j]] = j;
		for (uint32_t j = 0; j < node->stream_count; j++)
			flowed[node->streams[j]] = j;
	}
	for (uint32_t i = 0; i < placement->node_count; i++) {
		struct placement_node *node = &placement->nodes[i];
		order_list(arena, node->operators, node->operator_count,
			operators, stood);
		order_list(arena, node->streams, node->stream_count,
			placement->former_streams, flowed);
	}
}

/* ---- links and numbers --------------------------------------------------- */

/* Whether both are the same connection. */
static bool same_link(const struct following *following,
	const struct placement_link *link, const struct placement_link *former)
{
	const uint32_t one = following->nodes[link->nodes[0]];
	const uint32_t other = following->nodes[link->nodes[1]];
	bool straight = one == former->nodes[0] && other == former->nodes[1];
	bool turned = one == former->nodes[1] && other == former->nodes[0];
	if (!(straight || turned) || link->transport != former->transport ||
		link->packets != former->packets ||
		link->foreign != former->foreign)
		return false;
	if (link->fifo == TOPOLOGY_NONE)
		return former->fifo == TOPOLOGY_NONE;
	return former->fifo != TOPOLOGY_NONE &&
	       following->placement->former_streams[link->fifo] ==
		       former->fifo &&
	       (link->writer == former->writer) == straight;
}

/* Links stand in the order of the former ones; then places are counted. */
static void order_links(struct following *following)
{
	struct placement *placement = following->placement;
	const struct placement *former = following->former;
	uint32_t count = placement->link_count;
	struct ranked *ranked = arena_allocate(
		&following->arena, (size_t)count + 1, sizeof *ranked);
	struct placement_link *links = arena_allocate(
		&placement->arena, (size_t)count + 1, sizeof *links);
	uint32_t *moved = none(&following->arena, count);
	for (uint32_t i = 0; i < count; i++) {
		ranked[i] = (struct ranked){TOPOLOGY_NONE, i, i, 0};
		for (uint32_t j = 0; j < former->link_count; j++)
			if (same_link(following, &placement->links[i],
				    &former->links[j]))
				ranked[i].rank = j;
	}
	if (count > 0)
		qsort(ranked, count, sizeof *ranked, compare_ranks);
	placement->former_links = none(&placement->arena, count);
	for (uint32_t i = 0; i < placement->node_count; i++)
		placement->nodes[i].link_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		links[i] = placement->links[ranked[i].value];
		moved[ranked[i].value] = i;
		placement->former_links[i] = ranked[i].rank;
		for (int side = 0; side < 2; side++)
			links[i].places[side] =
				placement->nodes[links[i].nodes[side]]
					.link_count++;
	}
	placement->links = links;
	for (uint32_t i = 0; i < placement->crossing_count; i++)
		placement->crossing_links[i] =
			moved[placement->crossing_links[i]];
}

/* Whether a stream lies elsewhere; `at` and `was_at` are its places among those
 * that cross, or none. */
static bool has_moved(const struct following *following, uint32_t stream,
	uint32_t at, uint32_t was_at)
{
	const struct placement *placement = following->placement;
	const struct placement *former = following->former;
	const struct topology_stream *is =
		&placement->topology->streams[stream];
	const struct topology_stream *was =
		&former->topology->streams[placement->former_streams[stream]];
	uint32_t writer = following->nodes[placement->node_of[is->from.owner]];
	if (writer != former->node_of[was->from.owner] ||
		(at == TOPOLOGY_NONE) != (was_at == TOPOLOGY_NONE))
		return true;
	return at != TOPOLOGY_NONE &&
	       placement->former_links[placement->crossing_links[at]] !=
		       former->crossing_links[was_at];
}

static void find_moved(struct following *following, const uint32_t *crossed)
{
	struct placement *placement = following->placement;
	uint32_t count = placement->topology->stream_count;
	uint32_t *crosses = positions(&following->arena, placement->crossing,
		placement->crossing_count, count);
	placement->moved = arena_allocate(
		&placement->arena, (size_t)count + 1, sizeof(bool));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t was = placement->former_streams[i];
		if (was == TOPOLOGY_NONE ||
			!has_moved(following, i, crosses[i], crossed[was]))
			continue;
		/* What a program had written is where it is read, and nobody
		 * could take it elsewhere. */
		if (placement_is_program(placement, i, true) ||
			placement_is_program(following->former, was, true))
			placement->former_streams[i] = TOPOLOGY_NONE;
		else
			placement->moved[i] = true;
	}
}

/* The number that a stream had on the link that it is still on, else none. */
static uint32_t former_number(
	const struct following *following, const uint32_t *crossed, uint32_t at)
{
	const struct placement *placement = following->placement;
	uint32_t stream = placement->crossing[at];
	uint32_t was = placement->former_streams[stream];
	if (was == TOPOLOGY_NONE || placement->moved[stream])
		return TOPOLOGY_NONE;
	return following->former->crossing_numbers[crossed[was]];
}

static void order_crossing(struct following *following)
{
	struct placement *placement = following->placement;
	const struct placement *former = following->former;
	uint32_t count = placement->crossing_count;
	uint32_t *crossed = positions(&following->arena, former->crossing,
		former->crossing_count, former->topology->stream_count);
	struct ranked *ranked = arena_allocate(
		&following->arena, (size_t)count + 1, sizeof *ranked);
	find_moved(following, crossed);
	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){
			former_number(following, crossed, i), i,
			placement->crossing[i], placement->crossing_links[i]};
	if (count > 0)
		qsort(ranked, count, sizeof *ranked, compare_ranks);
	placement->next_number = former->next_number;
	for (uint32_t i = 0; i < count; i++) {
		placement->crossing[i] = ranked[i].value;
		placement->crossing_links[i] = ranked[i].link;
		placement->crossing_numbers[i] =
			ranked[i].rank != TOPOLOGY_NONE
				? ranked[i].rank
				: placement->next_number++;
	}
}

void placement_follow(
	struct placement *placement, const struct placement *former)
{
	struct following following = {.placement = placement, .former = former};
	follow_nodes(&following);
	follow_streams(&following);
	order_nodes(&following);
	order_links(&following);
	order_crossing(&following);
	arena_release(&following.arena);
}
