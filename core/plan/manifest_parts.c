/*
 * manifest_parts: the variables, the plugins and the params of a manifest.
 */
#include "core/plan/manifest_take.h"

#include <string.h>

#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/catalogue/description.h"

/* ---- variables ----------------------------------------------------------- */

static void read_variable_default(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_variable *variable = into;
	variable->initial = json_incref(value.json);
	variable->initial_at = take_at(reading, value);
	variable->initial_node = value.node;
}

static void read_variable_environment(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_variable *variable = into;
	const char *name;
	if (!take_text(reading, value, &name))
		return;
	if (*name == '\0' || strchr(name, '=') != NULL)
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"%s\" cannot be the name of an environment variable",
			name);
	else
		variable->environment = name;
}

static void read_variable_values(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_variable *variable = into;
	struct cursor item = {0};
	if (!take_is_array(reading, value, "a list of strings"))
		return;
	while (take_next(reading, value, &item))
		if (!json_is_string(item.json)) {
			take_wrong(reading, item, "a string");
			return;
		}
	variable->values = json_incref(value.json);
	variable->values_at = take_at(reading, value);
}

static void read_variable(struct reading *reading, struct cursor value)
{
	static const struct take_key keys[] = {
		{.name = "type",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_variable, type),
			.at = offsetof(struct manifest_variable, type_at)},
		{.name = "of",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_variable, of)},
		TAKE_BY_HAND("default", read_variable_default),
		{.name = "required",
			.kind = TAKE_BOOL,
			TAKE_FIELD(struct manifest_variable, required)},
		TAKE_BY_HAND("env", read_variable_environment),
		{.name = "min",
			.kind = TAKE_JSON,
			TAKE_FIELD(struct manifest_variable, min),
			.at = offsetof(struct manifest_variable, min_at)},
		{.name = "max",
			.kind = TAKE_JSON,
			TAKE_FIELD(struct manifest_variable, max),
			.at = offsetof(struct manifest_variable, max_at)},
		TAKE_BY_HAND("values", read_variable_values),
		{.name = "doc",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_variable, doc)},
	};
	struct manifest *manifest = reading->manifest;
	take_name(reading, value, "a variable");
	manifest->variables = arena_grow(&manifest->arena, manifest->variables,
		manifest->variable_count, sizeof *manifest->variables);
	struct manifest_variable *variable =
		&manifest->variables[manifest->variable_count++];
	*variable = (struct manifest_variable){
		.name = value.key, .at = take_key_at(reading, value)};
	take_object(reading, value, "a variable", keys, COUNT(keys), variable);
}

void manifest_read_variables(
	struct reading *reading, void *into, struct cursor value)
{
	struct cursor child = {0};
	(void)into;
	if (!take_is_object(reading, value, "an object of variables"))
		return;
	while (take_next(reading, value, &child))
		read_variable(reading, child);
}

/* ---- plugins ------------------------------------------------------------- */

static void read_plugin(struct reading *reading, struct cursor value)
{
	static const struct take_key keys[] = {
		{.name = "path",
			.kind = TAKE_FILLED,
			TAKE_FIELD(struct manifest_plugin, path)},
		{.name = "version",
			.kind = TAKE_FILLED,
			TAKE_FIELD(struct manifest_plugin, version)},
		{.name = "sha256",
			.kind = TAKE_FILLED,
			TAKE_FIELD(struct manifest_plugin, sha256)},
	};
	struct manifest *manifest = reading->manifest;
	struct manifest_plugin plugin = {
		.name = value.key, .at = take_key_at(reading, value)};
	if (!take_object(
		    reading, value, "a plugin", keys, COUNT(keys), &plugin))
		return;
	bool named = description_is_plugin_name(value.key);
	if (!named)
		diagnostics_add(reading->diagnostics, plugin.at,
			"\"%s\" cannot name a plugin; such a name has 1 to %d "
			"small letters, digits, _ and -",
			value.key, NAME_BYTES_MAX);
	if (json_object_get(value.json, "path") == NULL)
		diagnostics_add(reading->diagnostics, plugin.at,
			"the plugin \"%s\" has no \"path\"; say where its file "
			"is",
			plugin.name);
	if (!named || plugin.path.text == NULL)
		return;
	manifest->plugins = arena_grow(&manifest->arena, manifest->plugins,
		manifest->plugin_count, sizeof plugin);
	manifest->plugins[manifest->plugin_count++] = plugin;
}

void manifest_read_plugins(
	struct reading *reading, void *into, struct cursor value)
{
	struct cursor child = {0};
	(void)into;
	if (!take_is_object(reading, value, "an object of plugins"))
		return;
	while (take_next(reading, value, &child))
		read_plugin(reading, child);
}

void manifest_read_params(struct reading *reading, struct cursor value,
	struct manifest_param **params, uint32_t *count)
{
	struct cursor child = {0};
	while (take_next(reading, value, &child)) {
		*params = arena_grow(&reading->manifest->arena, *params, *count,
			sizeof **params);
		(*params)[(*count)++] =
			(struct manifest_param){.name = child.key,
				.written = json_incref(child.json),
				.name_at = take_key_at(reading, child),
				.at = take_at(reading, child),
				.node = child.node};
	}
}
