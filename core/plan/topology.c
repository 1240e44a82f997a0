/*
 * topology: operators and their types; the other parts follow in files of
 * their own, in the order of topology_resolve.
 */
#include "core/plan/topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/plan/topology_parts.h"

static void set_ports_of_type(
	struct topology_operator *target, const struct catalogue_type *type)
{
	target->type = type;
	target->in = type->description->in;
	target->in_count = type->description->in_count;
	target->out = type->description->out;
	target->out_count = type->description->out_count;
}

/* Whether what is wrong with the type's plugin stands already where the
 * manifest names it. */
static bool was_said(const struct resolving *resolving, const char *type)
{
	const struct diagnostics *said = resolving->diagnostics;
	const struct catalogue_refusal *refusal =
		catalogue_refusal_of(resolving->catalogue, type);
	if (refusal == NULL || refusal->at == AT_NONE)
		return false;
	for (uint32_t i = 0; i < said->count && i < MANIFEST_ERRORS_MAX; i++)
		if (said->items[i].at == refusal->at)
			return true;
	return false;
}

static void find_type(
	struct resolving *resolving, struct topology_operator *target)
{
	const struct manifest_operator *written = target->written;
	struct error error = ERROR_NONE;
	if (written->type == NULL)
		return;
	const struct catalogue_type *type = catalogue_find_in(
		resolving->catalogue,
		resolving->manifest->nodes[target->node].name, written->type);
	if (type != NULL) {
		set_ports_of_type(target, type);
		topology_read_params(resolving, target);
		return;
	}
	if (was_said(resolving, written->type))
		return;
	catalogue_explain(resolving->catalogue, written->type, &error);
	diagnostics_add(
		resolving->diagnostics, written->type_at, "%s", error.text);
}

/* Gives each port a counter of its streams; not shared between instances. */
static void add_counters(
	struct resolving *resolving, struct topology_operator *target)
{
	struct arena *arena = &resolving->topology->arena;
	target->in_members =
		arena_allocate(arena, target->in_count, sizeof(uint32_t));
	target->out_members =
		arena_allocate(arena, target->out_count, sizeof(uint32_t));
}

static void add_operator(
	struct resolving *resolving, const struct topology_operator *target)
{
	struct topology *topology = resolving->topology;
	topology->operators = arena_grow(&topology->arena, topology->operators,
		topology->operator_count, sizeof *target);
	topology->operators[topology->operator_count] = *target;
	add_counters(
		resolving, &topology->operators[topology->operator_count++]);
}

static void add_name(struct resolving *resolving, const char *name, uint32_t at,
	uint32_t step, uint32_t replicas)
{
	resolving->names =
		arena_grow(&resolving->topology->arena, resolving->names,
			resolving->name_count, sizeof *resolving->names);
	resolving->names[resolving->name_count++] = (struct topology_name){
		name, resolving->topology->operator_count, step, replicas, at};
}

static struct topology_operator read_operator(
	struct resolving *resolving, uint32_t node, uint32_t index)
{
	const struct manifest_node *written = &resolving->manifest->nodes[node];
	struct topology_operator target = {.node = node};
	if (written->kind == NODE_OPERATORS) {
		target.written = &written->operators[index];
		target.name = target.written->name;
		find_type(resolving, &target);
	} else {
		target.name = written->name;
		topology_read_ports(resolving, &target);
	}
	return target;
}

/* The operators of one node, once per replica. */
static void read_node(struct resolving *resolving, uint32_t node)
{
	const struct manifest_node *written = &resolving->manifest->nodes[node];
	struct topology *topology = resolving->topology;
	bool whole = written->kind != NODE_OPERATORS;
	uint32_t count = whole ? 1 : written->operator_count;
	uint32_t first = topology->operator_count;
	for (uint32_t i = 0; i < count; i++) {
		struct topology_operator target =
			read_operator(resolving, node, i);
		add_name(resolving, target.name,
			whole ? written->at : target.written->name_at, count,
			written->replicas);
		add_operator(resolving, &target);
	}
	for (uint32_t replica = 1; replica < written->replicas; replica++)
		for (uint32_t i = 0; i < count; i++) {
			struct topology_operator target =
				topology->operators[first + i];
			target.replica = replica;
			add_operator(resolving, &target);
		}
	for (uint32_t i = first;
		written->replicas > 1 && i < topology->operator_count; i++)
		topology->operators[i].name = arena_format(&topology->arena,
			"%s#%u", topology->operators[i].name,
			topology->operators[i].replica);
}

static int compare_names(const void *left, const void *right)
{
	const struct topology_name *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	if (order != 0)
		return order;
	return a->first < b->first ? -1 : a->first > b->first;
}

static void sort_names(struct resolving *resolving)
{
	struct topology_name *names = resolving->names;
	if (resolving->name_count > 0)
		qsort(names, resolving->name_count, sizeof *names,
			compare_names);
	for (uint32_t i = 1; i < resolving->name_count; i++) {
		if (strcmp(names[i - 1].name, names[i].name) != 0)
			continue;
		resolving->streams_broken = true; /* they may mean either */
		if (diagnostics_skip(resolving->diagnostics))
			continue;
		struct place place = source_place(
			resolving->manifest->source, names[i - 1].at);
		diagnostics_add(resolving->diagnostics, names[i].at,
			"\"%s\" names two operators; the other stands in line "
			"%u",
			names[i].name, place.line);
	}
}

int topology_resolve(struct topology *topology, const struct manifest *manifest,
	const struct catalogue *catalogue, struct diagnostics *diagnostics)
{
	struct resolving resolving = {.topology = topology,
		.manifest = manifest,
		.catalogue = catalogue,
		.diagnostics = diagnostics};
	uint32_t said = diagnostics->count;
	topology->manifest = manifest;
	topology->name = manifest->name;
	topology->stdin_operator = TOPOLOGY_NONE;
	topology->stdout_operator = TOPOLOGY_NONE;
	for (uint32_t node = 0; node < manifest->node_count; node++)
		read_node(&resolving, node);
	sort_names(&resolving);
	topology_read_streams(&resolving);
	topology_number_members(&resolving);
	topology_check(&resolving);
	topology_check_cycles(&resolving);
	return diagnostics->count == said ? 0 : -EINVAL;
}

void topology_release(struct topology *topology)
{
	arena_release(&topology->arena);
	*topology = (struct topology){0};
}

const struct port_description *topology_port(
	const struct topology *topology, struct topology_end end, bool out)
{
	CHECK(end.owner < topology->operator_count);
	const struct topology_operator *target =
		&topology->operators[end.owner];
	CHECK(end.port < (out ? target->out_count : target->in_count));
	return out ? &target->out[end.port] : &target->in[end.port];
}

const char *topology_end_name(
	struct topology *topology, struct topology_end end, bool out)
{
	return arena_format(&topology->arena, "%s.%s",
		topology->operators[end.owner].name,
		topology_port(topology, end, out)->name);
}
