/* What the far side of a stream takes, and when it tells of room. */
#include <errno.h>

#include "tests/link_script.h"
#include "tests/test.h"

START_TEST(a_reader_that_takes_less_is_heeded)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];

	script_begin(&script, _i, 0);
	script_say_hello(&script);
	script_add_alpha(&script, 0, 1000);
	script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	ck_assert_int_eq(
		stream_room(stream, &script.out, 1001, false), -EMSGSIZE);
	ck_assert_uint_eq(script_write_records(&script, 3, 1000), 3);
	script_settle(&script);
	ck_assert_uint_eq(script.came, 3);
	script_end(&script);
}
END_TEST

START_TEST(a_reader_that_takes_more_is_given_no_more)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];

	script_begin(&script, _i, 0);
	script_say_hello(&script);
	script_add_alpha(&script, 0, UINT64_MAX);
	script_add_iota(&script, 0, UINT64_MAX, UINT64_MAX);
	script_say(&script);
	script_settle(&script);
	ck_assert_int_eq(
		stream_room(stream, &script.out, SCRIPT_ATOMIC + 1, false),
		-EMSGSIZE);
	ck_assert_uint_eq(script_write_records(&script, 1, SCRIPT_ATOMIC), 1);
	script_end(&script);
}
END_TEST

struct ear {
	struct stream_listener listener; /* first */
	uint32_t told;
};

static void hear(struct stream_listener *listener)
{
	((struct ear *)listener)->told++;
}

START_TEST(a_writer_that_waits_to_write_too_much_is_woken_to_fail)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];
	struct ear ear = {.listener.iota = hear};

	script_begin(&script, _i, 0);
	stream->writer.listener = &ear.listener;
	ck_assert_int_eq(
		stream_room(stream, &script.out, 2000, false), TAU_WAIT);
	script_say_hello(&script);
	script_add_alpha(&script, 0, 1000);
	script_add_iota(&script, 0, 1000, 1);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(ear.told, 1);
	ck_assert_int_eq(
		stream_room(stream, &script.out, 2000, false), -EMSGSIZE);
	stream->writer.listener = NULL;
	script_end(&script);
}
END_TEST

/* Only who does not wait for room can have written before the other side has
 * spoken. */
START_TEST(a_reader_that_takes_less_than_was_written_is_refused)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script.pipeline.streams[0].policy = STREAM_FAIL;
	ck_assert_uint_eq(script_write_records(&script, 1, 1001), 1);
	script_say_hello(&script);
	script_add_alpha(&script, 0, 1000);
	script_say(&script);
	script_settle(&script);
	ck_assert_str_eq(script.why,
		"stream 0 takes records of 1000 bytes, and holds a larger one "
		"already");
	ck_assert_str_eq(script.bye, script.why);
	script_end(&script);
}
END_TEST

static Suite *link_bounds_suite(void)
{
	Suite *suite = suite_create("link_bounds");
	TCase *tests = test_case(suite, "bounds");

	tcase_add_loop_test(tests, a_reader_that_takes_less_is_heeded, 0, 2);
	tcase_add_loop_test(
		tests, a_reader_that_takes_more_is_given_no_more, 0, 2);
	tcase_add_loop_test(tests,
		a_writer_that_waits_to_write_too_much_is_woken_to_fail, 0, 2);
	tcase_add_loop_test(tests,
		a_reader_that_takes_less_than_was_written_is_refused, 0, 2);
	return suite;
}

TEST_MAIN(link_bounds_suite)
