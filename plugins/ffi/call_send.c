/*
 * call_send: what came out of a call, put into the record. A value is written
 * first by itself; the record is then copied around it, once per field.
 */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/turn.h"

static void write_items(const struct argument *from, struct tau_writer *writer)
{
	struct tau_mark list = tau_write_tuple_begin(writer, 0);
	size_t bytes = shape_bytes(&from->shape);

	for (size_t i = 0; i < from->used; i++)
		shape_write(&from->shape, from->text.start + i * bytes, writer);
	tau_write_end(writer, list);
}

/* Text ends at its NUL, when the function does not say where. */
static void write_room(const struct argument *from, struct tau_writer *writer)
{
	const char *text = from->memory;

	if (from->shape.base == STRING)
		tau_write_text(writer, text, strnlen(text, from->used));
	else
		tau_write_bytes(writer, from->memory, from->used);
}

static void write_output(const struct call *call, const struct output *output,
	struct tau_writer *writer)
{
	const struct argument *from = output->from;

	if (!from)
		shape_write(&call->result.shape,
			call->answer_memory ? call->answer_memory
					    : (const void *)&call->answer,
			writer);
	else if (from->use == ITEMS)
		write_items(from, writer);
	else if (from->use == ROOM)
		write_room(from, writer);
	else
		shape_write(&from->shape, from->memory, writer);
}

/* All in a map, or the one alone. */
static void write_results(const struct call *call, const struct output *output,
	struct tau_writer *writer)
{
	struct tau_mark map;

	if (!call->whole) {
		write_output(call, output, writer);
		return;
	}
	map = tau_write_map_begin(writer, 0);
	for (size_t i = 0; i < call->output_count; i++) {
		tau_write_text(writer, call->outputs[i].name,
			call->outputs[i].name_bytes);
		write_output(call, &call->outputs[i], writer);
	}
	tau_write_end(writer, map);
}

/* ---- fields -------------------------------------------------------------- */

/* A value that takes the place of a field. */
struct placing {
	const struct tau_value *value;
	const char *next, *limit; /* of the pointer */
	char name[256];
};

static bool place(struct placing *placing, const struct tau_value *at,
	struct tau_writer *writer);

/* The next token, unescaped; its bytes, or SIZE_MAX when it is too long. */
static size_t take_token(struct placing *placing)
{
	const char *start = placing->next + 1;
	const char *end = memchr(start, '/', (size_t)(placing->limit - start));

	if (!end)
		end = placing->limit;
	if ((size_t)(end - start) > sizeof placing->name)
		return SIZE_MAX;
	placing->next = end;
	return tau_pointer_unescape(
		start, (size_t)(end - start), placing->name);
}

static bool place_in_map(struct placing *placing, const struct tau_value *at,
	size_t bytes, struct tau_writer *writer)
{
	struct tau_mark map = tau_write_map_begin(writer, 0);
	struct tau_items items = {.left = 0};
	struct tau_value key, value;
	const char *text;
	size_t length;
	bool found = false, good = true;

	if (at && tau_value_items(at, &items))
		return false;
	while (at && good && tau_value_next_entry(&items, &key, &value) == 1) {
		bool here = !found &&
			    tau_value_text(&key, &text, &length) == 0 &&
			    length == bytes &&
			    memcmp(text, placing->name, bytes) == 0;

		tau_write_value(writer, &key);
		if (here)
			good = place(placing, &value, writer);
		else
			tau_write_value(writer, &value);
		found |= here;
	}
	if (good && !found) {
		tau_write_text(writer, placing->name, bytes);
		good = place(placing, NULL, writer);
	}
	tau_write_end(writer, map);
	return good;
}

static bool place_in_list(struct placing *placing, const struct tau_value *at,
	size_t bytes, struct tau_writer *writer)
{
	struct tau_mark list;
	struct tau_items items;
	struct tau_value item;
	uint64_t index = 0, wanted = 0;
	bool good = bytes > 0 && bytes < 19;

	for (size_t i = 0; good && i < bytes; i++) {
		good = placing->name[i] >= '0' && placing->name[i] <= '9';
		wanted = wanted * 10 + (uint64_t)(placing->name[i] - '0');
	}
	if (!good || wanted >= at->count || tau_value_items(at, &items))
		return false;
	list = tau_write_tuple_begin(writer, 0);
	for (; good && tau_value_next(&items, &item) == 1; index++)
		if (index == wanted)
			good = place(placing, &item, writer);
		else
			tau_write_value(writer, &item);
	tau_write_end(writer, list);
	return good;
}

/* `at` is what stands there now, NULL where nothing does. */
static bool place(struct placing *placing, const struct tau_value *at,
	struct tau_writer *writer)
{
	int kind = at ? tau_value_kind(at) : TAU_KIND_MAP;
	size_t bytes;

