/* note: see note.h. */
#include "note.h"

#include <stdbool.h>

#include <tau/value.h>
#include <tau/writer.h>

static bool numbers(struct tau_items *items, uint64_t *const *to, int count)
{
	struct tau_value item;

	for (int i = 0; i < count; i++)
		if (tau_value_next(items, &item) != 1 ||
			tau_value_kind(&item) != TAU_KIND_INT ||
			tau_value_uint(&item, to[i]))
			return false;
	return true;
}

static bool read_record(
	struct note *note, struct tau_items *items, const struct tau_value *at)
{
	struct tau_value body;
	const uint8_t *bytes;
	uint64_t type;
	uint64_t *const to[] = {&type};
	size_t count;

	note->kind = NOTE_RECORD;
	if (tau_value_uint(at, &note->stream) || !numbers(items, to, 1) ||
		type > TAU_CYCLE || type == TAU_FD ||
		tau_value_next(items, &body) != 1 ||
		tau_value_kind(&body) != TAU_KIND_BYTES ||
		tau_value_bytes(&body, &bytes, &count))
		return false;
	note->record =
		(struct tau_record){bytes, (uint32_t)count, (uint16_t)type, 0};
	return true;
}

int note_read(struct note *note, const struct tau_record *from)
{
	uint64_t *const end[] = {&note->stream, &note->records};
	uint64_t *const credit[] = {
		&note->stream, &note->bytes, &note->records, &note->atomic};
	struct tau_value tuple, first;
	struct tau_items items;
	bool good;

	if (tau_record_value(from, &tuple) || tau_value_items(&tuple, &items) ||
		tau_value_kind(&tuple) == TAU_KIND_MAP ||
		tau_value_next(&items, &first) != 1)
		return -EBADMSG;
	switch (tau_value_kind(&first)) {
	case TAU_KIND_INT:
		good = read_record(note, &items, &first);
		break;
	case TAU_KIND_ALPHA:
		note->kind = NOTE_ALPHA;
		good = numbers(&items, end, 1);
		break;
	case TAU_KIND_OMEGA:
		note->kind = tuple.count > 3 ? NOTE_GONE : NOTE_OMEGA;
		good = numbers(&items, end, 2);
		break;
	case TAU_KIND_IOTA:
		note->kind = NOTE_IOTA;
		good = numbers(&items, credit, 4);
		break;
	default:
		good = false;
	}
	return good ? 0 : -EBADMSG;
}

int note_write(struct tau_op *op, uint32_t port, const struct note *note)
{
	static const uint32_t signs[] = {[NOTE_ALPHA] = TAU_CODE_ALPHA,
		[NOTE_OMEGA] = TAU_CODE_OMEGA,
		[NOTE_IOTA] = TAU_CODE_IOTA,
		[NOTE_GONE] = TAU_CODE_OMEGA};
	uint8_t *space = tau_reserve(op, port, NOTE_BYTES);
	struct tau_writer writer;
	struct tau_mark tuple;

	if (!space)
		return (int)op->out[port]->state;
	tau_writer_init(&writer, space, NOTE_BYTES);
	tuple = tau_write_tuple_begin(&writer, 0);
	tau_write_signal(&writer, signs[note->kind]);
	tau_write_uint(&writer, note->stream);
	if (note->kind == NOTE_IOTA)
		tau_write_uint(&writer, note->bytes);
	if (note->kind != NOTE_ALPHA)
		tau_write_uint(&writer, note->records);
	if (note->kind == NOTE_IOTA)
		tau_write_uint(&writer, note->atomic);
	if (note->kind == NOTE_GONE)
		tau_write_text(&writer, "gone", 4);
	tau_write_end(&writer, tuple);
	tau_commit(op, port, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return TAU_OK;
}

int note_write_record(struct tau_op *op, uint32_t port, uint32_t stream,
	const struct tau_record *record)
{
	uint32_t room = record->bytes + NOTE_OVERHEAD;
	uint8_t *space;
	struct tau_writer writer;
	struct tau_mark tuple;

	if (room < record->bytes)
		return tau_fail(op, -EMSGSIZE, "a record of 4 GiB");
	space = tau_reserve(op, port, room);
	if (!space)
		return (int)op->out[port]->state;
	tau_writer_init(&writer, space, room);
	tuple = tau_write_tuple_begin(&writer, room);
	tau_write_uint(&writer, stream);
	tau_write_uint(&writer, record->type);
	tau_write_bytes(&writer, record->body, record->bytes);
	tau_write_end(&writer, tuple);
	tau_commit(op, port, (uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return TAU_OK;
}
