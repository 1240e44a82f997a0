/*
 * ledger: pages of processes that take over.
 *
 *	former's page   |====== counted ======|
 *	standby's page  |== handed over ==|-- counts on -->
 *	before          = counted - handed over, which the standby's lacks
 *
 * A standby that was handed all over has all that was counted; one that was
 * restored from an older handover has less.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fleet/ledger_private.h"
#include "core/step/sentence.h"

static bool is_like(
	const struct ledger_node *node, const struct node_plan *plan);
static char *crossing_back(
	const struct ledger_node *node, uint32_t at, bool keeps);
static char *inner_back(struct ledger_node *node, uint32_t at);
static bool has_source(const struct ledger_node *node);
static void count_on(const struct ledger_node *from, struct ledger_node *to);
static void count_stream(const struct ledger_node *from, uint32_t at,
	struct ledger_node *to, uint32_t to_at);

int ledger_stand_by(struct ledger *ledger, uint32_t node,
	const struct node_plan *plan, struct error *error)
{
	struct ledger_node *one = &ledger->nodes[node];
	struct ledger_node *standby = one->standby;

	if (standby)
		ledger_close_page(ledger, standby);
	else
		standby = one->standby =
			arena_allocate(&ledger->arena, 1, sizeof *standby);
	if (!is_like(standby, plan))
		ledger_learn(&ledger->arena, standby, plan);
	standby->fd = -1;
	if (plan->operator_count == 0)
		return 0;
	return counters_make(&standby->page, ledger->os, plan->operator_count,
		plan->stream_count, &standby->fd, error);
}

int ledger_standby_fd(const struct ledger *ledger, uint32_t node)
{
	const struct ledger_node *standby = ledger->nodes[node].standby;

	return standby ? standby->fd : -1;
}

const char *ledger_who(const struct ledger *ledger, uint32_t node, bool standby,
	char *text, size_t bytes)
{
	const struct ledger_node *one =
		standby ? ledger->nodes[node].standby : &ledger->nodes[node];
	uint32_t running = one ? counters_running(&one->page) : UINT32_MAX;

	if (running == UINT32_MAX)
		return NULL;
	snprintf(text, bytes, "%s", ledger_label(one, running).text);
	return text;
}

void ledger_take_over(struct ledger *ledger, uint32_t node)
{
	struct ledger_node *one = &ledger->nodes[node];
	struct ledger_node *standby = one->standby;
	struct ledger_node former = *one;

	if (!standby || standby->fd < 0)
		return;
	count_on(one, standby);
	*one = *standby;
	one->died = former.died;
	one->lost = former.lost;
	one->running = former.running;
	one->standby = standby;
	*standby = former; /* its memory is used for the next */
	standby->running = NULL;
	ledger_close_page(ledger, standby);
}

void ledger_dismiss(struct ledger *ledger, uint32_t node)
{
	if (ledger->nodes[node].standby)
		ledger_close_page(ledger, ledger->nodes[node].standby);
}

void ledger_forget(struct ledger *ledger, uint32_t node)
{
	struct ledger_node *one = &ledger->nodes[node];

	ledger_close_page(ledger, one);
	one->stream_count = one->operator_count = 0;
	one->died = false;
}

char *ledger_passed(const struct ledger *ledger, uint32_t node)
{
	const struct ledger_node *one = &ledger->nodes[node];
	char *all = sentence_format("%s", "");
	bool left;

	for (uint32_t at = 0;
		counters_valid(&one->page) && at < one->stream_count; at++) {
		char *former = all;

		if (one->streams[at].crosses)
			continue;
		all = sentence_format("%s%s %" PRIu64 "\n", former,
			one->streams[at].name, ledger_read(one, at, &left));
		free(former);
	}
	return all;
}

void ledger_take_back(struct ledger *ledger, uint32_t node, bool keeps,
	ledger_take *take, void *context)
{
	struct ledger_node *one = &ledger->nodes[node];

	keeps |= has_source(one);
	for (uint32_t at = 0;
		counters_valid(&one->page) && at < one->stream_count; at++) {
		char *sentence = one->streams[at].crosses
					 ? crossing_back(one, at, keeps)
					 : inner_back(one, at);

		if (sentence)
			take(context, sentence);
		free(sentence);
	}
}

