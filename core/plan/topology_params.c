/*
 * topology_params: what an operator is given, against what its type takes.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "core/text/locate.h"
#include "core/catalogue/pattern.h"
#include "core/catalogue/signature.h"
#include "core/plan/topology_parts.h"

/* One param at work. */
struct param_work {
	struct resolving *resolving;
	const struct manifest_param *written;
	const struct param_description *param;
};

static void say_unknown(struct resolving *resolving,
	const struct topology_operator *target,
	const struct manifest_param *written)
{
	const struct operator_description *type = target->type->description;
	struct arena arena = {0};
	const char **words =
		arena_allocate(&arena, type->param_count, sizeof *words);
	for (size_t i = 0; i < type->param_count; i++)
		words[i] = type->params[i].name;
	diagnostics_add(resolving->diagnostics, written->name_at,
		"%s has no param \"%s\"%s", target->type->type, written->name,
		diagnostic_meant(&arena, written->name, words,
			type->param_count,
			arena_format(&arena, "; it takes %s",
				diagnostic_list(
					&arena, words, type->param_count))));
	arena_release(&arena);
}

/* Where a signature or a pattern is wrong: the byte inside of it, when it
 * stands in the text as it was read, or so in JSON. */
static uint32_t inside_at(
	struct param_work *work, const json_t *json, uint32_t at)
{
	const struct manifest *manifest = work->resolving->manifest;
	const struct source *source = manifest->source;
	const char *text = json_string_value(json);
	const char *raw = json_string_value(work->written->written);
	size_t bytes = json_string_length(json), index = 0;
	if (text == NULL || at == AT_NONE || at >= source->bytes)
		return at;
	if (work->param->of == PARAM_SIGNATURE)
		json_decref(signature_parse(text, bytes, NULL, &index));
	else
		(void)pattern_check(text, bytes, NULL, &index);
	size_t quote = strchr("'\"", source->text[at]) != NULL;
	if (source->bytes - at - quote >= bytes &&
		memcmp(source->text + at + quote, text, bytes) == 0)
		return at + (uint32_t)(quote + index);
	if (manifest->locate == NULL || raw == NULL || strcmp(raw, text) != 0)
		return at;
	return locate_inside(source, at, index);
}

/* Checks one value; an element of a container is named by its place alone. */
static bool check_at(struct param_work *work,
	const struct param_description *param, const json_t *json, uint32_t at)
{
	struct error error = ERROR_NONE;
	if (description_check_value(param, json, &error) == 0)
		return true;
	if (param->of == PARAM_SIGNATURE || param->of == PARAM_REGEX)
		at = inside_at(work, json, at);
	if (work->written->secret)
		diagnostics_add(work->resolving->diagnostics, at,
			"the secret put into \"%s\" is no value of type %s",
			param->name, description_param_type_name(param->of));
	else
		diagnostics_add(work->resolving->diagnostics, at, "\"%s\": %s",
			param->name, error.text);
	return false;
}

/* Each element of a list or map on its own, so that the caret finds it. What
 * a variable put in has one place for all of it. */
static bool check_items(struct param_work *work, const json_t *json)
{
	const struct manifest_param *written = work->written;
	const struct locate *locate = work->resolving->manifest->locate;
	struct param_description item = *work->param;
	json_t *object = (json_t *)(uintptr_t)json;
	void *member = json_object_iter(object);
	bool good = true, direct = !json_is_string(written->written);
	uint32_t node = direct ? locate_first(locate, written->node) : 0;
	size_t count = json_array_size(json) + json_object_size(json);
	item.type = item.of;
	for (size_t i = 0; i < count; i++) {
		uint32_t at = node != 0 ? locate_at(locate, node) : written->at;
		good &= check_at(work, &item,
			member != NULL ? json_object_iter_value(member)
				       : json_array_get(json, i),
			at);
		if (member != NULL)
			member = json_object_iter_next(object, member);
		node = locate_next(locate, node);
	}
	return good;
}

static bool check_value(struct param_work *work, const json_t *json)
{
	bool list = work->param->type == PARAM_LIST && json_is_array(json);
	bool map = work->param->type == PARAM_MAP && json_is_object(json);
	if (list || map)
		return check_items(work, json);
	return check_at(work, work->param, json, work->written->at);
}

static void read_written(struct param_work *work, struct param_value *value)
{
	struct resolving *resolving = work->resolving;
	const json_t *json = work->written->value;
	if (json == NULL || !check_value(work, json))
		return;
	int result = value_convert(value, &resolving->topology->arena,
		work->param, json, resolving->manifest->source->folder);
	if (result != 0)
		diagnostics_add(resolving->diagnostics, work->written->at,
			"\"%s\" cannot be passed to an operator",
			work->param->name);
	value->secret |= work->written->secret;
}

static void read_default(struct resolving *resolving,
	const struct param_description *param, struct param_value *value)
{
	if (param->default_value == NULL || json_is_null(param->default_value))
		return;
	value_convert(value, &resolving->topology->arena, param,
		param->default_value, resolving->manifest->source->folder);
}

static const struct manifest_param *find_written(
	const struct manifest_operator *written, const char *name)
{
	for (uint32_t i = 0; i < written->param_count; i++)
		if (strcmp(written->params[i].name, name) == 0)
			return &written->params[i];
	return NULL;
}

void topology_read_params(
	struct resolving *resolving, struct topology_operator *target)
{
	const struct operator_description *type = target->type->description;
	const struct manifest_operator *written = target->written;
	target->params = arena_allocate(&resolving->topology->arena,
		type->param_count, sizeof *target->params);
	for (uint32_t i = 0; i < written->param_count; i++)
		if (description_param(type, written->params[i].name) == NULL)
			say_unknown(resolving, target, &written->params[i]);
	for (size_t i = 0; i < type->param_count; i++) {
		const struct param_description *param = &type->params[i];
		struct param_work work = {
			resolving, find_written(written, param->name), param};
		if (work.written != NULL)
			read_written(&work, &target->params[i]);
		else if (param->required)
			diagnostics_add(resolving->diagnostics,
				written->name_at,
				"\"%s\" needs the param \"%s\" of %s%s%s",
				written->name, param->name, target->type->type,
				*param->doc ? ": " : "", param->doc);
		else
			read_default(resolving, param, &target->params[i]);
	}
}
