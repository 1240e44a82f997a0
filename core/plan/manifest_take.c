/*
 * manifest_take: the kinds of values that keys take.
 */
#include "core/plan/manifest_take.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalogue/description.h"
#include "core/text/quantity.h"

#define KEYS_MAX 32

uint32_t take_at(const struct reading *reading, struct cursor value)
{
	return locate_at(reading->manifest->locate, value.node);
}

/* Of the key that it stands under, else of the value. */
uint32_t take_key_at(const struct reading *reading, struct cursor value)
{
	uint32_t at = locate_key_at(reading->manifest->locate, value.node);
	return at == AT_NONE ? take_at(reading, value) : at;
}

bool take_next(
	struct reading *reading, struct cursor parent, struct cursor *child)
{
	const struct locate *locate = reading->manifest->locate;
	uint32_t before = child->node;
	child->node = before == 0 ? locate_first(locate, parent.node)
				  : locate_next(locate, before);
	if (child->node == 0)
		return false;
	if (json_is_object(parent.json)) {
		child->key = locate_key(
			locate, child->node, &reading->manifest->arena);
		child->json = json_object_get(parent.json, child->key);
		return true;
	}
	child->item = true;
	child->key = parent.key;
	child->json = json_array_get(parent.json, child->index++);
	return true;
}

static const char *kind_of(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return *json_string_value(json) == '\0' ? "an empty string"
							: "a string";
	case JSON_INTEGER:
		return "a number";
	case JSON_REAL:
		return "a number with a point";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return "null";
	}
}

bool take_wrong(struct reading *reading, struct cursor value, const char *what)
{
	uint32_t at = take_at(reading, value);
	const char *kind = kind_of(value.json);
	if (value.key == NULL)
		diagnostics_add(reading->diagnostics, at,
			"%s is expected, not %s", what, kind);
	else
		diagnostics_add(reading->diagnostics, at,
			"%s\"%s\" must be %s, not %s",
			value.item ? "an item of " : "", value.key, what, kind);
	return false;
}

bool take_is_object(
	struct reading *reading, struct cursor value, const char *what)
{
	return json_is_object(value.json) || take_wrong(reading, value, what);
}

bool take_is_array(
	struct reading *reading, struct cursor value, const char *what)
{
	return json_is_array(value.json) || take_wrong(reading, value, what);
}

static void say_unknown(struct reading *reading, struct cursor child,
	const char *what, const struct take_key *keys, size_t count)
{
	const char *words[KEYS_MAX];
	struct arena arena = {0};
	for (size_t i = 0; i < count; i++)
		words[i] = keys[i].name;
	diagnostics_add(reading->diagnostics, take_key_at(reading, child),
		"unknown key \"%s\" in %s%s", child.key, what,
		diagnostic_meant(&arena, child.key, words, count,
			arena_format(&arena, ", which takes %s",
				diagnostic_list(&arena, words, count))));
	arena_release(&arena);
}

bool take_object(struct reading *reading, struct cursor object,
	const char *what, const struct take_key *keys, size_t count, void *into)
{
	struct cursor child = {0};
	if (!take_is_object(reading, object, "an object"))
		return false;
	while (take_next(reading, object, &child)) {
		size_t i = 0;
		while (i < count && strcmp(keys[i].name, child.key) != 0)
			i++;
		if (i < count && keys[i].read != NULL)
			keys[i].read(reading, into, child);
		else if (i < count)
			take_field(reading, &keys[i], into, child);
		else
			say_unknown(reading, child, what, keys, count);
	}
	return true;
}

bool take_text(struct reading *reading, struct cursor value, const char **text)
{
	if (!json_is_string(value.json))
		return take_wrong(reading, value, "a string");
	*text = arena_copy(
		&reading->manifest->arena, json_string_value(value.json));
	return true;
}

bool take_manifest_text(struct reading *reading, struct cursor value,
	struct manifest_text *text)
{
	const char *read = NULL;
	if (!take_text(reading, value, &read))
		return false;
	if (*read == '\0')
		return take_wrong(
			reading, value, "a string with something in it");
	*text = (struct manifest_text){
		read, read, take_at(reading, value), false};
	return true;
}

