/*
 * waits: what nodes tell, joined to one report; and what is refused.
 */
#include "core/plan/waits.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

static void add(struct waits *waits, const char *node, const char *text)
{
	struct error error = ERROR_NONE;

	ck_assert_msg(waits_add(waits, node, text, strlen(text), &error) == 0,
		"%s", error.text);
}

static void expect(struct waits *waits, const char *report)
{
	char *said = waits_explain(waits);

	ck_assert_str_eq(said, report);
	free(said);
	waits_release(waits);
}

START_TEST(the_ends_of_a_stream_find_each_other_by_name)
{
	struct waits waits = {0};

	add(&waits, "x",
		"operator idle ended\n"
		"operator a write s\n"
		"stream r - 1 0 0 64\n"
		"stream s 1 - 2 20 64\n");
	add(&waits, "y",
		"operator b write r\n"
		"stream r 0 - 0 0 64\n"
		"stream s - 0 3 40 64\n");
	expect(&waits,
		"nothing can go on:\n"
		"  a (node x) waits for b (node y) to read: stream s is full "
		"(5 records, 60 bytes of 64)\n"
		"  b (node y) waits for a (node x) to read: stream r is full "
		"(0 records, 0 bytes of 64)\n"
		"  it would go on further with more \"records\" or "
		"\"capacity\" on s, r");
}
END_TEST

START_TEST(every_circle_is_told_of_and_nothing_beside_them)
{
	struct waits waits = {0};

	add(&waits, NULL,
		"operator a read q\noperator b read p\n"
		"operator c read s\noperator d read r\n"
		"operator beside read p\n"
		"stream p 0 1 0 0 64\nstream q 1 0 0 0 64\n"
		"stream r 2 3 0 0 64\nstream s 3 2 0 0 64\n");
	expect(&waits, "nothing can go on:\n"
		       "  a waits for b to write: stream q is empty\n"
		       "  b waits for a to write: stream p is empty\n"
		       "  none of them begins: one must write before it reads\n"
		       "  c waits for d to write: stream s is empty\n"
		       "  d waits for c to write: stream r is empty\n"
		       "  none of them begins: one must write before it reads");
}
END_TEST

START_TEST(without_a_circle_all_that_run_are_told_of)
{
	struct waits waits = {0};

	add(&waits, NULL,
		"operator a ended\noperator b nothing\noperator c read s\n"
		"operator d write unknown\nstream s - 2 0 0 64\n");
	expect(&waits,
		"nothing can go on:\n"
		"  b waits for nothing that can come\n"
		"  c waits for another node to write: stream s is empty\n"
		"  d waits for nothing that can come");
	add(&waits, NULL, "");
	expect(&waits, "nothing can go on:");
}
END_TEST

static const char *const bad[] = {"\n", "operator a ended", "operator a\n",
	"operator a sleeps\n", "operator a read\n", "operator a ended s\n",
	"operator a read s t\n", "stream s 0 - 0 0 64\n",
	"operator a ended\nstream s 1 - 0 0 64\n",
	"operator a ended\nstream s 0 x 0 0 64\n",
	"operator a ended\nstream s 0 - 0 0\n",
	"operator a ended\nstream s 0 - -1 0 64\n",
	"operator a ended\nstream s 0 - 0 0 99999999999\n",
	"operator a ended\nstream s 0 - 0 0 64 64 64 64 64\n", "friend a\n"};

START_TEST(what_makes_no_sense_is_refused_and_leaves_nothing)
{
	struct waits waits = {0};
	struct error error = ERROR_NONE;

	add(&waits, NULL, "operator a nothing\n");
	ck_assert_int_eq(
		waits_add(&waits, NULL, bad[_i], strlen(bad[_i]), &error),
		-EPROTO);
	ck_assert_str_eq(error.text,
		"what it says of its operators' waits makes no sense");
	ck_assert_int_eq(waits_add(&waits, NULL, "\0\n", 2, NULL), -EPROTO);
	expect(&waits,
		"nothing can go on:\n  a waits for nothing that can come");
}
END_TEST

START_TEST(what_is_put_can_be_added)
{
	struct text text = {0};
	struct waits waits = {0};

	waits_put_operator(&text, "a", WAITS_WRITE, "s");
	waits_put_operator(&text, "b", WAITS_READ, "r");
	waits_put_operator(&text, "c", WAITS_NOTHING, NULL);
	waits_put_stream(&text, &(struct waits_stream){"s", 0, 1, 7, 8, 9});
	waits_put_stream(
		&text, &(struct waits_stream){"r", WAITS_NONE, 1, 0, 0, 9});
	add(&waits, NULL, text_string(&text));
	text_release(&text);
	expect(&waits,
		"nothing can go on:\n"
		"  a waits for b to read: stream s is full (7 records, 8 bytes "
		"of 9)\n"
		"  b waits for another node to write: stream r is empty\n"
		"  c waits for nothing that can come");
}
END_TEST

static Suite *waits_suite(void)
{
	Suite *suite = suite_create("waits");
	TCase *tests = test_case(suite, "reports");

	tcase_add_test(tests, the_ends_of_a_stream_find_each_other_by_name);
	tcase_add_test(tests, every_circle_is_told_of_and_nothing_beside_them);
	tcase_add_test(tests, without_a_circle_all_that_run_are_told_of);
	tcase_add_loop_test(tests,
		what_makes_no_sense_is_refused_and_leaves_nothing, 0,
		sizeof bad / sizeof *bad);
	tcase_add_test(tests, what_is_put_can_be_added);
	return suite;
}

TEST_MAIN(waits_suite)
