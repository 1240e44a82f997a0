/*
 * schema: the bounds and the operators. See the header.
 *
 * An operator is found by its type: for each there is a condition "if the type
 * is this, its params are those". Types of plugins that a manifest names
 * itself are not known here, so PLUGIN.OPERATOR is allowed for every plugin
 * that could exist beside the standard ones.
 */
#include "core/catalogue/schema.h"

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/base/count.h"
#include "core/text/pretty.h"
#include "core/catalogue/schema_parts.h"

#include <string.h>

#define NAME "[A-Za-z0-9_-]{1,64}"
#define END NAME "(\\.[A-Za-z0-9_-]+(\\[[0-9]{1,5}\\])?)?"

static json_t *at(json_t *root, const char *path);
static void set_bounds(json_t *root);
static void set_words(json_t *root);
static json_t *condition(const struct catalogue_type *type);
static json_t *params_of(const struct operator_description *described);
static json_t *known_type(const struct catalogue_type *type);
static json_t *foreign_type(const struct catalogue *catalogue);

void schema_print(const struct catalogue *catalogue, struct text *text)
{
	json_error_t error;
	json_t *root = json_loads(schema_text, JSON_REJECT_DUPLICATES, &error);
	json_t *types = json_array();
	json_t *conditions = json_array();

	CHECK(root != NULL);
	set_bounds(root);
	set_words(root);
	for (size_t i = 0; i < catalogue_type_count(catalogue); i++) {
		const struct catalogue_type *type =
			catalogue_type_at(catalogue, i);

		json_array_append_new(types, known_type(type));
		json_array_append_new(conditions, condition(type));
	}
	json_array_append_new(types, foreign_type(catalogue));
	json_object_set_new(at(root, "operator_type"), "anyOf", types);
	if (json_array_size(conditions) > 0)
		json_object_set(at(root, "operator"), "allOf", conditions);
	json_decref(conditions);
	pretty_print(root, text);
	json_decref(root);
}

/* The definition at a path of names, each after the first among properties. */
static json_t *at(json_t *root, const char *path)
{
	json_t *found = json_object_get(root, "$defs");

	for (bool first = true; *path != '\0'; first = false) {
		size_t bytes = strcspn(path, "/");

		if (!first)
			found = json_object_get(found, "properties");
		found = json_object_getn(found, path, bytes);
		path += bytes + (path[bytes] == '/');
	}
	CHECK(found != NULL);
	return found;
}

static void set_range(json_t *schema, uint64_t least, uint64_t most)
{
	json_object_update_new(schema,
		json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
			(json_int_t)least, "maximum", (json_int_t)most));
}

static void set_bounds(json_t *root)
{
	static const struct {
		const char *path;
		uint64_t least, most;
	} sizes[] =
		{
			{"capacity", STREAM_ATOMIC_MIN, STREAM_CAPACITY_MAX},
			{"atomic", STREAM_ATOMIC_MIN, STREAM_ATOMIC_MAX},
			{"limits/memory", 1, INT64_MAX},
		},
	  counts[] = {
		  {"records", 1, STREAM_RECORDS_MAX},
		  {"node/replicas", 1, MANIFEST_REPLICAS_MAX},
		  {"restart/max", 0, UINT32_MAX},
		  {"limits/files", LIMIT_FILES_LEAST, LIMIT_FILES_MOST},
	  };

	for (size_t i = 0; i < COUNT(sizes); i++)
		json_object_set_new(at(root, sizes[i].path), "anyOf",
			schema_size(sizes[i].least, sizes[i].most));
	for (size_t i = 0; i < COUNT(counts); i++)
		set_range(at(root, counts[i].path), counts[i].least,
			counts[i].most);
	set_range(json_object_get(at(root, "node/cpus"), "items"), 0,
		MANIFEST_CPUS_MAX - 1);
}

