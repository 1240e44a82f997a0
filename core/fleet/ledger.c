/* ledger: what was written and what was read. See the header. */
#include "core/fleet/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/fleet/ledger_private.h"
#include "core/step/sentence.h"

static void fold(struct ledger_node *node, ledger_take *take, void *context);
static void note_consumed(struct ledger_node *node, uint32_t at);
static void join(struct ledger *ledger);
static void find_victims(struct ledger *ledger);
static bool follow_victims(struct ledger *ledger);
static void tell_stream(const struct ledger_node *node, uint32_t at,
	ledger_take *take, void *context);

void ledger_init(struct ledger *ledger, struct os *os, uint32_t nodes)
{
	*ledger = (struct ledger){.os = os, .count = nodes};
	ledger->nodes =
		arena_allocate(&ledger->arena, nodes, sizeof *ledger->nodes);
	for (uint32_t i = 0; i < nodes; i++)
		ledger->nodes[i].fd = -1;
}

void ledger_release(struct ledger *ledger)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		ledger_close_page(ledger, &ledger->nodes[i]);
		if (ledger->nodes[i].standby)
			ledger_close_page(ledger, ledger->nodes[i].standby);
		free(ledger->nodes[i].running);
	}
	arena_release(&ledger->arena);
	*ledger = (struct ledger){0};
}

int ledger_open(struct ledger *ledger, uint32_t node,
	const struct node_plan *plan, struct error *error)
{
	struct ledger_node *one = &ledger->nodes[node];

	CHECK(node < ledger->count && one->fd < 0);
	ledger_learn(&ledger->arena, one, plan);
	if (plan->operator_count == 0)
		return 0;
	return counters_make(&one->page, ledger->os, plan->operator_count,
		plan->stream_count, &one->fd, error);
}

int ledger_fd(const struct ledger *ledger, uint32_t node)
{
	return ledger->nodes[node].fd;
}

void ledger_flow(struct ledger *ledger, uint32_t node, struct ledger_flow *flow)
{
	struct ledger_node *one = &ledger->nodes[node];
	uint32_t running;
	bool left;

	*flow = (struct ledger_flow){0};
	if (!counters_valid(&one->page))
		return;
	flow->known = true;
	flow->lost = one->lost;
	for (uint32_t at = 0; at < one->stream_count; at++) {
		const struct ledger_stream *stream = &one->streams[at];
		bool reads = stream->reader != NODE_PLAN_NONE;

		if (reads)
			flow->records += ledger_read(one, at, &left);
		if (stream->crosses && reads)
			flow->in += ledger_read(one, at, &left);
		else if (stream->crosses)
			flow->out += ledger_written(one, at, &left);
	}
	running = counters_running(&one->page);
	free(one->running);
	one->running = NULL;
	if (running < one->operator_count)
		flow->running = one->running =
			sentence_format("%s", ledger_label(one, running).text);
}

uint32_t ledger_running(
	const struct ledger *ledger, uint32_t node, uint64_t *turn)
{
	const struct counters *page = &ledger->nodes[node].page;
	uint32_t running = counters_running(page);

	*turn = running == UINT32_MAX ? 0
				      : __atomic_load_n(&page->turns[running],
						__ATOMIC_ACQUIRE);
	return running;
}

bool ledger_unwatch(struct ledger *ledger, uint32_t node)
{
	struct counters *page = &ledger->nodes[node].page;

	return counters_valid(page) && counters_unwatch(page);
}

struct sentence_operator ledger_label(
	const struct ledger_node *node, uint32_t operator_index)
{
	const struct ledger_operator *one = &node->operators[operator_index];

	return sentence_operator(one->name, one->plugin);
}

void ledger_name(const struct ledger *ledger, uint32_t node,
	uint32_t operator_index, char *text, size_t bytes)
{
	snprintf(text, bytes, "%s",
		ledger_label(&ledger->nodes[node], operator_index).text);
}

const char *ledger_died(struct ledger *ledger, uint32_t node)
{
	struct ledger_node *one = &ledger->nodes[node];
	uint32_t running = counters_running(&one->page);

	one->died = true;
	if (running >= one->operator_count)
		return NULL;
	return arena_copy(&ledger->arena, ledger_label(one, running).text);
}

