/* locate_test: where values stand, and what is no JSON. */
#include "core/text/locate.h"

#include <string.h>

#include "core/base/bounds.h"
#include "tests/test.h"

struct located {
	struct source source;
	struct diagnostics diagnostics;
	struct locate *locate;
	int result;
};

static void locate_bytes(
	struct located *located, const char *text, size_t bytes)
{
	*located = (struct located){.source = {"t.json", text, bytes, "/"}};
	diagnostics_init(&located->diagnostics, &located->source);
	located->result = locate_create(
		&located->locate, &located->source, &located->diagnostics);
}

static void release(struct located *located)
{
	locate_destroy(&located->locate);
	diagnostics_release(&located->diagnostics);
}

/* The first sentence about `bytes` of text must be `expected`, and at `at`. */
static void check_refused_bytes(
	const char *text, size_t bytes, uint32_t at, const char *expected)
{
	struct located located;
	locate_bytes(&located, text, bytes);
	ck_assert_int_ne(located.result, 0);
	ck_assert_ptr_null(located.locate);
	ck_assert_uint_eq(located.diagnostics.count, 1);
	ck_assert_str_eq(located.diagnostics.items[0].text, expected);
	ck_assert_uint_eq(located.diagnostics.items[0].at, at);
	release(&located);
}

static void check_refused(const char *text, uint32_t at, const char *expected)
{
	check_refused_bytes(text, strlen(text), at, expected);
}

/* Compares the place that a pointer leads to with that of a mark in the text.
 */
static void check_place(const char *text, const char *pointer, const char *mark)
{
	struct source source = {"t.json", text, strlen(text), "/"};
	struct diagnostics diagnostics;
	struct locate *locate;
	diagnostics_init(&diagnostics, &source);
	ck_assert_int_eq(locate_create(&locate, &source, &diagnostics), 0);
	uint32_t node = locate_pointer(locate, pointer);
	if (mark == NULL)
		ck_assert_uint_eq(node, 0);
	else
		ck_assert_uint_eq(locate_at(locate, node),
			(uint32_t)(strstr(text, mark) - text));
	locate_destroy(&locate);
	diagnostics_release(&diagnostics);
}

START_TEST(a_pointer_leads_to_its_value)
{
	const char *text = "{\"a\": [1, {\"b\": \"x\"}, []],\r\n \"c/d~e\": "
			   "{}, \"\\u0066\": true, \"\": null}";
	check_place(text, "", "{");
	check_place(text, "/a", "[1");
	check_place(text, "/a/0", "1,");
	check_place(text, "/a/1", "{\"b\"");
	check_place(text, "/a/1/b", "\"x\"");
	check_place(text, "/a/2", "[]");
	check_place(text, "/c~1d~0e", "{},");
	check_place(text, "/f", "true");
	check_place(text, "/", "null");
}
END_TEST

START_TEST(a_pointer_to_nothing_leads_nowhere)
{
	const char *text = "{\"a\": [1]}";
	check_place(text, "/b", NULL);
	check_place(text, "/a/1", NULL);
	check_place(text, "/a/x", NULL);
	check_place(text, "/a/0/0", NULL);
	check_place(text, "a", NULL);
}
END_TEST

START_TEST(keys_written_twice_are_said_and_the_last_one_counts)
{
	const char *text = "{\"ab\": 1,\n \"c\": 2,\n \"\\u0061b\": 3}";
	struct source source = {"t.json", text, strlen(text), "/"};
	struct diagnostics diagnostics;
	struct locate *locate;
	diagnostics_init(&diagnostics, &source);
	ck_assert_int_eq(locate_create(&locate, &source, &diagnostics), 0);
	ck_assert_uint_eq(diagnostics.count, 1);
	ck_assert_str_eq(diagnostics.items[0].text,
		"\"ab\" is written twice in one object; it stands in line 1 "
		"already");
	ck_assert_uint_eq(diagnostics.items[0].at,
		(uint32_t)(strstr(text, "\"\\u") - text));
	uint32_t node = locate_member(locate, LOCATE_ROOT, "ab");
	ck_assert_uint_eq(
		locate_at(locate, node), (uint32_t)(strstr(text, "3}") - text));
	struct arena arena = {0};
	node = locate_first(locate, LOCATE_ROOT);
	ck_assert_str_eq(locate_key(locate, node, &arena), "c");
	arena_release(&arena);
	locate_destroy(&locate);
	diagnostics_release(&diagnostics);
}
END_TEST

