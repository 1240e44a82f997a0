/*
 * changes_operators: what becomes of the operators of a node: params, plugins,
 * and the version in which their state travels.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/plan/changes_parts.h"
#include "core/text/pretty.h"

/* ---- params -------------------------------------------------------------- */

static const struct param_value *value_of(
	const struct topology_operator *target, const char *name)
{
	const struct operator_description *type = target->type->description;
	const struct param_description *param = description_param(type, name);
	return param == NULL ? NULL : &target->params[param - type->params];
}

static bool same_value(
	const struct param_value *one, const struct param_value *other)
{
	if (one == NULL || other == NULL || !one->set || !other->set)
		return (one != NULL && one->set) ==
		       (other != NULL && other->set);
	json_t *left = value_encode(one), *right = value_encode(other);
	bool same = json_equal(left, right) == 1;
	json_decref(left);
	json_decref(right);
	return same;
}

/* As it was written, else as the description fills it in. */
static const char *show_value(struct arena *arena,
	const struct topology_operator *target, const char *name)
{
	const struct param_value *value = value_of(target, name);
	const struct manifest_operator *written = target->written;
	if (value == NULL || !value->set)
		return NULL;
	if (value->secret)
		return "***";
	const json_t *json = description_param(target->type->description, name)
				     ->default_value;
	for (uint32_t i = 0; i < written->param_count; i++)
		if (strcmp(written->params[i].name, name) == 0)
			json = written->params[i].value;
	struct text text = {0};
	pretty_line(json, &text);
	const char *shown = arena_copy(arena, text_string(&text));
	text_release(&text);
	return shown;
}

static void compare_param(struct arena *arena, struct changes_operator *entry,
	const struct topology_operator *before,
	const struct topology_operator *after, const char *name)
{
	if (same_value(value_of(before, name), value_of(after, name)))
		return;
	struct changes_param param = {name, show_value(arena, before, name),
		show_value(arena, after, name)};
	entry->params = arena_grow(
		arena, entry->params, entry->param_count, sizeof param);
	entry->params[entry->param_count++] = param;
}

static void compare_params(struct arena *arena, struct changes_operator *entry,
	const struct topology_operator *before,
	const struct topology_operator *after)
{
	const struct operator_description *old = before->type->description;
	const struct operator_description *new = after->type->description;
	for (size_t i = 0; i < new->param_count; i++)
		compare_param(arena, entry, before, after, new->params[i].name);
	for (size_t i = 0; i < old->param_count; i++)
		if (description_param(new, old->params[i].name) == NULL)
			compare_param(arena, entry, before, after,
				old->params[i].name);
}

/* ---- operators ----------------------------------------------------------- */

static bool same_file(const struct catalogue_plugin *one,
	const struct catalogue_plugin *other)
{
	char left[NOTE_SHA256_TEXT], right[NOTE_SHA256_TEXT];
	if (catalogue_sha256(one, left, NULL) != 0 ||
		catalogue_sha256(other, right, NULL) != 0)
		return false;
	return strcmp(left, right) == 0;
}

/* Highest that the one reads and the other writes, or 0. */
static uint32_t common_version(const struct state_description *reader,
	const struct state_description *writer)
{
	uint32_t highest = 0;
	for (size_t i = 0; i < reader->read_count; i++)
		for (size_t j = 0; j < writer->write_count; j++)
			if (reader->reads[i] == writer->writes[j] &&
				reader->reads[i] > highest)
				highest = reader->reads[i];
	return highest;
}

static struct changes_operator compare_operator(struct comparing *comparing,
	uint32_t before_index, uint32_t after_index)
{
	const struct topology_operator *before =
		&comparing->before->topology->operators[before_index];
	const struct topology_operator *after =
		&comparing->after->topology->operators[after_index];
	struct changes_operator entry = {.name = after->name,
		.before = before_index,
		.after = after_index};
	if (strcmp(before->type->type, after->type->type) != 0) {
		entry.action = CHANGES_RETYPED;
		return entry;
	}
	if (strcmp(changes_node_name(comparing->before, before_index),
		    changes_node_name(comparing->after, after_index)) != 0)
		entry.from = changes_node_name(comparing->before, before_index);
	entry.replaced = !same_file(before->type->plugin, after->type->plugin);
	entry.state_version = common_version(&after->type->description->state,
		&before->type->description->state);
	compare_params(&comparing->changes->arena, &entry, before, after);
	entry.action = entry.replaced || entry.param_count > 0 || entry.from
			       ? CHANGES_CHANGED
			       : CHANGES_KEPT;
	return entry;
}

static void add_operator(struct comparing *comparing, struct changes_node *node,
	struct changes_operator entry)
{
	node->operators = arena_grow(&comparing->changes->arena,
		node->operators, node->operator_count, sizeof entry);
	node->operators[node->operator_count++] = entry;
}

