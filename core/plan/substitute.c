/*
 * substitute: one pass over each text; what was put in is not read again.
 */
#include "core/plan/substitute.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/text/locate.h"

struct substituting {
	struct manifest *manifest;
	const struct substitute_value *values;
	uint32_t count;
	struct diagnostics *diagnostics;
	bool tainted; /* the text at hand took in a secret … */
	bool failed;  /* … or misses a value, which was said */
};

/* Where byte `index` of a string's text stands; `at` is the string's place. */
static uint32_t inside(
	const struct substituting *work, uint32_t at, size_t index)
{
	return locate_inside(work->manifest->source, at, index);
}

static void say_unknown(
	struct substituting *work, const char *name, uint32_t at)
{
	struct arena arena = {0};
	if (diagnostics_skip(work->diagnostics))
		return;
	const char **names = arena_allocate(&arena, work->count, sizeof *names);
	for (uint32_t i = 0; i < work->count; i++)
		names[i] = work->values[i].name;
	diagnostics_add(work->diagnostics, at, "there is no variable \"%s\"%s",
		name,
		diagnostic_meant(&arena, name, names, work->count,
			"; variables stand in \"vars\""));
	arena_release(&arena);
}

static const struct substitute_value *find(
	struct substituting *work, const char *name, uint32_t at)
{
	for (uint32_t i = 0; i < work->count; i++)
		if (strcmp(work->values[i].name, name) == 0)
			return &work->values[i];
	say_unknown(work, name, at);
	return NULL;
}

/* Reads `${NAME}` at `text[*index]` and moves behind it: the value, or NULL
 * where it has none, which was said. */
static const struct substitute_value *read_reference(
	struct substituting *work, const char *text, size_t *index, uint32_t at)
{
	const char *begin = text + *index + 2;
	const char *end = strchr(begin, '}');
	uint32_t place = inside(work, at, *index);
	if (end == NULL) {
		diagnostics_add(work->diagnostics, place,
			"this ${ has no }; a literal ${ is written $${");
		*index = strlen(text);
		work->failed = true;
		return NULL;
	}
	struct arena arena = {0};
	char *name = arena_text(&arena, begin, (size_t)(end - begin));
	const struct substitute_value *value = find(work, name, place);
	*index = (size_t)(end + 1 - text);
	if (value != NULL && value->json == NULL && !value->broken)
		diagnostics_add(work->diagnostics, place,
			"the variable \"%s\" has no value; give --set "
			"%s=VALUE, or a \"default\"",
			name, name);
	arena_release(&arena);
	if (value == NULL || value->json == NULL) {
		work->failed = true;
		return NULL;
	}
	work->tainted |= value->secret;
	return value;
}

static void add_value(struct text *text, const json_t *json)
{
	if (json_is_string(json)) {
		text_add(text, json_string_value(json));
		return;
	}
	char *dump = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
	CHECK(dump != NULL);
	text_add(text, dump);
	free(dump);
}

/* The whole text with all values in it. */
static void put_in(struct substituting *work, const char *from, uint32_t at,
	struct text *text)
{
	for (size_t i = 0; from[i] != '\0';) {
		if (strncmp(from + i, "$${", 3) == 0) {
			text_add(text, "${");
			i += 3;
		} else if (strncmp(from + i, "${", 2) == 0) {
			const struct substitute_value *value =
				read_reference(work, from, &i, at);
			if (value != NULL)
				add_value(text, value->json);
		} else {
			text_add_byte(text, from[i++]);
		}
	}
}

/* Whether the text is one `${NAME}` and nothing else. */
static bool is_whole(const char *text)
{
	return strncmp(text, "${", 2) == 0 && strchr(text, '}') != NULL &&
	       strchr(text, '}')[1] == '\0';
}

static json_t *substitute_string(
	struct substituting *work, json_t *json, uint32_t at)
{
	const char *from = json_string_value(json);
	struct text text = {0};
	size_t index = 0;
	if (strstr(from, "${") == NULL)
		return json_incref(json);
	if (is_whole(from)) {
		const struct substitute_value *value =
			read_reference(work, from, &index, at);
		return json_incref(value == NULL ? json : value->json);
	}
	put_in(work, from, at, &text);
	json_t *result = json_string(text_string(&text));
	/* A value with half a code point could only come from outside. */
	if (result == NULL)
		diagnostics_add(work->diagnostics, at,
			"with its variables put in, this is not UTF-8");
	text_release(&text);
	return result != NULL ? result : json_incref(json);
}

