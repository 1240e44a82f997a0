/*
 * placement: operators to nodes, by what the manifest says.
 *
 * Replicas are nodes of their own, one after the other, so a node's index is
 * the first of its manifest node plus the replica.
 */
#include "core/plan/placement.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/check.h"

/* The options of a node with the manifest's defaults behind them. */
static struct node_options fill_options(
	const struct node_options *own, const struct node_options *defaults)
{
	struct node_options filled = *own;
	uint32_t missing = defaults->set & ~own->set;
	filled.set |= missing;
	if (missing & NODE_RESTART_ON) {
		filled.restart_on = defaults->restart_on;
		filled.restart_at = defaults->restart_at;
	}
	if (missing & NODE_RESTART_MAX)
		filled.restart_max = defaults->restart_max;
	if (missing & NODE_RESTART_WITHIN)
		filled.restart_within_ns = defaults->restart_within_ns;
	if (missing & NODE_RESTART_BACKOFF) {
		filled.backoff_first_ns = defaults->backoff_first_ns;
		filled.backoff_last_ns = defaults->backoff_last_ns;
	}
	if (missing & NODE_WATCHDOG_WARN)
		filled.warn_ns = defaults->warn_ns;
	if (missing & NODE_WATCHDOG_REPORT)
		filled.report_ns = defaults->report_ns;
	if (missing & NODE_WATCHDOG_KILL)
		filled.kill_ns = defaults->kill_ns;
	if (missing & NODE_WATCHDOG_START)
		filled.start_ns = defaults->start_ns;
	if (missing & NODE_LIMIT_MEMORY)
		filled.memory_bytes = defaults->memory_bytes;
	if (missing & NODE_LIMIT_FILES)
		filled.files = defaults->files;
	if (filled.watchdog_at == 0)
		filled.watchdog_at = defaults->watchdog_at;
	if (filled.limits_at == 0)
		filled.limits_at = defaults->limits_at;
	return filled;
}

/* Adds the instances of one manifest node; the index of the first. */
static uint32_t add_nodes(struct placement *placement, uint32_t index)
{
	const struct manifest *manifest = placement->topology->manifest;
	const struct manifest_node *written = &manifest->nodes[index];
	uint32_t first = placement->node_count;
	for (uint32_t i = 0; i < written->replicas; i++) {
		struct placement_node node = {
			.name = written->replicas == 1
					? written->name
					: arena_format(&placement->arena,
						  "%s#%u", written->name, i),
			.written = written,
			.options = fill_options(
				&written->options, &manifest->node_defaults),
		};
		placement->nodes = arena_grow(&placement->arena,
			placement->nodes, placement->node_count, sizeof node);
		placement->nodes[placement->node_count++] = node;
	}
	return first;
}

static void append(
	struct arena *arena, uint32_t **list, uint32_t *count, uint32_t value)
{
	*list = arena_grow(arena, *list, *count, sizeof **list);
	(*list)[(*count)++] = value;
}

static bool is_ours(const struct placement *placement, uint32_t node)
{
	return placement->nodes[node].written->kind == NODE_OPERATORS;
}

static uint32_t add_link(struct placement *placement, uint32_t one,
	uint32_t other, enum stream_transport transport)
{
	uint32_t low = one < other ? one : other;
	uint32_t high = one < other ? other : one;
	bool ours = is_ours(placement, low) && is_ours(placement, high);
	struct placement_link link = {.nodes = {low, high},
		.places = {placement->nodes[low].link_count++,
			placement->nodes[high].link_count++},
		.transport = transport,
		.foreign = !ours,
		.packets = ours && transport == TRANSPORT_LINK,
		.fifo = TOPOLOGY_NONE};
	placement->links = arena_grow(&placement->arena, placement->links,
		placement->link_count, sizeof link);
	placement->links[placement->link_count] = link;
	return placement->link_count++;
}

/* The link between two nodes; made when it is not there. The connection of a
 * command or a remote node is its own, and all its streams share it. */
static uint32_t link_between(struct placement *placement, uint32_t one,
	uint32_t other, enum stream_transport transport)
{
	if (!is_ours(placement, one) || !is_ours(placement, other))
		transport = TRANSPORT_LINK;
	uint32_t low = one < other ? one : other;
	uint32_t high = one < other ? other : one;
	for (uint32_t i = 0; i < placement->link_count; i++)
		if (placement->links[i].nodes[0] == low &&
			placement->links[i].nodes[1] == high &&
			placement->links[i].transport == transport)
			return i;
	return add_link(placement, low, high, transport);
}

/* One way, from the first to the second. */
static uint32_t fifo_for(struct placement *placement, uint32_t stream,
	uint32_t from, uint32_t to)
{
	uint32_t index = add_link(placement, from, to, TRANSPORT_FIFO);
	placement->links[index].fifo = stream;
	placement->links[index].writer =
		placement->links[index].nodes[1] == from;
	return index;
}

