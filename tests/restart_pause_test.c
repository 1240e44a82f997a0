/*
 * restart: pauses and limits, by numbers alone.
 */
#include "core/step/restart.h"

#include "tests/test.h"

#define SECOND INT64_C(1000000000)

START_TEST(pauses_begin_at_nothing_and_double_to_the_longest)
{
	static const int64_t tenths[] = {0, 1, 2, 4, 8, 16, 32, 50, 50};
	struct restart_policy policy = {
		RESTART_FAILURE, 9, 30 * SECOND, SECOND / 10, 5 * SECOND};
	struct restart restart = {0};

	for (int i = 0; i < 9; i++)
		ck_assert_int_eq(restart_pause(&restart, &policy, 7, 0),
			tenths[i] * SECOND / 10);
	ck_assert_int_lt(restart_pause(&restart, &policy, 7, 0), 0);
	restart_release(&restart);
}
END_TEST

START_TEST(chance_takes_a_quarter_of_a_pause_at_most)
{
	struct restart_policy policy = {
		RESTART_FAILURE, 3, 30 * SECOND, SECOND, SECOND};
	int64_t least = SECOND;

	for (uint64_t chance = 0; chance < 1000; chance++) {
		struct restart restart = {0};
		int64_t pause_ns;

		restart_pause(&restart, &policy, 0, chance);
		pause_ns = restart_pause(&restart, &policy, 0,
			chance * UINT64_C(0x9e3779b97f4a7c15));
		ck_assert_int_ge(pause_ns, SECOND * 3 / 4);
		ck_assert_int_le(pause_ns, SECOND);
		least = pause_ns < least ? pause_ns : least;
		restart_release(&restart);
	}
	ck_assert_int_lt(least, SECOND * 8 / 10);
}
END_TEST

START_TEST(what_lies_further_back_does_not_count)
{
	struct restart_policy policy = {
		RESTART_FAILURE, 2, 30 * SECOND, SECOND, SECOND};
	struct restart restart = {0};

	ck_assert_int_eq(restart_pause(&restart, &policy, 0, 0), 0);
	ck_assert_int_eq(restart_pause(&restart, &policy, SECOND, 0), SECOND);
	ck_assert_int_lt(
		restart_pause(&restart, &policy, 30 * SECOND - 1, 0), 0);
	ck_assert_int_eq(
		restart_pause(&restart, &policy, 30 * SECOND, 0), SECOND);
	ck_assert_int_eq(restart_pause(&restart, &policy, 90 * SECOND, 0), 0);
	for (int64_t i = 2; i < 10000; i++)
		ck_assert_int_eq(
			restart_pause(&restart, &policy, 90 * SECOND * i, 0),
			0);
	ck_assert_uint_le(restart.room, 4); /* it does not grow */
	restart_release(&restart);
}
END_TEST

START_TEST(policies_ask_after_failures_always_or_never)
{
	struct restart_policy policy = {.on = RESTART_NEVER};

	ck_assert(!restart_wanted(&policy, true));
	policy.on = RESTART_FAILURE;
	ck_assert(restart_wanted(&policy, true));
	ck_assert(!restart_wanted(&policy, false));
	policy.on = RESTART_ALWAYS;
	ck_assert(restart_wanted(&policy, false));
}
END_TEST

static Suite *restart_pause_suite(void)
{
	Suite *suite = suite_create("restart_pause");
	TCase *numbers = test_case(suite, "numbers");

	tcase_add_test(
		numbers, pauses_begin_at_nothing_and_double_to_the_longest);
	tcase_add_test(numbers, chance_takes_a_quarter_of_a_pause_at_most);
	tcase_add_test(numbers, what_lies_further_back_does_not_count);
	tcase_add_test(numbers, policies_ask_after_failures_always_or_never);
	return suite;
}

TEST_MAIN(restart_pause_suite)
