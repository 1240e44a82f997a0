/*
 * trial_place: what is run of a topology in a case.
 *
 *	  not run        sent               expected        not run
 *	 [file.read] -x-> in [lines] -> … [top] out -x-> [stdout]
 *
 * Run is what a step names, and what leads to it. A stream into a port that is
 * sent to is cut; what nobody reads that is run, the test reads.
 */
#include "core/plan/trial_parts.h"

#include "core/base/bounds.h"

struct binding {
	struct trial *trial;
	const struct trial_case *one;
	const struct topology *topology;
	bool *runs; /* by operator */
	bool *cut;  /* by stream: its reader gets the test's records */
};

/* The port of the case that stands there. */
static uint32_t port_at(
	const struct binding *binding, const struct topology_end *end, bool out)
{
	const struct trial *trial = binding->trial;

	for (uint32_t i = 0; i < trial->port_count; i++) {
		const struct trial_port *port = &trial->ports[i];

		if (port->named && port->out == out &&
			port->end.owner == end->owner &&
			port->end.port == end->port &&
			port->end.member == end->member)
			return i;
	}
	return TRIAL_NONE;
}

static void mark_named(struct binding *binding)
{
	struct trial *trial = binding->trial;

	for (uint32_t i = 0; i < trial->port_count; i++) {
		trial->ports[i].named = trial->ports[i].shared = false;
		trial->ports[i].stream = TRIAL_NONE;
	}
	for (uint32_t i = 0; i < binding->one->step_count; i++) {
		const struct trial_step *step = &binding->one->steps[i];

		if (step->port != TRIAL_NONE)
			trial->ports[step->port].named = true;
		if (step->owner != TRIAL_NONE)
			binding->runs[step->owner] = true;
	}
	for (uint32_t i = 0; i < binding->topology->stream_count; i++)
		binding->cut[i] =
			port_at(binding, &binding->topology->streams[i].to,
				false) != TRIAL_NONE;
}

/* Whoever writes to one that runs, runs. */
static void mark_before(struct binding *binding)
{
	const struct topology *topology = binding->topology;
	bool more = true;

	while (more) {
		more = false;
		for (uint32_t i = 0; i < topology->stream_count; i++) {
			const struct topology_stream *stream =
				&topology->streams[i];

			if (stream->back || binding->cut[i] ||
				!binding->runs[stream->to.owner] ||
				binding->runs[stream->from.owner])
				continue;
			binding->runs[stream->from.owner] = more = true;
		}
	}
}

static void check_kinds(struct binding *binding)
{
	const struct topology *topology = binding->topology;

	for (uint32_t i = 0; i < topology->operator_count; i++)
		if (binding->runs[i] && topology->operators[i].type == NULL)
			diagnostics_add(&binding->trial->diagnostics,
				binding->trial->topology_at,
				"\"%s\" is a program of its own, which a test "
				"does not start; send to what reads from it",
				topology->operators[i].name);
}

static struct node_plan_end plan_end(
	const struct trial *trial, const struct topology_end *end)
{
	return (struct node_plan_end){
		trial->index_of[end->owner], end->port, end->member};
}

/* A stream of the node with the test at one end, or both of its ends. */
static uint32_t add_stream(struct trial *trial, const char *name,
	const struct topology_stream *like, struct node_plan_end from,
	struct node_plan_end to)
{
	struct node_plan *plan = &trial->node;
	struct node_plan_stream *stream;

	plan->streams = arena_grow(&plan->arena, plan->streams,
		plan->stream_count, sizeof *plan->streams);
	stream = &plan->streams[plan->stream_count];
	*stream = (struct node_plan_stream){.name = name,
		.former = name,
		.from = from,
		.to = to,
		.capacity_bytes =
			like ? like->capacity_bytes : STREAM_CAPACITY_DEFAULT,
		.records = like ? like->records : STREAM_RECORDS_DEFAULT,
		.atomic_bytes =
			like ? like->atomic_bytes : STREAM_ATOMIC_DEFAULT,
		.full = like ? like->full : FULL_BLOCK,
		.fds = like && like->fds,
		.back = like && like->back,
		.link = NODE_PLAN_NONE,
		.port = name};
	return plan->stream_count++;
}

static const struct node_plan_end outside = {NODE_PLAN_NONE, 0, 0};

