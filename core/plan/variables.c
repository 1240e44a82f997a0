/*
 * variables: which value each variable has.
 *
 * A value is JSON from here on, whether it came as JSON (a default) or as text
 * (a setting, the environment), so that one check serves all three.
 */
#include "core/plan/variables.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/catalogue/description.h"
#include "core/catalogue/literal.h"
#include "core/plan/substitute.h"

/* Everything that is needed while variables are worked out. */
struct resolving {
	const struct manifest *manifest;
	const struct variables_input *input;
	struct diagnostics *diagnostics;
};

/* Where a value came from, for sentences. */
struct origin {
	const char *prefix; /* "--set port=" */
	const char *text;   /* NULL: the manifest's default */
	const char *folder; /* of relative paths */
	uint32_t at;
};

static bool find_type(const char *name, enum param_type *type)
{
	for (int i = PARAM_BOOL; i <= PARAM_SIGNATURE; i++)
		if (strcmp(description_param_type_name((enum param_type)i),
			    name) == 0) {
			*type = (enum param_type)i;
			return true;
		}
	return false;
}

static const char *nearest_type(const char *name)
{
	const char *words[PARAM_SIGNATURE + 1];
	for (int i = PARAM_BOOL; i <= PARAM_SIGNATURE; i++)
		words[i] = description_param_type_name((enum param_type)i);
	const char *nearest = diagnostic_nearest(name, words, PARAM_SIGNATURE + 1);
	return nearest != NULL                ? nearest
	       : strcmp(name, "integer") == 0 ? "int"
	       : strcmp(name, "text") == 0    ? "string"
					      : NULL;
}

static bool read_type(struct resolving *resolving, const char *name,
	uint32_t at, enum param_type *type)
{
	if (find_type(name, type))
		return true;
	const char *nearest = nearest_type(name);
	diagnostics_add(resolving->diagnostics, at,
		"\"%s\" is no type of a variable%s%s%s", name,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "; types are those of params, like int");
	return false;
}

static bool read_types(struct resolving *resolving,
	const struct manifest_variable *variable,
	struct param_description *param)
{
	if (variable->type == NULL) {
		diagnostics_add(resolving->diagnostics, variable->at,
			"the variable \"%s\" has no \"type\", like \"string\"",
			variable->name);
		return false;
	}
	if (!read_type(
		    resolving, variable->type, variable->type_at, &param->type))
		return false;
	bool holds = param->type == PARAM_LIST || param->type == PARAM_MAP;
	param->of = holds ? PARAM_STRING : param->type;
	if (variable->of == NULL)
		return true;
	if (!holds) {
		diagnostics_add(resolving->diagnostics, variable->type_at,
			"\"of\" belongs to the types list and map, not to %s",
			variable->type);
		return false;
	}
	return read_type(
		resolving, variable->of, variable->type_at, &param->of);
}

static bool read_bound(struct resolving *resolving,
	const struct param_description *param, const json_t *json, uint32_t at,
	struct param_bound *bound)
{
	struct param_description bare = {.type = param->of, .of = param->of};
	if (json == NULL)
		return true;
	if (description_check_value(&bare, json, NULL) == 0)
		*bound = literal_number(param->of, json);
	if (bound->set)
		return true;
	diagnostics_add(resolving->diagnostics, at,
		"a bound of type %s is expected; bounds belong to int, float, "
		"size and duration",
		description_param_type_name(param->of));
	return false;
}

static bool read_values(struct resolving *resolving,
	const struct manifest_variable *variable,
	struct param_description *param, struct arena *arena)
{
	size_t index;
	json_t *item;
	bool needed = param->of == PARAM_ENUM;
	size_t count = json_array_size(variable->values);
	if (needed && count > 0) {
		param->values =
			arena_allocate(arena, count, sizeof *param->values);
		json_array_foreach(variable->values, index, item)
			param->values[param->value_count++] =
			json_string_value(item);
		return true;
	}
	if (!needed && variable->values == NULL)
		return true;
	diagnostics_add(resolving->diagnostics,
		variable->values ? variable->values_at : variable->type_at,
		needed ? "an enum needs \"values\", the words that it takes"
		       : "\"values\" belongs to the type enum");
	return false;
}

