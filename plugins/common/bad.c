/*
 * bad: see bad.h. The map is written into the reservation; BAD_OVERHEAD is
 * what it needs beside the reason, the operator's name and the record.
 */
#include "common/bad.h"

#include <tau/value.h>
#include <tau/writer.h>

/* Header, three keys and "bytes", and the longest heads of their values. */
enum { BAD_OVERHEAD = 96 };

static void write_text(struct tau_writer *writer, const char *text)
{
	tau_write_text(writer, text, strlen(text));
}

static void write_record(
	struct tau_writer *writer, const struct tau_record *record)
{
	struct tau_value value;

	if (record->type == TAU_UTF8)
		tau_write_text(writer, record->body, record->bytes);
	else if (record->type == TAU_VALUE &&
		 tau_value_open(record->body, record->bytes, &value) == 0)
		tau_write_value(writer, &value);
	else if (record->type == TAU_FD)
		tau_write_null(writer);
	else
		tau_write_bytes(writer, record->body, record->bytes);
}

/* Writes the map; `whole` is not 0 when the record is only the beginning. */
static int send_map(struct tau_op *op, uint32_t port, const char *name,
	const struct tau_record *record, uint64_t whole, const char *reason)
{
	size_t room =
		BAD_OVERHEAD + strlen(reason) + strlen(name) + record->bytes;
	void *space = tau_reserve(op, port, (uint32_t)room);
	struct tau_writer writer;
	struct tau_mark map;
	int64_t bytes;

	if (!space)
		return op->out[port]->state == TAU_END
			       ? TAU_OK
			       : (int)op->out[port]->state;
	tau_writer_init(&writer, space, room);
	map = tau_write_map_begin(&writer, room);
	write_text(&writer, "reason");
	write_text(&writer, reason);
	write_text(&writer, "operator");
	write_text(&writer, name);
	write_text(&writer, "record");
	write_record(&writer, record);
	if (whole) {
		write_text(&writer, "bytes");
		tau_write_uint(&writer, whole);
	}
	tau_write_end(&writer, map);
	bytes = tau_writer_finish(&writer);
	if (bytes < 0)
		return tau_fail(
			op, -EPROTO, "a bad record did not fit its map");
	tau_commit(op, port, (uint32_t)bytes, TAU_VALUE);
	return TAU_OK;
}

/* How much of a record the stream takes beside the rest of the map. */
static size_t record_room(
	struct tau_op *op, uint32_t port, const char *name, const char *reason)
{
	size_t rest = BAD_OVERHEAD + strlen(reason) + strlen(name);

	return op->out[port]->atomic > rest ? op->out[port]->atomic - rest : 0;
}

int bad_send(struct tau_op *op, uint32_t port, const char *name,
	const struct tau_record *record, const char *reason)
{
	struct tau_record part = *record;
	size_t room = record_room(op, port, name, reason);
	uint64_t whole = 0;

	if (part.bytes > room) {
		whole = part.bytes;
		part.bytes = (uint32_t)room;
		if (part.type == TAU_VALUE)
			part.type = TAU_BYTES;
	}
	return send_map(op, port, name, &part, whole, reason);
}

int bad_send_part(struct tau_op *op, uint32_t port, const char *name,
	const void *text, size_t bytes, uint64_t whole, const char *reason)
{
	size_t room = record_room(op, port, name, reason);
	struct tau_record part = {.body = text,
		.bytes = (uint32_t)(bytes < room ? bytes : room),
		.type = TAU_UTF8};

	return send_map(op, port, name, &part, whole, reason);
}
