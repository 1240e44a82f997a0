/* node_look: what a node does just now. See the header. */
#include "core/host/node_look.h"

#include <stdlib.h>
#include <x86intrin.h>

#include "core/host/node_report.h"
#include "core/text/object.h"
#include "core/text/text.h"

static void put_node(struct text *text, const struct node *node);
static void put_operator(
	struct text *text, const struct node *node, uint32_t at);
static void put_stream(struct text *text, const struct node *node, uint32_t at);
static const char *does(
	const struct node *node, uint32_t at, const char **stream);
static bool waits(const struct node *node, uint32_t at, const char *stream,
	enum waits_kind kind);
static const char *owner_of(
	const struct node *node, const struct node_plan_end *end);
static void put_line(struct text *text, struct object *object);

bool node_look_obey(const struct node *node,
	struct command_connection *connection, const struct command *message)
{
	struct text text = {0};

	if (message->kind != COMMAND_LOOK)
		return false;
	put_node(&text, node);
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		put_operator(&text, node, i);
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		put_stream(&text, node, i);
	node_report_send(
		connection, &(struct command){.kind = COMMAND_SEEN,
				    .records = message->records,
				    .text = command_text(text_string(&text))});
	text_release(&text);
	return true;
}

static void put_node(struct text *text, const struct node *node)
{
	struct object object = OBJECT_NONE;

	object_text(&object, "node", node->plan->node);
	object_number(&object, "now_cycles", (int64_t)__rdtsc());
	put_line(text, &object);
}

static void put_operator(
	struct text *text, const struct node *node, uint32_t at)
{
	const struct instance *instance = node->operators[at];
	struct object object = OBJECT_NONE;
	uint64_t in = 0, out = 0;
	const char *stream = NULL;
	uint32_t i;

	for (i = node->edges[at].to; i != NODE_PLAN_NONE;
		i = node->next_edges[i].to)
		in += node->streams[i].received;
	for (i = node->edges[at].from; i != NODE_PLAN_NONE;
		i = node->next_edges[i].from)
		out += node->streams[i].sent;
	object_text(&object, "node", node->plan->node);
	object_text(&object, "operator", instance->name);
	object_text(&object, "plugin", instance->plugin);
	object_number(&object, "cycles", (int64_t)instance->task.cycles);
	object_number(&object, "in", (int64_t)in);
	object_number(&object, "out", (int64_t)out);
	object_text(&object, "does", does(node, at, &stream));
	if (stream)
		object_text(&object, "stream", stream);
	put_line(text, &object);
}

static void put_stream(struct text *text, const struct node *node, uint32_t at)
{
	const struct node_plan_stream *plan = &node->plan->streams[at];
	const struct stream *stream = &node->streams[at];
	struct object object = OBJECT_NONE;

	object_text(&object, "node", node->plan->node);
	object_text(&object, "stream", plan->name);
	object_text(&object, "writer", owner_of(node, &plan->from));
	object_text(&object, "reader", owner_of(node, &plan->to));
	object_number(&object, "in", (int64_t)stream->sent);
	object_number(&object, "out", (int64_t)stream->received);
	object_number(&object, "dropped", (int64_t)stream->dropped);
	object_number(&object, "records", (int64_t)stream_count(stream));
	object_number(&object, "bytes", (int64_t)stream->used_bytes);
	object_number(
		&object, "capacity_bytes", (int64_t)stream->capacity_bytes);
	object_number(&object, "capacity_records", (int64_t)stream->records);
	object_flag(&object, "writer_waits",
		waits(node, plan->from.owner, plan->name, WAITS_WRITE));
	object_flag(&object, "reader_waits",
		waits(node, plan->to.owner, plan->name, WAITS_READ));
	put_line(text, &object);
}

static const char *does(
	const struct node *node, uint32_t at, const char **stream)
{
	const struct instance *instance = node->operators[at];
	enum waits_kind kind;

	if (instance->state != INSTANCE_RUNNING)
		return "ended";
	if (instance->task.state != TASK_WAITING)
		return "work";
	*stream = node_waits_for(node, at, &kind);
	if (kind == WAITS_NOTHING)
		return "outside";
	return kind == WAITS_WRITE ? "write" : "read";
}

/* Whether that is what an operator, if it is one of ours, waits for. */
static bool waits(const struct node *node, uint32_t at, const char *stream,
	enum waits_kind kind)
{
	enum waits_kind found = WAITS_NOTHING;

	return at != NODE_PLAN_NONE &&
	       node->operators[at]->state == INSTANCE_RUNNING &&
	       node_waits_for(node, at, &found) == stream && found == kind;
}

/* NULL: in another node. */
static const char *owner_of(
	const struct node *node, const struct node_plan_end *end)
{
	return end->owner == NODE_PLAN_NONE ? NULL
					    : node->operators[end->owner]->name;
}

static void put_line(struct text *text, struct object *object)
{
	char *line = object_take(object);

	text_format(text, "%s\n", line);
	free(line);
}
