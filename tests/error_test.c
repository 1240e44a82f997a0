/* error_test: the first error wins, and its sentence always fits. */
#include "core/base/error.h"
#include "core/base/check.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "tests/test.h"

START_TEST(a_set_error_keeps_its_code_and_sentence)
{
	struct error error = ERROR_NONE;

	ck_assert_int_eq(
		error_set(&error, -ENOENT, "no file %s", "a"), -ENOENT);
	ck_assert_int_eq(error.code, -ENOENT);
	ck_assert_str_eq(error.text, "no file a");
	ck_assert_uint_eq(error.place.line, 0);
}
END_TEST

START_TEST(the_first_error_wins)
{
	struct error error = ERROR_NONE;
	struct place place = {.file = "b", .line = 2, .column = 3};

	error_set(&error, -EIO, "the cause");
	ck_assert_int_eq(error_set(&error, -EPIPE, "a consequence"), -EPIPE);
	error_set_at(&error, place, -EPIPE, "another");
	ck_assert_int_eq(error.code, -EIO);
	ck_assert_str_eq(error.text, "the cause");
	ck_assert_uint_eq(error.place.line, 0);
}
END_TEST

START_TEST(an_error_may_have_a_place)
{
	struct error error = ERROR_NONE;
	struct place place = {.file = "m.json", .line = 7, .column = 9};

	ck_assert_int_eq(
		error_set_at(&error, place, -EINVAL, "no %d", 5), -EINVAL);
	ck_assert_str_eq(error.place.file, "m.json");
	ck_assert_uint_eq(error.place.line, 7);
	ck_assert_uint_eq(error.place.column, 9);
	ck_assert_str_eq(error.text, "no 5");
}
END_TEST

START_TEST(without_an_error_to_set_the_code_is_returned)
{
	struct place nowhere = {0};

	ck_assert_int_eq(error_set(NULL, -EIO, "lost"), -EIO);
	ck_assert_int_eq(error_set_at(NULL, nowhere, -EIO, "lost"), -EIO);
}
END_TEST

START_TEST(a_long_sentence_is_cut_between_characters)
{
	char text[2 * ERROR_TEXT_BYTES];

	for (size_t shift = 0; shift < 3; shift++) {
		struct error error = ERROR_NONE;

		memset(text, 'x', shift);
		for (size_t at = shift; at + 2 < sizeof text; at += 2)
			memcpy(text + at, "ä", 2);
		text[sizeof text - 2 - shift % 2] = '\0';
		error_set(&error, -EIO, "%s", text);
		size_t length = strlen(error.text);
		ck_assert_uint_gt(length, sizeof error.text - 6);
		ck_assert_str_eq(error.text + length - 3, "…");
		ck_assert_uint_eq((length - 3 - shift) % 2, 0);
		ck_assert_int_eq(memcmp(error.text, text, length - 3), 0);
	}
}
END_TEST

START_TEST(a_check_that_holds_says_nothing)
{
	uint32_t evaluated = 0;

	CHECK(++evaluated == 1);
	ck_assert_uint_eq(evaluated, 1);
}
END_TEST

START_TEST(a_check_that_does_not_hold_aborts)
{
	struct {
		uint32_t magic;
	} object = {.magic = 1};

	CHECK_MAGIC(&object, 2);
}
END_TEST

static Suite *error_suite(void)
{
	Suite *suite = suite_create("error");
	TCase *errors = test_case(suite, "error");
	TCase *checks = test_case(suite, "check");

	tcase_add_test(errors, a_set_error_keeps_its_code_and_sentence);
	tcase_add_test(errors, the_first_error_wins);
	tcase_add_test(errors, an_error_may_have_a_place);
	tcase_add_test(errors, without_an_error_to_set_the_code_is_returned);
	tcase_add_test(errors, a_long_sentence_is_cut_between_characters);
	tcase_add_test(checks, a_check_that_holds_says_nothing);
	tcase_add_test_raise_signal(
		checks, a_check_that_does_not_hold_aborts, SIGABRT);
	return suite;
}

TEST_MAIN(error_suite)
