/*
 * json.parse: text to values. jansson decides what JSON is; the tree it makes
 * is written out and dropped. Refused, to bad: what is no JSON, duplicate keys,
 * integers beyond 64 bits (rather than rounded), and depth beyond what values
 * have, which is looked for first: jansson would take 2048 levels of stack.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <jansson.h>

#include <tau/value.h>
#include <tau/writer.h>

#include "common/bad.h"
#include "common/turn.h"

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

static void write_json(struct tau_writer *writer, json_t *json);

static void write_object(struct tau_writer *writer, json_t *object)
{
	struct tau_mark map = tau_write_map_begin(writer, 0);
	void *entry = json_object_iter(object);

	for (; entry; entry = json_object_iter_next(object, entry)) {
		const char *key = json_object_iter_key(entry);

		tau_write_text(writer, key, strlen(key));
		write_json(writer, json_object_iter_value(entry));
	}
	tau_write_end(writer, map);
}

static void write_array(struct tau_writer *writer, json_t *array)
{
	struct tau_mark tuple = tau_write_tuple_begin(writer, 0);

	for (size_t i = 0; i < json_array_size(array); i++)
		write_json(writer, json_array_get(array, i));
	tau_write_end(writer, tuple);
}

static void write_json(struct tau_writer *writer, json_t *json)
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

/* Room that is certainly enough: the shortest JSON of a float has 3 bytes and
 * its value 9; the rest is for the long heads of containers. */
static size_t room_for(struct tau_op *op, const struct tau_record *record)
{
	uint64_t room = 3 * (uint64_t)record->bytes + 512;
	uint32_t atomic = op->out[OUT]->atomic;

	return room < atomic ? (size_t)room : atomic;
}

static int send_value(
	struct tau_op *op, const struct tau_record *record, json_t *json)
{
	size_t room = room_for(op, record);
	void *space = tau_reserve(op, OUT, (uint32_t)room);
	struct tau_writer writer;
	int64_t bytes;

	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, room);
	write_json(&writer, json);
	bytes = tau_writer_finish(&writer);
	if (bytes < 0)
		return bad_send(op, BAD, "json.parse", record,
			"the value is larger than what the stream takes at "
			"once");
	tau_commit(op, OUT, (uint32_t)bytes, TAU_VALUE);
	return TAU_OK;
}

static int take_text(struct tau_op *op, const struct tau_record *record)
{
	json_error_t error;
	json_t *json;
	int flow;

	if (depth_of(record->body, record->bytes) > TAU_VALUE_DEPTH)
		return bad_sendf(op, BAD, "json.parse", record,
			"its containers stand more than %d inside each other",
			TAU_VALUE_DEPTH);
	json = json_loadb(record->body, record->bytes,
		JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
		&error);
	if (!json)
		return bad_sendf(op, BAD, "json.parse", record,
			"no JSON at character %d: %s",
			error.column > 0 ? error.column : 1, error.text);
	flow = send_value(op, record, json);
	json_decref(json);
	return flow;
}

static int run(struct tau_op *op)
{
	return turn_text(
		op, take_text, "json.parse", "JSON is text, and this is none");
}

const struct tau_operator json_parse_operator = {
	.size = sizeof json_parse_operator, .name = "json.parse", .run = run};
