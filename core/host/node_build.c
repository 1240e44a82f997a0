/* node_build: from a plan to operators. See the header. */
#include "core/host/node_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/node_links.h"
#include "core/host/node_relays.h"
#include "core/host/params.h"

static int make_tables(struct node *node);
static int load(
	struct node *node, uint32_t at, const char *store, struct error *error);
static int make(struct node *node, uint32_t at, struct error *error);
static int members(const struct node *node, uint32_t at,
	const struct operator_description *type, uint32_t *in, uint32_t *out);
static int member(
	const struct node_plan_end *end, uint32_t *counts, uint32_t ports);
static void take_streams(struct port_side *to, struct port_side *from);
static void link_edges(struct node *node);
static int init_stream(struct node *node, uint32_t at, struct error *error);
static int connect_nowhere(struct node *node, struct error *error);
static int nowhere_port(struct node *node, uint32_t at, uint32_t port);
static enum stream_policy policy_of(enum stream_full full);

int node_build(struct node *node, struct node_plan *plan, const char *store,
	int stdin_fd, int stdout_fd, struct node_failure *failure)
{
	struct error *error = &failure->error;
	int result;
	uint32_t i;

	node->plan = plan;
	node->fabric.stdin_fd = stdin_fd;
	node->fabric.stdout_fd = stdout_fd;
	result = make_tables(node);

	if (result < 0)
		return error_set(error, result, "out of memory for a node");
	for (i = 0; i < plan->operator_count && result == 0; i++) {
		failure->name = plan->operators[i].name;
		failure->plugin = plan->operators[i].plugin;
		result = load(node, i, store, error);
		if (result == 0)
			result = make(node, i, error);
	}
	if (result < 0)
		return result;
	failure->name = failure->plugin = NULL;
	result = node_links_init(node, error);
	for (i = 0; i < plan->stream_count && result == 0; i++)
		result = init_stream(node, i, error);
	if (result == 0)
		result = connect_nowhere(node, error);
	if (result == 0)
		result = node_relays_init(node, error);
	for (i = 0; i < plan->operator_count && result == 0; i++) {
		failure->name = plan->operators[i].name;
		failure->plugin = plan->operators[i].plugin;
		result = instance_prepare(node->operators[i], error);
	}
	return result;
}

void node_unbuild(struct node *node)
{
	const struct node_plan *plan = node->plan;

	if (!plan)
		return;
	for (uint32_t i = 0; i < plan->operator_count; i++) {
		if (node->operators)
			instance_destroy(&node->operators[i]);
		if (node->params)
			free(node->params[i]);
	}
	node_relays_release(node);
	node_links_release(node);
	for (uint32_t i = 0; node->streams && i < plan->stream_count; i++)
		if (node->streams[i].magic)
			stream_release(&node->streams[i]);
	for (uint32_t i = 0; i < node->nowhere_count; i++) {
		stream_release(&node->nowhere[i].stream);
		free(node->nowhere[i].name);
	}
	for (uint32_t i = 0; i < node->loaded_count; i++)
		library_destroy(&node->loaded[i]);
	free(node->operators);
	free(node->params);
	free(node->streams);
	free(node->lost);
	free(node->cut);
	free(node->edges);
	free(node->next_edges);
	free(node->nowhere);
	free(node->loaded);
	free(node->libraries);
}

int node_remake(struct node *node, uint32_t at, struct error *error)
{
	struct instance *old = node->operators[at], *made;
	struct tau_param *params = node->params[at];
	int result;

	node->operators[at] = NULL;
	node->params[at] = NULL;
	result = make(node, at, error);
	made = node->operators[at];
	if (result == 0) {
		take_streams(&made->ports.in, &old->ports.in);
		take_streams(&made->ports.out, &old->ports.out);
	}
	for (uint32_t i = 0; i < node->relay_count; i++)
		if (node->relays[i].instance == old)
			node->relays[i].instance = made;
	instance_destroy(&old);
	free(params);
	return result < 0 ? result : instance_prepare(made, error);
}