/* What it had read or written of a stream of another node; NULL: nothing. */
static char *crossing_back(
	const struct ledger_node *node, uint32_t at, bool keeps)
{
	const struct ledger_stream *stream = &node->streams[at];
	bool reads = stream->reader != NODE_PLAN_NONE, left;
	uint64_t count =
		reads ? ledger_read(node, at, &left) - stream->read_then
		      : ledger_written(node, at, &left) - stream->written_then;

	if (count == 0 || (!reads && !keeps))
		return NULL;
	return reads ? sentence_undone(stream->name, node->name, count)
		     : sentence_twice(stream->name, node->name, count);
}

/* What lay in a stream within the node; and where its reader was at work on
 * what it was handed, nobody knows how far it came. */
static char *inner_back(struct ledger_node *node, uint32_t at)
{
	const struct ledger_stream *stream = &node->streams[at];
	const char *worker = ledger_at_work(node, at);
	bool left, ended;
	uint64_t read = ledger_read(node, at, &left);
	uint64_t written = ledger_written(node, at, &ended);
	uint64_t stays =
		read > stream->written_then ? read : stream->written_then;

	if (written > stays && !left) {
		node->lost += written - stays;
		return sentence_gone_down(
			stream->name, node->name, written - stays);
	}
	if (worker && stays > read)
		return sentence_done_twice(
			stream->name, node->name, stays - read, worker);
	return NULL;
}

/* Whether an operator reads none of the node's streams. */
static bool has_source(const struct ledger_node *node)
{
	for (uint32_t i = 0; i < node->operator_count; i++) {
		uint32_t at = 0;

		while (at < node->stream_count && node->streams[at].reader != i)
			at++;
		if (at == node->stream_count)
			return true;
	}
	return false;
}

/* Whether what is known of a node holds for this plan too. */
static bool is_like(
	const struct ledger_node *node, const struct node_plan *plan)
{
	if (node->operator_count != plan->operator_count ||
		node->stream_count != plan->stream_count || !node->name)
		return false;
	for (uint32_t i = 0; i < plan->operator_count; i++)
		if (strcmp(node->operators[i].name, plan->operators[i].name) ||
			strcmp(node->operators[i].plugin,
				plan->operators[i].plugin) != 0)
			return false;
	for (uint32_t i = 0; i < plan->stream_count; i++)
		if (strcmp(node->streams[i].name, plan->streams[i].name) != 0 ||
			node->streams[i].writer !=
				plan->streams[i].from.owner ||
			node->streams[i].reader != plan->streams[i].to.owner ||
			node->streams[i].number != plan->streams[i].number)
			return false;
	return true;
}

/* What the page of the one that takes over begins with is part of what all
 * before it have counted. */
static void count_on(const struct ledger_node *from, struct ledger_node *to)
{
	bool left;

	for (uint32_t i = 0; i < to->stream_count; i++) {
		struct ledger_stream *stream = &to->streams[i];

		stream->written_before = stream->read_before = 0;
		stream->victim = NULL;
		stream->written_then =
			stream->crosses ? 0 : ledger_written(to, i, &left);
		for (uint32_t at = 0; at < from->stream_count; at++)
			if (strcmp(from->streams[at].name, stream->name) == 0)
				count_stream(from, at, to, i);
	}
}

static void count_stream(const struct ledger_node *from, uint32_t at,
	struct ledger_node *to, uint32_t to_at)
{
	const struct ledger_stream *old = &from->streams[at];
	struct ledger_stream *stream = &to->streams[to_at];
	bool reads = stream->reader != NODE_PLAN_NONE, left;

	/* One that goes another way has another number, and counts anew. */
	if (!stream->crosses || !old->crosses ||
		stream->number != old->number ||
		reads != (old->reader != NODE_PLAN_NONE))
		return;
	stream->begun = old->begun;
	stream->gone = old->gone;
	stream->left_before = old->left_before;
	stream->written_then = reads ? 0 : ledger_written(from, at, &left);
	stream->read_then = reads ? ledger_read(from, at, &left) : 0;
	if (reads)
		stream->read_before =
			stream->read_then - ledger_read(to, to_at, &left);
	else
		stream->written_before = ledger_written(from, at, &left) -
					 ledger_written(to, to_at, &left);
}
