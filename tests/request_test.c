/*
 * request, journal, object: what the packets of tools say, the log that they
 * are shown, and the lines that they get.
 */
#include "core/step/request.h"

#include "core/fleet/journal.h"
#include "core/step/action.h"
#include "core/text/object.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

static uint32_t find(void *context, const char *name, size_t bytes)
{
	(void)context;
	return bytes == 5 && !memcmp(name, "parse", 5) ? 3 : SUPERVISOR_NO_NODE;
}

static int read_text(struct request *request, const char *verb,
	const char *text, size_t bytes, struct error *error)
{
	struct command command = {.kind = COMMAND_REQUEST,
		.name = command_text(verb),
		.text = {text, bytes}};

	*error = ERROR_NONE;
	return request_read(request, &command, find, NULL, error);
}

START_TEST(a_request_is_read)
{
	static const char text[] = "node=parse\0follow=1";
	struct request request;
	struct error error;

	ck_assert_int_eq(
		read_text(&request, "logs", text, sizeof text, &error), 0);
	ck_assert_int_eq(request.kind, REQUEST_LOGS);
	ck_assert_uint_eq(request.node, 3);
	ck_assert(request.follow && !request.now);
	ck_assert_int_eq(read_text(&request, "ps", NULL, 0, &error), 0);
	ck_assert_uint_eq(request.node, SUPERVISOR_NO_NODE);
}
END_TEST

START_TEST(a_request_that_is_not_understood_says_why)
{
	struct request request;
	struct error error;

	ck_assert_int_eq(
		read_text(&request, "dance", NULL, 0, &error), -EINVAL);
	ck_assert_str_eq(error.text,
		"the supervisor that runs it does not know how to dance; it is "
		"of another version");
	ck_assert_int_eq(
		read_text(&request, "logs", "node=x", 7, &error), -EINVAL);
	ck_assert_str_eq(
		error.text, "it has no node x; tau ps lists its nodes");
	ck_assert_int_eq(
		read_text(&request, "ps", "now=1", 6, &error), -EINVAL);
	ck_assert_str_eq(error.text,
		"a request has the argument now=1, which the supervisor that "
		"runs it does not know; it is of another version");
	ck_assert_int_eq(
		read_text(&request, "stop", "now=1", 5, &error), -EINVAL);
	ck_assert_str_eq(
		error.text, "the last argument of a request does not end");
}
END_TEST

START_TEST(the_log_keeps_the_newest_lines)
{
	struct journal journal;
	char text[100];
	const struct journal_line *line;
	uint64_t number;

	journal_init(&journal);
	ck_assert_ptr_null(journal_from(&journal, 0));
	for (int i = 1; i <= 10000; i++) {
		int bytes = snprintf(text, sizeof text, "line %d", i);

		journal_add(
			&journal, i, i % 2 ? "a" : NULL, text, (size_t)bytes);
		ck_assert_uint_le(journal.bytes, JOURNAL_BYTES);
	}
	line = journal_from(&journal, 1);
	ck_assert_uint_gt(line->number, 1);
	ck_assert_uint_gt(journal.bytes, JOURNAL_BYTES / 2);
	number = line->number;
	for (; line; line = STAILQ_NEXT(line, next), number++) {
		snprintf(text, sizeof text, "line %d", (int)number);
		ck_assert_uint_eq(line->number, number);
		ck_assert_str_eq(line->text, text);
		if (number % 2)
			ck_assert_str_eq(line->node, "a");
		else
			ck_assert_ptr_null(line->node);
	}
	ck_assert_uint_eq(number, 10001);
	ck_assert_ptr_null(journal_from(&journal, 10001));
	ck_assert_uint_eq(journal_from(&journal, 10000)->number, 10000);
	journal_release(&journal);
}
END_TEST

START_TEST(a_line_longer_than_the_log_is_kept_alone)
{
	struct journal journal;
	char *text = calloc(1, 2 * JOURNAL_BYTES);

	journal_init(&journal);
	journal_add(&journal, 1, NULL, "x", 1);
	journal_add(&journal, 1, NULL, text, 2 * JOURNAL_BYTES);
	ck_assert_uint_eq(journal_from(&journal, 1)->number, 2);
	journal_add(&journal, 1, NULL, "x", 1);
	ck_assert_uint_eq(journal_from(&journal, 1)->number, 3);
	journal_release(&journal);
	free(text);
}
END_TEST

START_TEST(an_object_is_one_line_of_json)
{
	struct object object = OBJECT_NONE;
	char *line;

	object_text(&object, "text", "a \"b\"\n");
	object_text(&object, "none", NULL);
	object_number(&object, "number", -5);
	object_flag(&object, "flag", true);
	object_bytes(&object, "torn", "a\xff\xc3\xa9\xe2\x82", 6);
	line = object_take(&object);
	ck_assert_str_eq(line,
		"{\"text\": \"a \\\"b\\\"\\n\", \"none\": null, \"number\": "
		"-5, \"flag\": true, \"torn\": "
		"\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"}");
	free(line);
	line = object_take(&object);
	ck_assert_str_eq(line, "{}");
	free(line);
}
END_TEST

static Suite *request_suite(void)
{
	Suite *suite = suite_create("request");
	TCase *tests = test_case(suite, "texts");

	tcase_add_test(tests, a_request_is_read);
	tcase_add_test(tests, a_request_that_is_not_understood_says_why);
	tcase_add_test(tests, the_log_keeps_the_newest_lines);
	tcase_add_test(tests, a_line_longer_than_the_log_is_kept_alone);
	tcase_add_test(tests, an_object_is_one_line_of_json);
	return suite;
}

TEST_MAIN(request_suite)
