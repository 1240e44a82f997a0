/* node: the life of one. Building it is node_build.c. See the header. */
#include "core/host/node.h"

#include <stdlib.h>

#include "core/base/check.h"
#include "core/host/node_build.h"
#include "core/host/node_counters.h"
#include "core/host/node_links.h"

static enum node_state end_state(const struct node *node);
static void stopped(struct fabric *fabric, struct instance *instance);

int node_create(struct node **made, struct os *os, struct log *log,
	uint64_t seed, struct error *error)
{
	struct node *node = calloc(1, sizeof *node);
	int result;

	if (!node)
		return error_set(error, -ENOMEM, "out of memory for a node");
	node->magic = NODE_MAGIC;
	result = fabric_init(&node->fabric, os, log, seed, error);
	if (result < 0) {
		free(node);
		return result;
	}
	node->fabric.owner = node;
	node->fabric.stopped = stopped;
	*made = node;
	return 0;
}

const struct instance *node_running(const struct node *node)
{
	const struct task *task = node->fabric.scheduler.running;

	if (node->fabric.visited)
		return node->fabric.visited;
	/* Links, FIFOs and relays have tasks, too. */
	for (uint32_t i = 0;
		task && node->operators && i < node->plan->operator_count; i++)
		if (node->operators[i] && &node->operators[i]->task == task)
			return node->operators[i];
	return NULL;
}

void node_destroy(struct node **node)
{
	struct node *old = *node;

	if (!old)
		return;
	CHECK_MAGIC(old, NODE_MAGIC);
	old->listener = NULL;
	node_close(old);
	node_counters_close(old);
	node_unbuild(old);
	fabric_release(&old->fabric);
	old->magic = 0;
	free(old);
	*node = NULL;
}

int node_start(struct node *node, struct error *error)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++) {
		struct instance *instance = node->operators[i];
		int result;

		if (instance->state == INSTANCE_FROZEN)
			node->frozen--;
		else if (instance->state != INSTANCE_CREATED)
			continue;
		result = instance_start(instance, error);
		if (result < 0)
			return result;
		node->running++;
		if (instance->draining) /* asked while it stood still */
			instance_quiesce(instance);
	}
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		node->streams[i].extra_bytes = 0;
	return 0;
}

enum node_state node_turn(struct node *node, int64_t timeout_ns)
{
	bool turned;

	CHECK_MAGIC(node, NODE_MAGIC);
	if (node_has_ended(node))
		return end_state(node);
	turned = fabric_turn(&node->fabric, timeout_ns);
	if (node_has_ended(node))
		return end_state(node);
	return turned ? NODE_RUNNING : NODE_DEADLOCKED;
}

bool node_has_ended(const struct node *node)
{
	if (node->freezing || node->frozen)
		return node->running == 0;
	return node->running == 0 && node->links_open == 0 &&
	       node->relays_open == 0;
}

static enum node_state end_state(const struct node *node)
{
	return node->freezing || node->frozen ? NODE_FROZEN : NODE_ENDED;
}

void node_drain(struct node *node)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		if (instance_is_source(node->operators[i]))
			instance_drain(node->operators[i]);
}

void node_close(struct node *node)
{
	for (uint32_t i = 0; node->lost && i < node->plan->stream_count; i++) {
		const struct stream *stream = &node->streams[i];

		if (stream->magic && !stream->reader.gone && node->running)
			node->lost[i] = stream_count(stream);
	}
	for (uint32_t i = 0; node->operators && i < node->plan->operator_count;
		i++)
		if (node->operators[i])
			instance_close(node->operators[i]);
	if (node->running == 0)
		return;
	node->closing = true;
	while (node->running > 0)
		scheduler_round(&node->fabric.scheduler);
	node_counters_finish(node);
}

void node_freeze(struct node *node)
{
	node->freezing = node->fabric.frozen = true;
	node_links_freeze(node);
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		instance_quiesce(node->operators[i]);
}

int node_thaw(struct node *node, struct error *error)
{
	int result = node_links_thaw(node, error);

	if (result < 0 || !node->freezing)
		return result;
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		instance_resume(node->operators[i]);
	result = node_start(node, error);
	if (result < 0)
		return result;
	node->freezing = node->fabric.frozen = false;
	return 0;
}

void node_progress(const struct node *node, uint64_t *records, uint64_t *bytes)
{
	*records = *bytes = 0;
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct node_plan_stream *plan = &node->plan->streams[i];
		const struct stream *stream = &node->streams[i];

		if (plan->to.owner == NODE_PLAN_NONE ||
			ports_are_read(&node->operators[plan->to.owner]->ports))
			continue;
		*records += stream->received;
		*bytes += stream->sent_bytes - stream->used_bytes;
	}
}

static void stopped(struct fabric *fabric, struct instance *instance)
{
	struct node *node = fabric->owner;

	node->running--;
	if (instance->state == INSTANCE_FROZEN)
		node->frozen++;
	if (instance->state != INSTANCE_FAILED)
		return;
	node->failed++;
	if (node->listener)
		node->listener->failed(node->listener, instance);
}
