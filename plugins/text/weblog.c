/*
 * weblog: lines of access logs to maps. The map is written straight into the
 * out window, without a check per byte: the line's bytes and MAP_OVERHEAD are
 * never less than its map needs. Entries always stand in the same order, under
 * the names that the format's documentation gives them:
 *
 *	host ident user time method path protocol status bytes referer agent
 *
 * Status and bytes are numbers. What the log has as "-" is null, as bytes 0;
 * the common format has no referer and no agent, so neither has its map.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tau/value.h>

#include "common/bad.h"
#include "common/turn.h"
#include "scan.h"
#include "weblog_scan.h"

/* Texts are copied by so many bytes, whatever they have, where that reads
 * nothing behind the line. */
enum { COPY_BYTES = 32 };

/* The map's head, keys, the longest heads of texts, the numbers, and what
 * copying a short text may write behind it. */
enum { MAP_OVERHEAD = 9 + 74 + 9 * 5 + 3 + 9 + COPY_BYTES };

/* A key of at most 15 bytes, whose length is in its code. */
#define KEY(next, name)                                                        \
	do {                                                                   \
		*(next)++ = TAU_CODE_TEXT_SHORT | (sizeof(name) - 1);          \
		memcpy((next), name, sizeof(name) - 1);                        \
		(next) += sizeof(name) - 1;                                    \
	} while (0)

/* 16 bytes and more: whole ones, then the last 16 again. */
static inline void copy_long(uint8_t *to, const uint8_t *from, size_t bytes)
{
	for (size_t at = 0; at + 16 <= bytes; at += 16)
		memcpy(to + at, from + at, 16);
	memcpy(to + bytes - 16, from + bytes - 16, 16);
}

static inline uint8_t *store_big(uint8_t *to, uint64_t number, size_t width)
{
	tau_store(to, number, width);
	return to + width;
}

/* Any text, by exactly its bytes. */
static uint8_t *put_text(uint8_t *next, const uint8_t *text, size_t bytes)
{
	if (bytes < 16) {
		*next++ = (uint8_t)(TAU_CODE_TEXT_SHORT | bytes);
		tau_copy(next, text, bytes);
		return next + bytes;
	}
	if (bytes < 256) {
		*next++ = TAU_CODE_TEXT;
		*next++ = (uint8_t)bytes;
	} else {
		*next++ = TAU_CODE_TEXT + 2;
		next = store_big(next, bytes, 4);
	}
	copy_long(next, text, bytes);
	return next + bytes;
}

/* `limit` is the line's end: what lies before it may be read. */
static inline uint8_t *put_part(
	uint8_t *next, const struct weblog_part *part, const uint8_t *limit)
{
	size_t bytes = part->bytes;

	if (!part->text) {
		*next++ = TAU_CODE_NULL;
		return next;
	}
	if (TAU_LIKELY_(
		    bytes <= COPY_BYTES && limit - part->text >= COPY_BYTES)) {
		bool is_long = bytes >= 16;

		next[0] = (uint8_t)(is_long ? TAU_CODE_TEXT
					    : TAU_CODE_TEXT_SHORT | bytes);
		next[1] = (uint8_t)bytes;
		memcpy(next + 1 + is_long, part->text, COPY_BYTES);
		return next + 1 + is_long + bytes;
	}
	return put_text(next, part->text, bytes);
}

static inline uint8_t *put_number(uint8_t *next, uint64_t number)
{
	if (number < 128) {
		*next++ = (uint8_t)(TAU_CODE_INT_SHORT | number);
		return next;
	}
	if (number <= UINT8_MAX) {
		*next++ = TAU_CODE_U8;
		*next++ = (uint8_t)number;
		return next;
	}
	if (number <= UINT16_MAX) {
		*next++ = TAU_CODE_U16;
		return store_big(next, number, 2);
	}
	if (number <= UINT32_MAX) {
		*next++ = TAU_CODE_U32;
		return store_big(next, number, 4);
	}
	*next++ = TAU_CODE_U64;
	return store_big(next, number, 8);
}

static inline uint8_t *put_entries(
	uint8_t *next, const struct weblog_line *line, const uint8_t *limit)
{
	KEY(next, "host");
	next = put_part(next, &line->host, limit);
	KEY(next, "ident");
	next = put_part(next, &line->ident, limit);
	KEY(next, "user");
	next = put_part(next, &line->user, limit);
	KEY(next, "time");
	next = put_part(next, &line->time, limit);
	KEY(next, "method");
	next = put_part(next, &line->method, limit);
	KEY(next, "path");
	next = put_part(next, &line->path, limit);
	KEY(next, "protocol");
	next = put_part(next, &line->protocol, limit);
	KEY(next, "status");
	next = put_number(next, line->status);
	KEY(next, "bytes");
	next = put_number(next, line->size);
	if (!line->combined)
		return next;
	KEY(next, "referer");
	next = put_part(next, &line->referer, limit);
	KEY(next, "agent");
	return put_part(next, &line->agent, limit);
}

/* The whole map; returns its size. The length is 16 bits wide, which nearly
 * all maps need, or 32. */
static inline size_t put_map(uint8_t *start, size_t room,
	const struct weblog_line *line, const uint8_t *limit)
{
	size_t width = room <= UINT16_MAX ? 2 : 4;
	uint8_t *contents = start + 1 + 2 * width;
	uint8_t *end = put_entries(contents, line, limit);

	*start = (uint8_t)(TAU_CODE_MAP + (width == 2 ? 1 : 2));
	tau_store(start + 1, (uint64_t)(end - contents), width);
	tau_store(start + 1 + width, line->combined ? 11 : 9, width);
	return (size_t)(end - start);
}

static int take_line(struct tau_op *op, const struct tau_record *record)
{
	struct tau_out *out = op->out[OUT];
	size_t room = (size_t)record->bytes + MAP_OVERHEAD;
	const uint8_t *limit = (const uint8_t *)record->body + record->bytes;
	struct weblog_line line;
	const char *wrong = weblog_scan(&line, record->body, record->bytes);
	uint8_t *start;

	if (__builtin_expect(wrong != NULL, 0))
		return bad_send(op, BAD, "weblog", record, wrong);
	if (__builtin_expect(room > out->atomic, 0))
		return bad_send(op, BAD, "weblog", record,
			"the line's map is larger than what the stream takes "
			"at once");
	start = tau_reserve_at(op, out, (uint32_t)room);
	if (!start)
		return (int)out->state;
	tau_commit_at(op, out, (uint32_t)put_map(start, room, &line, limit),
		TAU_VALUE);
	return TAU_OK;
}

static int run(struct tau_op *op)
{
	return turn_text(op, take_line, "weblog",
		"a line of a log is text, and this is none");
}

const struct tau_operator text_weblog = {
	.size = sizeof text_weblog, .name = "weblog", .run = run};
