/* operators_text: what cuts text, and what lays it out. */
#include "tests/staged.h"

static void lines_params(
	struct scene *scene, const char *separator, int64_t max)
{
	scene_text(scene, 0, TAU_PARAM_STRING, separator);
	scene_integer(scene, 1, TAU_PARAM_SIZE, max);
}

static void torn_lines(struct scene *scene)
{
	lines_params(scene, "\n", 65536);
	BYTES(scene, "one\ntw");
	BYTES(scene, "o\nthr");
	BYTES(scene, "e");
	BYTES(scene, "e\n\nfive");
}

START_TEST(lines_join_what_blocks_have_torn)
{
	CHECK_OPERATOR("tau-text", "lines", torn_lines,
		"one\ntwo\nthree\n\nfive\n", "");
}
END_TEST

static void torn_separators(struct scene *scene)
{
	lines_params(scene, "\r\n\r\n", 65536);
	BYTES(scene, "a: 1\r\nb: 2\r\n\r");
	BYTES(scene, "\nc: 3\r");
	BYTES(scene, "\n");
	BYTES(scene, "\r");
	BYTES(scene, "\nlast\r\n\r");
}

START_TEST(a_separator_may_be_torn_too)
{
	CHECK_OPERATOR("tau-text", "lines", torn_separators,
		"a: 1\r\nb: 2\nc: 3\nlast\r\n\r\n", "");
}
END_TEST

static void long_lines(struct scene *scene)
{
	lines_params(scene, "\n", 4);
	BYTES(scene, "1234\n12345\n12");
	BYTES(scene, "34");
	BYTES(scene, "56");
	BYTES(scene, "789\n1234\n");
}

START_TEST(a_line_beyond_max_goes_to_bad_with_its_beginning_and_length)
{
	CHECK_OPERATOR("tau-text", "lines", long_lines, "1234\n1234\n",
		"{\"reason\":\"the line has 5 bytes, and max is 4\","
		"\"operator\":\"lines\",\"record\":\"1234\",\"bytes\":5}\n"
		"{\"reason\":\"the line has 9 bytes, and max is 4\","
		"\"operator\":\"lines\",\"record\":\"1234\",\"bytes\":9}\n");
}
END_TEST

static void lines_of_text(struct scene *scene)
{
	lines_params(scene, " ", 65536);
	TEXT(scene, "to be");
	TEXT(scene, "or not");
	CYCLE(scene);
	BYTES(scene, "to");
	CYCLE(scene);
	BYTES(scene, " be");
}

START_TEST(a_text_record_or_a_cycle_ends_a_line)
{
	CHECK_OPERATOR("tau-text", "lines", lines_of_text,
		"to\nbe\nor\nnot\n(tau)\nto\n(tau)\n\nbe\n", "");
}
END_TEST

/* --- fields --- */

static void pick_one(struct scene *scene)
{
	scene_list(scene, 0, "2", true);
	scene_text(scene, 1, TAU_PARAM_STRING, "");
	TEXT(scene, "  a  b\tc");
	TEXT(scene, "alone");
}

START_TEST(one_picked_column_is_text)
{
	CHECK_OPERATOR("tau-text", "fields", pick_one, "b\n",
		"{\"reason\":\"column 2 was picked, and there are 1\","
		"\"operator\":\"fields\",\"record\":\"alone\"}\n");
}
END_TEST

static void pick_some(struct scene *scene)
{
	scene_list(scene, 0, "-1,1", true);
	scene_text(scene, 1, TAU_PARAM_STRING, "::");
	TEXT(scene, "a::b::");
	TEXT(scene, "x");
}

START_TEST(several_columns_are_a_list)
{
	CHECK_OPERATOR("tau-text", "fields", pick_some,
		"[\"\",\"a\"]\n[\"x\",\"x\"]\n", "");
}
END_TEST

/* --- table --- */

