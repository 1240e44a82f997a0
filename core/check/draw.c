/* draw: params to try an operator with. See the header. */
#include "core/check/draw.h"

#include "core/host/params.h"
#include "core/plan/plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tau/writer.h>

#define LONG_TEXT_BYTES 65536u
#define VALUE_BYTES 64u

static void take_example(struct draw *draw, const char *path,
	const struct catalogue_search *search);
static void take_default(struct draw *draw, size_t at);
static bool change(struct draw *draw, struct param_value *value,
	const struct param_description *param, size_t which);

int draw_init(struct draw *draw, struct os *os, const char *path,
	const struct operator_description *described,
	const struct catalogue_search *search, const char *folder)
{
	*draw = (struct draw){.os = os,
		.described = described,
		.folder = folder,
		.fds = {-1, -1}};
	draw->base = calloc(described->param_count + 1, sizeof *draw->base);
	if (!draw->base)
		return -ENOMEM;
	if (described->example)
		take_example(draw, path, search);
	for (size_t i = 0; i < described->param_count; i++) {
		struct param_value *value = &draw->base[i];

		if (!value->set)
			take_default(draw, i);
		if (value->set && value->type == PARAM_PATH) {
			value->text = arena_format(&draw->arena, "%s/%s",
				folder, described->params[i].name);
			value->bytes = strlen(value->text);
		}
	}
	return 0;
}

struct tau_param *draw_params(
	struct draw *draw, size_t variant, char *name, size_t name_bytes)
{
	const struct operator_description *described = draw->described;
	size_t count = described->param_count, which = variant - 1, at = 0;
	struct param_value *values =
		arena_allocate(&draw->arena, count + 1, sizeof *values);
	struct node_plan_operator plan = {
		.params = values, .param_count = (uint32_t)count};
	struct tau_param *params = NULL;

	memcpy(values, draw->base, count * sizeof *values);
	(void)snprintf(name, name_bytes, "%s",
		draw->from_example ? "params of its example"
				   : "params by default");
	if (variant > 0) {
		/* Variants of one param stand behind those of the one before. */
		for (; at < count; at++) {
			size_t tried = 0;
			struct param_value changed = draw->base[at];

			while (change(draw, &changed, &described->params[at],
				       tried) &&
				tried < which)
				changed = draw->base[at], tried++;
			if (tried == which &&
				change(draw, &values[at],
					&described->params[at], which))
				break;
			which -= tried;
		}
		if (at == count)
			return NULL;
		(void)snprintf(name, name_bytes, "param %s, drawn value %zu",
			described->params[at].name, which + 1);
	}
	return params_make(&params, &plan, described) < 0 ? NULL : params;
}

static void take_example(struct draw *draw, const char *path,
	const struct catalogue_search *search)
{
	struct catalogue_choice choice = {.path = path};
	struct plan_request request = {.expression = draw->described->example,
		.variables = {.folder = draw->folder},
		.search = {.beside = search->beside,
			.installed = search->installed,
			.choices = &choice,
			.choice_count = 1}};
	struct error error = ERROR_NONE;
	struct node_plan node = {0};
	struct plan plan = {0};

	if (plan_make(&plan, draw->os, &request, &error) == 0) {
		placement_node_plan(
			&plan.placement, 0, "check", draw->folder, &node);
		for (uint32_t i = 0; i < node.operator_count; i++) {
			const struct node_plan_operator *one =
				&node.operators[i];

			if (strcmp(one->plugin,
				    draw->described->plugin->name) != 0 ||
				strcmp(one->name_in_plugin,
					draw->described->name) != 0 ||
				one->param_count !=
					draw->described->param_count)
				continue;
			for (uint32_t p = 0; p < one->param_count; p++) {
				struct param_value *to = &draw->base[p];

				*to = one->params[p];
				if (to->text)
					to->text = memcpy(
						arena_allocate(&draw->arena,
							to->bytes + 1, 1),
						to->text, to->bytes + 1);
			}
			draw->from_example = true;
			break;
		}
		node_plan_release(&node);
	}
	plan_release(&plan);
}

/* Its default; of what is required and has none, the first that can be drawn. */
static void take_default(struct draw *draw, size_t at)
{
	const struct param_description *param = &draw->described->params[at];
	struct param_value *value = &draw->base[at];

	value->type = param->type;
	if (param->default_value &&
		value_convert(value, &draw->arena, param, param->default_value,
			draw->folder) == 0)
		value->set = true;
	else if (param->required || param->type == PARAM_PATH)
		(void)change(draw, value, param, 0);
	if (!param->required && !param->default_value)
		value->set = false;
}

static void set_text(struct param_value *value, const char *text, size_t bytes)
{
	value->text = text;
	value->bytes = bytes;
}

