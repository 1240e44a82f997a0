/*
 * changes_json: what changes, for programs.
 *
 *     { "changes": true, "on_failure": false,
 *       "nodes": [ {"name": "stats", "action": "upgraded", "settings": false,
 *           "operators": [ {"name": "per", "action": "changed", "state": 2,
 *               "before": {"type": "acme.count", "plugin": "acme",
 *                   "version": "1.0.0", "sha256": "9f86…"}, "after": {…},
 *               "params": [ {"name": "every", "before": "\"10s\"",
 *                   "after": "\"5s\""} ], "perhaps": null} ],
 *           "streams": [ {"name": "per", "action": "changed",
 *               "former": "per", "before": "out", "after": "top",
 *               "rewired": true, "options": null} ]} ] }
 *
 * What a thing that was added was before is null, and likewise what one that
 * was removed is after.
 */
#include <jansson.h>
#include <stdlib.h>

#include "core/plan/changes_parts.h"

static const char *const node_actions[CHANGES_NODE_ACTIONS] = {
	"kept", "upgraded", "restarted", "added", "removed"};
static const char *const actions[CHANGES_ACTIONS] = {
	"kept", "changed", "retyped", "added", "removed"};

static json_t *show_plugin(const struct placement *placement, uint32_t index)
{
	char sha256[NOTE_SHA256_TEXT];
	if (index == CHANGES_NONE)
		return json_null();
	const struct catalogue_type *type =
		placement->topology->operators[index].type;
	(void)catalogue_sha256(type->plugin, sha256, NULL);
	return json_pack("{s:s, s:s, s:s, s:s}", "type", type->type, "plugin",
		type->plugin->description->name, "version",
		type->plugin->description->version, "sha256", sha256);
}

static json_t *show_operator(
	const struct changes *changes, const struct changes_operator *entry)
{
	json_t *params = json_array();
	for (uint32_t i = 0; i < entry->param_count; i++)
		json_array_append_new(
			params, json_pack("{s:s, s:s?, s:s?}", "name",
					entry->params[i].name, "before",
					entry->params[i].before, "after",
					entry->params[i].after));
	return json_pack("{s:s, s:s, s:I, s:s?, s:o, s:o, s:o, s:s?}", "name",
		entry->name, "action", actions[entry->action], "state",
		(json_int_t)entry->state_version, "from", entry->from, "before",
		show_plugin(changes->before, entry->before), "after",
		show_plugin(changes->after, entry->after), "params", params,
		"perhaps", entry->perhaps);
}

static const char *reader(const struct placement *placement, uint32_t index)
{
	const struct topology *topology = placement->topology;
	return index == CHANGES_NONE
		       ? NULL
		       : topology->operators[topology->streams[index].to.owner]
				 .name;
}

static json_t *show_stream(
	const struct changes *changes, const struct changes_stream *entry)
{
	return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:b, s:b, s:s?}", "name",
		entry->name, "action", actions[entry->action], "former",
		entry->before == CHANGES_NONE
			? NULL
			: changes->before->topology->streams[entry->before]
				  .name,
		"before", reader(changes->before, entry->before), "after",
		reader(changes->after, entry->after), "rewired", entry->rewired,
		"moved", entry->moved, "options", entry->options);
}

static json_t *show_node(
	const struct changes *changes, const struct changes_node *node)
{
	json_t *operators = json_array(), *streams = json_array();
	for (uint32_t i = 0; i < node->operator_count; i++)
		json_array_append_new(
			operators, show_operator(changes, &node->operators[i]));
	for (uint32_t i = 0; i < node->stream_count; i++)
		json_array_append_new(
			streams, show_stream(changes, &node->streams[i]));
	return json_pack("{s:s, s:s, s:b, s:o, s:o}", "name", node->name,
		"action", node_actions[node->action], "settings",
		node->settings, "operators", operators, "streams", streams);
}

void changes_json(const struct changes *changes, struct text *text)
{
	json_t *nodes = json_array();
	for (uint32_t i = 0; i < changes->node_count; i++)
		json_array_append_new(
			nodes, show_node(changes, &changes->nodes[i]));
	json_t *root =
		json_pack("{s:b, s:b, s:o}", "changes", !changes_none(changes),
			"on_failure", changes->on_failure, "nodes", nodes);
	char *shown = json_dumps(root, JSON_INDENT(2));
	text_add(text, shown);
	text_add_byte(text, '\n');
	free(shown);
	json_decref(root);
}