static void take_streams(struct port_side *to, struct port_side *from)
{
	for (uint32_t i = 0; i < from->end_count; i++) {
		struct port_end *end = &from->ends[i];
		struct stream *stream = end->stream;

		end->stream = NULL;
		if (stream)
			ports_connect(to, (uint32_t)(end->port - from->ports),
				(uint32_t)(end - end->port->ends), stream);
	}
}

static int make_tables(struct node *node)
{
	uint32_t operators = node->plan->operator_count + 1;
	uint32_t streams = node->plan->stream_count + 1;

	node->operators = calloc(operators, sizeof *node->operators);
	node->params = calloc(operators, sizeof *node->params);
	node->libraries = calloc(operators, sizeof *node->libraries);
	node->loaded = calloc(operators, sizeof *node->loaded);
	node->streams = calloc(streams, sizeof *node->streams);
	node->lost = calloc(streams, sizeof *node->lost);
	node->cut = calloc(streams, sizeof *node->cut);
	node->edges = calloc(operators, sizeof *node->edges);
	node->next_edges = calloc(streams, sizeof *node->next_edges);
	if (!node->operators || !node->params || !node->libraries ||
		!node->loaded || !node->streams || !node->lost || !node->cut ||
		!node->edges || !node->next_edges)
		return -ENOMEM;
	link_edges(node);
	return 0;
}

/* A plugin is loaded once, however many operators come from it. */
static int load(
	struct node *node, uint32_t at, const char *store, struct error *error)
{
	const struct node_plan_operator *plan = &node->plan->operators[at];
	int result;

	for (uint32_t i = 0; i < node->loaded_count; i++) {
		CHECK(node->loaded[i]);
		if (strcmp(plan->path, node->loaded[i]->identity.path) != 0)
			continue;
		node->libraries[at] = node->loaded[i];
		return 0;
	}
	result = library_load(&node->loaded[node->loaded_count],
		node->fabric.os, store, plan->path, plan->sha256, error);
	if (result == 0)
		node->libraries[at] = node->loaded[node->loaded_count++];
	return result;
}

static int make(struct node *node, uint32_t at, struct error *error)
{
	const struct node_plan_operator *plan = &node->plan->operators[at];
	const struct library_operator *type =
		library_operator(node->libraries[at], plan->name_in_plugin);
	uint32_t in[PORTS_IN_MAX] = {0}, out[PORTS_OUT_MAX] = {0};
	struct instance_make make = {
		.name = plan->name,
		.plugin = plan->plugin,
		.in_members = in,
		.out_members = out,
		.stdio_fd = -1,
	};
	int result;

	if (!type)
		return error_set(error, -ENOENT,
			"%s describes no operator %s any more; start again",
			plan->path, plan->name_in_plugin);
	make.description = type->description;
	make.functions = &type->table;
	result = members(node, at, make.description, in, out);
	if (result == 0)
		result =
			params_make(&node->params[at], plan, type->description);
	if (result < 0)
		return error_set(error, result,
			"the plan does not fit %s; start again", plan->path);
	make.params = node->params[at];
	make.param_count = (uint32_t)type->description->param_count;
	if (node->plan->stdin_operator == at)
		make.stdio_fd = node->fabric.stdin_fd;
	if (node->plan->stdout_operator == at)
		make.stdio_fd = node->fabric.stdout_fd;
	result = instance_create(
		&node->operators[at], &node->fabric, &make, error);
	if (result == 0)
		node->operators[at]->task.number = at + 1;
	return result;
}

/* How many members each variadic port has; ports are checked on the way. */
static int members(const struct node *node, uint32_t at,
	const struct operator_description *type, uint32_t *in, uint32_t *out)
{
	const struct edges *edges = &node->edges[at];
	int result = 0;

	for (uint32_t i = edges->from; i != NODE_PLAN_NONE && result == 0;
		i = node->next_edges[i].from)
		result = member(
			&node->plan->streams[i].from, out, type->out_count);
	for (uint32_t i = edges->to; i != NODE_PLAN_NONE && result == 0;
		i = node->next_edges[i].to)
		result = member(&node->plan->streams[i].to, in, type->in_count);
	return result;
}

