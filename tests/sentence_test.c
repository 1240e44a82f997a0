/* sentence_test: times as a person reads them, and what operators are called. */
#include "core/step/sentence.h"

#include "tests/test.h"

static void expect(int64_t time_ns, const char *text)
{
	ck_assert_str_eq(sentence_time(time_ns).text, text);
}

START_TEST(times_are_seconds_up_to_a_minute_and_then_what_they_are)
{
	expect(1000, "1us");
	expect(50 * MILLISECOND_NS, "0.05 s");
	expect(1250 * MILLISECOND_NS, "1.25 s");
	expect(10 * SECOND_NS, "10 s");
	expect(90 * SECOND_NS, "1m30s");
	expect(3600 * SECOND_NS, "1h");
	expect(3600 * SECOND_NS + 300 * MILLISECOND_NS, "1h");
}
END_TEST

START_TEST(an_operator_called_as_its_plugin_is_named_once)
{
	ck_assert_str_eq(sentence_operator("a", "acme").text, "a (acme)");
	ck_assert_str_eq(sentence_operator("acme", "acme").text, "acme");
}
END_TEST

static Suite *sentence_suite(void)
{
	Suite *suite = suite_create("sentence");
	TCase *tests = test_case(suite, "times");

	tcase_add_test(
		tests, times_are_seconds_up_to_a_minute_and_then_what_they_are);
	tests = test_case(suite, "operators");
	tcase_add_test(tests, an_operator_called_as_its_plugin_is_named_once);
	return suite;
}

TEST_MAIN(sentence_suite)
