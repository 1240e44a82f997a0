/* node: whether it can only wait, and who waits for whom then. */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/node.h"
#include "core/host/slot.h"
#include "core/run/readiness.h"

static bool link_moves(const struct node *node, uint32_t link);
static void put_operator(struct text *to, const struct node *node, uint32_t at);
static void put_relay(struct text *to, const struct node *node, uint32_t at);
static void put_stream(struct text *to, const struct node *node, uint32_t at);

bool node_is_quiet(struct node *node)
{
	struct fabric *fabric = &node->fabric;

	if (node->freezing || node->links_open == 0 ||
		!scheduler_idle(&fabric->scheduler) ||
		timers_next(&fabric->timers) != TIMERS_NEVER ||
		slots_may_come(fabric))
		return false;
	for (uint32_t i = 0; i < node->plan->link_count; i++)
		if (link_moves(node, i))
			return false;
	return true;
}

uint64_t node_moves(const struct node *node)
{
	uint64_t moves = 0;

	for (uint32_t i = 0; i < node->plan->link_count; i++) {
		const struct link *link = node->links[i].link;

		moves += node->links[i].closed;
		if (link)
			moves += link_counts(link)->packets_sent +
				 link_counts(link)->packets_received;
	}
	return moves;
}

char *node_waits(const struct node *node)
{
	struct text to = {0};

	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		put_operator(&to, node, i);
	for (uint32_t i = 0; i < node->relay_count; i++)
		put_relay(&to, node, i);
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		put_stream(&to, node, i);
	return text_take(&to);
}

/* The stream that an operator waits for, by name: one that it writes, if there
 * is one that does not take more. NULL: nothing of the kind. */
const char *node_waits_for(
	const struct node *node, uint32_t at, enum waits_kind *kind)
{
	const struct task *task = &node->operators[at]->task;
	uint64_t asked = task->want.any | task->want.all;
	uint32_t i;

	*kind = WAITS_NOTHING;
	if (task->state != TASK_WAITING)
		return NULL;
	for (i = node->edges[at].from; i != NODE_PLAN_NONE;
		i = node->next_edges[i].from) {
		const struct node_plan_stream *plan = &node->plan->streams[i];
		const struct stream *stream = &node->streams[i];

		if (!(asked & TAU_OUT(plan->from.port)) ||
			!stream->writer.armed || stream->writer.gone)
			continue;
		*kind = WAITS_WRITE;
		return plan->name;
	}
	for (i = node->edges[at].to; i != NODE_PLAN_NONE;
		i = node->next_edges[i].to) {
		const struct node_plan_stream *plan = &node->plan->streams[i];

		if (!(asked & TAU_IN(plan->to.port)) ||
			!node->streams[i].reader.armed)
			continue;
		*kind = WAITS_READ;
		return plan->name;
	}
	return NULL;
}

/* Whether it does not only wait for another node of ours. */
static bool link_moves(const struct node *node, uint32_t link)
{
	const struct node_link *one = &node->links[link];

	return !one->closed &&
	       (one->foreign || one->fifo || !link_is_still(one->link));
}

static void put_operator(struct text *to, const struct node *node, uint32_t at)
{
	const struct instance *instance = node->operators[at];
	enum waits_kind kind = WAITS_ENDED;
	const char *stream = NULL;

	if (instance->state == INSTANCE_RUNNING)
		stream = node_waits_for(node, at, &kind);
	waits_put_operator(to, instance->name, kind, stream);
}

/* What passes an operator by waits for itself, under the operator's name. */
static void put_relay(struct text *to, const struct node *node, uint32_t at)
{
	const struct node_relay *relay = &node->relays[at];
	const struct stream *from, *next;

	if (!relay_streams(relay->relay, &from, &next))
		waits_put_operator(
			to, relay->instance->name, WAITS_ENDED, NULL);
	else if (stream_count(from) > 0)
		waits_put_operator(
			to, relay->instance->name, WAITS_WRITE, next->name);
	else
		waits_put_operator(
			to, relay->instance->name, WAITS_READ, from->name);
}

static void put_stream(struct text *to, const struct node *node, uint32_t at)
{
	const struct node_plan_stream *plan = &node->plan->streams[at];
	const struct stream *stream = &node->streams[at];
	struct waits_stream told = {plan->name, plan->from.owner,
		plan->to.owner, stream_count(stream), stream->used_bytes,
		stream->capacity_bytes};

	for (uint32_t i = 0; plan->back && i < node->relay_count; i++) {
		const struct stream *reads, *writes;

		relay_streams(node->relays[i].relay, &reads, &writes);
		if (reads == stream)
			told.reader = node->plan->operator_count + i;
		if (writes == stream)
			told.writer = node->plan->operator_count + i;
	}
	waits_put_stream(to, &told);
}