START_TEST(a_place_inside_a_string_counts_decoded_bytes)
{
	const char *text = "\"a\\nb\\u00e4c\"";
	struct source source = {"t.json", text, strlen(text), "/"};
	ck_assert_uint_eq(locate_inside(&source, 0, 0), 1);
	ck_assert_uint_eq(locate_inside(&source, 0, 1), 2);
	ck_assert_uint_eq(locate_inside(&source, 0, 2), 4);
	ck_assert_uint_eq(locate_inside(&source, 0, 3), 5);
	ck_assert_uint_eq(locate_inside(&source, 0, 4), 5);
	ck_assert_uint_eq(locate_inside(&source, 0, 5), 11);
	ck_assert_uint_eq(locate_inside(&source, 0, 99), 12);
}
END_TEST

START_TEST(what_is_no_json_is_said_where_it_stands)
{
	check_refused("", 0, "the text is empty; it should be a JSON object");
	check_refused(
		" \n\t", 0, "the text is empty; it should be a JSON object");
	check_refused("{\"a\": tru}", 6,
		"this is no JSON value; text stands in double quotes");
	check_refused("{'a': 1}", 1, "a key in double quotes is expected here");
	check_refused("{\"a\": 'b'}", 6, "JSON strings stand in double quotes");
	check_refused("{\"a\" 1}", 5, "a : is expected between key and value");
	check_refused(
		"{\"a\": 1 \"b\": 2}", 8, "a comma or } is expected here");
	check_refused("[1 2]", 3, "a comma or ] is expected here");
	check_refused(
		"{\"a\": 1,}", 8, "a comma stands before the }; take it away");
	check_refused("[1,]", 3, "a comma stands before the ]; take it away");
	check_refused("[,1]", 1, "a comma without a value before it");
	check_refused("{\"a\": 1} x", 9,
		"the JSON ends before this; nothing may follow it");
	check_refused("{\"a\": [1,\n2", 11,
		"the text ends here, but the [ of line 1 is still open");
	check_refused("{\"a\":", 5, "the text ends where a value is expected");
	check_refused(
		"{ // c\n}", 2, "JSON has no comments; say it in \"doc\"");
	check_refused("[1] # c", 4, "JSON has no comments; say it in \"doc\"");
	check_refused("[}", 1, "a value is expected here");
}
END_TEST

START_TEST(strings_are_checked)
{
	check_refused("[\"a", 1, "this string has no closing quote");
	check_refused(
		"[\"a\n\"]", 1, "this string has no closing quote in its line");
	check_refused("[\"a\tb\"]", 3,
		"a control character inside a string; write it as an escape, a "
		"tab as \\t");
	check_refused("[\"\\x\"]", 2,
		"no such escape; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
		"and "
		"\\uXXXX");
	check_refused("[\"\\u12g4\"]", 2,
		"no such escape; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
		"and "
		"\\uXXXX");
	check_refused(
		"[\"\\u0000\"]", 2, "\\u0000 is a NUL, which no text may hold");
}
END_TEST

START_TEST(numbers_are_checked)
{
	check_refused("[01]", 1, "a number may not begin with a superfluous 0");
	check_refused("[-]", 1, "a number needs a digit behind the minus");
	check_refused("[1.]", 1, "a number needs a digit behind the point");
	check_refused("[1e+]", 1, "a number needs a digit behind the e");
	check_refused("[64KiB]", 1,
		"this is no number; sizes and durations stand in double "
		"quotes, like \"64KiB\"");
	check_refused("[+1]", 1,
		"this is no JSON value; text stands in double quotes");
}
END_TEST

START_TEST(encodings_are_checked)
{
	check_refused("\xef\xbb\xbf{}", 0,
		"the text begins with a byte order mark, which JSON does not "
		"allow; save it as UTF-8 without one");
	check_refused("\xff\xfe{", 0, "the text is UTF-16; save it as UTF-8");
	check_refused_bytes(
		"{\"a\0\": 1}", 9, 3, "a NUL byte, which JSON does not allow");
	const char *utf8 = "a byte that is not UTF-8, which JSON has to be";
	check_refused("[\"\xc0\x80\"]", 2, utf8);
	check_refused("[\"ä\xff\"]", 4, utf8);
	check_refused("[\"\xed\xa0\x80\"]", 2, utf8);
	check_refused("[\"\xf4\x90\x80\x80\"]", 2, utf8);
	check_refused("[\"\xe2\x82", 2, utf8);
	check_refused("[\"\xf5\x80\x80\x80\"]", 2, utf8);
	check_refused("[\"\xe0\x80\x80\"]", 2, utf8);
	check_refused("[\"\xc1\xbf\"]", 2, utf8);
	check_refused("[\"\x80\"]", 2, utf8);
}
END_TEST

