/* node_report: what a node tells its supervisor. See the header. */
#include "core/host/node_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/plan/text.h"

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
	for (uint32_t i = 0; i < node->nowhere_count; i++)
		count(connection, node->nowhere[i].name, COMMAND_COUNT_NOWHERE,
			node->nowhere[i].stream.dropped);
}

void node_report_quiet(const struct node *node,
	struct command_connection *connection, uint64_t obeyed)
{
	struct command message = {.kind = COMMAND_QUIET, .records = obeyed};
	struct text text = {0};

	for (uint32_t i = 0; i < node->plan->link_count; i++) {
		const struct node_link *one = &node->links[i];

		if (one->closed)
			text_add(&text, "-\n");
		else
			text_format(&text, "%" PRIu64 " %" PRIu64 "\n",
				link_counts(one->link)->packets_sent,
				link_counts(one->link)->packets_received);
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

void node_report_progress(
	const struct node *node, struct command_connection *connection)
{
	struct command message = {.kind = COMMAND_PROGRESS};

	node_progress(node, &message.records, &message.bytes);
	node_report_send(connection, &message);
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
