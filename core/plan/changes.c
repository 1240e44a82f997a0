/*
 * changes: nodes, and what becomes of each.
 *
 * Whether a node is touched is decided by the plan that its process has got:
 * the two texts are compared, without what a process does not depend on, so
 * that nothing that a plan will ever say can be forgotten here.
 */
#include "core/plan/changes.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/plan/changes_parts.h"

/* ---- names --------------------------------------------------------------- */

static int compare_names(const void *left, const void *right)
{
	const struct changes_name *one = left, *other = right;
	return strcmp(one->name, other->name);
}

uint32_t changes_find(
	const struct changes_name *names, uint32_t count, const char *name)
{
	struct changes_name wanted = {name, 0};
	const struct changes_name *found =
		count == 0 ? NULL
			   : bsearch(&wanted, names, count, sizeof wanted,
				     compare_names);
	return found == NULL ? CHANGES_NONE : found->index;
}

const char *changes_node_name(const struct placement *placement, uint32_t owner)
{
	return placement->nodes[placement->node_of[owner]].name;
}

static struct changes_name *name_operators(
	const struct topology *topology, struct arena *arena)
{
	uint32_t count = topology->operator_count;
	struct changes_name *names =
		arena_allocate(arena, (size_t)count + 1, sizeof *names);
	for (uint32_t i = 0; i < count; i++)
		names[i] =
			(struct changes_name){topology->operators[i].name, i};
	if (count > 0)
		qsort(names, count, sizeof *names, compare_names);
	return names;
}

static struct changes_name *name_nodes(
	const struct placement *placement, struct arena *arena)
{
	uint32_t count = placement->node_count;
	struct changes_name *names =
		arena_allocate(arena, (size_t)count + 1, sizeof *names);
	for (uint32_t i = 0; i < count; i++)
		names[i] = (struct changes_name){placement->nodes[i].name, i};
	if (count > 0)
		qsort(names, count, sizeof *names, compare_names);
	return names;
}

/* ---- settings ------------------------------------------------------------ */