static void place_stream(struct binding *binding, uint32_t at)
{
	struct trial *trial = binding->trial;
	const struct topology_stream *stream = &binding->topology->streams[at];
	bool writes = binding->runs[stream->from.owner];
	bool reads = binding->runs[stream->to.owner] && !binding->cut[at];
	uint32_t port = port_at(binding, &stream->from, true);
	uint32_t made;

	if (!writes ||
		(stream->back && (!reads || binding->cut[stream->partner])))
		return;
	made = add_stream(trial, stream->name, stream,
		plan_end(trial, &stream->from),
		reads ? plan_end(trial, &stream->to) : outside);
	if (port == TRIAL_NONE)
		return;
	trial->ports[port].stream = made;
	trial->ports[port].shared = reads;
}

/* Ports that are sent to, and those that no stream of the topology leaves. */
static void place_ports(struct binding *binding)
{
	struct trial *trial = binding->trial;
	const struct topology *topology = binding->topology;

	for (uint32_t i = 0; i < trial->port_count; i++) {
		struct trial_port *port = &trial->ports[i];
		struct node_plan_end end = outside;
		const struct topology_stream *like = NULL;

		if (port->named)
			end = plan_end(trial, &port->end);
		for (uint32_t j = 0; !port->out && j < topology->stream_count;
			j++)
			if (binding->cut[j] &&
				port_at(binding, &topology->streams[j].to,
					false) == i)
				like = &topology->streams[j];
		if (port->named && port->stream == TRIAL_NONE)
			port->stream = add_stream(trial, port->name, like,
				port->out ? end : outside,
				port->out ? outside : end);
	}
}

static void place_operators(struct binding *binding)
{
	struct trial *trial = binding->trial;
	const struct topology *topology = binding->topology;
	struct arena *arena = &trial->paper.arena;
	const struct placement_node *any = trial->plan.placement.nodes;
	struct placement_node node = {.name = "test",
		.written = any->written,
		.operators = arena_allocate(
			arena, topology->operator_count, sizeof(uint32_t))};
	struct placement one = {
		.topology = topology, .nodes = &node, .node_count = 1};

	for (uint32_t i = 0; i < topology->operator_count; i++) {
		trial->index_of[i] = NODE_PLAN_NONE;
		if (!binding->runs[i])
			continue;
		trial->index_of[i] = node.operator_count;
		node.operators[node.operator_count++] = i;
		if (node.written->kind != NODE_OPERATORS)
			node.written =
				&topology->manifest
					 ->nodes[topology->operators[i].node];
	}
	placement_node_plan(&one, 0, "test", trial->current, &trial->node);
}

/* Nobody can hold back what another one reads. */
static void check_stalls(struct binding *binding)
{
	struct trial *trial = binding->trial;

	for (uint32_t i = 0; i < binding->one->step_count; i++) {
		const struct trial_step *step = &binding->one->steps[i];

		if (step->verb == TRIAL_STALL && step->port != TRIAL_NONE &&
			trial->ports[step->port].shared)
			diagnostics_add(&trial->diagnostics, step->name_at,
				"%s is read by an operator that runs in this "
				"case; only what the test alone reads can be "
				"stalled",
				trial->ports[step->port].name);
	}
}

bool trial_place(struct trial *trial, uint32_t at)
{
	const struct topology *topology = &trial->plan.topology;
	struct arena *arena = &trial->paper.arena;
	struct binding binding = {.trial = trial,
		.one = &trial->cases[at],
		.topology = topology,
		.runs = arena_allocate(
			arena, topology->operator_count, sizeof(bool)),
		.cut = arena_allocate(
			arena, topology->stream_count, sizeof(bool))};

	node_plan_release(&trial->node);
	trial->node = (struct node_plan){0};
	trial->index_of = arena_allocate(
		arena, topology->operator_count, sizeof *trial->index_of);
	mark_named(&binding);
	mark_before(&binding);
	check_kinds(&binding);
	if (trial->diagnostics.count > 0)
		return false;
	place_operators(&binding);
	for (uint32_t i = 0; i < topology->stream_count; i++)
		place_stream(&binding, i);
	place_ports(&binding);
	check_stalls(&binding);
	return trial->diagnostics.count == 0;
}
