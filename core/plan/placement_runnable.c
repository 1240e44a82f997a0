/*
 * placement_runnable: what this version validates but does not run yet.
 *
 * Each of these is designed and checked, and none is ignored: whoever writes
 * it and runs it is told, with the place.
 */
#include "core/plan/placement.h"

#include <errno.h>

static bool may_restart(const struct placement_node *node);
static const char *no_follower(const struct placement *placement,
	const struct placement_link *link, uint32_t node, uint32_t other);

struct judging {
	const struct manifest *manifest;
	struct diagnostics *diagnostics;
};

static void refuse(struct judging *judging, uint32_t at, const char *what)
{
	diagnostics_add(judging->diagnostics, at,
		"%s: valid, but this version cannot run it yet", what);
}

static void judge_kind(
	struct judging *judging, const struct manifest_node *node)
{
	if (node->replicas > 1)
		refuse(judging, node->replicas_at, "a node with replicas");
}

/* What a program of somebody else's does is nobody's to watch. */
static void judge_options(struct judging *judging,
	const struct node_options *options, enum node_kind kind)
{
	const uint32_t watchdog =
		NODE_WATCHDOG_WARN | NODE_WATCHDOG_REPORT | NODE_WATCHDOG_KILL;
	if (kind == NODE_OPERATORS)
		return;
	if (options->set & watchdog)
		refuse(judging, options->watchdog_at,
			"a watchdog of a node without operators");
	if (options->set & NODE_LIMIT_MEMORY)
		refuse(judging, options->limits_at,
			"a limit of memory of a node without operators");
}

/* A command or a remote node says what it has to say to nodes of ours. */
static void judge_commands(
	struct judging *judging, const struct placement *placement)
{
	for (uint32_t i = 0; i < placement->link_count; i++) {
		const uint32_t *nodes = placement->links[i].nodes;
		const struct manifest_node *one =
			placement->nodes[nodes[0]].written;
		const struct manifest_node *other =
			placement->nodes[nodes[1]].written;
		if (one->kind != NODE_OPERATORS &&
			other->kind != NODE_OPERATORS)
			refuse(judging, other->kind_at,
				"two such nodes without an operator between");
	}
}

/* A FIFO stands between two nodes of ours. */
static void judge_fifos(
	struct judging *judging, const struct placement *placement)
{
	for (uint32_t i = 0; i < placement->node_count; i++)
		for (uint32_t j = 0; j < placement->nodes[i].stream_count;
			j++) {
			const struct topology_stream *stream =
				&placement->topology->streams
					 [placement->nodes[i].streams[j]];
			if (stream->transport == TRANSPORT_FIFO &&
				!stream->back)
				refuse(judging, stream->at,
					"a FIFO with both its ends in one "
					"node");
		}
	for (uint32_t i = 0; i < placement->link_count; i++)
		if (placement->links[i].fifo != TOPOLOGY_NONE &&
			placement->links[i].foreign)
			refuse(judging,
				placement->topology
					->streams[placement->links[i].fifo]
					.at,
				"a FIFO to a command or remote node");
}

static void judge_restart(struct judging *judging,
	const struct placement *placement, uint32_t node)
{
	const struct placement_node *one = &placement->nodes[node];
	const char *why = placement_no_restart(placement, node);

	if (may_restart(one) && why)
		diagnostics_add(judging->diagnostics, one->options.restart_at,
			"%s cannot be restarted: %s", one->name, why);
}

/* A program cannot go on with somebody else on the same connection: it has to
 * be started anew, too, or to connect again; and must be one that may. */
const char *placement_no_restart(
	const struct placement *placement, uint32_t node)
{
	const char *why = NULL;

	for (uint32_t i = 0; i < placement->link_count && !why; i++) {
		const struct placement_link *link = &placement->links[i];

		if (link->nodes[0] == node)
			why = no_follower(
				placement, link, node, link->nodes[1]);
		else if (link->nodes[1] == node)
			why = no_follower(
				placement, link, node, link->nodes[0]);
	}
	return why;
}

static const char *no_follower(const struct placement *placement,
	const struct placement_link *link, uint32_t node, uint32_t other)
{
	const struct placement_node *one = &placement->nodes[node];
	const struct placement_node *peer = &placement->nodes[other];

	if (one->written->kind == NODE_REMOTE && !link->reconnect)
		return "it is a remote node, and its peer does not come again; "
		       "if it does, say \"reconnect\" of its streams";
	if (peer->written->kind == NODE_REMOTE && !link->reconnect)
		return "it has streams to a remote node, whose peer would have "
		       "to begin anew with it; if it can, say \"reconnect\" of "
		       "those streams";
	if (peer->written->kind == NODE_COMMAND && !may_restart(peer))
		return "it has streams to a command node, whose program would "
		       "have to begin anew with it; if it can, say \"restart\" "
		       "there, too";
	return NULL;
}

static bool may_restart(const struct placement_node *node)
{
	return node->options.set & NODE_RESTART_ON &&
	       node->options.restart_on != RESTART_NEVER;
}

int placement_runnable(
	const struct placement *placement, struct diagnostics *diagnostics)
{
	const struct manifest *manifest = placement->topology->manifest;
	struct judging judging = {manifest, diagnostics};
	uint32_t said = diagnostics->count;
	for (uint32_t i = 0; i < manifest->node_count; i++) {
		judge_kind(&judging, &manifest->nodes[i]);
		judge_options(&judging, &manifest->nodes[i].options,
			manifest->nodes[i].kind);
	}
	for (uint32_t i = 0; i < placement->node_count; i++)
		judge_restart(&judging, placement, i);
	judge_commands(&judging, placement);
	judge_fifos(&judging, placement);
	judge_options(&judging, &manifest->node_defaults, NODE_OPERATORS);
	return diagnostics->count == said ? 0 : -ENOTSUP;
}
