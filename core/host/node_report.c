/* node_report: what a node tells its supervisor. See the header. */
#include "core/host/node_report.h"

#include "core/run/reactor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tau/value.h>

#include "core/text/text.h"
#include "core/record/utf9.h"

#define REASON_BYTES 512u

static bool tells(const char *port);
static void woken(struct reactor_watch *watch, uint32_t events);
static void count(struct command_connection *connection, const char *name,
	enum command_count which, uint64_t records);

void node_report_send(
	struct command_connection *connection, const struct command *message)
{
	(void)command_send(connection, message, NULL);
}

void node_report_counts(
	const struct node *node, struct command_connection *connection)
{
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct stream *stream = &node->streams[i];

		count(connection, stream->name, COMMAND_COUNT_DROPPED,
			stream->dropped);
		count(connection, stream->name, COMMAND_COUNT_LOST,
			node->lost[i]);
		count(connection, stream->name, COMMAND_COUNT_CUT,
			node->cut[i]);
	}
	for (uint32_t i = 0; i < node->nowhere_count; i++) {
		const struct stream *stream = &node->nowhere[i].stream;

		if (stream->dropped > 0 && !tells(node->nowhere[i].name))
			node_report_send(connection,
				&(struct command){.kind = COMMAND_COUNT,
					.code = COMMAND_COUNT_NOWHERE,
					.records = stream->dropped,
					.name = command_text(
						node->nowhere[i].name),
					.text = node_report_reason(stream)});
	}
}

/* Whether that is a port of news alone, which nobody misses. */
static bool tells(const char *port)
{
	const char *dot = strrchr(port, '.');

	return dot && strcmp(dot, ".control") == 0;
}

/* As the standard operators say it on `bad`: the text under "reason". */
struct command_text node_report_reason(const struct stream *stream)
{
	struct tau_value map, reason;
	const char *text;
	size_t bytes;

	if (!stream->sample ||
		tau_value_open(stream->sample, stream->sample_bytes, &map) ||
		tau_value_get(&map, "reason", 6, &reason) ||
		tau_value_text(&reason, &text, &bytes) ||
		utf9_validate(stream->sample, stream->sample_bytes, 0, NULL))
		return (struct command_text){0};
	if (bytes > REASON_BYTES)
		for (bytes = REASON_BYTES;
			((uint8_t)text[bytes] & 0xc0) == 0x80;)
			bytes--; /* not within a character */
	return (struct command_text){text, bytes};
}

void node_report_quiet(const struct node *node,
	struct command_connection *connection, uint64_t obeyed)
{
	struct command message = {.kind = COMMAND_QUIET, .records = obeyed};
	struct text text = {0};

	for (uint32_t i = 0; i < node->plan->link_count; i++) {
		const struct node_link *one = &node->links[i];

		uint64_t own, peer;

		if (one->closed) {
			text_add(&text, "-\n");
			continue;
		}
		link_incarnations(one->link, &own, &peer);
		text_format(&text,
			"%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			link_counts(one->link)->packets_sent,
			link_counts(one->link)->packets_received, own, peer);
	}
	message.text = command_text(text_string(&text));
	node_report_send(connection, &message);
	text_release(&text);
}

void node_report_waits(
	const struct node *node, struct command_connection *connection)
{
	char *text = node_waits(node);

	node_report_send(
		connection, &(struct command){.kind = COMMAND_DEADLOCK,
				    .name = command_text(node->plan->node),
				    .text = command_text(text)});
	free(text);
}

void node_report_ready(
	const struct node *node, struct command_connection *connection)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		if (node->follows &&
			node->operators[i]->description->state.version > 0)
			node_report_send(connection,
				&(struct command){.kind = COMMAND_BEGUN,
					.name = command_text(
						node->operators[i]->name)});
	node_report_send(connection, &(struct command){.kind = COMMAND_READY});
}

void node_report_failure(struct command_connection *connection,
	const struct node_failure *failure)
{
	node_report_send(
		connection, &(struct command){.kind = COMMAND_FAILED,
				    .code = failure->error.code,
				    .name = command_text(failure->name),
				    .plugin = command_text(failure->plugin),
				    .text = command_text(failure->error.text)});
}

void node_report_progress(
	const struct node *node, struct command_connection *connection)
{
	struct command message = {.kind = COMMAND_PROGRESS};

	node_progress(node, &message.records, &message.bytes);
	node_report_send(connection, &message);
}

int node_report_wait(struct os *os, struct command_connection *connection,
	uint32_t events)
{
	struct reactor *reactor = NULL;
	struct reactor_watch watch = {.told = woken};
	int result = reactor_create(&reactor, os, NULL);

	if (result == 0)
		result = reactor_add(reactor, &watch,
			command_connection_fd(connection), events);
	if (result == 0)
		result = reactor_poll(reactor, -1);
	if (reactor)
		reactor_remove(reactor, &watch);
	reactor_destroy(&reactor);
	return result;
}

/* Having waited is all that was wanted. */
static void woken(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static void count(struct command_connection *connection, const char *name,
	enum command_count which, uint64_t records)
{
	if (records > 0)
		node_report_send(
			connection, &(struct command){.kind = COMMAND_COUNT,
					    .code = (int)which,
					    .records = records,
					    .name = command_text(name)});
}

void node_report_program(
	struct command_connection *connection, const struct command *asked)
{
	switch ((int)asked->kind) {
	case COMMAND_FREEZE:
		node_report_send(
			connection, &(struct command){.kind = COMMAND_FROZEN,
					    .code = (int)asked->records});
		break;
	case COMMAND_RESTORE:
		node_report_send(connection,
			&(struct command){.kind = COMMAND_RESTORED});
		break;
	case COMMAND_ASK:
		node_report_send(connection,
			&(struct command){.kind = COMMAND_PROGRESS});
		break;
	}
}
