/* Frames and notices, by the bytes that docs/wire.md tells. */
#include <errno.h>
#include <string.h>

#include "core/wire/frame.h"
#include "core/wire/notice.h"
#include "tests/test.h"

/* A frame of two records, "abc" and a cycle's end, of stream 5 from 7 on. */
static const uint8_t two[] = {
	2, 0, 2, 0, 5, 0, 0, 0,       /* kind, count, stream */
	7, 0, 0, 0, 0, 0, 0, 0,       /* first */
	24, 0, 0, 0, 0, 0, 0, 0,      /* bytes */
	3, 0, 0, 0, 1, 0, 0, 0,       /* table */
	0, 0, 0, 0, 4, 0, 0, 0,       /* … */
	'a', 'b', 'c', 0, 0, 0, 0, 0, /* bodies */
};

START_TEST(records_are_read_as_written)
{
	struct error error = ERROR_NONE;
	struct frame_records records;
	struct frame_reader reader;
	struct tau_record record;
	struct frame frame;

	frame_reader_init(&reader, two, sizeof two);
	ck_assert_int_eq(frame_next(&reader, &frame, &error), 1);
	ck_assert_int_eq(frame.kind, FRAME_RECORDS);
	ck_assert_uint_eq(frame.stream, 5);
	ck_assert_uint_eq(frame.first, 7);
	frame_records_init(&records, &frame);
	ck_assert(frame_record(&records, &record));
	ck_assert_uint_eq(record.bytes, 3);
	ck_assert_uint_eq(record.type, TAU_UTF8);
	ck_assert_mem_eq(record.body, "abc", 3);
	ck_assert(frame_record(&records, &record));
	ck_assert_uint_eq(record.bytes, 0);
	ck_assert_uint_eq(record.type, TAU_CYCLE);
	ck_assert_ptr_nonnull(record.body);
	ck_assert(!frame_record(&records, &record));
	ck_assert_int_eq(frame_next(&reader, &frame, &error), 0);
}
END_TEST

START_TEST(heads_are_written_as_told)
{
	uint8_t made[sizeof two] = {0};

	frame_put_head(made, FRAME_RECORDS, 5, 7, 2, 24);
	frame_put_entry(
		made + 24, &(struct tau_record){.bytes = 3, .type = TAU_UTF8});
	frame_put_entry(made + 32, &(struct tau_record){.type = TAU_CYCLE});
	memcpy(made + 40, "abc", 3);
	ck_assert_mem_eq(made, two, sizeof two);
}
END_TEST

START_TEST(a_packet_that_is_cut_anywhere_is_refused)
{
	for (size_t bytes = 1; bytes < sizeof two; bytes++) {
		uint8_t *cut = malloc(bytes); /* so that one over is seen */
		struct error error = ERROR_NONE;
		struct frame_reader reader;
		struct frame frame;

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, two, bytes);
		frame_reader_init(&reader, cut, bytes);
		ck_assert_int_eq(frame_next(&reader, &frame, &error), -EPROTO);
		ck_assert_str_ne(error.text, "");
		free(cut);
	}
}
END_TEST

/* One byte of `two` that is another, and what is said of it. */
static const struct wrong {
	uint8_t at, value;
	const char *why;
} wrongs[] = {
	{0, 0, "a frame is of no known kind"},
	{0, 4, "a frame is of no known kind"},
	{0, 1, "a frame's count is wrong"},
	{0, 3, "a frame's count is wrong"},
	{1, 1, "a frame's zeros are not zero"},
	{2, 0, "a frame's count is wrong"},
	{2, 1, "the bytes behind a body are not zero"},
	{2, 3, "a table's lengths do not add up to the frame's"},
	{2, 4, "a table is cut short"},
	{16, 16, "a table's lengths do not add up to the frame's"},
	{16, 25, "a frame ends behind its packet"},
	{20, 1, "a frame's zeros are not zero"},
	{24, 2, "the bytes behind a body are not zero"},
	{24, 9, "a table's lengths do not add up to the frame's"},
	{28, 5, "a record is of no known type"},
	{30, 1, "a record is of no known type"},
	{43, 1, "the bytes behind a body are not zero"},
	{47, 255, "the bytes behind a body are not zero"},
	{35, 255, "a table's lengths do not add up to the frame's"},
};
#define WRONGS (int)(sizeof wrongs / sizeof *wrongs)

START_TEST(what_is_wrong_is_said_with_its_place)
{
	const struct wrong *wrong = &wrongs[_i];
	struct error error = ERROR_NONE;
	struct frame_reader reader;
	uint8_t packet[sizeof two];
	struct frame frame;
	char why[128];

	memcpy(packet, two, sizeof two);
	packet[wrong->at] = wrong->value;
	frame_reader_init(&reader, packet, sizeof packet);
	ck_assert_int_eq(frame_next(&reader, &frame, &error), -EPROTO);
	snprintf(why, sizeof why, "%s (at byte 0 of a packet of %zu)",
		wrong->why, sizeof packet);
	ck_assert_str_eq(error.text, why);
}
END_TEST

/* ("bye", "no more") and (ι, 3, 1000, 10), by the codes of utf9. */
static const uint8_t bye[] = {
	0x4a, 12, 0x23, 'b', 'y', 'e', 0x27, 'n', 'o', ' ', 'm', 'o', 'r', 'e'};
static const uint8_t iota[] = {0x4c, 6, 0x12, 0x83, 0x01, 0x03, 0xe8, 0x8a};

START_TEST(notices_are_tuples_of_these_bytes)
{
	uint8_t value[NOTICE_BYTES_MAX];
	struct error error = ERROR_NONE;
	struct notice notice;
	size_t bytes;

	ck_assert_int_eq(notice_decode(&notice, bye, sizeof bye, &error), 0);
	ck_assert_int_eq(notice.kind, NOTICE_BYE);
	ck_assert_str_eq(notice.text, "no more");
	ck_assert_int_eq(notice_decode(&notice, iota, sizeof iota, &error), 0);
	bytes = notice_encode(&notice, value);
	memset(&notice, 0, sizeof notice);
	ck_assert_int_eq(notice_decode(&notice, value, bytes, &error), 0);
	ck_assert_int_eq(notice.kind, NOTICE_IOTA);
	ck_assert_uint_eq(notice.stream, 3);
	ck_assert_uint_eq(notice.bytes, 1000);
	ck_assert_uint_eq(notice.records, 10);
}
END_TEST

START_TEST(a_notice_that_is_cut_anywhere_is_refused)
{
	for (size_t bytes = 0; bytes < sizeof iota; bytes++) {
		struct error error = ERROR_NONE;
		struct notice notice;

		ck_assert_int_eq(
			notice_decode(&notice, iota, bytes, &error), -EPROTO);
		ck_assert_str_ne(error.text, "");
	}
}
END_TEST

static Suite *frame_suite(void)
{
	Suite *suite = suite_create("frame");
	TCase *tests = test_case(suite, "bytes");

	tcase_add_test(tests, records_are_read_as_written);
	tcase_add_test(tests, heads_are_written_as_told);
	tcase_add_test(tests, a_packet_that_is_cut_anywhere_is_refused);
	tcase_add_loop_test(
		tests, what_is_wrong_is_said_with_its_place, 0, WRONGS);
	tcase_add_test(tests, notices_are_tuples_of_these_bytes);
	tcase_add_test(tests, a_notice_that_is_cut_anywhere_is_refused);
	return suite;
}

TEST_MAIN(frame_suite)
