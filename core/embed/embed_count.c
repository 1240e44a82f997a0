/* embed_count: what a node has done, and what of it was lost. See embed.h. */
#include "core/embed/embed.h"

#include <stdlib.h>
#include <string.h>

#include "core/host/node_report.h"
#include "core/step/sentence.h"

int tau_node_count(struct tau_node *node, struct tau_node_counts *counts)
{
	int result = embed_enter(node);

	if (result == 0)
		embed_fill_counts(node, counts);
	return result;
}

static void say_count(struct tau_node *node, const char *name,
	enum command_count which, uint64_t records, struct command_text why)
{
	const struct command command = {.name = command_text(name),
		.code = (int)which,
		.records = records,
		.text = why};
	char *sentence;

	if (records == 0)
		return;
	sentence = sentence_count(&command);
	log_say(&node->log, LOG_WARNING, "%s", sentence);
	free(sentence);
}

/* As `tau run` says it. */
void embed_say_counts(struct tau_node *node)
{
	struct node *inner = node->node;
	const struct command_text none = {0};

	for (uint32_t i = 0; i < inner->plan->stream_count; i++) {
		const struct stream *stream = &inner->streams[i];

		say_count(node, stream->name, COMMAND_COUNT_DROPPED,
			stream->dropped, none);
		say_count(node, stream->name, COMMAND_COUNT_LOST,
			inner->lost[i], none);
	}
	for (uint32_t i = 0; i < inner->nowhere_count; i++)
		say_count(node, inner->nowhere[i].name, COMMAND_COUNT_NOWHERE,
			inner->nowhere[i].stream.dropped,
			node_report_reason(&inner->nowhere[i].stream));
}

void embed_fill_counts(struct tau_node *node, struct tau_node_counts *counts)
{
	const struct node *inner = node->node;
	struct tau_node_counts all = {
		.running = inner->running, .failed = inner->failed};
	size_t bytes = counts->size < sizeof all ? counts->size : sizeof all;

	all.size = counts->size;
	for (uint32_t i = 0; i < node->writes.count; i++)
		all.written += node->writes.ports[i].records;
	for (uint32_t i = 0; i < node->reads.count; i++)
		all.read += node->reads.ports[i].records;
	for (uint32_t i = 0; i < inner->plan->stream_count; i++) {
		all.dropped += inner->streams[i].dropped;
		all.lost += inner->lost[i];
	}
	for (uint32_t i = 0; i < inner->nowhere_count; i++)
		all.nowhere += inner->nowhere[i].stream.dropped;
	memcpy(counts, &all, bytes);
}

/* What was written and not seen, or was there and not read, is lost. */
void embed_close_ports(struct tau_node *node)
{
	struct node *inner = node->node;
	const bool runs = inner->running > 0;

	embed_settle(node);
	for (uint32_t i = 0; i < node->reads.count; i++) {
		struct embed_port *port = &node->reads.ports[i];
		struct stream *stream = embed_stream(node, port);

		if (port->over)
			continue;
		stream_unread(stream, &port->in);
		if (!runs)
			inner->lost[port->placed] = stream_count(stream);
	}
}
