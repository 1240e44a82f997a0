/*
 * value: JSON to what an operator reads.
 *
 * Containers are first made plain (sizes to numbers, paths absolute), then
 * written once as JSON text and once as utf9, so that both say the same.
 */
#include "core/plan/value.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <tau/writer.h>

#include "core/base/check.h"
#include "core/catalogue/literal.h"
#include "core/catalogue/signature.h"

/* ---- utf9 ------------------------------------------------------------------
 */

static void write_json(struct tau_writer *writer, const json_t *json);

static void write_members(struct tau_writer *writer, const json_t *json)
{
	json_t *object = (json_t *)(uintptr_t)json;
	struct tau_mark mark = tau_write_map_begin(writer, 0);
	void *member = json_object_iter(object);
	while (member != NULL) {
		const char *key = json_object_iter_key(member);
		tau_write_text(writer, key, strlen(key));
		write_json(writer, json_object_iter_value(member));
		member = json_object_iter_next(object, member);
	}
	tau_write_end(writer, mark);
}

static void write_json(struct tau_writer *writer, const json_t *json)
{
	struct tau_mark mark;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		write_members(writer, json);
		break;
	case JSON_ARRAY:
		mark = tau_write_tuple_begin(writer, 0);
		for (size_t i = 0; i < json_array_size(json); i++)
			write_json(writer, json_array_get(json, i));
		tau_write_end(writer, mark);
		break;
	case JSON_STRING:
		tau_write_text(writer, json_string_value(json),
			json_string_length(json));
		break;
	case JSON_INTEGER:
		tau_write_int(writer, json_integer_value(json));
		break;
	case JSON_REAL:
		tau_write_float(writer, json_real_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		tau_write_bool(writer, json_is_true(json));
		break;
	case JSON_NULL:
		tau_write_null(writer);
		break;
	}
}

/* The first pass writes nowhere and finds the size. */
static int set_utf9(
	struct param_value *value, struct arena *arena, const json_t *json)
{
	struct tau_writer writer;
	tau_writer_init(&writer, NULL, 0);
	write_json(&writer, json);
	size_t bytes = tau_writer_needed(&writer);
	char *room = arena_allocate(arena, bytes + 1, 1);
	tau_writer_init(&writer, room, bytes);
	write_json(&writer, json);
	int64_t written = tau_writer_finish(&writer);
	if (written < 0)
		return -EINVAL;
	room[written] = '\0';
	value->text = room;
	value->bytes = (size_t)written;
	return 0;
}

/* ---- conversion ---------------------------------------------------------- */

