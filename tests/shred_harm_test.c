/* Blocks that are missing, torn, repeated, reordered or alien. */
#include <string.h>

#include "tests/shred_script.h"
#include "tests/test.h"

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

/* The blocks that are missing end one record and begin another of the same
 * length: what comes behind them continues the second, not the first. */
START_TEST(a_gap_from_one_record_to_the_next_mixes_them_not)
{
	struct shred_joiner joiner;
	struct shred_cutter cutter;

	fill();
	open_joiner(&joiner);
	begin(&cutter, 3);
	cut(&cutter, 0, 72, TAU_BYTES);
	cut(&cutter, 100, 72, TAU_BYTES);
	cut(&cutter, 200, 24, TAU_BYTES);
	give(&joiner, bytes, BLOCK);
	give(&joiner, bytes + 4 * BLOCK, count - 4 * BLOCK);
	expect(&joiner, 3, 200, 24, TAU_BYTES);
	expect_more(&joiner);
	ck_assert_uint_eq(joiner.counts.missing, 3);
	ck_assert_uint_eq(joiner.counts.torn, 1);
	shred_joiner_release(&joiner);
}
END_TEST

/* A writer whose blocks are in order, and what they hold is not. */
START_TEST(a_piece_elsewhere_tears_its_record)
{
	static const uint32_t elsewhere[] = {0, 23, 25, 48};
	const struct tau_record record = {body, 72, TAU_BYTES, 0};
	struct shred_joiner joiner;
	struct shred_cutter cutter;
	uint32_t offset = 0, other = elsewhere[_i];

	fill();
	open_joiner(&joiner);
	begin(&cutter, 3);
	count += shred_cut(&cutter, &record, &offset, bytes + count);
	count += shred_cut(&cutter, &record, &other, bytes + count);
	if (elsewhere[_i] > 0)
		count += shred_cut(&cutter, &record, &other, bytes + count);
	cut(&cutter, 200, 24, TAU_BYTES);
	give(&joiner, bytes, count);
	expect(&joiner, 3, 200, 24, TAU_BYTES);
	expect_more(&joiner);
	ck_assert_uint_eq(joiner.counts.torn, elsewhere[_i] == 0 ? 2 : 1);
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

static Suite *shred_harm_suite(void)
{
	Suite *suite = suite_create("shred_harm");
	TCase *tests = test_case(suite, "harmed");

	tcase_add_test(tests, order_and_repetition_are_seen);
	tcase_add_test(tests, a_missing_block_tears_its_record_alone);
	tcase_add_test(tests, a_gap_from_one_record_to_the_next_mixes_them_not);
	tcase_add_loop_test(tests, a_piece_elsewhere_tears_its_record, 0, 4);
	tcase_add_test(tests, damage_is_seen);
	tcase_add_test(tests, a_torn_block_hides_none_behind_it);
	tcase_add_test(tests, strangers_are_refused);
	tcase_add_test(tests, writers_are_bounded);
	return suite;
}

TEST_MAIN(shred_harm_suite)
