/*
 * proof: what both sides of a handover say, compared.
 */
#include "core/step/proof.h"

#include "tests/test.h"

#include <string.h>

#define ONE "a.out 7 5 4 9 1 00000000000000aa\n"
#define TWO "b.out 3 3 3 0 0 0000000000000000\n"

static char *differs(const char *before, const char *after)
{
	return proof_differs(command_text(before), command_text(after));
}

static void same(const char *before, const char *after)
{
	ck_assert_ptr_eq(differs(before, after), NULL);
}

static void differ(const char *before, const char *after, const char *why)
{
	char *sentence = differs(before, after);

	ck_assert(sentence != NULL);
	ck_assert_str_eq(sentence, why);
	free(sentence);
}

START_TEST(a_proof_is_read_line_by_line)
{
	struct command_text text = command_text(ONE TWO);
	struct proof_stream stream;

	ck_assert(proof_next(&text, &stream));
	ck_assert_uint_eq(stream.name.bytes, 5);
	ck_assert(!memcmp(stream.name.text, "a.out", 5));
	ck_assert_uint_eq(stream.sent, 7);
	ck_assert_uint_eq(stream.received, 5);
	ck_assert_uint_eq(stream.retired, 4);
	ck_assert_uint_eq(stream.limit, 9);
	ck_assert_uint_eq(stream.carried, 1);
	ck_assert_uint_eq(stream.digest, 0xaa);
	ck_assert(proof_next(&text, &stream));
	ck_assert(!proof_next(&text, &stream));
	ck_assert_uint_eq(text.bytes, 0);
}
END_TEST

START_TEST(equal_proofs_agree_in_any_order)
{
	same("", "");
	same(ONE TWO, ONE TWO);
	same(ONE TWO, TWO ONE);
}
END_TEST

START_TEST(a_stream_of_one_side_alone_is_no_difference)
{
	same(ONE TWO, TWO);
	same(ONE, ONE TWO);
}
END_TEST

START_TEST(other_numbers_are_a_difference)
{
	static const char *const others[] = {
		"a.out 8 5 4 9 1 00000000000000aa\n",
		"a.out 7 6 4 9 1 00000000000000aa\n",
		"a.out 7 5 5 9 1 00000000000000aa\n",
		"a.out 7 5 4 9 1 00000000000000ab\n"};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		char *sentence = differs(ONE TWO, others[i]);

		ck_assert(sentence != NULL);
		free(sentence);
	}
	differ(ONE, "a.out 7 5 4 9 2 00000000000000ab\n",
		"what arrived of a.out is not what was handed over: 1 records "
		"of digest 00000000000000aa became 2 of 00000000000000ab");
	same(ONE, "a.out 7 5 4 8 1 00000000000000aa\n"); /* a limit may grow */
}
END_TEST

START_TEST(what_cannot_be_read_proves_nothing)
{
	differ("a.out 7 5\n", ONE,
		"what the running version proves cannot be read");
	differ("a.out 7 5 4 9 1 00000000000000aa", ONE,
		"what the running version proves cannot be read");
	differ(ONE, "a.out 7 5 4 9 1 xyz\n",
		"what the new version proves cannot be read");
	differ(ONE, " \n", "what the new version proves cannot be read");
}
END_TEST

static Suite *proof_suite(void)
{
	Suite *suite = suite_create("proof");
	TCase *tests = test_case(suite, "both sides");

	tcase_add_test(tests, a_proof_is_read_line_by_line);
	tcase_add_test(tests, equal_proofs_agree_in_any_order);
	tcase_add_test(tests, a_stream_of_one_side_alone_is_no_difference);
	tcase_add_test(tests, other_numbers_are_a_difference);
	tcase_add_test(tests, what_cannot_be_read_proves_nothing);
	return suite;
}

TEST_MAIN(proof_suite)