static int member(
	const struct node_plan_end *end, uint32_t *counts, uint32_t ports)
{
	if (end->port >= ports)
		return -EINVAL;
	if (counts[end->port] <= end->member)
		counts[end->port] = end->member + 1;
	return 0;
}

/* Lists each operator's streams, so that building takes linear time. */
static void link_edges(struct node *node)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		node->edges[i] = (struct edges){NODE_PLAN_NONE, NODE_PLAN_NONE};
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct node_plan_stream *stream = &node->plan->streams[i];
		struct edges none = {NODE_PLAN_NONE, NODE_PLAN_NONE};
		struct edges *from = &none, *to = &none;

		if (stream->from.owner != NODE_PLAN_NONE)
			from = &node->edges[stream->from.owner];
		if (stream->to.owner != NODE_PLAN_NONE)
			to = &node->edges[stream->to.owner];
		node->next_edges[i] = (struct edges){from->from, to->to};
		from->from = i;
		to->to = i;
	}
}

static int init_stream(struct node *node, uint32_t at, struct error *error)
{
	const struct node_plan_stream *plan = &node->plan->streams[at];
	struct stream *stream = &node->streams[at];
	const bool fifo =
		plan->link != NODE_PLAN_NONE &&
		node->plan->links[plan->link].transport == TRANSPORT_FIFO;
	struct stream_settings settings = {
		.capacity_bytes = plan->capacity_bytes,
		.records = plan->records,
		.atomic_bytes = plan->shred || fifo ? plan->capacity_bytes
						    : plan->atomic_bytes,
		.policy = policy_of(plan->full),
	};

	/* It is the writer that fails, in its own node. */
	if (fifo && plan->from.owner == NODE_PLAN_NONE &&
		settings.policy == STREAM_FAIL)
		settings.policy = STREAM_BLOCK;
	stream_init(stream, &node->fabric.streams, &settings, plan->name);
	if (plan->from.owner != NODE_PLAN_NONE)
		ports_connect(&node->operators[plan->from.owner]->ports.out,
			plan->from.port, plan->from.member, stream);
	if (plan->to.owner != NODE_PLAN_NONE)
		ports_connect(&node->operators[plan->to.owner]->ports.in,
			plan->to.port, plan->to.member, stream);
	return plan->link == NODE_PLAN_NONE ? 0
					    : node_links_add(node, at, error);
}

/* Gives each plain out port that nobody reads a stream to nowhere. */
static int connect_nowhere(struct node *node, struct error *error)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		count += node->operators[i]->op.out_count;
	node->nowhere = calloc(count + 1u, sizeof *node->nowhere);
	if (!node->nowhere)
		return error_set(error, -ENOMEM, "out of memory for a node");
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		for (uint32_t p = 0; p < node->operators[i]->op.out_count; p++)
			if (nowhere_port(node, i, p) < 0)
				return error_set(error, -ENOMEM,
					"out of memory for a node");
	return 0;
}

static int nowhere_port(struct node *node, uint32_t at, uint32_t port)
{
	struct instance *instance = node->operators[at];
	const struct port *out = &instance->ports.out.ports[port];
	struct node_port *to = &node->nowhere[node->nowhere_count];
	const struct stream_settings settings = {
		.capacity_bytes = STREAM_CAPACITY_DEFAULT,
		.records = STREAM_RECORDS_DEFAULT,
		.atomic_bytes = STREAM_ATOMIC_MAX,
		.policy = STREAM_NOWHERE,
	};

	if (out->description->variadic || out->ends[0].stream)
		return 0;
	if (asprintf(&to->name, "%s.%s", instance->name,
		    instance->description->out[port].name) < 0)
		return -ENOMEM;
	stream_init(&to->stream, &node->fabric.streams, &settings, to->name);
	ports_connect(&instance->ports.out, port, 0, &to->stream);
	node->nowhere_count++;
	return 0;
}

static enum stream_policy policy_of(enum stream_full full)
{
	switch (full) {
	case FULL_DROP_OLDEST:
		return STREAM_DROP_OLDEST;
	case FULL_DROP_NEWEST:
		return STREAM_DROP_NEWEST;
	case FULL_FAIL:
		return STREAM_FAIL;
	default:
		return STREAM_BLOCK;
	}
}