static json_t *substitute(
	struct substituting *work, json_t *json, uint32_t node);

static json_t *substitute_children(
	struct substituting *work, json_t *json, uint32_t node)
{
	const struct locate *locate = work->manifest->locate;
	bool object = json_is_object(json);
	json_t *copy = object ? json_object() : json_array();
	size_t index = 0;
	uint32_t child = locate_first(locate, node);
	for (; child != 0; child = locate_next(locate, child)) {
		struct arena arena = {0};
		if (object) {
			char *key = locate_key(locate, child, &arena);
			json_object_set_new(copy, key,
				substitute(work, json_object_get(json, key),
					child));
		} else {
			json_array_append_new(copy,
				substitute(work, json_array_get(json, index++),
					child));
		}
		arena_release(&arena);
	}
	return copy;
}

/* A value with variables put into its strings: a new reference. */
static json_t *substitute(
	struct substituting *work, json_t *json, uint32_t node)
{
	if (json_is_string(json))
		return substitute_string(
			work, json, locate_at(work->manifest->locate, node));
	if (json_is_object(json) || json_is_array(json))
		return substitute_children(work, json, node);
	return json_incref(json);
}

static void substitute_param(
	struct substituting *work, struct manifest_param *param)
{
	work->tainted = work->failed = false;
	if (work->manifest->locate == NULL)
		param->value = json_incref(param->written);
	else
		param->value = substitute(work, param->written, param->node);
	param->secret = work->tainted;
	if (!work->failed)
		return;
	json_decref(param->value);
	param->value = NULL;
}

static void substitute_text(
	struct substituting *work, struct manifest_text *written)
{
	struct text text = {0};
	if (written->written == NULL || work->manifest->locate == NULL)
		return;
	work->tainted = false;
	put_in(work, written->written, written->at, &text);
	written->text = arena_copy(&work->manifest->arena, text_string(&text));
	written->secret = work->tainted;
	text_release(&text);
}

/* The environment of a node is text, whatever the variable's type. */
static void substitute_environment(
	struct substituting *work, struct manifest_param *entry)
{
	struct text text = {0};
	work->tainted = false;
	if (work->manifest->locate == NULL || !json_is_string(entry->written)) {
		entry->value = json_incref(entry->written);
		return;
	}
	put_in(work, json_string_value(entry->written), entry->at, &text);
	entry->value = json_string(text_string(&text));
	if (entry->value == NULL)
		entry->value = json_incref(entry->written);
	entry->secret = work->tainted;
	text_release(&text);
}

static void substitute_node(
	struct substituting *work, struct manifest_node *node)
{
	for (uint32_t i = 0; i < node->operator_count; i++)
		for (uint32_t j = 0; j < node->operators[i].param_count; j++)
			substitute_param(work, &node->operators[i].params[j]);
	for (uint32_t i = 0; i < node->command_count; i++)
		substitute_text(work, &node->command[i]);
	for (uint32_t i = 0; i < node->environment_count; i++)
		substitute_environment(work, &node->environment[i]);
	substitute_text(work, &node->remote);
}

void substitute_all(struct manifest *manifest,
	const struct substitute_value *values, uint32_t count,
	struct diagnostics *diagnostics)
{
	struct substituting work = {
		manifest, values, count, diagnostics, false, false};
	for (uint32_t i = 0; i < manifest->plugin_count; i++) {
		substitute_text(&work, &manifest->plugins[i].path);
		substitute_text(&work, &manifest->plugins[i].version);
		substitute_text(&work, &manifest->plugins[i].sha256);
	}
	for (uint32_t i = 0; i < manifest->node_count; i++)
		substitute_node(&work, &manifest->nodes[i]);
	for (uint32_t i = 0; i < manifest->stream_count; i++)
		substitute_text(&work, &manifest->streams[i].options.address);
}
