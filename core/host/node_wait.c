/* node: who waits for whom, when nobody can go on. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/host/node.h"
#include "core/plan/text.h"
#include "core/run/readiness.h"

/* What an operator waits for: a stream, and the plan's place of it. */
struct blocked {
	const struct node_plan_stream *plan;
	const struct stream *stream;
	uint32_t other; /* the operator at the other end */
	bool writes;
};

static uint32_t find_cycle(const struct node *node);
static bool find_blocked(
	const struct node *node, uint32_t at, struct blocked *blocked);
static void say(struct text *to, const struct node *node, uint32_t at);

char *node_explain_wait(const struct node *node)
{
	struct text to = {0};
	uint32_t count = node->plan->operator_count;
	uint32_t start = find_cycle(node);
	uint32_t at = start;
	struct blocked blocked;

	text_add(&to, "nothing can go on:");
	if (start < count) {
		do {
			say(&to, node, at);
			find_blocked(node, at, &blocked);
			at = blocked.other;
		} while (at != start);
		return text_take(&to);
	}
	for (at = 0; at < count; at++)
		if (node->operators[at]->state == INSTANCE_RUNNING)
			say(&to, node, at);
	return text_take(&to);
}

/* An operator on a cycle of waits, or the number of operators where there is
 * none. Each operator is walked from once: `seen` holds the walk, counted from
 * 1, that came by first. */
static uint32_t find_cycle(const struct node *node)
{
	uint32_t count = node->plan->operator_count;
	uint32_t *seen = calloc(count + 1u, sizeof *seen);
	uint32_t found = count;
	struct blocked blocked;

	for (uint32_t from = 0; seen && from < count && found == count;
		from++) {
		uint32_t at = from;

		while (at != NODE_PLAN_NONE && seen[at] == 0 &&
			find_blocked(node, at, &blocked)) {
			seen[at] = from + 1;
			at = blocked.other;
		}
		if (at != NODE_PLAN_NONE && seen[at] == from + 1)
			found = at;
	}
	free(seen);
	return found;
}

static bool find_blocked(
	const struct node *node, uint32_t at, struct blocked *blocked)
{
	const struct task *task = &node->operators[at]->task;
	uint64_t asked = task->want.any | task->want.all;
	uint32_t i;

	if (task->state != TASK_WAITING)
		return false;
	for (i = node->edges[at].from; i != NODE_PLAN_NONE;
		i = node->next_edges[i].from) {
		const struct node_plan_stream *plan = &node->plan->streams[i];
		const struct stream *stream = &node->streams[i];

		if (!(asked & TAU_OUT(plan->from.port)) ||
			!stream->writer.armed || stream->writer.gone)
			continue;
		*blocked = (struct blocked){plan, stream, plan->to.owner, true};
		return true;
	}
	for (i = node->edges[at].to; i != NODE_PLAN_NONE;
		i = node->next_edges[i].to) {
		const struct node_plan_stream *plan = &node->plan->streams[i];
		const struct stream *stream = &node->streams[i];

		if (!(asked & TAU_IN(plan->to.port)) || !stream->reader.armed)
			continue;
		*blocked =
			(struct blocked){plan, stream, plan->from.owner, false};
		return true;
	}
	return false;
}

static const char *name_of(
	const struct node *node, const struct blocked *blocked)
{
	if (blocked->other != NODE_PLAN_NONE)
		return node->operators[blocked->other]->name;
	return node->links[blocked->plan->link].peer;
}

static void say(struct text *to, const struct node *node, uint32_t at)
{
	struct blocked blocked;

	if (!find_blocked(node, at, &blocked)) {
		text_format(to, "\n  %s waits for nothing that can come",
			node->operators[at]->name);
		return;
	}
	if (blocked.writes)
		text_format(to,
			"\n  %s waits for %s to read: stream %s is full "
			"(%" PRIu64 " records, %" PRIu64 " bytes of %" PRIu32
			")",
			node->operators[at]->name, name_of(node, &blocked),
			blocked.plan->name, stream_count(blocked.stream),
			blocked.stream->used_bytes,
			blocked.stream->capacity_bytes);
	else
		text_format(to,
			"\n  %s waits for %s to write: stream %s is empty",
			node->operators[at]->name, name_of(node, &blocked),
			blocked.plan->name);
}