static void some_rows(struct scene *scene)
{
	feed_map(scene, "path", "/a", "count", 5);
	feed_map(scene, "path", "/caf\xc3\xa9", "count", 1200);
	feed_map(scene, "other", "\xe6\x9d\xb1", NULL, 0);
	CYCLE(scene);
	TEXT(scene, "alone");
}

START_TEST(a_table_has_aligned_columns)
{
	CHECK_OPERATOR("tau-text", "table", some_rows,
		"path   count  other\n"
		"/a         5\n"
		"/caf\xc3\xa9   1200\n"
		"              \xe6\x9d\xb1\n"
		"(tau)\n"
		"value\n"
		"alone\n",
		"");
}
END_TEST

/* --- weblog --- */

static void log_lines(struct scene *scene)
{
	TEXT(scene, "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "
		    "\"GET /apache_pb.gif?a=1 HTTP/1.0\" 200 2326");
	TEXT(scene, "::1 - two words [10/Oct/2000:13:55:36 -0700] "
		    "\"GET /a b HTTP/1.1\" 304 - \"-\" \"say \\\"hi\\\"\"");
	TEXT(scene,
		"::1 - - [10/Oct/2000:13:55:36 -0700] \"-\" 408 0 \"\" \"-\"");
	CYCLE(scene);
	TEXT(scene, "::1 - - [10/Oct/2000:13:55:36 -0700] \"GET\" 400 0");
	TEXT(scene, "::1 - - [10/Oct/2000:13:55:36 -0700] \"GET / x 400 0");
	TEXT(scene, "hello");
}

START_TEST(weblog_takes_lines_apart)
{
	CHECK_OPERATOR("tau-text", "weblog", log_lines,
		"{\"host\":\"127.0.0.1\",\"ident\":null,\"user\":\"frank\","
		"\"time\":\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\","
		"\"path\":\"/apache_pb.gif?a=1\",\"protocol\":\"HTTP/1.0\","
		"\"status\":200,\"bytes\":2326}\n"
		"{\"host\":\"::1\",\"ident\":null,\"user\":\"two words\","
		"\"time\":\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\","
		"\"path\":\"/a b\",\"protocol\":\"HTTP/1.1\",\"status\":304,"
		"\"bytes\":0,\"referer\":null,"
		"\"agent\":\"say \\\\\\\"hi\\\\\\\"\"}\n"
		"{\"host\":\"::1\",\"ident\":null,\"user\":null,"
		"\"time\":\"10/Oct/2000:13:55:36 -0700\",\"method\":null,"
		"\"path\":null,\"protocol\":null,\"status\":408,\"bytes\":0,"
		"\"referer\":\"\",\"agent\":null}\n"
		"(tau)\n"
		"{\"host\":\"::1\",\"ident\":null,\"user\":null,"
		"\"time\":\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\","
		"\"path\":null,\"protocol\":null,\"status\":400,\"bytes\":0}"
		"\n",
		"{\"reason\":\"there is no whole \\\"request\\\" behind the "
		"time\",\"operator\":\"weblog\",\"record\":\"::1 - - "
		"[10/Oct/2000:13:55:36 -0700] \\\"GET / x 400 0\"}\n"
		"{\"reason\":\"a line begins with host, ident and user\","
		"\"operator\":\"weblog\",\"record\":\"hello\"}\n");
}
END_TEST

static Suite *operators_text_suite(void)
{
	Suite *suite = suite_create("operators of text");
	TCase *tests = test_case(suite, "records");

	tcase_add_test(tests, lines_join_what_blocks_have_torn);
	tcase_add_test(tests, a_separator_may_be_torn_too);
	tcase_add_test(tests,
		a_line_beyond_max_goes_to_bad_with_its_beginning_and_length);
	tcase_add_test(tests, a_text_record_or_a_cycle_ends_a_line);
	tcase_add_test(tests, one_picked_column_is_text);
	tcase_add_test(tests, several_columns_are_a_list);
	tcase_add_test(tests, a_table_has_aligned_columns);
	tcase_add_test(tests, weblog_takes_lines_apart);
	return suite;
}

TEST_MAIN(operators_text_suite)
