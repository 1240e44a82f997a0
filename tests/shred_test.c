/* Records cut and joined: at every split, interleaved, and damaged. */
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

static void fill(void)
{
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (uint8_t)(i * 31 + i / 251);
	count = 0;
}

/* Appends a record's blocks; how many there are. */
static uint32_t cut(struct shred_cutter *cutter, uint32_t from, uint32_t length,
	uint16_t type)
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

static void cut_end(struct shred_cutter *cutter, enum stream_reason reason)
{
	count += shred_cut_end(cutter, reason, bytes + count);
}

static void begin(struct shred_cutter *cutter, uint32_t writer)
{
	shred_cutter_init(cutter, writer, STREAM, BLOCK);
}

static void give(struct shred_joiner *joiner, const uint8_t *from, size_t most)
{
	size_t room;
	uint8_t *to = shred_joiner_space(joiner, &room);

	ck_assert_uint_ge(room, most);
	memcpy(to, from, most);
	shred_joiner_came(joiner, most);
}

static void open_joiner(struct shred_joiner *joiner)
{
	ck_assert_int_eq(
		shred_joiner_init(joiner, STREAM, BLOCK, RECORD_MAX), 0);
}

/* The next must be that record, or an end when `type` is 0xffff. */
static void expect(struct shred_joiner *joiner, uint32_t writer, uint32_t from,
	uint32_t length, uint16_t type)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_RECORD);
	ck_assert_uint_eq(piece.writer, writer);
	ck_assert_uint_eq(piece.record.bytes, length);
	ck_assert_uint_eq(piece.record.type, type);
	if (length > 0)
		ck_assert_mem_eq(piece.record.body, body + from, length);
}

static void expect_end(struct shred_joiner *joiner, enum stream_reason reason)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_END);
	ck_assert_int_eq(piece.reason, reason);
}

static void expect_more(struct shred_joiner *joiner)
{
	struct shred_piece piece;

	ck_assert_int_eq(shred_join(joiner, &piece), SHRED_MORE);
}

static void expect_unharmed(const struct shred_joiner *joiner)
{
	static const struct shred_counts none;

	ck_assert_mem_eq(&joiner->counts, &none, sizeof none);
}

START_TEST(every_length_comes_through)
{
	struct shred_joiner joiner;
	struct shred_cutter cutter;

	fill();
	open_joiner(&joiner);
	begin(&cutter, 1);
	for (uint32_t length = 0; length <= 200; length++) {
		count = 0;
		ck_assert_uint_eq(cut(&cutter, length, length, TAU_UTF8),
			length == 0 ? 1 : (length + 23) / 24);
		give(&joiner, bytes, count);
		expect(&joiner, 1, length, length, TAU_UTF8);
		expect_more(&joiner);
	}
	expect_unharmed(&joiner);
	ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_CRASHED);
	count = 0;
	cut_end(&cutter, STREAM_DONE);
	give(&joiner, bytes, count);
	expect_end(&joiner, STREAM_DONE);
	ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_DONE);
	shred_joiner_release(&joiner);
}
END_TEST

/* However the bytes are cut on their way, whole records come out of them. */
START_TEST(bytes_may_be_split_anywhere)
{
	struct shred_cutter cutter;

	fill();
	begin(&cutter, 9);
	cut(&cutter, 0, 100, TAU_BYTES);
	cut(&cutter, 5, 0, TAU_CYCLE);
	cut(&cutter, 7, 24, TAU_UTF8);
	cut_end(&cutter, STREAM_FAILED);
	for (size_t split = 0; split <= count; split++) {
		struct shred_joiner joiner;
		struct shred_piece piece;
		uint32_t records = 0, ends = 0;

		open_joiner(&joiner);
		for (int half = 0; half < 2; half++) {
			int flow;

			give(&joiner, bytes + (half ? split : 0),
				half ? count - split : split);
			while ((flow = shred_join(&joiner, &piece)) !=
				SHRED_MORE) {
				records += flow == SHRED_RECORD;
				ends += flow == SHRED_END;
			}
		}
		ck_assert_uint_eq(records, 3);
		ck_assert_uint_eq(ends, 1);
		expect_unharmed(&joiner);
		ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_FAILED);
		shred_joiner_release(&joiner);
	}
}
END_TEST

