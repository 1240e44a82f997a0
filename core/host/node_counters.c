/* node_counters: what a node notes for its supervisor. See the header. */
#include "core/host/node_counters.h"

#include <string.h>

static void left(struct scheduler *scheduler, struct task *task);
static void sleeps(struct fabric *fabric, bool asleep);
static bool drops_of_link(const struct node_plan_stream *stream);
static void note(struct node *node, uint32_t at);
static uint64_t written(const struct node *node, uint32_t at);
static uint64_t read_of(const struct node *node, uint32_t at);

void node_counters_open(struct node *node, const struct node_plan *plan, int fd)
{
	struct scheduler *scheduler = &node->fabric.scheduler;
	struct os *os = node->fabric.os;
	int result;

	if (fd < 0)
		return;
	result = counters_map(&node->counters, os, plan->operator_count,
		plan->stream_count, fd);
	os->close(os, fd);
	if (result < 0) {
		log_say(node->fabric.log, LOG_WARNING,
			"cannot use the page for its counters: %s",
			strerror(-result));
		return;
	}
	scheduler->shown = &node->counters.head->running;
	scheduler->left = left;
	scheduler->context = node;
	node->fabric.sleeps = sleeps;
	while (node->first_dropping < plan->stream_count &&
		!drops_of_link(&plan->streams[node->first_dropping]))
		node->first_dropping++;
}

void node_counters_finish(struct node *node)
{
	if (!node->counters.head)
		return;
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		note(node, i);
}

void node_counters_close(struct node *node)
{
	struct scheduler *scheduler = &node->fabric.scheduler;

	scheduler->shown = &scheduler->unshown;
	scheduler->left = NULL;
	node->fabric.sleeps = NULL;
	counters_unmap(&node->counters, node->fabric.os);
}

/* A task that is no operator is a link or the like: it may have dropped records
 * for a stream's reader. */
static void left(struct scheduler *scheduler, struct task *task)
{
	struct node *node = scheduler->context;
	const struct node_plan *plan = node->plan;

	if (task->number > 0) {
		note(node, task->number - 1);
		return;
	}
	for (uint32_t i = node->first_dropping; i < plan->stream_count; i++)
		if (drops_of_link(&plan->streams[i]))
			note(node, plan->streams[i].to.owner);
}

static void sleeps(struct fabric *fabric, bool asleep)
{
	struct node *node = fabric->owner;

	if (asleep)
		counters_sleep(&node->counters);
	else if (counters_wake(&node->counters) && node->listener &&
		 node->listener->woken)
		node->listener->woken(node->listener);
}

/* Whether a link fills it, and drops what does not fit. */
static bool drops_of_link(const struct node_plan_stream *stream)
{
	return stream->from.owner == NODE_PLAN_NONE &&
	       (stream->full == FULL_DROP_OLDEST ||
		       stream->full == FULL_DROP_NEWEST);
}

static void note(struct node *node, uint32_t at)
{
	struct counters *counters = &node->counters;
	uint32_t half = !counters_half(counters, at);
	uint32_t i;

	for (i = node->edges[at].from; i != NODE_PLAN_NONE;
		i = node->next_edges[i].from)
		counters->streams[i].written[half] = written(node, i);
	for (i = node->edges[at].to; i != NODE_PLAN_NONE;
		i = node->next_edges[i].to)
		counters->streams[i].read[half] = read_of(node, i);
	counters_turn(counters, at);
}

static uint64_t written(const struct node *node, uint32_t at)
{
	const struct stream *stream = &node->streams[at];
	uint64_t count = stream->received + stream_count(stream) +
			 stream->unread - node->lost[at];

	return count | (stream->left ? COUNTERS_LEFT : 0);
}

static uint64_t read_of(const struct node *node, uint32_t at)
{
	const struct stream *stream = &node->streams[at];
	uint64_t count = stream->received + node->lost[at];

	if (node->plan->streams[at].from.owner == NODE_PLAN_NONE)
		count += stream->dropped;
	return count | (stream->left && !node->closing ? COUNTERS_LEFT : 0);
}