/* What the variable takes, in the shape that params are checked against. */
static bool describe(struct resolving *resolving,
	const struct manifest_variable *variable,
	struct param_description *param, struct arena *arena)
{
	*param = (struct param_description){.name = variable->name};
	return read_types(resolving, variable, param) &&
	       read_bound(resolving, param, variable->min, variable->min_at,
		       &param->min) &&
	       read_bound(resolving, param, variable->max, variable->max_at,
		       &param->max) &&
	       read_values(resolving, variable, param, arena);
}

/* Text as JSON of that type; text that does not fit stays a string, which the
 * check then refuses. */
static json_t *single_of_text(enum param_type type, const char *text)
{
	json_t *json = NULL;
	switch (type) {
	case PARAM_BOOL:
	case PARAM_INT:
	case PARAM_FLOAT:
	case PARAM_SIZE:
	case PARAM_DURATION:
	case PARAM_JSON:
		json = json_loads(text, JSON_DECODE_ANY, NULL);
		break;
	default:
		break;
	}
	return json != NULL ? json : json_string(text);
}

/* "a,b,c" as a list. */
static json_t *split(enum param_type of, const char *text)
{
	json_t *list = json_array();
	struct arena arena = {0};
	while (*text != '\0') {
		size_t bytes = strcspn(text, ",");
		json_array_append_new(list,
			single_of_text(of, arena_text(&arena, text, bytes)));
		text += bytes + (text[bytes] == ',');
	}
	arena_release(&arena);
	return list;
}

static json_t *json_of_text(
	const struct param_description *param, const char *text)
{
	json_t *json = NULL;
	if (param->type != PARAM_LIST && param->type != PARAM_MAP)
		return single_of_text(param->type, text);
	if (*text == '[' || *text == '{')
		json = json_loads(text, 0, NULL);
	if (json == NULL && param->type == PARAM_LIST && *text != '[')
		json = split(param->of, text);
	return json != NULL ? json : json_string(text);
}

/* Relative paths in it are put behind the folder: a new reference. */
static json_t *make_absolute(
	const struct param_description *param, json_t *json, const char *folder)
{
	struct param_description item = {.type = param->of, .of = param->of};
	size_t index;
	const char *key;
	json_t *child;
	if (param->of != PARAM_PATH)
		return json_incref(json);
	if (json_is_string(json)) {
		const char *path = json_string_value(json);
		return path[0] == '/' ? json_incref(json)
				      : json_sprintf("%s/%s", folder, path);
	}
	json_t *copy = json_is_array(json) ? json_array() : json_object();
	if (json_is_array(json))
		json_array_foreach(json, index, child) json_array_append_new(
			copy, make_absolute(&item, child, folder));
	else
		json_object_foreach(json, key, child) json_object_set_new(
			copy, key, make_absolute(&item, child, folder));
	return copy;
}

/* The last `--set NAME=…` of that name: its VALUE, or NULL. */
static const char *find_setting(
	const struct variables_input *input, const char *name)
{
	size_t bytes = strlen(name);
	for (size_t i = input->setting_count; i-- > 0;)
		if (strncmp(input->settings[i], name, bytes) == 0 &&
			input->settings[i][bytes] == '=')
			return input->settings[i] + bytes + 1;
	return NULL;
}

static const char *find_environment(
	const struct variables_input *input, const char *name)
{
	size_t bytes = name == NULL ? 0 : strlen(name);
	if (name == NULL || input->environment == NULL)
		return NULL;
	for (char *const *entry = input->environment; *entry != NULL; entry++)
		if (strncmp(*entry, name, bytes) == 0 && (*entry)[bytes] == '=')
			return *entry + bytes + 1;
	return NULL;
}

static struct origin find_origin(struct resolving *resolving,
	const struct manifest_variable *variable, struct arena *arena)
{
	struct origin origin = {
		.folder = resolving->input->folder, .at = variable->at};
	origin.text = find_setting(resolving->input, variable->name);
	origin.prefix = arena_format(arena, "--set %s=", variable->name);
	if (origin.text != NULL)
		return origin;
	origin.text = find_environment(resolving->input, variable->environment);
	if (origin.text != NULL) {
		origin.prefix = arena_format(
			arena, "the environment's %s=", variable->environment);
		return origin;
	}
	origin.folder = resolving->manifest->source->folder;
	origin.at = variable->initial_at;
	return origin;
}

