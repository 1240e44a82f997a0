/*
 * shred_script: blocks that a test cuts, and what it expects of them when they
 * are joined.
 */
#ifndef TESTS_SHRED_SCRIPT_H
#define TESTS_SHRED_SCRIPT_H

#include <string.h>

#include "core/stream/shred.h"
#include "tests/test.h"

#define STREAM 7u
#define BLOCK 64u /* 24 bytes of a record */
#define RECORD_MAX 4000u
#define BYTES_MAX 30000u

static uint8_t body[RECORD_MAX + 1];
static uint8_t bytes[BYTES_MAX];
static size_t count;

static inline void fill(void)
{
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (uint8_t)(i * 31 + i / 251);
	count = 0;
}

/* Appends a record's blocks; how many there are. */
static inline uint32_t cut(struct shred_cutter *cutter, uint32_t from,
	uint32_t length, uint16_t type)
{
	const struct tau_record record = {body + from, length, type, 0};
	uint32_t offset = 0, blocks = 0;

	do {
		count += shred_cut(cutter, &record, &offset, bytes + count);
		ck_assert_uint_le(count, sizeof bytes - BLOCK);
		blocks++;
	} while (offset < length);
	return blocks;
}

static inline void cut_end(
	struct shred_cutter *cutter, enum stream_reason reason)
{
	count += shred_cut_end(cutter, reason, bytes + count);
}

static inline void begin(struct shred_cutter *cutter, uint32_t writer)
{
	shred_cutter_init(cutter, writer, STREAM, BLOCK);
}

static inline void give(
	struct shred_joiner *joiner, const uint8_t *from, size_t most)
{
	size_t room;
	uint8_t *to = shred_joiner_space(joiner, &room);

	ck_assert_uint_ge(room, most);
	memcpy(to, from, most);
	shred_joiner_came(joiner, most);
}

static inline void open_joiner(struct shred_joiner *joiner)
{
	ck_assert_int_eq(
		shred_joiner_init(joiner, STREAM, BLOCK, RECORD_MAX), 0);
}

/* The next must be that record, or an end when `type` is 0xffff. */
static inline void expect(struct shred_joiner *joiner, uint32_t writer,
	uint32_t from, uint32_t length, uint16_t type)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_RECORD);
	ck_assert_uint_eq(piece.writer, writer);
	ck_assert_uint_eq(piece.record.bytes, length);
	ck_assert_uint_eq(piece.record.type, type);
	if (length > 0)
		ck_assert_mem_eq(piece.record.body, body + from, length);
}

static inline void expect_end(
	struct shred_joiner *joiner, enum stream_reason reason)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_END);
	ck_assert_int_eq(piece.reason, reason);
}

static inline void expect_more(struct shred_joiner *joiner)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_MORE);
}

static inline void expect_unharmed(const struct shred_joiner *joiner)
{
	static const struct shred_counts none;

	ck_assert_mem_eq(&joiner->counts, &none, sizeof none);
}

#endif
