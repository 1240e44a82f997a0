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

/* Whose connection comes from elsewhere, and so can come again; else NULL. */
static const struct placement_node *find_remote(
	const struct placement *placement, const struct topology_stream *stream)
{
	const uint32_t ends[] = {stream->from.owner, stream->to.owner};
	for (int i = 0; i < 2; i++) {
		const struct placement_node *node =
			&placement->nodes[placement->node_of[ends[i]]];
		if (node->written->kind == NODE_REMOTE)
			return node;
	}
	return NULL;
}

/* That of the defaults is meant for the streams that can. */
static void check_reconnect(
	const struct placement *placement, struct diagnostics *diagnostics)
{
	const struct topology *topology = placement->topology;
	struct arena arena = {0};
	bool *again =
		arena_allocate(&arena, placement->node_count, sizeof *again);
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		const struct topology_stream *stream = &topology->streams[i];
		const struct stream_options *own = &stream->written->options;
		const struct placement_node *node =
			find_remote(placement, stream);
		if (node != NULL)
			again[node - placement->nodes] |= stream->reconnect;
		else if (!stream->back && (own->set & STREAM_RECONNECT) &&
			 own->reconnect)
			diagnostics_add(diagnostics, own->reconnect_at,
				"only a connection to a remote node can come "
				"again, and %s leads to none; leave "
				"\"reconnect\" away",
				stream->name);
	}
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		const struct topology_stream *stream = &topology->streams[i];
		const struct placement_node *node =
			find_remote(placement, stream);
		if (node != NULL && again[node - placement->nodes] &&
			!stream->reconnect && !stream->back)
			diagnostics_add(diagnostics, stream->at,
				"the streams of %s share one connection: say "
				"\"reconnect\" of all of them or of none",
				node->name);
	}
	arena_release(&arena);
}

int placement_check(
	const struct placement *placement, struct diagnostics *diagnostics)
{
	uint32_t said = diagnostics->count;
	for (uint32_t i = 0; i < placement->crossing_count; i++)
		check_crossing(placement, i, diagnostics);
	check_reconnect(placement, diagnostics);
	return diagnostics->count == said ? 0 : -EINVAL;
}
