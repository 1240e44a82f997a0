/*
 * placement_check: what no version can run as it is placed: fds travel inside
 * a node, and between two of ours over links that say so; a command or a remote
 * node brings its own connection.
 */
#include <errno.h>

#include "core/plan/placement.h"

static const char *kind_name(const struct placement_node *node)
{
	return node->written->kind == NODE_REMOTE ? "remote" : "command";
}

static const char *transport_name(enum stream_transport transport)
{
	return manifest_transport_words[transport];
}

/* That of the defaults is meant for streams between nodes of ours. */
static void check_transport(const struct topology_stream *stream,
	const struct placement_node *foreign, struct diagnostics *diagnostics)
{
	const struct stream_options *options = &stream->written->options;

	if (!stream->back && options->set & STREAM_TRANSPORT &&
		(options->transport == TRANSPORT_UNIX ||
			options->transport == TRANSPORT_TCP))
		diagnostics_add(diagnostics, options->transport_at,
			"the streams of a %s node, which %s is, share its own "
			"connection; leave \"transport\" away",
			kind_name(foreign), foreign->name);
}

static void check_crossing(const struct placement *placement, uint32_t index,
	struct diagnostics *diagnostics)
{
	const struct topology *topology = placement->topology;
	const struct topology_stream *stream =
		&topology->streams[placement->crossing[index]];
	const struct placement_link *link =
		&placement->links[placement->crossing_links[index]];
	const struct placement_node *one = &placement->nodes[link->nodes[0]];
	const struct placement_node *other = &placement->nodes[link->nodes[1]];
	bool typed =
		topology_port(topology, stream->from, true)->type == PORT_FD ||
		topology_port(topology, stream->to, false)->type == PORT_FD;
	if (one->written->kind == NODE_OPERATORS)
		one = other;
	if (link->foreign)
		check_transport(stream, one, diagnostics);
	if (link->foreign && (stream->fds || typed)) {
		diagnostics_add(diagnostics,
			stream->fds ? stream->written->options.fds_at
				    : stream->at,
			"fds do not travel to or from a %s node, which %s is; "
			"put what uses them into nodes with operators",
			kind_name(one), one->name);
	} else if (!link->packets && (stream->fds || typed)) {
		diagnostics_add(diagnostics,
			stream->fds ? stream->written->options.fds_at
				    : stream->at,
			"fds travel between nodes over a link alone, not over "
			"%s; leave \"transport\" away",
			transport_name(link->transport));
	} else if (typed && !stream->fds) {
		diagnostics_add(diagnostics, stream->at,
			"stream %s carries fds to another node; that needs "
			"\"fds\": true",
			stream->name);
	}
}

int placement_check(
	const struct placement *placement, struct diagnostics *diagnostics)
{
	uint32_t said = diagnostics->count;
	for (uint32_t i = 0; i < placement->crossing_count; i++)
		check_crossing(placement, i, diagnostics);
	return diagnostics->count == said ? 0 : -EINVAL;
}
