/* Records cut and joined: at every split, and interleaved. */
#include <string.h>

#include "tests/shred_script.h"
#include "tests/test.h"

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

/* Another process goes on in the place of one that died within a record. */
START_TEST(a_writer_that_follows_is_the_same_writer)
{
	struct shred_joiner joiner;
	struct shred_cutter cutter;
	char text[256];

	fill();
	open_joiner(&joiner);
	begin(&cutter, 3);
	cut(&cutter, 0, 10, TAU_UTF8);
	cut(&cutter, 0, 100, TAU_UTF8);
	count -= SHRED_HEAD_BYTES + 100 - 4 * 24; /* the last block */
	begin(&cutter, 3);
	count += shred_cut_anew(&cutter, bytes + count);
	cut(&cutter, 7, 50, TAU_BYTES);
	cut_end(&cutter, STREAM_DONE);
	/* Nobody goes on behind an end. */
	begin(&cutter, 3);
	count += shred_cut_anew(&cutter, bytes + count);
	cut(&cutter, 0, 10, TAU_UTF8);
	give(&joiner, bytes, count);
	expect(&joiner, 3, 0, 10, TAU_UTF8);
	expect(&joiner, 3, 7, 50, TAU_BYTES);
	expect_end(&joiner, STREAM_DONE);
	expect_more(&joiner);
	ck_assert_uint_eq(joiner.writer_count, 1);
	ck_assert_uint_eq(joiner.counts.broken, 1);
	ck_assert_uint_eq(joiner.counts.repeated, 2);
	ck_assert_uint_eq(joiner.counts.torn + joiner.counts.missing, 0);
	ck_assert(shred_joiner_verdict(&joiner) == NULL);
	joiner.counts.repeated = 0;
	ck_assert(!shred_explain(&joiner.counts, text, sizeof text));
	shred_joiner_release(&joiner);
}
END_TEST

/* It begins wherever another left off: within a block, within a record. */
START_TEST(a_reader_that_follows_begins_at_a_block)
{
	struct shred_cutter cutter;

	fill();
	begin(&cutter, 3);
	cut(&cutter, 0, 100, TAU_UTF8);
	cut(&cutter, 7, 50, TAU_BYTES);
	cut_end(&cutter, STREAM_DONE);
	for (size_t from = 0; from <= 5 * SHRED_HEAD_BYTES + 100; from++) {
		struct shred_joiner joiner;

		open_joiner(&joiner);
		shred_joiner_follow(&joiner);
		give(&joiner, bytes + from, count - from);
		if (from == 0)
			expect(&joiner, 3, 0, 100, TAU_UTF8);
		expect(&joiner, 3, 7, 50, TAU_BYTES);
		expect_end(&joiner, STREAM_DONE);
		ck_assert_uint_eq(joiner.counts.broken,
			from > 0 && from <= 4 * (SHRED_HEAD_BYTES + 24));
		joiner.counts.broken = 0;
		expect_unharmed(&joiner);
		ck_assert(shred_joiner_verdict(&joiner) == NULL);
		shred_joiner_release(&joiner);
	}
}
END_TEST

static Suite *shred_suite(void)
{
	Suite *suite = suite_create("shred");
	TCase *tests = test_case(suite, "whole");

	tcase_add_test(tests, every_length_comes_through);
	tcase_add_test(tests, bytes_may_be_split_anywhere);
	tcase_add_test(tests, writers_interleave);
	tcase_add_test(tests, a_writer_that_follows_is_the_same_writer);
	tcase_add_test(tests, a_reader_that_follows_begins_at_a_block);
	return suite;
}

TEST_MAIN(shred_suite)
