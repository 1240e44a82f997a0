/* diagnostic_test: sentences, places, excerpts and suggestions. */
#include "core/text/diagnostic.h"

#include <string.h>

#include "core/base/bounds.h"
#include "tests/test.h"

static struct source source_of(const char *text)
{
	return (struct source){"t.json", text, strlen(text), "/"};
}

/* Compares what is printed of one sentence "here" at `at`. */
static void check_print(const char *text, uint32_t at, const char *expected)
{
	struct source source = source_of(text);
	struct diagnostics diagnostics;
	struct text printed = {0};
	diagnostics_init(&diagnostics, &source);
	diagnostics_add(&diagnostics, at, "here");
	diagnostics_print(&diagnostics, &printed);
	ck_assert_str_eq(text_string(&printed), expected);
	text_release(&printed);
	diagnostics_release(&diagnostics);
}

START_TEST(a_place_counts_lines_and_code_points_from_one)
{
	struct source source = source_of("ab\r\nä€x\n\tz");
	struct place place = source_place(&source, 0);
	ck_assert_uint_eq(place.line, 1);
	ck_assert_uint_eq(place.column, 1);
	place = source_place(&source, 9); /* x */
	ck_assert_uint_eq(place.line, 2);
	ck_assert_uint_eq(place.column, 3);
	place = source_place(&source, 12);
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_eq(place.column, 2);
	place = source_place(&source, 1000);
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_eq(place.column, 3);
}
END_TEST

START_TEST(the_caret_line_repeats_the_tabs)
{
	check_print("{\n\t\"ä\":\tx\n}", 9,
		"t.json:2:7: here\n  \t\"ä\":\tx\n  \t    \t^\n");
}
END_TEST

START_TEST(a_carriage_return_is_not_shown)
{
	check_print("{\r\n  x\r\n}", 5, "t.json:2:3: here\n    x\n    ^\n");
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
	check_print("a\x1b[2Jb", 6, "t.json:1:7: here\n  a?[2Jb\n        ^\n");
	check_print("\xc2\x9b"
		    "2J\xc2\xa0x",
		6, "t.json:1:5: here\n  ?2J\xc2\xa0x\n      ^\n");
	struct source source = source_of("");
	struct diagnostics diagnostics;
	struct text printed = {0};
	diagnostics_init(&diagnostics, &source);
	diagnostics_add(&diagnostics, AT_NONE, "%s", "no \x1b[2J\n");
	diagnostics_print(&diagnostics, &printed);
	ck_assert_str_eq(text_string(&printed), "t.json: no ?[2J?\n");
	text_release(&printed);
	diagnostics_release(&diagnostics);
}
END_TEST

START_TEST(the_end_of_an_empty_text_is_a_place)
{
	check_print("", 0, "t.json:1:1: here\n  \n  ^\n");
}
END_TEST

START_TEST(of_a_long_line_only_the_surroundings_are_shown)
{
	char text[1001], expected[400];
	memset(text, 'a', 1000);
	text[1000] = '\0';
	snprintf(expected, sizeof expected,
		"t.json:1:501: here\n  …%.140s…\n   %80s^\n", text, "");
	check_print(text, 500, expected);
	/* The end of such a line is also the end of the text. */
	char *exact = malloc(1000);
	memcpy(exact, text, 1000);
	struct source source = {"t.json", exact, 1000, "/"};
	struct diagnostics diagnostics;
	struct text printed = {0};
	diagnostics_init(&diagnostics, &source);
	diagnostics_add(&diagnostics, 1000, "here");
	diagnostics_print(&diagnostics, &printed);
	snprintf(expected, sizeof expected,
		"t.json:1:1001: here\n  …%.80s\n   %80s^\n", text, "");
	ck_assert_str_eq(text_string(&printed), expected);
	text_release(&printed);
	diagnostics_release(&diagnostics);
	free(exact);
}
END_TEST

