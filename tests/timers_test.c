/* Timers against the simplest thing that does the same: an array. */
#include "core/run/timers.h"
#include "tests/test.h"

#define COUNT 200

struct alarm {
	struct timer timer; /* first */
	int64_t due_ns;     /* what the model says; 0: not armed */
	int64_t again_ns;   /* when fired: arm again for then; 0: no */
};

static struct alarm alarms[COUNT];
static struct timers timers;
static int64_t fired_last_ns, fired_count;

static uint64_t random_below(uint64_t limit)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static void fired(struct timer *timer)
{
	struct alarm *alarm = (struct alarm *)timer;

	ck_assert_int_ne(alarm->due_ns, 0);
	ck_assert_int_eq(timer->due_ns, alarm->due_ns);
	ck_assert_int_ge(alarm->due_ns, fired_last_ns);
	ck_assert(!timer->armed);
	fired_last_ns = alarm->due_ns;
	fired_count++;
	alarm->due_ns = alarm->again_ns;
	if (alarm->again_ns)
		timers_arm(&timers, timer, alarm->again_ns);
	alarm->again_ns = 0;
}

static int64_t earliest(void)
{
	int64_t due_ns = TIMERS_NEVER;

	for (int i = 0; i < COUNT; i++)
		if (alarms[i].due_ns && alarms[i].due_ns < due_ns)
			due_ns = alarms[i].due_ns;
	return due_ns;
}

static int64_t due_by(int64_t now_ns)
{
	int64_t count = 0;

	for (int i = 0; i < COUNT; i++)
		count += alarms[i].due_ns && alarms[i].due_ns <= now_ns;
	return count;
}

static void arm(struct alarm *alarm, int64_t due_ns)
{
	alarm->due_ns = due_ns;
	timers_arm(&timers, &alarm->timer, due_ns);
}

START_TEST(timers_fire_in_order_of_time_and_only_when_due)
{
	int64_t now_ns = 1;

	for (int i = 0; i < COUNT; i++)
		alarms[i].timer.fired = fired;
	for (int step = 0; step < 50000; step++) {
		struct alarm *alarm = &alarms[random_below(COUNT)];

		switch (random_below(6)) {
		case 0:
			now_ns += (int64_t)random_below(20);
			fired_count = fired_last_ns = 0;
			int64_t due = due_by(now_ns);
			timers_fire(&timers, now_ns);
			ck_assert_int_eq(fired_count, due);
			break;
		case 1:
			alarm->due_ns = 0;
			timers_disarm(&timers, &alarm->timer);
			break;
		default: /* also one that is armed, and many at once */
			arm(alarm, now_ns + 1 + (int64_t)random_below(50));
		}
		ck_assert_int_eq(timers_next(&timers), earliest());
	}
}
END_TEST

START_TEST(one_that_arms_itself_again_for_a_time_that_is_due_fires_again)
{
	for (int i = 0; i < 3; i++) {
		alarms[i].timer.fired = fired;
		arm(&alarms[i], 10 + i);
	}
	alarms[0].again_ns = 11;
	alarms[1].again_ns = 30;
	timers_fire(&timers, 20);
	ck_assert_int_eq(fired_count, 4);
	ck_assert_int_eq(timers_next(&timers), 30);
}
END_TEST

START_TEST(disarming_one_that_is_not_armed_does_nothing)
{
	alarms[0].timer.fired = fired;
	timers_disarm(&timers, &alarms[0].timer);
	ck_assert_int_eq(timers_next(&timers), TIMERS_NEVER);
}
END_TEST

static Suite *timers_suite(void)
{
	Suite *suite = suite_create("timers");
	TCase *tests = test_case(suite, "heap");

	tcase_add_test(tests, timers_fire_in_order_of_time_and_only_when_due);
	tcase_add_test(tests,
		one_that_arms_itself_again_for_a_time_that_is_due_fires_again);
	tcase_add_test(tests, disarming_one_that_is_not_armed_does_nothing);
	return suite;
}

TEST_MAIN(timers_suite)
