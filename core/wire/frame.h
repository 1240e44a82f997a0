/*
 * frame: the bytes of the link protocol, as docs/wire.md describes them.
 *
 *	packet | head | table, or part | bodies … | head | … |
 *	         24    8 per record      each at a multiple of 8
 *
 * Pure: it reads and writes memory, and knows neither sockets nor streams. What
 * is read is a stranger's: every length is checked before it is believed, and
 * nothing is read past the packet.
 */
#ifndef TAU_CORE_WIRE_FRAME_H
#define TAU_CORE_WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tau/record.h>

#include "core/base/error.h"

#define FRAME_VERSION 1
#define FRAME_HEAD_BYTES 24
#define FRAME_ENTRY_BYTES 8
#define FRAME_PART_BYTES 16
#define FRAME_RECORDS_MAX 65535

enum frame_kind {
	FRAME_NOTICE = 1,
	FRAME_RECORDS = 2,
	FRAME_PART = 3,
};

/* One frame: views into its packet. */
struct frame {
	enum frame_kind kind;
	uint32_t stream;
	uint64_t first;
	uint32_t count;       /* RECORDS */
	const uint8_t *table; /* RECORDS */
	const uint8_t *body;  /* NOTICE: the value; PART: the piece; RECORDS:
				 the first body */
	uint32_t body_bytes;
	uint32_t total_bytes, offset; /* PART */
	uint16_t type;                /* PART */
};

/* What is left of a packet. */
struct frame_reader {
	const uint8_t *start, *next, *limit;
};

/* A packet begins at a multiple of 8 in memory. */
void frame_reader_init(
	struct frame_reader *reader, const void *packet, size_t bytes);

/* The next frame: 1; 0 behind the last; -EPROTO with a sentence. */
int frame_next(
	struct frame_reader *reader, struct frame *frame, struct error *error);

/* What is left of the records of a RECORDS frame. */
struct frame_records {
	const uint8_t *entry, *limit, *body;
};

/* How many bytes a body takes in a frame. */
static inline uint32_t frame_padded(uint32_t bytes)
{
	return (bytes + 7u) & ~7u;
}

static inline void frame_records_init(
	struct frame_records *records, const struct frame *frame)
{
	*records = (struct frame_records){frame->table,
		frame->table + (size_t)frame->count * FRAME_ENTRY_BYTES,
		frame->body};
}

/* The next record, or false: its body stays where it is, an empty one points
 * at its place. */
static inline bool frame_record(
	struct frame_records *records, struct tau_record *record)
{
	if (records->entry == records->limit)
		return false;
	*record = (struct tau_record){.body = records->body};
	memcpy(&record->bytes, records->entry, sizeof record->bytes);
	memcpy(&record->type, records->entry + 4, sizeof record->type);
	records->entry += FRAME_ENTRY_BYTES;
	records->body += frame_padded(record->bytes);
	return true;
}

/* Writes a head; `bytes` counts what follows it. */
void frame_put_head(uint8_t *to, enum frame_kind kind, uint32_t stream,
	uint64_t first, uint32_t count, uint32_t bytes);

/* Writes an entry of the table. */
void frame_put_entry(uint8_t *to, const struct tau_record *record);

/* Writes what stands between the head of a PART and its piece. */
void frame_put_part(
	uint8_t *to, const struct tau_record *record, uint32_t offset);

#endif
