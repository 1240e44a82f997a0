/* frame: the bytes of the link protocol. See the header. */
#include "core/wire/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"

static int read_head(
	struct frame_reader *reader, struct frame *frame, struct error *error);
static int read_records(
	struct frame_reader *reader, struct frame *frame, struct error *error);
static int read_part(
	struct frame_reader *reader, struct frame *frame, struct error *error);
static bool are_zero(const uint8_t *from, uint64_t bytes);
static int refuse(const struct frame_reader *reader, struct error *error,
	const char *what);
static uint16_t load16(const uint8_t *from);
static uint32_t load32(const uint8_t *from);
static uint64_t load64(const uint8_t *from);

/* The host is little-endian, as the protocol is. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");

void frame_reader_init(
	struct frame_reader *reader, const void *packet, size_t bytes)
{
	const uint8_t *start = packet;

	*reader = (struct frame_reader){start, start, start + bytes};
}

int frame_next(
	struct frame_reader *reader, struct frame *frame, struct error *error)
{
	size_t left = (size_t)(reader->limit - reader->next);
	size_t bytes, filled;
	int result;

	if (left == 0)
		return 0;
	result = read_head(reader, frame, error);
	if (result == 0 && frame->kind == FRAME_RECORDS)
		result = read_records(reader, frame, error);
	if (result == 0 && frame->kind == FRAME_PART)
		result = read_part(reader, frame, error);
	if (result < 0)
		return result;
	bytes = FRAME_HEAD_BYTES + (size_t)load32(reader->next + 16);
	filled = (bytes + 7) & ~(size_t)7;
	if (filled > left)
		return refuse(reader, error,
			"a frame is not filled up to a multiple of 8");
	if (!are_zero(reader->next + bytes, filled - bytes))
		return refuse(
			reader, error, "the bytes behind a frame are not zero");
	reader->next += filled;
	return 1;
}

void frame_put_head(uint8_t *to, enum frame_kind kind, uint32_t stream,
	uint64_t first, uint32_t count, uint32_t bytes)
{
	uint16_t count16 = (uint16_t)count;

	CHECK(count <= FRAME_RECORDS_MAX);
	memset(to, 0, FRAME_HEAD_BYTES);
	to[0] = (uint8_t)kind;
	memcpy(to + 2, &count16, sizeof count16);
	memcpy(to + 4, &stream, sizeof stream);
	memcpy(to + 8, &first, sizeof first);
	memcpy(to + 16, &bytes, sizeof bytes);
}

void frame_put_entry(uint8_t *to, const struct tau_record *record)
{
	memset(to, 0, FRAME_ENTRY_BYTES);
	memcpy(to, &record->bytes, sizeof record->bytes);
	memcpy(to + 4, &record->type, sizeof record->type);
}

void frame_put_part(
	uint8_t *to, const struct tau_record *record, uint32_t offset)
{
	memset(to, 0, FRAME_PART_BYTES);
	frame_put_entry(to, record);
	memcpy(to + 8, &offset, sizeof offset);
}

static int read_head(
	struct frame_reader *reader, struct frame *frame, struct error *error)
{
	const uint8_t *head = reader->next;
	size_t left = (size_t)(reader->limit - head);
	uint32_t bytes;

	if (left < FRAME_HEAD_BYTES)
		return refuse(reader, error, "a frame is cut short");
	bytes = load32(head + 16);
	*frame = (struct frame){
		.kind = head[0],
		.stream = load32(head + 4),
		.first = load64(head + 8),
		.count = load16(head + 2),
		.body = head + FRAME_HEAD_BYTES,
		.body_bytes = bytes,
	};
	if (frame->kind < FRAME_NOTICE || frame->kind > FRAME_PART)
		return refuse(reader, error, "a frame is of no known kind");
	if (head[1] != 0 || load32(head + 20) != 0)
		return refuse(reader, error, "a frame's zeros are not zero");
	if (bytes > left - FRAME_HEAD_BYTES)
		return refuse(reader, error, "a frame ends behind its packet");
	if ((frame->kind == FRAME_RECORDS) != (frame->count > 0))
		return refuse(reader, error, "a frame's count is wrong");
	if (frame->kind == FRAME_NOTICE && (frame->stream || frame->first))
		return refuse(reader, error, "a notice names a stream");
	return 0;
}

/* The bodies must fill what the head says, exactly. */
static int read_records(
	struct frame_reader *reader, struct frame *frame, struct error *error)
{
	uint64_t needed = (uint64_t)frame->count * FRAME_ENTRY_BYTES;
	uint64_t bytes, end;

	frame->table = frame->body;
	if (needed > frame->body_bytes)
		return refuse(reader, error, "a table is cut short");
	for (uint32_t i = 0; i < frame->count; i++) {
		const uint8_t *entry = frame->table + i * FRAME_ENTRY_BYTES;

		if (load16(entry + 6) != 0 || load16(entry + 4) > TAU_CYCLE)
			return refuse(
				reader, error, "a record is of no known type");
		bytes = load32(entry);
		end = needed + bytes;
		needed = (end + 7) & ~UINT64_C(7);
		if (needed > frame->body_bytes)
			break;
		if (!are_zero(frame->table + end, needed - end))
			return refuse(reader, error,
				"the bytes behind a body are not zero");
	}
	if (needed != frame->body_bytes)
		return refuse(reader, error,
			"a table's lengths do not add up to the frame's");
	frame->body += (size_t)frame->count * FRAME_ENTRY_BYTES;
	frame->body_bytes -= frame->count * FRAME_ENTRY_BYTES;
	return 0;
}

static int read_part(
	struct frame_reader *reader, struct frame *frame, struct error *error)
{
	const uint8_t *part = frame->body;

	if (frame->body_bytes < FRAME_PART_BYTES)
		return refuse(reader, error, "a part is cut short");
	frame->total_bytes = load32(part);
	frame->type = load16(part + 4);
	frame->offset = load32(part + 8);
	frame->body += FRAME_PART_BYTES;
	frame->body_bytes -= FRAME_PART_BYTES;
	if (load16(part + 6) != 0 || load32(part + 12) != 0 ||
		frame->type > TAU_CYCLE || frame->type == TAU_FD)
		return refuse(reader, error, "a part is of no known type");
	if (frame->body_bytes == 0 || frame->offset > frame->total_bytes ||
		frame->body_bytes > frame->total_bytes - frame->offset)
		return refuse(
			reader, error, "a part lies outside of its record");
	return 0;
}

/* At most 7 bytes, and none where bodies are multiples of 8. */
static bool are_zero(const uint8_t *from, uint64_t bytes)
{
	uint8_t any = 0;

	while (bytes > 0)
		any |= from[--bytes];
	return any == 0;
}

static int refuse(const struct frame_reader *reader, struct error *error,
	const char *what)
{
	return error_set(error, -EPROTO, "%s (at byte %zu of a packet of %zu)",
		what, (size_t)(reader->next - reader->start),
		(size_t)(reader->limit - reader->start));
}

static uint16_t load16(const uint8_t *from)
{
	uint16_t value;

	memcpy(&value, from, sizeof value);
	return value;
}

static uint32_t load32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof value);
	return value;
}

static uint64_t load64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof value);
	return value;
}
