/* doubt: what a description probably does not mean. See the header. */
#include "core/catalogue/doubt.h"

#include "core/base/count.h"
#include "core/text/diagnostic.h"

#include <jansson.h>
#include <string.h>

#define KEY_BYTES_MIN 4u

static const char *const plugin_keys[] = {
	"abi", "requires", "name", "version", "license", "doc", "operators"};
static const char *const operator_keys[] = {"name", "doc", "example", "style",
	"stdio", "effects", "stack", "in", "out", "params", "state"};
static const char *const port_keys[] = {
	"name", "doc", "type", "required", "variadic", "back"};
static const char *const param_keys[] = {
	"doc", "type", "of", "min", "max", "values", "default", "required"};
static const char *const state_keys[] = {"version", "reads", "writes"};

struct doubting {
	struct arena *arena;
	doubt_visit *visit;
	void *context;
	const char *owner;
};

static void look_at_operator(struct doubting *doubting,
	const struct operator_description *described, json_t *json);
static void look_at_keys(struct doubting *doubting, json_t *json,
	const char *const *known, size_t count, const char *where,
	const char *name);

void doubt_visit_all(const struct description *description, struct arena *arena,
	doubt_visit *visit, void *context)
{
	struct doubting doubting = {arena, visit, context, ""};
	json_t *operators = json_object_get(description->json, "operators");

	look_at_keys(&doubting, description->json, plugin_keys,
		COUNT(plugin_keys), "the plugin", "");
	for (size_t i = 0; i < description->operator_count; i++) {
		doubting.owner = description->operators[i].name;
		look_at_operator(&doubting, &description->operators[i],
			json_array_get(operators, i));
	}
}

/* The key that was probably meant, or NULL. Short words are near to many, and
 * what is there already was not meant once more. */
static const char *meant(
	json_t *json, const char *key, const char *const *known, size_t count)
{
	const char *nearest = strlen(key) < KEY_BYTES_MIN
				      ? NULL
				      : diagnostic_nearest(key, known, count);

	return nearest && !json_object_get(json, nearest) ? nearest : NULL;
}

static void look_at_keys(struct doubting *doubting, json_t *json,
	const char *const *known, size_t count, const char *where,
	const char *name)
{
	const char *key, *nearest;
	json_t *value;

	json_object_foreach(json, key, value)
	{
		bool found = false;

		for (size_t i = 0; i < count; i++)
			found = found || strcmp(known[i], key) == 0;
		if (found)
			continue;
		nearest = meant(json, key, known, count);
		doubting->visit(doubting->context,
			nearest ? DOUBT_MISSPELT : DOUBT_UNKNOWN,
			doubting->owner,
			arena_format(doubting->arena,
				"%s%s%.64s has the key \"%.64s\", which no "
				"host reads%s%s%s",
				where, *name ? " " : "", name, key,
				nearest ? "; did you mean \"" : "",
				nearest ? nearest : "", nearest ? "\"?" : ""));
	}
}

static void look_at_ports(
	struct doubting *doubting, json_t *json, const char *direction)
{
	json_t *ports = json_object_get(json, direction), *port;
	size_t index;

	json_array_foreach(ports, index, port) look_at_keys(doubting, port,
		port_keys, COUNT(port_keys), "the port",
		json_string_value(json_object_get(port, "name")));
}

static bool is_outside(const struct param_description *param)
{
	bool real = param->type == PARAM_FLOAT;

	return (param->min.set &&
		       (real ? param->min.real > 0 : param->min.integer > 0)) ||
	       (param->max.set &&
		       (real ? param->max.real < 0 : param->max.integer < 0));
}

static void look_at_param(struct doubting *doubting,
	const struct param_description *param, json_t *json)
{
	bool number = param->type == PARAM_INT || param->type == PARAM_FLOAT ||
		      param->type == PARAM_SIZE ||
		      param->type == PARAM_DURATION;

	look_at_keys(doubting, json, param_keys, COUNT(param_keys), "the param",
		param->name);
	if (number && !param->required && !param->default_value &&
		is_outside(param))
		doubting->visit(doubting->context, DOUBT_ABSENT,
			doubting->owner,
			arena_format(doubting->arena,
				"the param %s has no \"default\" and is not "
				"\"required\": not given, its value is 0, "
				"which "
				"is outside of its own bounds; give it one, or "
				"let the operator ask whether its type is "
				"TAU_PARAM_NONE",
				param->name));
}

static void look_at_operator(struct doubting *doubting,
	const struct operator_description *described, json_t *json)
{
	json_t *params = json_object_get(json, "params");

	look_at_keys(doubting, json, operator_keys, COUNT(operator_keys),
		"the operator", described->name);
	look_at_ports(doubting, json, "in");
	look_at_ports(doubting, json, "out");
	look_at_keys(doubting, json_object_get(json, "state"), state_keys,
		COUNT(state_keys), "the state of", described->name);
	for (size_t i = 0; i < described->param_count; i++)
		look_at_param(doubting, &described->params[i],
			json_object_get(params, described->params[i].name));
}