int ledger_renew(struct ledger *ledger, uint32_t node, ledger_take *take,
	void *context, struct error *error)
{
	struct ledger_node *one = &ledger->nodes[node];

	if (!counters_valid(&one->page))
		return 0;
	fold(one, take, context);
	ledger_close_page(ledger, one);
	ledger_tell_fifos(ledger, one, take, context);
	return counters_make(&one->page, ledger->os, one->operator_count,
		one->stream_count, &one->fd, error);
}

void ledger_tell(struct ledger *ledger, ledger_take *take, void *context)
{
	bool died = false;

	for (uint32_t i = 0; i < ledger->count; i++)
		died |= ledger->nodes[i].died;
	if (!died)
		return;
	join(ledger);
	find_victims(ledger);
	while (follow_victims(ledger))
		;
	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = 0; at < ledger->nodes[i].stream_count; at++)
			if (ledger->nodes[i].streams[at].victim)
				tell_stream(
					&ledger->nodes[i], at, take, context);
}

/* What a process has counted counts on without it. */
static void fold(struct ledger_node *node, ledger_take *take, void *context)
{
	for (uint32_t i = 0; i < node->operator_count; i++)
		node->operators[i].consumed = 0;
	for (uint32_t at = 0; at < node->stream_count; at++) {
		struct ledger_stream *stream = &node->streams[at];
		bool left;

		note_consumed(node, at);
		if (stream->crosses && stream->reader == NODE_PLAN_NONE) {
			stream->written_before =
				ledger_written(node, at, &left);
		} else if (stream->crosses) {
			stream->strangers_before = ledger_strangers(node, at);
			stream->read_before = ledger_read(node, at, &left);
			stream->left_before |= left;
		} else {
			(void)ledger_read(node, at, &left);
			stream->reader_node = node;
			stream->reader_at = at;
			stream->victim = left ? NULL : node;
			if (stream->victim)
				tell_stream(node, at, take, context);
		}
	}
}

static void note_consumed(struct ledger_node *node, uint32_t at)
{
	const struct ledger_stream *stream = &node->streams[at];
	bool left;

	if (stream->reader != NODE_PLAN_NONE)
		node->operators[stream->reader].consumed +=
			ledger_read(node, at, &left) - stream->read_before;
}

void ledger_close_page(struct ledger *ledger, struct ledger_node *node)
{
	counters_unmap(&node->page, ledger->os);
	if (node->fd >= 0)
		ledger->os->close(ledger->os, node->fd);
	node->fd = -1;
}

void ledger_learn(struct arena *arena, struct ledger_node *node,
	const struct node_plan *plan)
{
	node->name = arena_copy(arena, plan->node);
	node->operator_count = plan->operator_count;
	node->stream_count = plan->stream_count;
	node->operators = arena_allocate(
		arena, plan->operator_count, sizeof *node->operators);
	node->streams = arena_allocate(
		arena, plan->stream_count, sizeof *node->streams);
	for (uint32_t i = 0; i < plan->operator_count; i++)
		node->operators[i] = (struct ledger_operator){
			.name = arena_copy(arena, plan->operators[i].name),
			.plugin = arena_copy(arena, plan->operators[i].plugin),
			.last = true};
	for (uint32_t i = 0; i < plan->stream_count; i++) {
		const struct node_plan_stream *stream = &plan->streams[i];

		node->streams[i] = (struct ledger_stream){
			.name = arena_copy(arena, stream->name),
			.writer = stream->from.owner,
			.reader = stream->to.owner,
			.number = stream->number,
			.crosses = stream->link != NODE_PLAN_NONE,
			.fifo = stream->link < plan->link_count &&
				plan->links[stream->link].transport ==
					TRANSPORT_FIFO};
		if (stream->from.owner != NODE_PLAN_NONE && !stream->back)
			node->operators[stream->from.owner].last = false;
	}
}

/* Finds the reader of every stream. A peer that is somebody else's program
 * counts nothing; a stream that crosses has the same number on both sides. */