bool take_bool(struct reading *reading, struct cursor value, bool *flag)
{
	if (!json_is_boolean(value.json))
		return take_wrong(reading, value, "true or false");
	*flag = json_is_true(value.json);
	return true;
}

/* Whether a number is between two bounds that are printed with `unit`. */
static bool in_range(struct reading *reading, struct cursor value,
	int64_t number, uint64_t least, uint64_t most, const char *unit)
{
	bool low = number < 0 || (uint64_t)number < least;
	if (!low && (uint64_t)number <= most)
		return true;
	diagnostics_add(reading->diagnostics, take_at(reading, value),
		"%s\"%s\" is %" PRId64 "%s, but must be at %s %" PRIu64,
		value.item ? "an item of " : "", value.key, number, unit,
		low ? "least" : "most", low ? least : most);
	return false;
}

bool take_count(struct reading *reading, struct cursor value, uint64_t least,
	uint64_t most, uint64_t *count)
{
	if (!json_is_integer(value.json))
		return take_wrong(reading, value, "a whole number");
	int64_t number = json_integer_value(value.json);
	if (!in_range(reading, value, number, least, most, ""))
		return false;
	*count = (uint64_t)number;
	return true;
}

bool take_size(struct reading *reading, struct cursor value, uint64_t least,
	uint64_t most, uint64_t *bytes)
{
	const char *what = "a size like \"64KiB\" or a number of bytes";
	int64_t number = json_integer_value(value.json);
	if (!json_is_integer(value.json) && !json_is_string(value.json))
		return take_wrong(reading, value, what);
	if (json_is_string(value.json)) {
		const char *text = json_string_value(value.json);
		int code = quantity_size(text, &number);
		if (code != 0) {
			diagnostics_add(reading->diagnostics,
				take_at(reading, value),
				code == -ERANGE
					? "\"%s\" is too large for a size"
					: "\"%s\" is no size; write a number "
					  "of bytes or one with KiB, MiB, GiB, "
					  "KB, MB or GB, like \"64KiB\"",
				text);
			return false;
		}
	}
	if (!in_range(reading, value, number, least, most, " bytes"))
		return false;
	*bytes = (uint64_t)number;
	return true;
}

bool take_duration(
	struct reading *reading, struct cursor value, int64_t *duration_ns)
{
	int64_t number = 0;
	if (json_is_integer(value.json) &&
		json_integer_value(value.json) == 0) {
		*duration_ns = 0;
		return true;
	}
	if (!json_is_string(value.json))
		return take_wrong(reading, value, "a duration like \"30s\"");
	const char *text = json_string_value(value.json);
	int code = quantity_duration(text, &number);
	if (code == 0) {
		*duration_ns = number;
		return true;
	}
	diagnostics_add(reading->diagnostics, take_at(reading, value),
		code == -ERANGE ? "\"%s\" is too long for a duration"
				: "\"%s\" is no duration; write a number with "
				  "ns, us, ms, s, min, h or d, like \"30s\"",
		text);
	return false;
}

bool take_choice(struct reading *reading, struct cursor value,
	const char *const *words, size_t count, uint32_t *index)
{
	struct arena arena = {0};
	const char *text = json_string_value(value.json);
	for (uint32_t i = 0; text != NULL && i < count; i++)
		if (strcmp(text, words[i]) == 0) {
			*index = i;
			return true;
		}
	const char *list = diagnostic_list(&arena, words, count);
	if (text == NULL)
		take_wrong(reading, value,
			arena_format(&arena, "one of the words %s", list));
	else
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"%s\" is not among the words that \"%s\" takes: "
			"%s%s",
			text, value.key, list,
			diagnostic_meant(&arena, text, words, count, ""));
	arena_release(&arena);
	return false;
}

bool take_name(struct reading *reading, struct cursor value, const char *what)
{
	if (description_is_name(value.key))
		return true;
	diagnostics_add(reading->diagnostics, take_key_at(reading, value),
		"\"%s\" cannot name %s; a name has 1 to %d letters, digits, _ "
		"and -",
		value.key, what, NAME_BYTES_MAX);
	return false;
}
