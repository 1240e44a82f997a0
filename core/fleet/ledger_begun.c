/*
 * ledger: what went down with a process, when another has followed it.
 *
 *	writer's node  written before + gone when the link began anew --+
 *	                                                                +-- lost
 *	reader's node  read before + come when the link began anew -----+
 *
 * `before` is what processes of that node had counted that are gone by then, so
 * all is in it that they had read or written; a side that lives on has it all
 * in the other figure. The two sides are of one beginning when each names the
 * other's process. What comes of these sums was told of before, but for what is
 * new.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/ledger_private.h"
#include "core/step/sentence.h"

static void take_state(struct ledger_node *node, const struct command *told,
	ledger_take *take, void *context);
static void take_streams(struct ledger *ledger, struct ledger_node *node,
	char *text, ledger_take *take, void *context);
static struct ledger_stream *find(struct ledger_node *node, uint32_t number);
static void compare(struct ledger *ledger, struct ledger_node *node,
	struct ledger_stream *stream, ledger_take *take, void *context);
static uint64_t missing(const struct ledger_node *writer, uint32_t written,
	const struct ledger_node *reader, uint32_t read);
static void tell(struct ledger_node *writer, struct ledger_stream *written,
	struct ledger_node *reader, const struct ledger_stream *read,
	ledger_take *take, void *context);

bool ledger_hear(struct ledger *ledger, uint32_t node,
	const struct command *told, ledger_take *take, void *context)
{
	char *text;

	if (told->kind != COMMAND_BEGUN)
		return false;
	if (!ledger)
		return true;
	if (told->name.bytes > 0) {
		take_state(&ledger->nodes[node], told, take, context);
		return true;
	}
	text = strndup(
		told->text.bytes ? told->text.text : "", told->text.bytes);
	CHECK(text != NULL);
	take_streams(ledger, &ledger->nodes[node], text, take, context);
	free(text);
	return true;
}

/* Nobody but the process that reads on finds out what a FIFO still holds. */
void ledger_tell_fifos(struct ledger *ledger, struct ledger_node *node,
	ledger_take *take, void *context)
{
	for (uint32_t at = 0; at < node->stream_count; at++) {
		const struct ledger_stream *stream = &node->streams[at];
		bool writes = stream->reader == NODE_PLAN_NONE;

		for (uint32_t i = 0; stream->fifo && i < ledger->count; i++) {
			struct ledger_node *far = &ledger->nodes[i];
			struct ledger_stream *other =
				far == node ? NULL : find(far, stream->number);
			uint32_t there;
			uint64_t records;
			char *sentence;

			if (!other)
				continue;
			there = (uint32_t)(other - far->streams);
			records = writes ? missing(node, at, far, there)
					 : missing(far, there, node, at);
			if (records == 0)
				continue;
			sentence = sentence_underway(
				stream->name, node->name, records);
			take(context, sentence);
			free(sentence);
		}
	}
}

uint64_t ledger_strangers(const struct ledger_node *node, uint32_t at)
{
	const struct ledger_stream *stream = &node->streams[at];
	uint64_t count = stream->strangers_before, most;
	bool left;

	if (!stream->fifo || stream->reader == NODE_PLAN_NONE)
		return 0;
	if (counters_valid(&node->page))
		count += node->page.streams[at].written[0];
	most = ledger_read(node, at, &left);
	return count < most ? count : most;
}

/* What was written and not read so far; 0 where the reader had left it. */
static uint64_t missing(const struct ledger_node *writer, uint32_t written,
	const struct ledger_node *reader, uint32_t read)
{
	bool left;
	uint64_t sent = ledger_written(writer, written, &left);
	uint64_t got = ledger_read(reader, read, &left);

	if (left || reader->streams[read].left_before)
		return 0;
	got -= ledger_strangers(reader, read);
	return sent > got ? sent - got : 0;
}

static void take_state(struct ledger_node *node, const struct command *told,
	ledger_take *take, void *context)
{
	for (uint32_t i = 0; i < node->operator_count; i++) {
		const struct ledger_operator *one = &node->operators[i];
		char *sentence;

		if (one->consumed == 0 ||
			strlen(one->name) != told->name.bytes ||
			memcmp(one->name, told->name.text, told->name.bytes))
			continue;
		sentence = sentence_state_gone(
			one->name, node->name, one->consumed);
		take(context, sentence);
		free(sentence);
	}
}

/* "OWN PEER", and a line "NUMBER RECORDS" per stream. */
static void take_streams(struct ledger *ledger, struct ledger_node *node,
	char *text, ledger_take *take, void *context)
{
	struct ledger_begun begun = {0};
	char *line = strsep(&text, "\n");
	uint32_t number;

	if (sscanf(line, "%" SCNu64 " %" SCNu64, &begun.own, &begun.peer) != 2)
		return;
	while ((line = strsep(&text, "\n"))) {
		struct ledger_stream *stream;

		if (sscanf(line, "%" SCNu32 " %" SCNu64, &number,
			    &begun.records) != 2)
			continue;
		stream = find(node, number);
		if (!stream)
			continue;
		stream->begun = begun;
		compare(ledger, node, stream, take, context);
	}
}

static struct ledger_stream *find(struct ledger_node *node, uint32_t number)
{
	for (uint32_t at = 0; at < node->stream_count; at++)
		if (node->streams[at].crosses &&
			node->streams[at].number == number)
			return &node->streams[at];
	return NULL;
}

/* Finds the other side, if it is of the same beginning. */
static void compare(struct ledger *ledger, struct ledger_node *node,
	struct ledger_stream *stream, ledger_take *take, void *context)
{
	bool writes = stream->reader == NODE_PLAN_NONE;

	for (uint32_t i = 0; i < ledger->count; i++) {
		struct ledger_node *far = &ledger->nodes[i];
		struct ledger_stream *other =
			far == node ? NULL : find(far, stream->number);

		if (!other || other->begun.own != stream->begun.peer ||
			other->begun.peer != stream->begun.own)
			continue;
		if (writes)
			tell(node, stream, far, other, take, context);
		else
			tell(far, other, node, stream, take, context);
	}
}

/* With the reader, if it ever died; as the sums at the end have it. */
static void tell(struct ledger_node *writer, struct ledger_stream *written,
	struct ledger_node *reader, const struct ledger_stream *read,
	ledger_take *take, void *context)
{
	struct ledger_node *victim = reader->died ? reader : writer;
	uint64_t sent = written->written_before + written->begun.records;
	uint64_t got = read->read_before + read->begun.records;
	char *sentence;

	if (read->left_before || sent <= got || sent - got <= written->gone)
		return;
	sentence = sentence_gone_down(
		written->name, victim->name, sent - got - written->gone);
	victim->lost += sent - got - written->gone;
	written->gone = sent - got;
	take(context, sentence);
	free(sentence);
}
