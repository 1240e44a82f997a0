/* log_test: whole lines, each in one write, and none lost without a word. */
#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

struct desk {
	struct fake_os fake;
	struct log log;
	int fds[2];
	char text[4 * LOG_LINE_BYTES];
};

static void desk_open(struct desk *desk, const char *node)
{
	fake_os_init(&desk->fake);
	ck_assert_int_eq(pipe2(desk->fds, O_NONBLOCK | O_CLOEXEC), 0);
	log_init(&desk->log, &desk->fake.os, desk->fds[1], node, LOG_NOTICE);
}

static const char *desk_read(struct desk *desk)
{
	ssize_t count = read(desk->fds[0], desk->text, sizeof desk->text - 1);

	desk->text[count < 0 ? 0 : count] = '\0';
	return desk->text;
}

static void desk_close(struct desk *desk)
{
	close(desk->fds[0]);
	close(desk->fds[1]);
}

START_TEST(a_line_names_its_node_and_is_one_write)
{
	struct desk desk;

	desk_open(&desk, "parse");
	errno = EILSEQ;
	log_say(&desk.log, LOG_NOTICE, "%d records", 17);
	ck_assert_int_eq(errno, EILSEQ);
	ck_assert_str_eq(desk_read(&desk), "tau: parse: 17 records\n");
	ck_assert_uint_eq(desk.fake.calls[OS_CALL(write)], 1);
	desk_close(&desk);
}
END_TEST

START_TEST(without_a_node_there_is_no_empty_name)
{
	struct desk desk;

	desk_open(&desk, NULL);
	log_say(&desk.log, LOG_ERROR, "hello");
	ck_assert_str_eq(desk_read(&desk), "tau: hello\n");
	desk_close(&desk);
}
END_TEST

START_TEST(what_is_too_detailed_is_left_out)
{
	struct desk desk;

	desk_open(&desk, "n");
	log_say(&desk.log, LOG_DEBUG, "a");
	log_text(&desk.log, LOG_DEBUG, "b", 1);
	ck_assert_str_eq(desk_read(&desk), "");
	ck_assert_uint_eq(desk.fake.calls[OS_CALL(write)], 0);
	desk_close(&desk);
}
END_TEST

START_TEST(each_line_of_a_message_gets_its_prefix)
{
	struct desk desk;

	desk_open(&desk, "n");
	log_text(&desk.log, LOG_NOTICE, "one\n\ntwo\n", 9);
	ck_assert_str_eq(
		desk_read(&desk), "tau: n: one\ntau: n: \ntau: n: two\n");
	log_text(&desk.log, LOG_NOTICE, "", 0);
	ck_assert_str_eq(desk_read(&desk), "tau: n: \n");
	desk_close(&desk);
}
END_TEST

START_TEST(control_characters_are_spelt_out)
{
	struct desk desk;

	desk_open(&desk, "n");
	log_text(&desk.log, LOG_NOTICE, "\x1b[2J\0\x7f\tä", 9);
	ck_assert_str_eq(desk_read(&desk), "tau: n: \\x1b[2J\\x00\\x7f\tä\n");
	desk_close(&desk);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_cut_between_characters)
{
	for (size_t shift = 0; shift < 3; shift++) {
		struct desk desk;
		char text[2 * LOG_LINE_BYTES];

		desk_open(&desk, "n");
		memset(text, 'x', shift);
		for (size_t at = shift; at + 1 < sizeof text; at += 2)
			memcpy(text + at, "ä", 2);
		log_text(&desk.log, LOG_NOTICE, text, sizeof text);
		size_t length = strlen(desk_read(&desk));
		ck_assert_uint_le(length, LOG_LINE_BYTES);
		ck_assert_uint_gt(length, LOG_LINE_BYTES - 16);
		ck_assert_str_eq(desk.text + length - 4, "…\n");
		ck_assert_uint_eq((length - 4 - 8 - shift) % 2, 0);
		desk_close(&desk);
	}
}
END_TEST

START_TEST(lines_that_the_pipe_refuses_are_counted_and_told)
{
	struct desk desk;

	desk_open(&desk, "n");
	fake_os_fail(&desk.fake, OS_CALL(write), 1, EAGAIN);
	fake_os_fail(&desk.fake, OS_CALL(write), 2, EPIPE);
	fake_os_fail(&desk.fake, OS_CALL(write), 3, EPIPE);
	log_say(&desk.log, LOG_NOTICE, "first");
	log_say(&desk.log, LOG_NOTICE, "second");
	ck_assert_uint_eq(desk.log.lost, 2);
	ck_assert_str_eq(desk_read(&desk), "");
	log_say(&desk.log, LOG_NOTICE, "third");
	ck_assert_str_eq(desk_read(&desk),
		"tau: n: 2 lines were lost before this one\n"
		"tau: n: third\n");
	ck_assert_uint_eq(desk.log.lost, 0);
	desk_close(&desk);
}
END_TEST

START_TEST(an_interrupted_or_short_write_is_continued)
{
	struct desk desk;

	desk_open(&desk, "n");
	fake_os_fail(&desk.fake, OS_CALL(write), 1, EINTR);
	fake_os_cut(&desk.fake, OS_CALL(write), 2, 3);
	log_say(&desk.log, LOG_NOTICE, "whole");
	ck_assert_str_eq(desk_read(&desk), "tau: n: whole\n");
	ck_assert_uint_eq(desk.log.lost, 0);
	desk_close(&desk);
}
END_TEST

static Suite *log_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *lines = test_case(suite, "lines");

	tcase_add_test(lines, a_line_names_its_node_and_is_one_write);
	tcase_add_test(lines, without_a_node_there_is_no_empty_name);
	tcase_add_test(lines, what_is_too_detailed_is_left_out);
	tcase_add_test(lines, each_line_of_a_message_gets_its_prefix);
	tcase_add_test(lines, control_characters_are_spelt_out);
	tcase_add_test(
		lines, a_line_that_is_too_long_is_cut_between_characters);
	tcase_add_test(lines, lines_that_the_pipe_refuses_are_counted_and_told);
	tcase_add_test(lines, an_interrupted_or_short_write_is_continued);
	return suite;
}

TEST_MAIN(log_suite)
