/*
 * lines: bytes in any portions become the same lines.
 */
#include "core/fleet/lines.h"

#include "tests/test.h"

#include <string.h>

struct seen {
	char text[8 * LINES_BYTES];
};

static void take(void *context, const char *text, size_t bytes)
{
	struct seen *seen = context;
	size_t used = strlen(seen->text);

	ck_assert_uint_lt(used + bytes + 2, sizeof seen->text);
	memcpy(seen->text + used, text, bytes);
	strcpy(seen->text + used + bytes, "|");
}

START_TEST(torn_lines_are_put_together_at_every_split)
{
	static const char text[] = "one\ntwo\n\nthree";

	for (size_t split = 0; split < sizeof text; split++) {
		struct lines lines = {0};
		struct seen seen = {0};

		lines_add(&lines, text, split, take, &seen);
		lines_add(&lines, text + split, sizeof text - 1 - split, take,
			&seen);
		ck_assert_str_eq(seen.text, "one|two|");
		lines_end(&lines, take, &seen);
		lines_end(&lines, take, &seen);
		ck_assert_str_eq(seen.text, "one|two|three|");
	}
}
END_TEST

START_TEST(a_line_too_long_comes_in_marked_parts)
{
	char text[2 * LINES_BYTES + 10];
	struct lines lines = {0};
	struct seen seen = {0};
	char *mark;

	memset(text, 'x', sizeof text);
	lines_add(&lines, text, sizeof text, take, &seen);
	lines_end(&lines, take, &seen);
	mark = strstr(seen.text, "…|");
	ck_assert_uint_eq((size_t)(mark - seen.text), LINES_BYTES);
	ck_assert_ptr_nonnull(strstr(mark + 1, "x…|xxxxxxxxxx|"));
}
END_TEST

START_TEST(no_character_is_torn_between_parts)
{
	for (size_t before = LINES_BYTES - 4; before <= LINES_BYTES; before++) {
		char text[LINES_BYTES + 16];
		struct lines lines = {0};
		struct seen seen = {0};

		memset(text, 'x', before);
		strcpy(text + before, "τ€😀");
		lines_add(&lines, text, strlen(text), take, &seen);
		lines_end(&lines, take, &seen);
		ck_assert_ptr_nonnull(strchr(seen.text, '|'));
		ck_assert_msg(strstr(seen.text, "τ") &&
				      strstr(seen.text, "€") &&
				      strstr(seen.text, "😀"),
			"a character was torn behind %zu bytes", before);
	}
}
END_TEST

START_TEST(bytes_that_are_no_text_pass)
{
	char text[LINES_BYTES + 8];
	struct lines lines = {0};
	struct seen seen = {0};

	memset(text, 0x80, sizeof text);
	lines_add(&lines, text, sizeof text, take, &seen);
	lines_end(&lines, take, &seen);
	ck_assert_uint_eq(strlen(seen.text), sizeof text + strlen("…||"));
}
END_TEST

/* Whole, and empty ones as well. */
START_TEST(exact_lines_are_not_altered_at_any_split)
{
	static char text[LINES_BYTES * 2 + 16];
	size_t bytes = sizeof text - 1;

	memset(text, 'x', bytes);
	memcpy(text, "one\n\n", 5);
	memcpy(text + bytes - 5, "\n\nend", 5);
	for (size_t split = 0; split < bytes; split += split < 16 ? 1 : 509) {
		struct lines lines = {.exact = true};
		struct seen seen = {0};

		lines_add(&lines, text, split, take, &seen);
		lines_add(&lines, text + split, bytes - split, take, &seen);
		lines_end(&lines, take, &seen);
		lines_end(&lines, take, &seen);
		for (char *at = seen.text; (at = strchr(at, '|'));)
			*at = '\n';
		ck_assert_uint_eq(strlen(seen.text), bytes + 1);
		ck_assert_mem_eq(seen.text, text, bytes);
	}
}
END_TEST

static Suite *lines_suite(void)
{
	Suite *suite = suite_create("lines");
	TCase *tests = test_case(suite, "lines");

	tcase_add_test(tests, exact_lines_are_not_altered_at_any_split);
	tcase_add_test(tests, torn_lines_are_put_together_at_every_split);
	tcase_add_test(tests, a_line_too_long_comes_in_marked_parts);
	tcase_add_test(tests, no_character_is_torn_between_parts);
	tcase_add_test(tests, bytes_that_are_no_text_pass);
	return suite;
}

TEST_MAIN(lines_suite)