/* That of the two whose connection comes from elsewhere; else NULL. */
static const struct placement_node *remote_of(
	const struct placement *placement, uint32_t one, uint32_t other)
{
	const struct placement_node *nodes = placement->nodes;
	if (nodes[one].written->kind == NODE_REMOTE)
		return &nodes[one];
	return nodes[other].written->kind == NODE_REMOTE ? &nodes[other] : NULL;
}

static void place_stream(struct placement *placement, uint32_t stream)
{
	const struct topology_stream *edge =
		&placement->topology->streams[stream];
	uint32_t from = placement->node_of[edge->from.owner];
	uint32_t to = placement->node_of[edge->to.owner];
	struct placement_node *node = &placement->nodes[from];
	uint32_t count = placement->crossing_count, same = count;
	enum stream_transport transport = edge->transport;
	if (from == to) {
		append(&placement->arena, &node->streams, &node->stream_count,
			stream);
		return;
	}
	/* A FIFO goes one way: the way back is a link. */
	if (transport == TRANSPORT_FIFO && edge->back)
		transport = TRANSPORT_LINK;
	append(&placement->arena, &placement->crossing, &count, stream);
	append(&placement->arena, &placement->crossing_numbers, &same,
		placement->next_number++);
	append(&placement->arena, &placement->crossing_links,
		&placement->crossing_count,
		transport == TRANSPORT_FIFO
			? fifo_for(placement, stream, from, to)
			: link_between(placement, from, to, transport));
	if (edge->reconnect && remote_of(placement, from, to) != NULL)
		placement
			->links[placement->crossing_links
					[placement->crossing_count - 1]]
			.reconnect = true;
}

void placement_make(
	struct placement *placement, const struct topology *topology)
{
	const struct manifest *manifest = topology->manifest;
	struct arena arena = {0};
	uint32_t *first =
		arena_allocate(&arena, manifest->node_count, sizeof *first);
	*placement = (struct placement){.topology = topology};
	placement->node_of = arena_allocate(
		&placement->arena, topology->operator_count, sizeof *first);
	for (uint32_t i = 0; i < manifest->node_count; i++)
		first[i] = add_nodes(placement, i);
	for (uint32_t i = 0; i < topology->operator_count; i++) {
		const struct topology_operator *target =
			&topology->operators[i];
		placement->node_of[i] = first[target->node] + target->replica;
		struct placement_node *node =
			&placement->nodes[placement->node_of[i]];
		append(&placement->arena, &node->operators,
			&node->operator_count, i);
	}
	for (uint32_t i = 0; i < topology->stream_count; i++)
		place_stream(placement, i);
	arena_release(&arena);
}

void placement_release(struct placement *placement)
{
	arena_release(&placement->arena);
	*placement = (struct placement){0};
}

/* ---- what a node gets ---------------------------------------------------- */

static struct node_plan_operator plan_operator(struct arena *arena,
	const struct topology_operator *target, const char *folder)
{
	const struct catalogue_type *type = target->type;
	const struct note_identity *identity = &type->plugin->identity;
	char sha256[NOTE_SHA256_TEXT];
	/* Of a file that was replaced it is zeros, which no node will load. */
	(void)catalogue_sha256(type->plugin, sha256, NULL);
	return (struct node_plan_operator){
		.name = target->name,
		.former = target->name,
		.type = type->type,
		.plugin = type->plugin->description->name,
		.name_in_plugin = type->description->name,
		.path = identity->path[0] == '/'
				? identity->path
				: arena_format(arena, "%s/%s", folder,
					  identity->path),
		.sha256 = arena_copy(arena, sha256),
		.version = type->plugin->description->version,
		.params = target->params,
		.param_count = (uint32_t)type->description->param_count,
	};
}

static struct node_plan_end plan_end(
	const struct topology_end *end, const uint32_t *index_of)
{
	uint32_t index = index_of[end->owner];
	if (index == NODE_PLAN_NONE)
		return (struct node_plan_end){NODE_PLAN_NONE, 0, 0};
	return (struct node_plan_end){index, end->port, end->member};
}

static struct node_plan_stream plan_stream(const struct placement *placement,
	uint32_t index, const uint32_t *index_of)
{
	const struct topology_stream *stream =
		&placement->topology->streams[index];
	return (struct node_plan_stream){
		.name = stream->name,
		.former = stream->name,
		.from = plan_end(&stream->from, index_of),
		.to = plan_end(&stream->to, index_of),
		.capacity_bytes = stream->capacity_bytes,
		.records = stream->records,
		.atomic_bytes = stream->atomic_bytes,
		.full = stream->full,
		.shred = stream->shred,
		.fds = stream->fds,
		.back = stream->back,
		.link = NODE_PLAN_NONE,
		.port = stream->name,
	};
}