static void set_words(json_t *root)
{
	json_t *types = json_array();

	for (int i = PARAM_BOOL; i <= PARAM_SIGNATURE; i++)
		json_array_append_new(
			types, json_string(description_param_type_name(
				       (enum param_type)i)));
	json_object_set_new(root, "$id", json_string(SCHEMA_ID));
	json_object_set_new(at(root, "param_type"), "enum", types);
	json_object_set_new(
		at(root, "end"), "pattern", json_string("^ *" END " *$"));
	json_object_set_new(at(root, "chain"), "pattern",
		json_string("^ *" END " *-> *(" NAME " *-> *)*" END " *$"));
}

/* ---- operators -----------------------------------------------------------
 */

static json_t *condition(const struct catalogue_type *type)
{
	const struct operator_description *described = type->description;
	json_t *then = json_pack(
		"{s:{s:o}}", "properties", "params", params_of(described));

	for (size_t i = 0; i < described->param_count; i++)
		if (described->params[i].required)
			json_object_set_new(
				then, "required", json_pack("[s]", "params"));
	return json_pack("{s:{s:[s], s:{s:{s:s}}}, s:o}", "if", "required",
		"type", "properties", "type", "const", type->type, "then",
		then);
}

static json_t *params_of(const struct operator_description *described)
{
	json_t *properties = json_object();
	json_t *required = json_array();
	json_t *schema;

	for (size_t i = 0; i < described->param_count; i++) {
		const struct param_description *param = &described->params[i];

		json_object_set_new(
			properties, param->name, schema_param(param));
		if (param->required)
			json_array_append_new(
				required, json_string(param->name));
	}
	schema = json_pack("{s:o, s:b}", "properties", properties,
		"additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}

static void tell_ports(struct text *text, const char *direction,
	const struct port_description *ports, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		text_format(text, "%s%s%s (%s%s)%s%s",
			i == 0 ? direction : ", ", ports[i].name,
			ports[i].variadic ? "[]" : "",
			description_port_type_name(ports[i].type),
			ports[i].required ? ", required" : "",
			*ports[i].doc ? ": " : "", ports[i].doc);
}

static json_t *list_ports(const struct port_description *ports, uint32_t count)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:b, s:b}", "name",
				      ports[i].name, "type",
				      description_port_type_name(ports[i].type),
				      "required", ports[i].required, "variadic",
				      ports[i].variadic));
	return list;
}

/* Its name with doc and ports for who completes it. Nothing in JSON Schema
 * speaks of ports, so they stand as an annotation besides, for programs. */
static json_t *known_type(const struct catalogue_type *type)
{
	const struct operator_description *described = type->description;
	struct text text = {0};
	json_t *schema;

	text_add(&text, described->doc);
	tell_ports(&text, "\nin: ", described->in, described->in_declared);
	tell_ports(&text, "\nout: ", described->out, described->out_declared);
	schema = json_pack("{s:s, s:s, s:{s:o, s:o}}", "const", type->type,
		"description", text_string(&text), "x-tau-ports", "in",
		list_ports(described->in, described->in_declared), "out",
		list_ports(described->out, described->out_declared));
	text_release(&text);
	return schema;
}

/* PLUGIN.OPERATOR of a plugin that is not here. None is called like the first
 * part of a standard type: the catalogue refuses it. */
static json_t *foreign_type(const struct catalogue *catalogue)
{
	struct text text = {0};
	const char *before = "";
	size_t bytes = 0;
	json_t *schema;

	text_add(&text, "^(tau-[a-z0-9_-]*");
	for (size_t i = 0; i < catalogue_type_count(catalogue); i++) {
		const struct catalogue_type *type =
			catalogue_type_at(catalogue, i);

		if (!type->plugin->standard ||
			(strcspn(type->type, ".") == bytes &&
				strncmp(type->type, before, bytes) == 0))
			continue;
		before = type->type;
		bytes = strcspn(before, ".");
		text_format(&text, "|%.*s", (int)bytes, before);
	}
	text_add(&text, ")\\.");
	schema = json_pack("{s:s, s:s, s:{s:s}, s:s}", "type", "string",
		"pattern", "^[a-z0-9_-]{1,64}(\\." NAME ")+$", "not", "pattern",
		text_string(&text), "description",
		"An operator of a plugin that is not installed here.");
	text_release(&text);
	return schema;
}
