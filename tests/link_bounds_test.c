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

/* Another task of the node that is always ready. */
static void go_on(struct task *task)
{
	task_yield(task);
}

static void begin_work(struct script *script, struct task *work)
{
	task_init(work, &script->pipeline.fabric.scheduler);
	work->step = go_on;
	task_start(work);
}

/* Lets the link do what it does while others have work. */
static void work_on(struct script *script)
{
	struct fabric *fabric = &script->pipeline.fabric;

	for (int i = 0; i < 20; i++) {
		(void)reactor_poll(fabric->reactor, 0);
		scheduler_round(&fabric->scheduler);
	}
	script_hear(script);
}

START_TEST(room_is_told_in_quarters_while_there_is_work)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[1];
	struct task work;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	begin_work(&script, &work);
	script_add_records(&script, 1, 0, 4, 3900);
	script_say(&script);
	work_on(&script);
	/* 3900 of 16384 is less than a quarter: not worth telling, unless the
	 * reader wants more than is there */
	ck_assert_uint_eq(script_read_records(&script, 1), 1);
	work_on(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY);
	stream->reader.want = 4;
	ck_assert(!stream_readable(stream));
	work_on(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY + 3900);
	ck_assert_uint_eq(script.iota.records, SCRIPT_RECORDS + 1);
	ck_assert_uint_eq(script.kappas, 0);
	task_stop(&work);
	script_end(&script);
}
END_TEST

/* So a far writer that wants much is ready when it would be within the node,
 * and one that wants little too. */
START_TEST(all_room_is_told_before_the_node_waits)
{
	static struct script script;
	struct task work;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	begin_work(&script, &work);
	script_add_records(&script, 1, 0, 5, 8);
	script_say(&script);
	work_on(&script);
	ck_assert_uint_eq(script_read_records(&script, 1), 1);
	work_on(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY);
	task_stop(&work);
	script_settle(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY + 8);
	ck_assert_uint_eq(script.iota.records, SCRIPT_RECORDS + 1);
	script_end(&script);
}
END_TEST

/* Less room than one record may need, and yet some. */
START_TEST(room_for_a_small_record_is_told)
{
	static struct script script;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	script_add_records(&script, 1, 0, 1, 8);
	script_add_records(&script, 1, 1, 3, SCRIPT_ATOMIC);
	script_add_records(&script, 1, 4, 1, SCRIPT_ATOMIC - 8);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY);
	ck_assert_uint_eq(script_read_records(&script, 1), 1);
	script_settle(&script);
	ck_assert_uint_eq(script.iota.bytes, SCRIPT_CAPACITY + 8);
	ck_assert_uint_eq(script.kappas, 1); /* it goes on pausing */
	script_end(&script);
}
END_TEST

START_TEST(a_pause_is_told_once_until_there_is_room)
{
	static struct script script;
	const uint32_t count = _i / 2 ? SCRIPT_RECORDS : 4;
	const uint32_t bytes = _i / 2 ? 8 : SCRIPT_ATOMIC;

	script_begin(&script, _i % 2, 0);
	script_open_link(&script);
	script_add_records(&script, 1, 0, count - 1, bytes);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.kappas, 0);
	for (uint32_t i = 0; i < 3; i++) {
		script_add_records(&script, 1, count - 1 + i, 1, bytes);
		script_say(&script);
		script_settle(&script);
		ck_assert_uint_eq(script.kappas, i + 1);
		script_settle(&script);
		ck_assert_uint_eq(script.kappas, i + 1);
		ck_assert_uint_eq(script_read_records(&script, 1), 1);
		script_settle(&script);
		ck_assert_uint_eq(
			script.iota.bytes, SCRIPT_CAPACITY + (i + 1) * bytes);
		ck_assert_uint_eq(script.kappas, i + 1);
	}
	script_end(&script);
}
END_TEST

START_TEST(a_reader_at_work_does_not_pause)
{
	static struct script script;
	struct task work;

	script_begin(&script, _i, 0);
	script_open_link(&script);
	begin_work(&script, &work);
	for (uint32_t i = 0; i < 20; i++) {
		script_add_records(&script, 1, i * 4, 4, SCRIPT_ATOMIC);
		script_say(&script);
		work_on(&script);
		ck_assert_uint_eq(script_read_records(&script, 4), 4);
		work_on(&script);
	}
	ck_assert_uint_eq(script.kappas, 0);
	task_stop(&work);
	script_end(&script);
}
END_TEST

/* A writer that wants room for several records waits for it as it would within
 * the node, and gets it. */
START_TEST(a_writer_may_want_more_than_one_record)
{
	static struct script script;
	struct stream *stream = &script.pipeline.streams[0];
	struct ear ear = {.listener.iota = hear};

	script_begin(&script, _i, 0);
	script_open_link(&script);
	stream->writer.listener = &ear.listener;
	stream->writer.want = SCRIPT_CAPACITY;
	ck_assert(!stream_writable(stream));
	script_add_iota(&script, 0, SCRIPT_CAPACITY - 1, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(ear.told, 0);
	script_add_iota(&script, 0, SCRIPT_CAPACITY, SCRIPT_RECORDS);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(ear.told, 1);
	ck_assert_uint_eq(script_write_records(&script, 1, 100), 1);
	script_settle(&script);
	ck_assert(!stream_writable(stream));
	script_add_iota(&script, 0, SCRIPT_CAPACITY + 100, SCRIPT_RECORDS + 1);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(ear.told, 2);
	stream->writer.listener = NULL;
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
	tcase_add_loop_test(
		tests, room_is_told_in_quarters_while_there_is_work, 0, 2);
	tcase_add_loop_test(
		tests, all_room_is_told_before_the_node_waits, 0, 2);
	tcase_add_loop_test(tests, room_for_a_small_record_is_told, 0, 2);
	tcase_add_loop_test(
		tests, a_pause_is_told_once_until_there_is_room, 0, 4);
	tcase_add_loop_test(tests, a_reader_at_work_does_not_pause, 0, 2);
	tcase_add_loop_test(
		tests, a_writer_may_want_more_than_one_record, 0, 2);
	return suite;
}

TEST_MAIN(link_bounds_suite)