/* The node's links, in the order of their places. */
static void plan_links(const struct placement *placement, uint32_t node,
	struct node_plan *plan)
{
	plan->link_count = placement->nodes[node].link_count;
	plan->links = arena_allocate(
		&plan->arena, plan->link_count, sizeof *plan->links);
	for (uint32_t i = 0; i < placement->link_count; i++) {
		const struct placement_link *link = &placement->links[i];
		for (int side = 0; side < 2; side++) {
			uint32_t other = link->nodes[!side];
			uint32_t place = link->places[side];
			if (link->nodes[side] != node)
				continue;
			plan->links[place] = (struct node_plan_link){
				placement->nodes[other].name,
				PLACEMENT_LINK_FD + place, link->packets,
				link->transport, link->foreign,
				link->reconnect};
		}
	}
}

/* What the far side calls its end: the port, and of a variadic one which. */
static const char *far_port(const struct topology *topology, uint32_t index,
	struct node_plan_stream stream, struct arena *arena)
{
	const struct topology_stream *edge = &topology->streams[index];
	bool out = stream.from.owner == NODE_PLAN_NONE;
	const struct topology_end *end = out ? &edge->from : &edge->to;
	const struct port_description *port =
		topology_port(topology, *end, out);
	if (!port->variadic)
		return port->name;
	return arena_format(arena, "%s[%" PRIu32 "]", port->name, end->member);
}

/* Those inside the node, then those that cross to others, by their numbers. */
static void plan_streams(const struct placement *placement, uint32_t node,
	const uint32_t *index_of, struct node_plan *plan)
{
	const struct topology *topology = placement->topology;
	const struct placement_node *placed = &placement->nodes[node];
	plan->streams = arena_allocate(&plan->arena,
		placed->stream_count + placement->crossing_count,
		sizeof *plan->streams);
	for (uint32_t i = 0; i < placed->stream_count; i++)
		plan->streams[plan->stream_count++] =
			plan_stream(placement, placed->streams[i], index_of);
	for (uint32_t i = 0; i < placement->crossing_count; i++) {
		const struct placement_link *link =
			&placement->links[placement->crossing_links[i]];
		if (link->nodes[0] != node && link->nodes[1] != node)
			continue;
		struct node_plan_stream stream = plan_stream(
			placement, placement->crossing[i], index_of);
		stream.link = link->places[link->nodes[1] == node];
		stream.number = placement->crossing_numbers[i];
		stream.port = far_port(
			topology, placement->crossing[i], stream, &plan->arena);
		plan->streams[plan->stream_count++] = stream;
	}
}

/* A command or a remote peer has no operators; its streams are told to it on
 * its link. */
static void plan_command(
	const struct manifest_node *written, struct node_plan *plan)
{
	plan->source = written->in_count == 0;
	plan->remote = written->remote.text;
	plan->command_count = written->command_count;
	plan->command = arena_allocate(&plan->arena, written->command_count + 1,
		sizeof *plan->command);
	for (uint32_t i = 0; i < written->command_count; i++)
		plan->command[i] = written->command[i].text;
}

void placement_node_plan(const struct placement *placement, uint32_t node,
	const char *topology_name, const char *folder, struct node_plan *plan)
{
	CHECK(node < placement->node_count);
	const struct topology *topology = placement->topology;
	const struct placement_node *placed = &placement->nodes[node];
	struct arena arena = {0};
	uint32_t *index_of = arena_allocate(
		&arena, topology->operator_count, sizeof *index_of);
	plan->topology = arena_copy(&plan->arena, topology_name);
	plan->node = placed->name;
	plan->stdin_operator = plan->stdout_operator = NODE_PLAN_NONE;
	plan->folder =
		arena_copy(&plan->arena, topology->manifest->source->folder);
	plan_links(placement, node, plan);
	if (placed->written->kind != NODE_OPERATORS) {
		plan_command(placed->written, plan);
		plan->stays = placed->written->cwd != NULL;
		arena_release(&arena);
		return;
	}
	plan->operator_count = placed->operator_count;
	plan->operators = arena_allocate(
		&plan->arena, placed->operator_count, sizeof *plan->operators);
	for (uint32_t i = 0; i < topology->operator_count; i++)
		index_of[i] = NODE_PLAN_NONE;
	for (uint32_t i = 0; i < placed->operator_count; i++) {
		uint32_t index = placed->operators[i];
		CHECK(topology->operators[index].type != NULL);
		index_of[index] = i;
		plan->operators[i] = plan_operator(
			&plan->arena, &topology->operators[index], folder);
		if (index == topology->stdin_operator)
			plan->stdin_operator = i;
		if (index == topology->stdout_operator)
			plan->stdout_operator = i;
	}
	plan_streams(placement, node, index_of, plan);
	arena_release(&arena);
}