static void join(struct ledger *ledger)
{
	struct ledger_stream **crossing = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = 0; at < ledger->nodes[i].stream_count; at++)
			if (ledger->nodes[i].streams[at].number >= count)
				count = ledger->nodes[i].streams[at].number + 1;
	crossing = arena_allocate(&ledger->arena, count, sizeof *crossing);
	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = 0; at < ledger->nodes[i].stream_count;
			at++) {
			struct ledger_node *node = &ledger->nodes[i];
			struct ledger_stream *stream = &node->streams[at];

			if (!counters_valid(&node->page))
				continue;
			if (stream->crosses && stream->reader == NODE_PLAN_NONE)
				crossing[stream->number] = stream;
			else if (!stream->crosses)
				stream->reader_node = node;
			stream->reader_at = at;
		}
	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = 0; at < ledger->nodes[i].stream_count;
			at++) {
			struct ledger_node *node = &ledger->nodes[i];
			struct ledger_stream *stream = &node->streams[at];

			if (!stream->crosses ||
				stream->reader == NODE_PLAN_NONE ||
				!crossing[stream->number] ||
				!counters_valid(&node->page))
				continue;
			crossing[stream->number]->reader_node = node;
			crossing[stream->number]->reader_at = at;
		}
}

/* The streams of those that died. */
static void find_victims(struct ledger *ledger)
{
	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = 0; at < ledger->nodes[i].stream_count;
			at++) {
			struct ledger_node *node = &ledger->nodes[i];
			struct ledger_stream *stream = &node->streams[at];
			bool left;

			if (!stream->reader_node)
				continue;
			(void)ledger_read(
				stream->reader_node, stream->reader_at, &left);
			if (left)
				continue;
			if (stream->reader_node->died)
				stream->victim = stream->reader_node;
			else if (node->died)
				stream->victim = node;
		}
}

/* One step up the streams from there: whether it has found any more. */
static bool follow_victims(struct ledger *ledger)
{
	bool found = false;

	for (uint32_t i = 0; i < ledger->count; i++)
		for (uint32_t at = ledger->nodes[i].stream_count; at-- > 0;) {
			struct ledger_node *node = &ledger->nodes[i];
			struct ledger_stream *stream = &node->streams[at];
			struct ledger_node *reader = stream->reader_node;
			struct ledger_operator *writer;
			uint32_t reader_index;
			bool cut, left;

			if (!reader)
				continue;
			(void)ledger_written(node, at, &cut);
			writer = &node->operators[stream->writer];
			if (stream->victim && cut && !writer->victim) {
				writer->victim = stream->victim;
				found = true;
			}
			(void)ledger_read(reader, stream->reader_at, &left);
			reader_index =
				reader->streams[stream->reader_at].reader;
			if (stream->victim || !left ||
				!reader->operators[reader_index].victim)
				continue;
			stream->victim = reader->operators[reader_index].victim;
			found = true;
		}
	return found;
}

static void tell_stream(const struct ledger_node *node, uint32_t at,
	ledger_take *take, void *context)
{
	const struct ledger_stream *stream = &node->streams[at];
	bool left;
	uint64_t sent = ledger_written(node, at, &left);
	uint64_t got =
		ledger_read(stream->reader_node, stream->reader_at, &left) -
		ledger_strangers(stream->reader_node, stream->reader_at);
	char *sentence;

	if (got >= sent)
		return;
	sentence = sentence_lost(stream->name, stream->victim->name, sent, got,
		ledger_at_work(stream->reader_node, stream->reader_at));
	take(context, sentence);
	free(sentence);
}

uint64_t ledger_written(const struct ledger_node *node, uint32_t at, bool *left)
{
	uint64_t count = 0;

	if (counters_valid(&node->page))
		count = node->page.streams[at].written[counters_half(
			&node->page, node->streams[at].writer)];
	*left = count & COUNTERS_LEFT;
	return node->streams[at].written_before + (count & ~COUNTERS_LEFT);
}

uint64_t ledger_read(const struct ledger_node *node, uint32_t at, bool *left)
{
	uint64_t count = 0;

	if (counters_valid(&node->page))
		count = node->page.streams[at].read[counters_half(
			&node->page, node->streams[at].reader)];
	*left = count & COUNTERS_LEFT;
	return node->streams[at].read_before + (count & ~COUNTERS_LEFT);
}

const char *ledger_at_work(const struct ledger_node *node, uint32_t at)
{
	uint32_t reader = node->streams[at].reader;

	if (!node->died || counters_running(&node->page) != reader ||
		!node->operators[reader].last)
		return NULL;
	return node->operators[reader].name;
}