START_TEST(writers_interleave)
{
	struct tau_record records[3];
	struct shred_cutter cutters[3];
	struct shred_joiner joiner;
	uint32_t offsets[3] = {0};

	fill();
	open_joiner(&joiner);
	for (uint32_t i = 0; i < 3; i++) {
		begin(&cutters[i], 100 + i);
		records[i] = (struct tau_record){
			body + i, 240 + i * 24, TAU_BYTES, 0};
	}
	for (uint32_t round = 0; round < 12; round++)
		for (uint32_t i = 0; i < 3; i++)
			if (offsets[i] < records[i].bytes)
				count += shred_cut(&cutters[i], &records[i],
					&offsets[i], bytes + count);
	for (uint32_t i = 0; i < 3; i++)
		cut_end(&cutters[i], i == 1 ? STREAM_FAILED : STREAM_DONE);
	give(&joiner, bytes, count);
	for (uint32_t i = 0; i < 3; i++)
		expect(&joiner, 100 + i, i, 240 + i * 24, TAU_BYTES);
	for (uint32_t i = 0; i < 3; i++)
		expect_end(&joiner, i == 1 ? STREAM_FAILED : STREAM_DONE);
	expect_unharmed(&joiner);
	ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_FAILED);
	shred_joiner_release(&joiner);
}
END_TEST

/* Three blocks of one record, then a record of one block. */
static void make_four(uint8_t blocks[4][BLOCK])
{
	struct shred_cutter cutter;

	fill();
	begin(&cutter, 3);
	cut(&cutter, 0, 72, TAU_BYTES);
	cut(&cutter, 200, 24, TAU_BYTES);
	ck_assert_uint_eq(count, 4 * BLOCK);
	memcpy(blocks, bytes, count);
}

/* Any order and any number of four blocks: what comes out is what a writer
 * wrote, and never the record whose blocks did not come in their order. */
START_TEST(order_and_repetition_are_seen)
{
	uint8_t blocks[4][BLOCK];

	make_four(blocks);
	for (uint32_t order = 0; order < 4 * 4 * 4 * 4; order++) {
		struct shred_joiner joiner;
		struct shred_piece piece;
		uint32_t expected = 0, large = 0, small = 0, refused = 0;
		uint32_t run = 0;

		open_joiner(&joiner);
		for (uint32_t i = 0; i < 4; i++) {
			uint32_t at = order >> i * 2 & 3;

			give(&joiner, blocks[at], BLOCK);
			if (at < expected) {
				refused++;
			} else {
				run = at == 0          ? 1
				      : at == expected ? run + (run == at)
						       : 0;
				large += at == 2 && run == 3;
				small += at == 3;
				expected = at + 1;
			}
			while (shred_join(&joiner, &piece) == SHRED_RECORD) {
				bool whole = piece.record.bytes == 72;

				*(whole ? &large : &small) -= 1;
				ck_assert_mem_eq(piece.record.body,
					body + (whole ? 0 : 200),
					piece.record.bytes);
			}
		}
		ck_assert_uint_eq(large, 0);
		ck_assert_uint_eq(small, 0);
		ck_assert_uint_eq(joiner.counts.repeated, refused);
		ck_assert_uint_eq(joiner.counts.alien_bytes, 0);
		shred_joiner_release(&joiner);
	}
}
END_TEST

START_TEST(a_missing_block_tears_its_record_alone)
{
	uint8_t blocks[4][BLOCK];
	struct shred_joiner joiner;

	make_four(blocks);
	open_joiner(&joiner);
	give(&joiner, blocks[0], BLOCK);
	give(&joiner, blocks[2], BLOCK);
	give(&joiner, blocks[3], BLOCK);
	expect(&joiner, 3, 200, 24, TAU_BYTES);
	expect_more(&joiner);
	ck_assert_uint_eq(joiner.counts.missing, 1);
	ck_assert_uint_eq(joiner.counts.torn, 1);
	shred_joiner_release(&joiner);
}
END_TEST

/* Each bit of a block matters. */
START_TEST(damage_is_seen)
{
	uint8_t blocks[4][BLOCK];

	make_four(blocks);
	for (uint32_t bit = 0; bit < BLOCK * 8; bit++) {
		struct shred_joiner joiner;

		open_joiner(&joiner);
		blocks[3][bit / 8] ^= (uint8_t)(1 << bit % 8);
		give(&joiner, blocks[3], BLOCK);
		blocks[3][bit / 8] ^= (uint8_t)(1 << bit % 8);
		give(&joiner, blocks[3], BLOCK);
		expect(&joiner, 3, 200, 24, TAU_BYTES);
		expect_more(&joiner);
		ck_assert_uint_eq(joiner.counts.alien_bytes, BLOCK);
		shred_joiner_release(&joiner);
	}
}
END_TEST