static const char *absolute_path(
	struct arena *arena, const char *path, const char *folder)
{
	if (path[0] == '/')
		return arena_copy(arena, path);
	return arena_format(
		arena, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
}

static void set_text(
	struct param_value *value, struct arena *arena, const char *text)
{
	value->text = arena_copy(arena, text);
	value->bytes = strlen(text);
}

/* One element of a container as plain JSON: a new reference, or NULL. */
static json_t *plain_item(struct arena *arena, enum param_type type,
	const json_t *json, const char *folder)
{
	struct param_bound number;
	switch (type) {
	case PARAM_SIZE:
	case PARAM_DURATION:
		number = literal_number(type, json);
		return number.set ? json_integer(number.integer) : NULL;
	case PARAM_PATH:
		if (!json_is_string(json))
			return NULL;
		return json_string(
			absolute_path(arena, json_string_value(json), folder));
	default:
		return json_incref((json_t *)(uintptr_t)json);
	}
}

/* Adds one element; takes `item`, which is NULL when it did not fit. */
static int add_item(json_t *copy, const char *key, json_t *item)
{
	if (item == NULL)
		return -EINVAL;
	return key == NULL ? json_array_append_new(copy, item)
			   : json_object_set_new(copy, key, item);
}

static json_t *plain_container(struct arena *arena, enum param_type of,
	const json_t *json, const char *folder)
{
	json_t *object = (json_t *)(uintptr_t)json;
	json_t *copy = json_is_array(json) ? json_array() : json_object();
	int failed = 0;
	for (size_t i = 0; i < json_array_size(json); i++)
		failed |= add_item(copy, NULL,
			plain_item(arena, of, json_array_get(json, i), folder));
	void *member = json_object_iter(object);
	while (member != NULL) {
		failed |= add_item(copy, json_object_iter_key(member),
			plain_item(arena, of, json_object_iter_value(member),
				folder));
		member = json_object_iter_next(object, member);
	}
	if (failed != 0) {
		json_decref(copy);
		return NULL;
	}
	return copy;
}

/* Takes `plain`, which may be NULL. */
static int set_container(
	struct param_value *value, struct arena *arena, json_t *plain)
{
	if (plain == NULL)
		return -EINVAL;
	char *dump = json_dumps(plain, JSON_ENCODE_ANY | JSON_COMPACT);
	int result = dump == NULL ? -EINVAL : set_utf9(value, arena, plain);
	if (dump != NULL)
		value->json = arena_copy(arena, dump);
	free(dump);
	json_decref(plain);
	return result;
}

static int set_enum(struct param_value *value, struct arena *arena,
	const struct param_description *param, const json_t *json)
{
	for (size_t i = 0; i < param->value_count; i++)
		if (json_is_string(json) &&
			strcmp(param->values[i], json_string_value(json)) ==
				0) {
			value->integer = (int64_t)i;
			set_text(value, arena, param->values[i]);
			return 0;
		}
	return -EINVAL;
}

static int set_number(struct param_value *value, const json_t *json)
{
	struct param_bound number = literal_number(value->type, json);
	value->integer = number.integer;
	value->real = number.real;
	return number.set ? 0 : -EINVAL;
}

static int set_string(struct param_value *value, struct arena *arena,
	const json_t *json, const char *folder)
{
	if (!json_is_string(json))
		return -EINVAL;
	const char *text = json_string_value(json);
	if (value->type == PARAM_PATH)
		text = absolute_path(arena, text, folder);
	set_text(value, arena, text);
	return 0;
}

/* `json` keeps the text, so that it can be sent on and shown. */
int value_signature(struct param_value *value, struct arena *arena,
	const char *text, size_t bytes)
{
	json_t *read = signature_parse(text, bytes, NULL, NULL);
	int result = read == NULL ? -EINVAL : set_utf9(value, arena, read);
	if (read != NULL)
		value->json = arena_text(arena, text, bytes);
	json_decref(read);
	return result;
}

static int set_signature(
	struct param_value *value, struct arena *arena, const json_t *json)
{
	if (!json_is_string(json))
		return -EINVAL;
	return value_signature(value, arena, json_string_value(json),
		json_string_length(json));
}

int value_convert(struct param_value *value, struct arena *arena,
	const struct param_description *param, const json_t *json,
	const char *folder)
{
	*value = (struct param_value){.set = true,
		.type = param->type,
		.secret = param->of == PARAM_SECRET};
	switch (param->type) {
	case PARAM_BOOL:
		value->integer = json_is_true(json);
		return json_is_boolean(json) ? 0 : -EINVAL;
	case PARAM_INT:
	case PARAM_FLOAT:
	case PARAM_SIZE:
	case PARAM_DURATION:
		return set_number(value, json);
	case PARAM_ENUM:
		return set_enum(value, arena, param, json);
	case PARAM_LIST:
	case PARAM_MAP:
		if (!json_is_array(json) && !json_is_object(json))
			return -EINVAL;
		return set_container(value, arena,
			plain_container(arena, param->of, json, folder));
	case PARAM_JSON:
		return set_container(
			value, arena, json_incref((json_t *)(uintptr_t)json));
	case PARAM_SIGNATURE:
		return set_signature(value, arena, json);
	default:
		return set_string(value, arena, json, folder);
	}
}

/* ---- transport ----------------------------------------------------------- */

static json_t *plain_value(const struct param_value *value)
{
	switch (value->type) {
	case PARAM_BOOL:
		return json_boolean(value->integer);
	case PARAM_INT:
	case PARAM_SIZE:
	case PARAM_DURATION:
		return json_integer(value->integer);
	case PARAM_FLOAT:
		return json_real(value->real);
	case PARAM_LIST:
	case PARAM_MAP:
	case PARAM_JSON:
		return json_loads(value->json, JSON_DECODE_ANY, NULL);
	case PARAM_SIGNATURE:
		return json_string(value->json);
	default:
		return json_string(value->text);
	}
}

json_t *value_encode(const struct param_value *value)
{
	if (!value->set)
		return json_null();
	json_t *json = json_object();
	json_object_set_new(json, "type",
		json_string(description_param_type_name(value->type)));
	json_object_set_new(json, "value", plain_value(value));
	if (value->secret)
		json_object_set_new(json, "secret", json_true());
	if (value->type == PARAM_ENUM)
		json_object_set_new(
			json, "index", json_integer(value->integer));
	return json;
}

static int decode_plain(
	struct param_value *value, struct arena *arena, const json_t *json)
{
	switch (value->type) {
	case PARAM_BOOL:
		value->integer = json_is_true(json);
		return json_is_boolean(json) ? 0 : -EINVAL;
	case PARAM_INT:
	case PARAM_SIZE:
	case PARAM_DURATION:
		value->integer = json_integer_value(json);
		return json_is_integer(json) ? 0 : -EINVAL;
	case PARAM_FLOAT:
		value->real = json_number_value(json);
		return json_is_number(json) ? 0 : -EINVAL;
	case PARAM_LIST:
	case PARAM_MAP:
	case PARAM_JSON:
		return set_container(
			value, arena, json_incref((json_t *)(uintptr_t)json));
	case PARAM_SIGNATURE:
		return set_signature(value, arena, json);
	default:
		return set_string(value, arena, json, "");
	}
}

int value_decode(
	struct param_value *value, struct arena *arena, const json_t *json)
{
	const char *type = json_string_value(json_object_get(json, "type"));
	const json_t *plain = json_object_get(json, "value");
	const json_t *index = json_object_get(json, "index");
	int i = PARAM_BOOL;
	*value = (struct param_value){0};
	if (json_is_null(json))
		return 0;
	if (type == NULL || plain == NULL)
		return -EINVAL;
	while (i <= PARAM_SIGNATURE &&
		strcmp(type, description_param_type_name((enum param_type)i)) !=
			0)
		i++;
	if (i > PARAM_SIGNATURE)
		return -EINVAL;
	value->set = true;
	value->type = (enum param_type)i;
	value->secret = json_is_true(json_object_get(json, "secret"));
	if (value->type == PARAM_ENUM && !json_is_integer(index))
		return -EINVAL;
	value->integer = json_integer_value(index);
	return decode_plain(value, arena, plain);
}

json_t *value_show(const struct param_value *value)
{
	if (!value->set)
		return json_null();
	return value->secret ? json_string("***") : plain_value(value);
}