static bool same_texts(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

/* Whether they ask for another process. */
static bool differ_as_processes(
	const struct placement_node *before, const struct placement_node *after)
{
	const struct manifest_node *old = before->written;
	const struct manifest_node *new = after->written;
	if (!same_texts(old->cwd, new->cwd) ||
		old->environment_count != new->environment_count ||
		old->cpu_count != new->cpu_count ||
		old->replicas != new->replicas ||
		before->options.files != after->options.files)
		return true;
	for (uint32_t i = 0; i < old->environment_count; i++)
		if (!same_texts(old->environment[i].name,
			    new->environment[i].name) ||
			!json_equal(old->environment[i].value,
				new->environment[i].value))
			return true;
	for (uint32_t i = 0; i < old->cpu_count; i++)
		if (old->cpus[i] != new->cpus[i])
			return true;
	return false;
}

/* Whether they ask their supervisor for other settings. */
static bool differ_in_settings(
	const struct node_options *before, const struct node_options *after)
{
	return before->set != after->set ||
	       before->restart_on != after->restart_on ||
	       before->restart_max != after->restart_max ||
	       before->restart_within_ns != after->restart_within_ns ||
	       before->backoff_first_ns != after->backoff_first_ns ||
	       before->backoff_last_ns != after->backoff_last_ns ||
	       before->warn_ns != after->warn_ns ||
	       before->report_ns != after->report_ns ||
	       before->kill_ns != after->kill_ns ||
	       before->start_ns != after->start_ns ||
	       before->memory_bytes != after->memory_bytes ||
	       before->files != after->files;
}

/* ---- plans --------------------------------------------------------------- */

/* A plan's text without what does not matter to a process that has it: where
 * its plugins were found, since they are known by their contents, and, to
 * operators, where the manifest lies. */
static char *essence(struct node_plan *plan)
{
	for (uint32_t i = 0; i < plan->operator_count; i++)
		plan->operators[i].path = "/";
	for (uint32_t i = 0; i < plan->stream_count; i++)
		plan->streams[i].former = plan->streams[i].name;
	if (plan->operator_count > 0)
		plan->folder = "";
	return node_plan_encode(plan);
}

static char *essence_of(const struct placement *placement, uint32_t node,
	const char *topology_name, const char *folder)
{
	struct node_plan plan = {0};
	placement_node_plan(placement, node, topology_name, folder, &plan);
	char *text = essence(&plan);
	node_plan_release(&plan);
	return text;
}

static bool is_ours(const struct placement *placement, uint32_t node)
{
	return placement->nodes[node].written->kind == NODE_OPERATORS;
}

/* A program of somebody else's is told of its streams when it connects; and who
 * goes back alone has to find all others as they were. */
static bool same_streams(
	const struct comparing *comparing, const struct changes_node *node)
{
	const struct changes *changes = comparing->changes;
	for (uint32_t i = 0; i < changes->node_count; i++)
		for (uint32_t j = 0; j < changes->nodes[i].stream_count; j++) {
			const struct changes_stream *stream =
				&changes->nodes[i].streams[j];
			if (stream->action == CHANGES_KEPT)
				continue;
			if ((stream->after != CHANGES_NONE &&
				    changes_touches(comparing->after,
					    stream->after, node->name)) ||
				(stream->before != CHANGES_NONE &&
					changes_touches(comparing->before,
						stream->before, node->name)))
				return false;
		}
	return true;
}

static bool same_operators(const struct changes_node *node)
{
	for (uint32_t i = 0; i < node->operator_count; i++)
		if (node->operators[i].action > CHANGES_CHANGED ||
			node->operators[i].from)
			return false;
	return true;
}

static enum changes_node_action decide(const struct comparing *comparing,
	const struct changes_node *node, const char *topology_name,
	const char *folder)
{
	bool ours = is_ours(comparing->after, node->after) &&
		    is_ours(comparing->before, node->before);
	char *before = essence_of(
		comparing->before, node->before, topology_name, folder);
	char *after = essence_of(
		comparing->after, node->after, topology_name, folder);
	bool same =
		strcmp(before, after) == 0 &&
		!comparing->before->nodes[node->before].returned &&
		!differ_as_processes(&comparing->before->nodes[node->before],
			&comparing->after->nodes[node->after]) &&
		(ours || same_streams(comparing, node));
	free(before);
	free(after);
	if (same)
		return CHANGES_NODE_KEPT;
	return ours ? CHANGES_NODE_UPGRADED : CHANGES_NODE_RESTARTED;
}

static void add_node(struct changes *changes, struct changes_node node)
{
	changes->nodes = arena_grow(&changes->arena, changes->nodes,
		changes->node_count, sizeof node);
	changes->nodes[changes->node_count++] = node;
}

/* The nodes that are there and those that were. Whether one is kept is decided
 * when its operators and streams are known. */
static void gather(struct comparing *comparing)
{
	const struct placement *before = comparing->before;
	const struct placement *after = comparing->after;
	struct arena *arena = &comparing->arena;
	struct changes_name *names = name_nodes(before, arena);
	comparing->entries = arena_allocate(arena,
		(size_t)before->node_count + 1, sizeof *comparing->entries);
	for (uint32_t i = 0; i < before->node_count; i++)
		comparing->entries[i] = CHANGES_NONE;
	for (uint32_t i = 0; i < after->node_count; i++) {
		uint32_t was = changes_find(
			names, before->node_count, after->nodes[i].name);
		if (was != CHANGES_NONE)
			comparing->entries[was] = i;
		add_node(comparing->changes,
			(struct changes_node){.name = after->nodes[i].name,
				.action = was == CHANGES_NONE
						  ? CHANGES_NODE_ADDED
						  : CHANGES_NODE_KEPT,
				.before = was,
				.after = i,
				.settings = was != CHANGES_NONE &&
					    differ_in_settings(
						    &before->nodes[was].options,
						    &after->nodes[i].options)});
	}
	for (uint32_t i = 0; i < before->node_count; i++) {
		if (comparing->entries[i] != CHANGES_NONE)
			continue;
		comparing->entries[i] = comparing->changes->node_count;
		add_node(comparing->changes,
			(struct changes_node){.name = before->nodes[i].name,
				.action = CHANGES_NODE_REMOVED,
				.before = i,
				.after = CHANGES_NONE});
	}
}

static void make_plan(const struct comparing *comparing,
	struct changes_node *node, const char *topology_name,
	const char *folder)
{
	if (node->action == CHANGES_NODE_KEPT ||
		node->action == CHANGES_NODE_REMOVED)
		return;
	placement_node_plan(comparing->after, node->after, topology_name,
		folder, &node->plan);
	if (node->action == CHANGES_NODE_RESTARTED)
		return;
	placement_name_former(
		comparing->after, comparing->before, node->after, &node->plan);
	CHECK(node->plan.operator_count <= node->operator_count);
	for (uint32_t i = 0; i < node->plan.operator_count; i++)
		if (node->operators[i].action == CHANGES_RETYPED)
			node->plan.operators[i].former = "";
}

static void compare(struct comparing *comparing, const char *topology_name,
	const char *folder)
{
	struct changes *changes = comparing->changes;
	gather(comparing);
	for (uint32_t i = 0; i < changes->node_count; i++)
		changes_compare_operators(comparing, &changes->nodes[i]);
	changes_compare_streams(comparing);
	for (uint32_t i = 0; i < changes->node_count; i++) {
		struct changes_node *node = &changes->nodes[i];
		if (node->before != CHANGES_NONE && node->after != CHANGES_NONE)
			node->action =
				decide(comparing, node, topology_name, folder);
		changes->counts[node->action]++;
		changes_vet_program(comparing, node);
		node->alone = node->before != CHANGES_NONE &&
			      node->after != CHANGES_NONE &&
			      same_operators(node) &&
			      same_streams(comparing, node);
		changes_vet_operators(comparing, node);
		make_plan(comparing, node, topology_name, folder);
	}
}

int changes_make(struct changes *changes, const struct placement *before,
	const struct placement *after, const char *topology_name,
	const char *folder, struct diagnostics *diagnostics)
{
	CHECK(after->former_streams != NULL);
	uint32_t said = diagnostics->count;
	struct comparing comparing = {.changes = changes,
		.before = before,
		.after = after,
		.diagnostics = diagnostics};
	changes->before = before;
	changes->after = after;
	comparing.operators_before =
		name_operators(before->topology, &comparing.arena);
	comparing.operators_after =
		name_operators(after->topology, &comparing.arena);
	changes->on_failure = before->topology->manifest->on_failure !=
			      after->topology->manifest->on_failure;
	compare(&comparing, topology_name, folder);
	if (after->next_number > LINK_STREAMS_MAX)
		diagnostics_add(diagnostics, AT_NONE,
			"more than %u streams were made between nodes since "
			"the topology was started; stop it and start it anew",
			LINK_STREAMS_MAX);
	arena_release(&comparing.arena);
	return diagnostics->count == said ? 0 : -EINVAL;
}

void changes_release(struct changes *changes)
{
	for (uint32_t i = 0; i < changes->node_count; i++)
		node_plan_release(&changes->nodes[i].plan);
	arena_release(&changes->arena);
	*changes = (struct changes){0};
}

bool changes_none(const struct changes *changes)
{
	bool none = !changes->on_failure &&
		    changes->counts[CHANGES_NODE_KEPT] == changes->node_count;
	for (uint32_t i = 0; i < changes->node_count; i++)
		none &= !changes->nodes[i].settings;
	return none;
}