/* The added one of its type, if there is just one. */
static const char *find_perhaps(const struct comparing *comparing,
	const struct changes_node *node,
	const struct topology_operator *removed)
{
	const char *found = NULL;
	for (uint32_t i = 0; i < node->operator_count; i++) {
		const struct changes_operator *entry = &node->operators[i];
		if (entry->action != CHANGES_ADDED ||
			strcmp(comparing->after->topology
					->operators[entry->after]
					.type->type,
				removed->type->type) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = entry->name;
	}
	return found;
}

/* Those that are nowhere any more. */
static void add_removed(struct comparing *comparing, struct changes_node *node)
{
	const struct topology *topology = comparing->before->topology;
	const struct placement_node *placed =
		&comparing->before->nodes[node->before];
	for (uint32_t i = 0; i < placed->operator_count; i++) {
		uint32_t index = placed->operators[i];
		const struct topology_operator *target =
			&topology->operators[index];
		if (target->type == NULL ||
			changes_find(comparing->operators_after,
				comparing->after->topology->operator_count,
				target->name) != CHANGES_NONE)
			continue;
		add_operator(comparing, node,
			(struct changes_operator){.name = target->name,
				.action = CHANGES_REMOVED,
				.before = index,
				.after = CHANGES_NONE,
				.perhaps =
					find_perhaps(comparing, node, target)});
	}
}

void changes_compare_operators(
	struct comparing *comparing, struct changes_node *node)
{
	const struct topology *old = comparing->before->topology;
	const struct topology *new = comparing->after->topology;
	const struct placement_node *placed =
		node->after == CHANGES_NONE
			? NULL
			: &comparing->after->nodes[node->after];
	for (uint32_t i = 0; placed != NULL && i < placed->operator_count;
		i++) {
		uint32_t index = placed->operators[i];
		uint32_t before = changes_find(comparing->operators_before,
			old->operator_count, new->operators[index].name);
		if (new->operators[index].type == NULL)
			continue;
		if (before == CHANGES_NONE ||
			old->operators[before].type == NULL)
			add_operator(comparing, node,
				(struct changes_operator){
					.name = new->operators[index].name,
					.action = CHANGES_ADDED,
					.before = CHANGES_NONE,
					.after = index});
		else
			add_operator(comparing, node,
				compare_operator(comparing, before, index));
	}
	if (node->before != CHANGES_NONE)
		add_removed(comparing, node);
}

/* ---- what cannot be had -------------------------------------------------- */

static const char *list_versions(
	struct arena *arena, const uint32_t *versions, size_t count)
{
	const char **words = arena_allocate(arena, count + 1, sizeof *words);
	for (size_t i = 0; i < count; i++)
		words[i] = arena_format(arena, "%" PRIu32, versions[i]);
	return diagnostic_list(arena, words, count);
}

static void vet_state(
	struct comparing *comparing, const struct changes_operator *entry)
{
	const struct topology_operator *before =
		&comparing->before->topology->operators[entry->before];
	const struct topology_operator *after =
		&comparing->after->topology->operators[entry->after];
	const struct state_description *old = &before->type->description->state;
	const struct state_description *new = &after->type->description->state;
	const struct description *plugin = after->type->plugin->description;
	struct arena *arena = &comparing->arena;
	if (old->write_count == 0 || entry->state_version > 0)
		return;
	diagnostics_add(comparing->diagnostics, after->written->type_at,
		"%s cannot take over its state: %s %s, which runs, writes "
		"version %s of it, and %s %s reads %s; let the new plugin read "
		"one that the old one writes (\"reads\" of its \"state\"), or "
		"give the operator another name and let it begin anew",
		after->name, plugin->name,
		before->type->plugin->description->version,
		list_versions(arena, old->writes, old->write_count),
		plugin->name, plugin->version,
		list_versions(arena, new->reads, new->read_count));
}

void changes_vet_operators(
	struct comparing *comparing, struct changes_node *node)
{
	for (uint32_t i = 0; i < node->operator_count; i++) {
		const struct changes_operator *entry = &node->operators[i];
		struct error error = ERROR_NONE;
		if (entry->after == CHANGES_NONE)
			continue;
		const struct topology_operator *target =
			&comparing->after->topology->operators[entry->after];
		char sha256[NOTE_SHA256_TEXT];
		if (catalogue_sha256(target->type->plugin, sha256, &error) != 0)
			diagnostics_add(comparing->diagnostics,
				target->written->type_at, "%s", error.text);
		if (entry->before == CHANGES_NONE)
			continue;
		if (entry->action != CHANGES_RETYPED &&
			(node->action == CHANGES_NODE_UPGRADED || entry->from))
			vet_state(comparing, entry);
	}
}