/* A block cut anywhere, and a whole one behind it, also at the very end. */
START_TEST(a_torn_block_hides_none_behind_it)
{
	uint8_t blocks[4][BLOCK];

	make_four(blocks);
	for (uint32_t length = 1; length < BLOCK; length++) {
		struct shred_joiner joiner;

		open_joiner(&joiner);
		give(&joiner, blocks[0], length);
		give(&joiner, blocks[3], BLOCK);
		give(&joiner, blocks[1], length);
		shred_joiner_finish(&joiner);
		expect(&joiner, 3, 200, 24, TAU_BYTES);
		expect_more(&joiner);
		ck_assert_uint_eq(joiner.counts.alien_bytes, 2 * length);
		ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_CRASHED);
		shred_joiner_release(&joiner);
	}
}
END_TEST

START_TEST(strangers_are_refused)
{
	struct shred_joiner joiner;
	struct shred_cutter cutter;

	fill();
	open_joiner(&joiner);
	shred_cutter_init(&cutter, 1, STREAM + 1, BLOCK);
	cut(&cutter, 0, 10, TAU_BYTES);
	shred_cutter_init(&cutter, 1, STREAM, BLOCK + 1);
	cut(&cutter, 0, 100, TAU_BYTES);
	memcpy(bytes + count, "TaTauTauB", 9);
	count += 9;
	begin(&cutter, 1);
	cut(&cutter, 0, 4, TAU_FD);
	begin(&cutter, 2);
	cut(&cutter, 0, RECORD_MAX + 1, TAU_BYTES);
	cut(&cutter, 0, RECORD_MAX, TAU_BYTES);
	cut_end(&cutter, STREAM_CLOSED);
	cut(&cutter, 0, 5, TAU_BYTES);
	give(&joiner, bytes, count);
	expect(&joiner, 2, 0, RECORD_MAX, TAU_BYTES);
	expect_end(&joiner, STREAM_CLOSED);
	expect_more(&joiner);
	ck_assert_uint_eq(joiner.counts.alien_blocks, 1);
	ck_assert_uint_eq(joiner.counts.alien_bytes, 4 * 65 + 9 + 44);
	ck_assert_uint_eq(joiner.counts.oversized, 1);
	ck_assert_uint_eq(joiner.counts.repeated, 1);
	ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_CLOSED);
	shred_joiner_release(&joiner);
}
END_TEST

START_TEST(writers_are_bounded)
{
	struct shred_joiner joiner;
	struct shred_cutter cutter;

	fill();
	open_joiner(&joiner);
	ck_assert_int_eq(shred_joiner_reason(&joiner), STREAM_OPEN);
	for (uint32_t i = 0; i < SHRED_WRITERS_MAX + 3; i++) {
		begin(&cutter, i);
		count = 0;
		cut(&cutter, 0, 5, TAU_BYTES);
		give(&joiner, bytes, count);
		if (i < SHRED_WRITERS_MAX)
			expect(&joiner, i, 0, 5, TAU_BYTES);
		expect_more(&joiner);
	}
	ck_assert_uint_eq(joiner.counts.alien_blocks, 3);
	shred_joiner_release(&joiner);
}
END_TEST

static Suite *shred_suite(void)
{
	Suite *suite = suite_create("shred");
	TCase *whole = test_case(suite, "whole");
	TCase *harmed = test_case(suite, "harmed");

	tcase_add_test(whole, every_length_comes_through);
	tcase_add_test(whole, bytes_may_be_split_anywhere);
	tcase_add_test(whole, writers_interleave);
	tcase_add_test(harmed, order_and_repetition_are_seen);
	tcase_add_test(harmed, a_missing_block_tears_its_record_alone);
	tcase_add_test(harmed, damage_is_seen);
	tcase_add_test(harmed, a_torn_block_hides_none_behind_it);
	tcase_add_test(harmed, strangers_are_refused);
	tcase_add_test(harmed, writers_are_bounded);
	return suite;
}

TEST_MAIN(shred_suite)