	if (placing->next == placing->limit) {
		tau_write_value(writer, placing->value);
		return true;
	}
	bytes = take_token(placing);
	if (bytes == SIZE_MAX)
		return false;
	if (kind == TAU_KIND_MAP)
		return place_in_map(placing, at, bytes, writer);
	if (kind == TAU_KIND_TUPLE || kind == TAU_KIND_ARRAY)
		return place_in_list(placing, at, bytes, writer);
	return false;
}

/* ---- records ------------------------------------------------------------- */

/* Writes into a buffer that grows until it is enough. */
static int make_results(
	struct call *call, const struct output *output, struct tau_value *made)
{
	struct tau_writer writer;
	int64_t bytes = -ENOBUFS;
	size_t room = 256;

	while (bytes == -ENOBUFS) {
		call->made.bytes = 0;
		if (!buffer_reserve(&call->made, room))
			return -ENOMEM;
		tau_writer_init(&writer, call->made.start, call->made.room);
		write_results(call, output, &writer);
		bytes = tau_writer_finish(&writer);
		room = tau_writer_needed(&writer);
	}
	if (bytes < 0)
		return (int)bytes;
	return tau_value_open(call->made.start, (size_t)bytes, made);
}

/* The root with a value at the output's field, in `to`. -EINVAL: there is no
 * such place in it. */
static int put(struct buffer *to, const struct output *output,
	struct tau_value *root, const struct tau_value *value)
{
	struct tau_writer writer;
	int64_t bytes = -ENOBUFS;
	size_t room = (size_t)(value->limit - value->start) +
		      (size_t)(root->limit - root->start) +
		      output->pointer_bytes * 8 + 64;

	while (bytes == -ENOBUFS) {
		struct placing placing = {.value = value,
			.next = output->pointer,
			.limit = output->pointer + output->pointer_bytes};

		to->bytes = 0;
		if (!buffer_reserve(to, room))
			return -ENOMEM;
		tau_writer_init(&writer, to->start, to->room);
		if (!place(&placing, root, &writer))
			return -EINVAL;
		bytes = tau_writer_finish(&writer);
		room = tau_writer_needed(&writer);
	}
	if (bytes < 0)
		return (int)bytes;
	return tau_value_open(to->start, (size_t)bytes, root);
}

static int send_value(struct call *call, const struct tau_record *record,
	const struct tau_value *value)
{
	struct tau_op *op = call->op;
	size_t bytes = (size_t)(value->limit - value->start) + 17;
	struct tau_writer writer;
	uint8_t *space;
	int64_t written;

	if (bytes > op->out[OUT]->atomic)
		return bad_sendf(op, BAD, "ffi", record,
			"the record has %zu bytes with what came out, and the "
			"stream takes %u",
			bytes - 16, op->out[OUT]->atomic);
	space = tau_reserve(op, OUT, (uint32_t)bytes);
	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, bytes);
	tau_write_value(&writer, value);
	written = tau_writer_finish(&writer);
	if (written < 0)
		return tau_fail(op, -EPROTO, "a result is no value");
	tau_commit(op, OUT, (uint32_t)written, TAU_VALUE);
	return TAU_OK;
}

static int no_place(struct call *call, const struct tau_record *record,
	const struct output *output, int code)
{
	if (code == -ENOMEM)
		return tau_fail(call->op, code, "no memory");
	return bad_sendf(call->op, BAD, "ffi", record,
		"the record has no place for \"%.100s\": only maps have fields",
		output->pointer);
}

/* One number that takes the record's place: straight into the stream. */
static int send_number(struct call *call)
{
	enum { NUMBER_BYTES = 16 };
	struct tau_op *op = call->op;
	uint8_t *space = tau_reserve(op, OUT, NUMBER_BYTES);
	struct tau_writer writer;

	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, NUMBER_BYTES);
	shape_write(&call->result.shape, &call->answer, &writer);
	tau_commit(op, OUT, (uint32_t)(writer.next - space), TAU_VALUE);
	return TAU_OK;
}

static bool is_number(const struct call *call)
{
	const struct output *output = call->outputs;

	return call->output_count == 1 && !output->from && output->pointer &&
	       !output->pointer_bytes && call->result.shape.base > VOID &&
	       call->result.shape.base <= BOOL;
}

int call_send(struct call *call, const struct tau_record *record)
{
	const struct output *output = call->outputs;
	struct tau_value root = {.code = TAU_CODE_NULL}, value;
	int code, next = 0;

	if (is_number(call))
		return send_number(call);
	(void)tau_record_value(record, &root);
	for (; output < call->outputs + call->output_count; output++) {
		if (!output->pointer)
			continue;
		code = make_results(call, output, &value);
		if (code == 0 && output->pointer_bytes == 0)
			return send_value(call, record, &value);
		if (code == 0 && record->type != TAU_VALUE)
			code = -EINVAL;
		if (code == 0)
			code = put(&call->root[next], output, &root, &value);
		if (code)
			return no_place(call, record, output, code);
		next = !next;
	}
	return send_value(call, record, &root);
}
