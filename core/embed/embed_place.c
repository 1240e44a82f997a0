/*
 * embed_place: the plan of one node whose neighbours are the application.
 *
 *	node "main", run                        node "other", not run
 *	 [lines] -> [count] -> [top] --- reads: "top" --x-> [table]
 *	    ^ writes: "lines.in", which the manifest leaves free
 *
 * A stream that crosses nodes loses its link and gets the application at its
 * far end; a port that the manifest leaves free gets a stream of its own.
 */
#include "core/embed/embed.h"

#include <errno.h>

#include "core/base/bounds.h"

static const struct node_plan_end outside = {NODE_PLAN_NONE, 0, 0};

/* Which of the topology's streams a stream of the node is: names are the
 * topology's own. */
static uint32_t stream_of(
	const struct topology *topology, const struct node_plan_stream *stream)
{
	for (uint32_t i = 0; i < topology->stream_count; i++)
		if (topology->streams[i].name == stream->name)
			return i;
	return TOPOLOGY_NONE;
}

static struct embed_port *port_of(struct embed_ports *ports, uint32_t stream)
{
	for (uint32_t i = 0; i < ports->count; i++)
		if (ports->ports[i].stream == stream)
			return &ports->ports[i];
	return NULL;
}

/* A stream that crosses nodes belongs to the application, which knows. */
static int lend(struct tau_node *node, uint32_t placed, uint32_t stream,
	struct text *why)
{
	const struct topology *topology = &node->plan.topology;
	const struct topology_stream *crossing = &topology->streams[stream];
	const bool leaves =
		node->part.streams[placed].to.owner == NODE_PLAN_NONE;
	struct embed_port *port =
		port_of(leaves ? &node->reads : &node->writes, stream);
	const struct topology_end *end =
		leaves ? &crossing->from : &crossing->to;

	node->part.streams[placed].link = NODE_PLAN_NONE;
	node->part.streams[placed].number = 0;
	if (port) {
		port->placed = placed;
		return 0;
	}
	text_format(why,
		leaves ? "the stream \"%s\" leads to another node, which is "
			 "not run here: name \"%s.%s\" in `reads`, or leave it "
			 "out of the manifest\n"
		       : "the stream \"%s\" comes from another node, which is "
			 "not run here: name \"%s.%s\" in `writes`, or leave "
			 "it out of the manifest\n",
		crossing->name, topology->operators[end->owner].name,
		topology_port(topology, *end, leaves)->name);
	return -EINVAL;
}

/* A back stream may be left unconnected. */
static bool is_named(struct tau_node *node, const struct node_plan_stream *back)
{
	uint32_t stream = stream_of(&node->plan.topology, back);

	return port_of(back->to.owner == NODE_PLAN_NONE ? &node->reads
							: &node->writes,
		       stream) != NULL;
}

/* Those that stay are moved together. */
static int place_crossing(struct tau_node *node, struct text *why)
{
	const struct topology *topology = &node->plan.topology;
	struct node_plan *part = &node->part;
	uint32_t kept = 0;
	int result = 0;

	for (uint32_t i = 0; i < part->stream_count; i++) {
		bool crosses = part->streams[i].link != NODE_PLAN_NONE;

		if (crosses && part->streams[i].back &&
			!is_named(node, &part->streams[i]))
			continue;
		part->streams[kept] = part->streams[i];
		if (crosses &&
			lend(node, kept, stream_of(topology, &part->streams[i]),
				why) < 0)
			result = -EINVAL;
		kept++;
	}
	part->stream_count = kept;
	part->link_count = 0;
	return result;
}

static uint32_t index_of(
	const struct tau_node *node, uint32_t at, uint32_t owner)
{
	const struct placement_node *placed = &node->plan.placement.nodes[at];
	uint32_t i = 0;

	while (placed->operators[i] != owner)
		i++;
	return i;
}

/* A stream with the application at one end, like those that a manifest says no
 * more of. */
static void place_free(
	struct tau_node *node, uint32_t at, struct embed_port *port, bool reads)
{
	struct node_plan *part = &node->part;
	const struct flow_options *usual =
		&node->plan.manifest.stream_defaults.flow;
	struct node_plan_end own = {
		index_of(node, at, port->owner), port->port, port->member};
	struct node_plan_stream stream = {.name = port->name,
		.former = port->name,
		.from = reads ? own : outside,
		.to = reads ? outside : own,
		.capacity_bytes = usual->set & STREAM_CAPACITY
					  ? usual->capacity_bytes
					  : STREAM_CAPACITY_DEFAULT,
		.records = usual->set & STREAM_RECORDS ? usual->records
						       : STREAM_RECORDS_DEFAULT,
		.atomic_bytes = usual->set & STREAM_ATOMIC
					? usual->atomic_bytes
					: STREAM_ATOMIC_DEFAULT,
		.full = usual->set & STREAM_FULL ? usual->full : FULL_BLOCK,
		.back = port->back,
		.link = NODE_PLAN_NONE,
		.port = port->name};

	if (stream.atomic_bytes > stream.capacity_bytes)
		stream.atomic_bytes = stream.capacity_bytes;
	port->placed = part->stream_count;
	part->streams[part->stream_count++] = stream;
}

/* They stand behind those of the manifest. */
static void place_ports(struct tau_node *node, uint32_t at)
{
	struct embed_ports *const lists[] = {&node->writes, &node->reads};
	struct node_plan *part = &node->part;
	struct node_plan_stream *streams = arena_allocate(&part->arena,
		part->stream_count + node->writes.count + node->reads.count + 1,
		sizeof *streams);

	for (uint32_t i = 0; i < part->stream_count; i++)
		streams[i] = part->streams[i];
	part->streams = streams;
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < lists[side]->count; i++)
			if (lists[side]->ports[i].stream == TOPOLOGY_NONE)
				place_free(node, at, &lists[side]->ports[i],
					lists[side]->reads);
}

/* Whether `at`, an operator or none, may have that one of the standard fds. */
static int check_stdio(
	const struct tau_node *node, uint32_t at, bool reads, struct text *why)
{
	if (at == NODE_PLAN_NONE)
		return 0;
	text_format(why,
		reads ? "\"%s\" reads standard input, which is the "
			"application's: leave it out, and name the port that "
			"it writes to in `writes`\n"
		      : "\"%s\" writes standard output, which is the "
			"application's: leave it out, and name the port that "
			"it reads from in `reads`\n",
		node->part.operators[at].name);
	return -EINVAL;
}

int embed_place(struct tau_node *node, uint32_t at, const char *folder,
	struct text *why)
{
	const struct topology *topology = &node->plan.topology;
	const struct node_plan *part = &node->part;
	int result;

	placement_node_plan(&node->plan.placement, at,
		topology->name ? topology->name : "embedded", folder,
		&node->part);
	result = check_stdio(node, part->stdin_operator, true, why);
	if (check_stdio(node, part->stdout_operator, false, why) < 0)
		result = -EINVAL;
	if (place_crossing(node, why) < 0)
		result = -EINVAL;
	place_ports(node, at);
	return result;
}
