/* json_read: see json_read.h. */
#include "common/json_read.h"

#include <stdbool.h>
#include <string.h>

#include <jansson.h>

/* Containers inside each other; strings are stepped over. */
static int depth_of(const char *text, size_t bytes)
{
	int depth = 0, most = 0;
	bool string = false;

	for (size_t i = 0; i < bytes; i++) {
		char byte = text[i];

		if (string) {
			if (byte == '\\')
				i++;
			string = byte != '"';
		} else if (byte == '"') {
			string = true;
		} else if (byte == '{' || byte == '[') {
			most = ++depth > most ? depth : most;
		} else if (byte == '}' || byte == ']') {
			depth--;
		}
	}
	return most;
}

static void write_object(struct tau_writer *writer, json_t *object)
{
	struct tau_mark map = tau_write_map_begin(writer, 0);
	void *entry = json_object_iter(object);

	for (; entry; entry = json_object_iter_next(object, entry)) {
		const char *key = json_object_iter_key(entry);

		tau_write_text(writer, key, strlen(key));
		json_write(writer, json_object_iter_value(entry));
	}
	tau_write_end(writer, map);
}

static void write_array(struct tau_writer *writer, json_t *array)
{
	struct tau_mark tuple = tau_write_tuple_begin(writer, 0);

	for (size_t i = 0; i < json_array_size(array); i++)
		json_write(writer, json_array_get(array, i));
	tau_write_end(writer, tuple);
}

void json_write(struct tau_writer *writer, json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		write_object(writer, json);
		break;
	case JSON_ARRAY:
		write_array(writer, json);
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

size_t json_room(const struct tau_record *text, uint32_t atomic)
{
	uint64_t room = 3 * (uint64_t)text->bytes + 512;

	return room < atomic ? (size_t)room : atomic;
}

json_t *json_read(const struct tau_record *text, char *reason, size_t room)
{
	json_error_t error;
	json_t *json;

	if (depth_of(text->body, text->bytes) > TAU_VALUE_DEPTH) {
		(void)snprintf(reason, room,
			"its containers stand more than %d inside each other",
			TAU_VALUE_DEPTH);
		return NULL;
	}
	json = json_loadb(text->body, text->bytes,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
		&error);
	if (!json)
		(void)snprintf(reason, room, "no JSON at character %d: %s",
			error.column > 0 ? error.column : 1, error.text);
	return json;
}