START_TEST(a_long_line_is_not_cut_inside_a_code_point)
{
	char text[1501], expected[600];
	for (int i = 0; i < 500; i++)
		memcpy(text + 3 * i, "€", 3);
	text[1500] = '\0';
	/* 80 bytes before and 60 behind: 26 and 20 whole code points. */
	snprintf(expected, sizeof expected,
		"t.json:1:201: here\n  …%.138s…\n   %26s^\n", text, "");
	check_print(text, 600, expected);
}
END_TEST

START_TEST(sentences_are_printed_in_the_order_of_their_places)
{
	struct source source = source_of("ab");
	struct diagnostics diagnostics;
	struct text printed = {0};
	diagnostics_init(&diagnostics, &source);
	diagnostics_add(&diagnostics, 1, "third");
	diagnostics_add(&diagnostics, 0, "first");
	diagnostics_add(&diagnostics, 0, "second");
	diagnostics_print(&diagnostics, &printed);
	ck_assert_str_eq(text_string(&printed),
		"t.json:1:1: first\n  ab\n  ^\n"
		"t.json:1:1: second\n  ab\n  ^\n"
		"t.json:1:2: third\n  ab\n   ^\n");
	text_release(&printed);
	diagnostics_release(&diagnostics);
}
END_TEST

START_TEST(sentences_beyond_the_limit_are_counted)
{
	struct source source = source_of("");
	struct diagnostics diagnostics;
	struct text printed = {0};
	diagnostics_init(&diagnostics, &source);
	for (int i = 0; i < MANIFEST_ERRORS_MAX + 7; i++)
		diagnostics_add(&diagnostics, AT_NONE, "x");
	diagnostics_print(&diagnostics, &printed);
	const char *end = "t.json: and 7 more errors\n";
	ck_assert_uint_eq(diagnostics.count, MANIFEST_ERRORS_MAX + 7);
	ck_assert_str_eq(printed.bytes + printed.count - strlen(end), end);
	text_release(&printed);
	diagnostics_release(&diagnostics);
}
END_TEST

START_TEST(the_nearest_word_is_found_or_none)
{
	const char *words[] = {"from", "to", "capacity", "records"};
	const char *sign = "!=";
	ck_assert_str_eq(diagnostic_nearest("capcity", words, 4), "capacity");
	ck_assert_str_eq(diagnostic_nearest("form", words, 4), "from");
	ck_assert_str_eq(diagnostic_nearest("record", words, 4), "records");
	ck_assert_str_eq(diagnostic_nearest("ot", words, 4), "to");
	ck_assert_ptr_null(diagnostic_nearest("color", words, 4));
	ck_assert_ptr_null(diagnostic_nearest("", words, 4));
	ck_assert_ptr_null(diagnostic_nearest("xy", words, 4));
	ck_assert_ptr_null(diagnostic_nearest("==", &sign, 1));
	ck_assert_str_eq(diagnostic_nearest("to", words, 4), "to");
	char large[200];
	memset(large, 'a', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	const char *one = large;
	ck_assert_ptr_null(diagnostic_nearest(large, words, 4));
	ck_assert_ptr_null(diagnostic_nearest("aaaa", &one, 1));
}
END_TEST

static Suite *diagnostic_suite(void)
{
	Suite *suite = suite_create("diagnostic");
	TCase *tests = test_case(suite, "places");
	tcase_add_test(tests, a_place_counts_lines_and_code_points_from_one);
	tcase_add_test(tests, the_caret_line_repeats_the_tabs);
	tcase_add_test(tests, a_carriage_return_is_not_shown);
	tcase_add_test(tests, control_characters_do_not_reach_the_terminal);
	tcase_add_test(tests, the_end_of_an_empty_text_is_a_place);
	tcase_add_test(tests, of_a_long_line_only_the_surroundings_are_shown);
	tcase_add_test(tests, a_long_line_is_not_cut_inside_a_code_point);
	tests = test_case(suite, "lists");
	tcase_add_test(
		tests, sentences_are_printed_in_the_order_of_their_places);
	tcase_add_test(tests, sentences_beyond_the_limit_are_counted);
	tests = test_case(suite, "suggestions");
	tcase_add_test(tests, the_nearest_word_is_found_or_none);
	return suite;
}

TEST_MAIN(diagnostic_suite)
