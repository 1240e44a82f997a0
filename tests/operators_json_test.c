/* operators_json: what reads and writes JSON, compares and matches. */
#include "tests/staged.h"

/* --- json --- */

static void parse_json(struct scene *scene)
{
	TEXT(scene, "{\"a\":[1,-2,0.5,null,true],\"b\":\"\\u00e9\\n\"}");
	TEXT(scene, "9223372036854775808");
	TEXT(scene, "{\"a\":1,\"a\":2}");
	CYCLE(scene);
}

START_TEST(json_parse_refuses_what_it_would_have_to_change)
{
	CHECK_OPERATOR("tau-json", "json.parse", parse_json,
		"{\"a\":[1,-2,0.5,null,true],\"b\":\"\xc3\xa9\\n\"}\n(tau)\n",
		NULL);
}
END_TEST

static void deep_json(struct scene *scene)
{
	TEXT(scene, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]"
		    "]]]]]]]]");
	TEXT(scene, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]"
		    "]]]]]]]]]]");
	TEXT(scene, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"");
}

START_TEST(json_parse_takes_32_levels)
{
	CHECK_OPERATOR("tau-json", "json.parse", deep_json,
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
		"]]]\n\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"\n",
		NULL);
}
END_TEST

static void write_json(struct scene *scene)
{
	feed_map(scene, "text", "a\"b\\\x01\xff", "n", -7);
	TEXT(scene, "plain");
	BYTES(scene, "\x01\x02");
}

START_TEST(json_write_writes_all_records)
{
	CHECK_OPERATOR("tau-json", "json.write", write_json,
		"{\"text\":\"a\\\"b\\\\\\u0001\xef\xbf\xbd\",\"n\":-7}\n"
		"\"plain\"\n\"AQI=\"\n",
		"");
}
END_TEST

/* --- match --- */

static void where(struct scene *scene, const char *field, int64_t operation,
	const char *value, bool number)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, field);
	scene_integer(scene, 1, TAU_PARAM_ENUM, operation);
	scene_json(scene, 2, value, number);
}

static void at_least_nine(struct scene *scene)
{
	where(scene, "/n", 5, "9", true);
	feed_map(scene, "k", "ten", "n", 10);
	feed_map(scene, "k", "nine", "n", 9);
	feed_map(scene, "k", "eight", "n", 8);
	feed_map(scene, "k", "none", NULL, 0);
	feed_map(scene, "n", "9.5", NULL, 0);
	feed_map(scene, "n", "many", NULL, 0);
	CYCLE(scene);
	TEXT(scene, "10");
}

START_TEST(where_compares_numbers_by_size)
{
	CHECK_OPERATOR("tau-match", "where", at_least_nine,
		"{\"k\":\"ten\",\"n\":10}\n{\"k\":\"nine\",\"n\":9}\n"
		"{\"n\":\"9.5\"}\n(tau)\n",
		"{\"reason\":\"the field \\\"/n\\\" is text and cannot be "
		"compared with a number\",\"operator\":\"where\","
		"\"record\":{\"n\":\"many\"}}\n"
		"{\"reason\":\"the record is text, which has no fields but "
		"the empty one\",\"operator\":\"where\",\"record\":\"10\"}"
		"\n");
}
END_TEST

static void unequal_text(struct scene *scene)
{
	where(scene, "", 1, "b", false);
	TEXT(scene, "a");
	TEXT(scene, "b");
	TEXT(scene, "10");
}

START_TEST(where_compares_text_by_bytes)
{
	CHECK_OPERATOR("tau-match", "where", unequal_text, "a\n10\n", "");
}
END_TEST

static void prefix(struct scene *scene)
{
	where(scene, "/n", 6, "5", true);
	feed_map(scene, "k", "a", "n", 503);
	feed_map(scene, "k", "a", "n", 405);
	feed_map(scene, "n", "5 apples", NULL, 0);
}

START_TEST(where_looks_for_a_prefix_in_digits_too)
{
	CHECK_OPERATOR("tau-match", "where", prefix,
		"{\"k\":\"a\",\"n\":503}\n{\"n\":\"5 apples\"}\n", "");
}
END_TEST

static void pattern(struct scene *scene)
{
	where(scene, "", 7, "^t.a\\w+$", false);
	TEXT(scene, "teapot");
	TEXT(scene, "tea");
	TEXT(scene, "\xff teapot");
}

START_TEST(where_matches_a_pattern)
{
	CHECK_OPERATOR("tau-match", "where", pattern, "teapot\n", "");
}
END_TEST

static void groups(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_REGEX,
		"(?<key>\\w+)=(?:(?<number>\\d+)|(?<a_word>\\w*))");
	TEXT(scene, "x=10");
	TEXT(scene, "set y=");
	CYCLE(scene);
	TEXT(scene, "z");
}

START_TEST(regex_makes_a_map_of_named_groups)
{
	CHECK_OPERATOR("tau-match", "regex", groups,
		"{\"key\":\"x\",\"number\":\"10\",\"a_word\":null}\n"
		"{\"key\":\"y\",\"number\":null,\"a_word\":\"\"}\n(tau)\n",
		"{\"reason\":\"the pattern does not match\","
		"\"operator\":\"regex\",\"record\":\"z\"}\n");
}
END_TEST

static Suite *operators_json_suite(void)
{
	Suite *suite = suite_create("operators of json and match");
	TCase *tests = test_case(suite, "records");

	tcase_add_test(tests, json_parse_refuses_what_it_would_have_to_change);
	tcase_add_test(tests, json_parse_takes_32_levels);
	tcase_add_test(tests, json_write_writes_all_records);
	tcase_add_test(tests, where_compares_numbers_by_size);
	tcase_add_test(tests, where_compares_text_by_bytes);
	tcase_add_test(tests, where_looks_for_a_prefix_in_digits_too);
	tcase_add_test(tests, where_matches_a_pattern);
	tcase_add_test(tests, regex_makes_a_map_of_named_groups);
	return suite;
}

TEST_MAIN(operators_json_suite)