START_TEST(depth_is_bounded)
{
	char text[2 * MANIFEST_DEPTH_MAX + 8];
	memset(text, '[', MANIFEST_DEPTH_MAX);
	memset(text + MANIFEST_DEPTH_MAX, ']', MANIFEST_DEPTH_MAX);
	struct located located;
	locate_bytes(&located, text, 2 * MANIFEST_DEPTH_MAX);
	ck_assert_int_eq(located.result, 0);
	release(&located);
	memset(text, '[', MANIFEST_DEPTH_MAX + 1);
	check_refused_bytes(text, MANIFEST_DEPTH_MAX + 1, MANIFEST_DEPTH_MAX,
		"nested deeper than 32 levels, which is the limit");
}
END_TEST

START_TEST(the_number_of_values_is_bounded)
{
	size_t bytes = 2 * (size_t)MANIFEST_VALUES_MAX + 2;
	char *text = malloc(bytes);
	for (size_t i = 0; i < bytes; i += 2)
		memcpy(text + i, "0,", 2);
	text[0] = '[';
	text[1] = ' ';
	check_refused_bytes(text, bytes, (uint32_t)bytes - 2,
		"more than 8388608 values; a file has at most as many");
	free(text);
}
END_TEST

START_TEST(the_size_of_a_text_is_bounded)
{
	size_t bytes = (size_t)MANIFEST_BYTES_MAX + 1;
	char *text = malloc(bytes);
	memset(text, '0', bytes);
	check_refused_bytes(text, bytes, AT_NONE,
		"67108865 bytes; a file has at most 67108864");
	free(text);
}
END_TEST

START_TEST(many_keys_in_one_object_are_walked)
{
	struct text text = {0};
	text_add_byte(&text, '{');
	for (int i = 0; i < 100000; i++)
		text_format(&text, "%s\"key%d\": %d", i ? "," : "", i, i);
	text_add(&text, ", \"key77\": 0}");
	struct located located;
	locate_bytes(&located, text.bytes, text.count);
	ck_assert_int_eq(located.result, 0);
	ck_assert_uint_eq(located.diagnostics.count, 1);
	release(&located);
	text_release(&text);
}
END_TEST

START_TEST(many_doubles_cost_no_more_than_many_keys)
{
	struct text text = {0};
	text_add(&text, "{\n\"a\": 0");
	for (int i = 0; i < 200000; i++)
		text_add(&text, ",\n\"a\": 0");
	text_add_byte(&text, '}');
	struct located located;
	locate_bytes(&located, text.bytes, text.count);
	ck_assert_int_eq(located.result, 0);
	ck_assert_uint_eq(located.diagnostics.count, 200000);
	release(&located);
	text_release(&text);
}
END_TEST

static Suite *locate_suite(void)
{
	Suite *suite = suite_create("locate");
	TCase *tests = test_case(suite, "places");
	tcase_add_test(tests, a_pointer_leads_to_its_value);
	tcase_add_test(tests, a_pointer_to_nothing_leads_nowhere);
	tcase_add_test(
		tests, keys_written_twice_are_said_and_the_last_one_counts);
	tcase_add_test(tests, a_place_inside_a_string_counts_decoded_bytes);
	tests = test_case(suite, "refusals");
	tcase_add_test(tests, what_is_no_json_is_said_where_it_stands);
	tcase_add_test(tests, strings_are_checked);
	tcase_add_test(tests, numbers_are_checked);
	tcase_add_test(tests, encodings_are_checked);
	tests = test_case(suite, "bounds");
	tcase_add_test(tests, depth_is_bounded);
	tcase_add_test(tests, the_number_of_values_is_bounded);
	tcase_add_test(tests, the_size_of_a_text_is_bounded);
	tcase_add_test(tests, many_keys_in_one_object_are_walked);
	tcase_add_test(tests, many_doubles_cost_no_more_than_many_keys);
	return suite;
}

TEST_MAIN(locate_suite)
