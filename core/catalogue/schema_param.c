/* schema_param: what one param takes, as a schema. See schema.h. */
#include "core/catalogue/schema_parts.h"

#include "core/text/quantity.h"
#include "core/text/text.h"

static json_t *single(const struct param_description *param);
static json_t *number(const char *type, const struct param_description *param);
static json_t *words(const struct param_description *param);
static json_t *reference(const char *name);
static void describe(json_t *schema, const struct param_description *param);

/* A list whose elements are a variable each is as good as the whole. */
json_t *schema_param(const struct param_description *param)
{
	json_t *taken, *schema;

	if (param->type == PARAM_JSON) {
		schema = json_object();
		describe(schema, param);
		return schema;
	}
	taken = single(param);
	if (param->type == PARAM_LIST || param->type == PARAM_MAP) {
		json_t *inner = json_pack("{s:[o, o]}", "anyOf", taken,
			reference("with_variable"));

		taken = param->type == PARAM_LIST
				? json_pack("{s:s, s:o}", "type", "array",
					  "items", inner)
				: json_pack("{s:s, s:o}", "type", "object",
					  "additionalProperties", inner);
	}
	schema = json_pack(
		"{s:[o, o]}", "anyOf", taken, reference("with_variable"));
	describe(schema, param);
	return schema;
}

json_t *schema_size(uint64_t least, uint64_t most)
{
	return json_pack("[{s:s, s:I, s:I}, o]", "type", "integer", "minimum",
		(json_int_t)least, "maximum", (json_int_t)most,
		reference("size"));
}

static json_t *reference(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", name));
}

static json_t *single(const struct param_description *param)
{
	switch (param->of) {
	case PARAM_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case PARAM_INT:
		return number("integer", param);
	case PARAM_FLOAT:
		return number("number", param);
	case PARAM_SIZE:
		return json_pack("{s:o}", "anyOf",
			schema_size(param->min.set
					    ? (uint64_t)param->min.integer
					    : 0,
				param->max.set ? (uint64_t)param->max.integer
					       : INT64_MAX));
	case PARAM_DURATION:
		return reference("duration");
	case PARAM_ENUM:
		return words(param);
	case PARAM_FIELD:
		return reference("field");
	case PARAM_PATH:
		return json_pack(
			"{s:s, s:i}", "type", "string", "minLength", 1);
	case PARAM_JSON:
		return json_object();
	default:
		return json_pack("{s:s}", "type", "string");
	}
}

static json_t *number(const char *type, const struct param_description *param)
{
	json_t *schema = json_pack("{s:s}", "type", type);
	const struct {
		const char *key;
		const struct param_bound *bound;
	} bounds[] = {{"minimum", &param->min}, {"maximum", &param->max}};

	for (size_t i = 0; i < 2; i++)
		if (bounds[i].bound->set)
			json_object_set_new(schema, bounds[i].key,
				param->of == PARAM_FLOAT
					? json_real(bounds[i].bound->real)
					: json_integer(
						  bounds[i].bound->integer));
	return schema;
}

static json_t *words(const struct param_description *param)
{
	json_t *list = json_array();

	for (size_t i = 0; i < param->value_count; i++)
		json_array_append_new(list, json_string(param->values[i]));
	return json_pack("{s:o}", "enum", list);
}

/* Its doc, with the bounds that JSON Schema has no words for. */
static void describe(json_t *schema, const struct param_description *param)
{
	struct text text = {0};
	char bound[QUANTITY_TEXT_BYTES];
	const struct {
		const char *words;
		const struct param_bound *bound;
	} bounds[] = {{"at least", &param->min}, {"at most", &param->max}};

	text_add(&text, *param->doc ? param->doc : param->name);
	text_format(&text, " (%s", description_param_type_name(param->type));
	if (param->of != param->type)
		text_format(&text, " of %s",
			description_param_type_name(param->of));
	for (size_t i = 0; i < 2; i++) {
		if (!bounds[i].bound->set || (param->of != PARAM_DURATION &&
						     param->of != PARAM_SIZE))
			continue;
		(param->of == PARAM_SIZE ? quantity_size_text
					 : quantity_duration_text)(
			bound, bounds[i].bound->integer);
		text_format(&text, ", %s %s", bounds[i].words, bound);
	}
	text_add(&text, ")");
	json_object_set_new(
		schema, "description", json_string(text_string(&text)));
	text_release(&text);
	if (param->default_value != NULL)
		json_object_set(schema, "default",
			(json_t *)(uintptr_t)param->default_value);
}
