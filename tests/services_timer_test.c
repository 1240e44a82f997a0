/* Timers of operators, and the clock they see. */
#include "tests/fake_os.h"
#include "tests/services.h"

static struct fake_os fake;
static int answers[32];
static uint64_t masks[32];
static int64_t times[32];

/* Time stands still, but for waits. */
static void begin(void)
{
	fake_os_init(&fake);
	fake_os_set_clock(&fake, 1000);
	p.os = &fake.os;
	pipeline_init(&p);
}

static void finish(void)
{
	run_failing(0);
	pipeline_release(&p);
}

static int timers_run(struct tau_op *op)
{
	const struct tau_want tick = {.any = TAU_SLOT(2)};
	const struct tau_want late = {.deadline_ns = 9700};

	op->host->timer(op, 2, 3000, 1000);
	op->host->wait(op, &tick, &masks[0]);
	times[0] = op->host->now(op);
	op->host->wait(op, &late, &masks[1]); /* misses 4000 to 9000 */
	op->host->wait(op, &tick, &masks[2]);
	times[2] = op->host->now(op);
	op->host->wait(op, &tick, &masks[3]);
	times[3] = op->host->now(op);
	op->host->timer(op, 2, 0, 0);
	answers[4] = op->host->wait(op, &tick, &masks[4]);
	op->host->timer(op, 2, 1, 0); /* long ago, once */
	answers[5] = op->host->wait(op, &tick, &masks[5]);
	answers[6] = op->host->wait(op, &tick, &masks[6]);
	op->host->timer(op, 2, 1, INT64_MAX); /* never again */
	answers[7] = op->host->wait(op, &tick, &masks[7]);
	answers[8] = op->host->wait(op, &tick, &masks[8]);
	answers[9] = op->host->timer(op, 8, 1, 0);
	answers[10] = op->host->timer(op, 2, -1, 0);
	answers[11] = op->host->timer(op, 2, 1, -1);
	return 0;
}
OPERATOR(timers);

START_TEST(a_timer_ticks_and_missed_ticks_count_as_one)
{
	begin();
	add(&timers_operator, "\"out\":[]");
	pipeline_start(&p);
	finish();
	ck_assert_uint_eq(masks[0], TAU_SLOT(2));
	ck_assert_int_eq(times[0], 3000);
	ck_assert_uint_eq(masks[1], 0);
	ck_assert_int_eq(times[2], 9700);
	ck_assert_int_eq(times[3], 10000);
	ck_assert_int_eq(answers[4], TAU_END);
	ck_assert_int_eq(answers[5], TAU_OK);
	ck_assert_uint_eq(masks[5], TAU_SLOT(2));
	ck_assert_int_eq(answers[6], TAU_END);
	ck_assert_int_eq(answers[7], TAU_OK);
	ck_assert_int_eq(answers[8], TAU_END);
	for (int i = 9; i < 12; i++)
		ck_assert_int_eq(answers[i], -EINVAL);
}
END_TEST

static int clock_run(struct tau_op *op)
{
	for (int i = 0; i < 3; i++) {
		times[i * 2] = op->host->now(op);
		fake.now_ns += 10;
		times[i * 2 + 1] = op->host->now(op);
		op->host->yield(op);
	}
	return 0;
}
OPERATOR(clock);

START_TEST(the_clock_stands_still_in_a_dispatch)
{
	begin();
	add(&clock_operator, "\"out\":[]");
	pipeline_start(&p);
	finish();
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(times[i], 1000 + i / 2 * 10);
}
END_TEST

static Suite *services_timer_suite(void)
{
	Suite *suite = suite_create("services_timer");
	TCase *tests = test_case(suite, "time");

	tcase_add_test(tests, a_timer_ticks_and_missed_ticks_count_as_one);
	tcase_add_test(tests, the_clock_stands_still_in_a_dispatch);
	return suite;
}

TEST_MAIN(services_timer_suite)