static void say_wrong(struct resolving *resolving,
	const struct manifest_variable *variable, const struct origin *origin,
	bool secret, const char *sentence)
{
	/* The sentence of a check begins with the value. */
	if (secret)
		sentence = "it is not of the variable's type";
	if (origin->text == NULL)
		diagnostics_add(resolving->diagnostics, origin->at,
			"the default of \"%s\" does not fit: %s",
			variable->name, sentence);
	else
		diagnostics_add(resolving->diagnostics, origin->at,
			"%s%s does not fit the variable: %s", origin->prefix,
			secret ? "***" : origin->text, sentence);
}

static void say_missing(
	struct resolving *resolving, const struct manifest_variable *variable)
{
	const char *environment = variable->environment;
	diagnostics_add(resolving->diagnostics, variable->at,
		"the variable \"%s\" needs a value: give --set %s=VALUE%s%s",
		variable->name, variable->name,
		environment ? " or the environment variable " : "",
		environment ? environment : "");
}

/* Works one variable out; its value stays NULL when it has none. */
static void resolve(struct resolving *resolving,
	const struct manifest_variable *variable,
	struct substitute_value *result, struct arena *arena)
{
	struct param_description param;
	struct error error = ERROR_NONE;
	*result = (struct substitute_value){.name = variable->name};
	if (!describe(resolving, variable, &param, arena)) {
		result->broken = true;
		return;
	}
	result->secret = param.type == PARAM_SECRET || param.of == PARAM_SECRET;
	struct origin origin = find_origin(resolving, variable, arena);
	json_t *json = origin.text != NULL ? json_of_text(&param, origin.text)
					   : json_incref(variable->initial);
	if (json == NULL && origin.text != NULL) {
		diagnostics_add(resolving->diagnostics, origin.at,
			"%s has a value that is not UTF-8", origin.prefix);
		result->broken = true;
		return;
	}
	if (json == NULL) {
		if (variable->required)
			say_missing(resolving, variable);
		result->broken = variable->required;
		return;
	}
	if (description_check_value(&param, json, &error) == 0) {
		result->json = make_absolute(&param, json, origin.folder);
	} else {
		say_wrong(resolving, variable, &origin, result->secret,
			error.text);
		result->broken = true;
	}
	json_decref(json);
}

static void check_setting(struct resolving *resolving, const char *setting,
	const char *const *names, struct arena *arena)
{
	const struct manifest *manifest = resolving->manifest;
	const char *equals = strchr(setting, '=');
	if (equals == NULL) {
		diagnostics_add(resolving->diagnostics, AT_NONE,
			"--set %s has no value; write --set %s=VALUE", setting,
			setting);
		return;
	}
	char *name = arena_text(arena, setting, (size_t)(equals - setting));
	for (uint32_t i = 0; i < manifest->variable_count; i++)
		if (strcmp(names[i], name) == 0)
			return;
	diagnostics_add(resolving->diagnostics, AT_NONE,
		"--set %s: there is no variable of that name%s", name,
		diagnostic_meant(
			arena, name, names, manifest->variable_count, ""));
}

int variables_apply(struct manifest *manifest,
	const struct variables_input *input, struct diagnostics *diagnostics)
{
	struct resolving resolving = {manifest, input, diagnostics};
	uint32_t said = diagnostics->count, count = manifest->variable_count;
	struct arena arena = {0};
	struct substitute_value *values =
		arena_allocate(&arena, count, sizeof *values);
	const char **names = arena_allocate(&arena, count, sizeof *names);
	for (uint32_t i = 0; i < count; i++) {
		resolve(&resolving, &manifest->variables[i], &values[i],
			&arena);
		names[i] = manifest->variables[i].name;
	}
	for (size_t i = 0; i < input->setting_count; i++)
		check_setting(&resolving, input->settings[i], names, &arena);
	substitute_all(manifest, values, count, diagnostics);
	for (uint32_t i = 0; i < count; i++)
		json_decref(values[i].json);
	arena_release(&arena);
	return diagnostics->count == said ? 0 : -EINVAL;
}
