/* param: see param.h. */
#include "core/catalogue/param.h"

#include "core/base/count.h"
#include "core/catalogue/literal.h"

#include <string.h>

static const char *const param_type_words[] = {
	[PARAM_BOOL] = "bool",
	[PARAM_INT] = "int",
	[PARAM_FLOAT] = "float",
	[PARAM_STRING] = "string",
	[PARAM_PATH] = "path",
	[PARAM_SIZE] = "size",
	[PARAM_DURATION] = "duration",
	[PARAM_ENUM] = "enum",
	[PARAM_REGEX] = "regex",
	[PARAM_FIELD] = "field",
	[PARAM_LIST] = "list",
	[PARAM_MAP] = "map",
	[PARAM_JSON] = "json",
	[PARAM_SECRET] = "secret",
	[PARAM_SIGNATURE] = "signature",
};

static void read_param(struct reader *reader, struct arena *arena, json_t *json,
	struct param_description *param);

const char *description_param_type_name(enum param_type type)
{
	return param_type_words[type];
}

void param_read_all(struct reader *reader, struct arena *arena, json_t *json,
	struct operator_description *target)
{
	json_t *params = reader_container(reader, json, "params", JSON_OBJECT);
	struct param_description *param;
	const char *name;
	json_t *value;
	size_t length = reader_enter_key(reader, "params");

	target->params = arena_allocate(
		arena, json_object_size(params) + 1, sizeof *target->params);
	json_object_foreach(params, name, value)
	{
		size_t inner = reader_enter(
			reader, ".%s", description_is_name(name) ? name : "?");

		param = &target->params[target->param_count++];
		param->name = name;
		if (!description_is_name(name))
			reader_refuse(reader,
				"params are named with letters, digits, _ and "
				"-, at most 64");
		if (json_is_object(value))
			read_param(reader, arena, value, param);
		else
			reader_refuse(
				reader, "a param is described by an object");
		reader_leave(reader, inner);
	}
	reader_leave(reader, length);
}

static void read_bound(struct reader *reader, json_t *json, const char *key,
	struct param_description *param, struct param_bound *bound)
{
	json_t *value = json_object_get(json, key);
	struct param_description bare = {.type = param->of, .of = param->of};
	struct error error = ERROR_NONE;
	size_t length;

	if (value == NULL)
		return;
	length = reader_enter_key(reader, key);
	if (param->of != PARAM_INT && param->of != PARAM_FLOAT &&
		param->of != PARAM_SIZE && param->of != PARAM_DURATION)
		reader_refuse(reader, "a %s has no bounds",
			param_type_words[param->of]);
	else if (description_check_value(&bare, value, &error) != 0)
		reader_refuse(reader, "%s", error.text);
	else
		*bound = literal_number(param->of, value);
	reader_leave(reader, length);
}

static void read_values(struct reader *reader, struct arena *arena,
	json_t *json, struct param_description *param)
{
	json_t *values = reader_container(reader, json, "values", JSON_ARRAY);
	json_t *value;
	size_t index;

	if (param->of != PARAM_ENUM)
		return;
	if (json_array_size(values) == 0) {
		reader_refuse(reader, "an enum needs a list of \"values\"");
		return;
	}
	param->value_count = json_array_size(values);
	param->values = arena_allocate(
		arena, param->value_count, sizeof *param->values);
	json_array_foreach(values, index, value)
	{
		param->values[index] = "";
		if (!json_is_string(value))
			reader_refuse_value(
				reader, "values", value, "a string");
		else
			param->values[index] = json_string_value(value);
	}
}

static void read_types(
	struct reader *reader, json_t *json, struct param_description *param)
{
	param->type = reader_word(reader, json, "type", param_type_words,
		COUNT(param_type_words), PARAM_STRING);
	param->of = param->type;
	if (json_object_get(json, "type") == NULL)
		reader_refuse(reader, "the key \"type\" is missing");
	if (param->type != PARAM_LIST && param->type != PARAM_MAP)
		return;
	param->of = reader_word(reader, json, "of", param_type_words,
		COUNT(param_type_words), PARAM_STRING);
	if (param->of == PARAM_LIST || param->of == PARAM_MAP)
		reader_refuse_value(reader, "of", json_object_get(json, "of"),
			"the type of a single value");
}

static void read_default(
	struct reader *reader, json_t *json, struct param_description *param)
{
	struct error error = ERROR_NONE;
	size_t length;

	param->required = reader_flag(reader, json, "required", false);
	param->default_value = json_object_get(json, "default");
	if (param->default_value == NULL)
		return;
	length = reader_enter_key(reader, "default");
	if (param->required)
		reader_refuse(reader, "a required param has no default");
	if (reader->error.code == 0 &&
		description_check_value(param, param->default_value, &error) !=
			0)
		reader_refuse(reader, "%s", error.text);
	reader_leave(reader, length);
}

static void read_param(struct reader *reader, struct arena *arena, json_t *json,
	struct param_description *param)
{
	param->doc = reader_text(reader, json, "doc", "");
	read_types(reader, json, param);
	read_bound(reader, json, "min", param, &param->min);
	read_bound(reader, json, "max", param, &param->max);
	read_values(reader, arena, json, param);
	read_default(reader, json, param);
}
