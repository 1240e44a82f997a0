/* exec, feed: what is on its way to a program when it ends. */
#include "exec/feed.h"

#include <errno.h>
#include <string.h>

#include "tests/test.h"

static struct feed feed;
static char written[256];
static size_t room; /* what the pipe takes until it is full */

static ssize_t take(
	const struct tau_os *os, int fd, const void *from, size_t bytes)
{
	(void)os;
	(void)fd;
	if (room == 0)
		return -EAGAIN;
	if (bytes > room)
		bytes = room;
	room -= bytes;
	strncat(written, from, bytes);
	return (ssize_t)bytes;
}

static const struct tau_os os = {.size = sizeof os, .write = take};

static void add(const char *text)
{
	const struct tau_record record = {.body = text,
		.bytes = (uint32_t)strlen(text),
		.type = TAU_UTF8};

	ck_assert_int_eq(
		feed_add(NULL, &feed, FORMAT_LINES, 0, &record), TAU_OK);
}

static void give(size_t bytes, int flow)
{
	room = bytes;
	ck_assert_int_eq(feed_write(&feed, &os, 0), flow);
}

static void setup(void)
{
	memset(&feed, 0, sizeof feed);
	written[0] = '\0';
	add("one"); /* 4 bytes, with the newline */
	add("two");
	add("three"); /* 6 */
}

START_TEST(what_is_begun_is_written_anew)
{
	setup();
	give(10, TAU_WAIT);
	ck_assert_str_eq(written, "one\ntwo\nth");
	ck_assert_uint_eq(feed_lost(&feed, 0), 0);
	written[0] = '\0';
	give(100, TAU_OK);
	ck_assert_str_eq(written, "three\n");
	feed_release(&feed);
}
END_TEST

START_TEST(what_nobody_read_is_counted_from_the_end)
{
	static const struct {
		size_t given;
		uint64_t unread, lost;
	} cases[] = {{14, 0, 0}, {14, 1, 1}, {14, 6, 1}, {14, 7, 2},
		{14, 10, 2}, {14, 14, 3},
		{14, 99, 3}, /* its pipe was made larger */
		{10, 2, 0}, {10, 3, 1}, {10, 10, 2}, {3, 3, 0}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		setup();
		give(cases[i].given, cases[i].given == 14 ? TAU_OK : TAU_WAIT);
		ck_assert_uint_eq(
			feed_lost(&feed, cases[i].unread), cases[i].lost);
		/* Once: what was counted is on its way no more. */
		ck_assert_uint_eq(feed_lost(&feed, cases[i].unread), 0);
		feed_release(&feed);
	}
}
END_TEST

START_TEST(what_is_given_up_is_counted)
{
	setup();
	give(5, TAU_WAIT);
	ck_assert_uint_eq(feed_lost(&feed, 0), 0);
	ck_assert_uint_eq(feed_drop(&feed), 2);
	ck_assert_uint_eq(feed_rest(&feed), 0);
	feed_release(&feed);
}
END_TEST

START_TEST(what_a_pipe_cannot_hold_any_more_is_forgotten)
{
	setup();
	for (int i = 0; i < 20000; i++) {
		room = 1000;
		written[0] = '\0';
		ck_assert_int_eq(feed_write(&feed, &os, 0), TAU_OK);
		add("a line of a text");
	}
	ck_assert_uint_le(feed.flight.sum, 64 * 1024 + 17);
	ck_assert_uint_ge(feed.flight.sum, 64 * 1024);
	feed_release(&feed);
}
END_TEST

static Suite *exec_feed_suite(void)
{
	Suite *suite = suite_create("exec_feed");
	TCase *tests = test_case(suite, "ends");

	tcase_add_test(tests, what_is_begun_is_written_anew);
	tcase_add_test(tests, what_nobody_read_is_counted_from_the_end);
	tcase_add_test(tests, what_is_given_up_is_counted);
	tcase_add_test(tests, what_a_pipe_cannot_hold_any_more_is_forgotten);
	return suite;
}
TEST_MAIN(exec_feed_suite)
