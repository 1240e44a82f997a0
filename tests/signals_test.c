/* signals: what is told of the signals that arrive. */
#include "core/fleet/signals.h"

#include "core/base/os_linux.h"
#include "tests/test.h"

#include <unistd.h>

static int64_t pretended_ns;

static int64_t pretend(struct os *os)
{
	(void)os;
	return pretended_ns;
}

START_TEST(a_signal_that_is_sent_twice_at_once_is_one)
{
	struct signals signals;
	struct os os;

	os_linux_init(&os);
	os.clock_ns = pretend;
	pretended_ns = 5;
	ck_assert_int_eq(signals_init(&signals, &os), 0);
	kill(getpid(), SIGINT);
	ck_assert_int_eq(signals_next(&signals), SIGINT);
	pretended_ns += SIGNALS_SAME_NS - 1;
	kill(getpid(), SIGINT);
	kill(getpid(), SIGTERM);
	ck_assert_int_eq(signals_next(&signals), SIGTERM);
	ck_assert_int_eq(signals_next(&signals), 0);
	signals_release(&signals);
}
END_TEST

START_TEST(a_signal_that_is_sent_again_later_is_another)
{
	struct signals signals;
	struct os os;

	os_linux_init(&os);
	os.clock_ns = pretend;
	ck_assert_int_eq(signals_init(&signals, &os), 0);
	kill(getpid(), SIGINT);
	ck_assert_int_eq(signals_next(&signals), SIGINT);
	pretended_ns += SIGNALS_SAME_NS;
	kill(getpid(), SIGINT);
	ck_assert_int_eq(signals_next(&signals), SIGINT);
	signals_release(&signals);
}
END_TEST

static Suite *signals_suite(void)
{
	Suite *suite = suite_create("signals");
	TCase *tests = test_case(suite, "signals");

	tcase_add_test(tests, a_signal_that_is_sent_twice_at_once_is_one);
	tcase_add_test(tests, a_signal_that_is_sent_again_later_is_another);
	return suite;
}

TEST_MAIN(signals_suite)