/* One utf9 value: a list, a map, or what `which` of those of "json" is. */
static void set_value(struct draw *draw, struct param_value *value,
	const struct param_description *param, size_t which)
{
	uint8_t *space = arena_allocate(&draw->arena, VALUE_BYTES, 1);
	struct tau_writer writer;
	struct tau_mark mark;
	bool number = param->of == PARAM_INT || param->of == PARAM_SIZE ||
		      param->of == PARAM_DURATION;

	tau_writer_init(&writer, space, VALUE_BYTES);
	if (param->type == PARAM_JSON && which < 3) {
		if (which == 0)
			tau_write_int(&writer, 500);
		else
			tau_write_text(&writer, "a", which - 1);
	} else {
		bool map = param->type == PARAM_MAP;

		mark = map ? tau_write_map_begin(&writer, 0)
			   : tau_write_tuple_begin(&writer, 0);
		if (which > 0 && map)
			tau_write_text(&writer, "a", 1);
		if (which > 0 && number)
			tau_write_int(&writer, 1);
		else if (which > 0)
			tau_write_text(&writer, "", 0);
		tau_write_end(&writer, mark);
	}
	set_text(
		value, (const char *)space, (size_t)tau_writer_finish(&writer));
	value->json = param->type == PARAM_MAP ? "{}" : "[]";
}

static bool change_number(struct param_value *value,
	const struct param_description *param, size_t which)
{
	bool natural =
		param->type == PARAM_SIZE || param->type == PARAM_DURATION;
	int64_t low = param->min.set ? param->min.integer
		      : natural      ? 0
				     : INT64_MIN;
	int64_t high = param->max.set ? param->max.integer : INT64_MAX;
	const int64_t tried[] = {low <= 1 && 1 <= high ? 1 : low, low, high,
		low <= 0 && 0 <= high ? 0 : high};

	if (which >= sizeof tried / sizeof *tried)
		return false;
	value->integer = tried[which];
	return true;
}

static bool change_text(struct draw *draw, struct param_value *value,
	const struct param_description *param, size_t which)
{
	static const char *const texts[] = {"a", "", "%s%n\xff\xfe", NULL};
	static const char *const patterns[] = {"(?<a>.*)", "(((", ""};
	static const char *const fields[] = {"/n", "", "/a/0/b", "/~0~1"};
	const char *text = NULL;
	char *made;

	if (param->type == PARAM_REGEX && which < 3)
		text = patterns[which];
	else if (param->type == PARAM_FIELD && which < 4)
		text = fields[which];
	else if (param->type == PARAM_PATH && which < 3)
		text = which == 0   ? arena_format(&draw->arena, "%s/%s",
					      draw->folder, param->name)
		       : which == 1 ? draw->folder
				    : arena_format(&draw->arena, "%s/absent/%s",
					      draw->folder, param->name);
	else if (param->type == PARAM_STRING || param->type == PARAM_SECRET) {
		if (which > 3)
			return false;
		text = texts[which];
		if (!text) {
			made = arena_allocate(
				&draw->arena, LONG_TEXT_BYTES + 1, 1);
			memset(made, 'x', LONG_TEXT_BYTES);
			made[LONG_TEXT_BYTES] = '\0';
			text = made;
		}
	}
	if (text)
		set_text(value, text, strlen(text));
	return text != NULL;
}

/* Functions that exist and harm nobody, and one that does not. */
static bool change_signature(
	struct draw *draw, struct param_value *value, size_t which)
{
	static const char *const calls[] = {"int abs(int in)",
		"size strlen(string in)", "void no_such_function()"};

	return which < sizeof calls / sizeof *calls &&
	       value_signature(value, &draw->arena, calls[which],
		       strlen(calls[which])) == 0;
}

/* Sets the value to the one of that number; false behind the last. */
static bool change(struct draw *draw, struct param_value *value,
	const struct param_description *param, size_t which)
{
	value->set = true;
	value->type = param->type;
	switch (param->type) {
	case PARAM_BOOL:
		value->integer = (int64_t)which;
		return which < 2;
	case PARAM_INT:
	case PARAM_SIZE:
	case PARAM_DURATION:
		return change_number(value, param, which);
	case PARAM_FLOAT:
		value->real =
			which == 0   ? param->min.set ? param->min.real : 1.0
			: which == 1 ? param->min.set ? param->min.real : -1e308
			: param->max.set ? param->max.real
					 : 1e308;
		return which < 3;
	case PARAM_ENUM:
		if (which >= param->value_count)
			return false;
		set_text(value, param->values[which],
			strlen(param->values[which]));
		value->integer = (int64_t)which;
		return true;
	case PARAM_LIST:
	case PARAM_MAP:
	case PARAM_JSON:
		if (which >= (param->type == PARAM_JSON ? 4u : 2u))
			return false;
		set_value(draw, value, param, which);
		return true;
	case PARAM_SIGNATURE:
		return change_signature(draw, value, which);
	default:
		return change_text(draw, value, param, which);
	}
}
