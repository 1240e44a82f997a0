/* Who runs next. */
#include "core/run/scheduler.h"
#include "tests/test.h"

#include <string.h>

#define TASKS 8

struct runner {
	struct task task; /* first */
	char letter;
	struct tau_want want;
	uint32_t left; /* how often it waits before it is done */
};

static struct timers timers;
static struct scheduler scheduler;
static struct runner runners[TASKS];
static char trace[512];

static void step(struct task *task)
{
	struct runner *runner = (struct runner *)task;

	strncat(trace, &runner->letter, 1);
	if (runner->left == 0)
		return;
	runner->left--;
	task_untell(task, UINT64_MAX);
	task_wait(task, &runner->want);
}

static void yields(struct task *task)
{
	struct runner *runner = (struct runner *)task;

	strncat(trace, &runner->letter, 1);
	if (runner->left-- > 0)
		task_yield(task);
}

static void finished(struct task *task)
{
	ck_assert_int_eq(task->state, TASK_IDLE);
	strcat(trace, ".");
}

static void begin(uint64_t seed, void (*how)(struct task *))
{
	trace[0] = 0;
	scheduler_init(&scheduler, &timers, seed);
	for (int i = 0; i < TASKS; i++) {
		task_init(&runners[i].task, &scheduler);
		runners[i].letter = (char)('a' + i);
		runners[i].task.finished = finished;
		runners[i].task.step = how;
		runners[i].want = (struct tau_want){.any = TAU_IN(0)};
		runners[i].left = 1;
	}
}

START_TEST(who_was_ready_first_runs_first)
{
	begin(0, step);
	for (int i = 3; i-- > 0;)
		task_start(&runners[i].task);
	ck_assert_uint_eq(scheduler_round(&scheduler), 3);
	ck_assert_str_eq(trace, "cba");
	ck_assert(scheduler_idle(&scheduler));
	task_tell(&runners[1].task, TAU_IN(0));
	task_tell(&runners[0].task, TAU_IN(1)); /* not what it waits for */
	task_tell(&runners[2].task, TAU_IN(0));
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "cbab.c.");
	ck_assert_int_eq(runners[0].task.state, TASK_WAITING);
}
END_TEST

START_TEST(who_yields_goes_to_the_tail_and_waits_for_the_next_round)
{
	begin(0, yields);
	for (int i = 0; i < 3; i++)
		task_start(&runners[i].task);
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abc");
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abca.b.c.");
}
END_TEST

static void halts(struct task *task)
{
	yields(task);
	if (task == &runners[1].task)
		scheduler_halt(&scheduler);
}

START_TEST(a_round_that_is_halted_leaves_the_others_in_their_order)
{
	begin(0, halts);
	for (int i = 0; i < 3; i++)
		task_start(&runners[i].task);
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "ab");
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abca.b.");
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abca.b.c.");
}
END_TEST

START_TEST(a_wait_that_holds_already_is_a_yield_and_keeps_what_was_asked)
{
	begin(0, step);
	task_start(&runners[0].task);
	runners[0].want = (struct tau_want){.any = TAU_IN(0) | TAU_OUT(3)};
	runners[0].task.step = step;
	scheduler_round(&scheduler);
	task_tell(&runners[0].task, TAU_OUT(3));
	ck_assert_int_eq(runners[0].task.state, TASK_QUEUED);
	ck_assert_uint_eq(runners[0].task.want.any, TAU_IN(0) | TAU_OUT(3));
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "aa.");
}
END_TEST

START_TEST(a_deadline_wakes_and_is_forgotten_when_something_else_does)
{
	begin(0, step);
	for (int i = 0; i < 2; i++) {
		runners[i].want.deadline_ns = 100;
		task_start(&runners[i].task);
	}
	scheduler_round(&scheduler);
	ck_assert_int_eq(timers_next(&timers), 100);
	task_tell(&runners[1].task, TAU_IN(0));
	timers_fire(&timers, 99);
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abb.");
	timers_fire(&timers, 100);
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abb.a.");
	ck_assert_int_eq(timers_next(&timers), TIMERS_NEVER);
}
END_TEST

START_TEST(a_stopped_task_leaves_queue_and_timers)
{
	begin(0, step);
	task_start(&runners[0].task);
	task_start(&runners[1].task);
	task_stop(&runners[0].task);
	runners[1].want.deadline_ns = 5;
	scheduler_round(&scheduler);
	task_stop(&runners[1].task);
	ck_assert_str_eq(trace, "b");
	ck_assert_int_eq(timers_next(&timers), TIMERS_NEVER);
	ck_assert(scheduler_idle(&scheduler));
}
END_TEST

START_TEST(a_seed_changes_the_order_and_loses_nobody)
{
	char first[sizeof trace];
	bool differs = false;

	for (uint64_t seed = 0; seed < 20; seed++) {
		uint64_t seen = 0;

		begin(seed, step);
		for (int i = 0; i < TASKS; i++)
			task_start(&runners[i].task);
		scheduler_round(&scheduler);
		ck_assert_uint_eq(strlen(trace), TASKS);
		for (int i = 0; i < TASKS; i++)
			seen |= 1u << (trace[i] - 'a');
		ck_assert_uint_eq(seen, (1u << TASKS) - 1);
		if (seed == 0)
			strcpy(first, trace);
		differs = differs || strcmp(first, trace) != 0;
	}
	ck_assert(differs);
}
END_TEST

START_TEST(a_wake_costs_the_same_beside_any_number_of_idle_tasks)
{
	static struct runner idle[10000];

	begin(0, step);
	for (int i = 0; i < 10000; i++) {
		task_init(&idle[i].task, &scheduler);
		idle[i].task.step = step;
		idle[i].task.finished = finished;
		idle[i].want = (struct tau_want){.any = TAU_IN(0)};
		idle[i].left = 1;
		idle[i].letter = 0;
		task_start(&idle[i].task);
	}
	scheduler_round(&scheduler);
	runners[0].left = 100;
	task_start(&runners[0].task);
	scheduler.switches = 0;
	for (int i = 0; i < 100; i++) {
		scheduler_round(&scheduler);
		task_tell(&runners[0].task, TAU_IN(0));
	}
	ck_assert_uint_eq(scheduler.switches, 100);
	ck_assert_uint_eq(runners[0].task.dispatches, 100);
}
END_TEST

static void idles(struct task *task)
{
	const struct tau_want want = {.any = TAU_IN(0) | TAU_IN(1)};
	struct runner *runner = (struct runner *)task;

	strncat(trace, &runner->letter, 1);
	if (task->ready & TAU_IN(1))
		strcat(trace, "!");
	task_untell(task, UINT64_MAX);
	task_wait(task, &want);
}

START_TEST(rest_comes_when_nobody_is_ready)
{
	begin(0, idles);
	runners[1].task.step = yields;
	runners[1].left = 3;
	for (int i = 0; i < 3; i++)
		task_start(&runners[i].task);
	task_rest(&runners[0].task, TAU_IN(1));
	task_rest(&runners[0].task, TAU_IN(1));
	task_rest(&runners[2].task, TAU_IN(1));
	for (int i = 0; i < 4; i++)
		scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abcbbb.");
	ck_assert(scheduler_idle(&scheduler));
	ck_assert(scheduler_rest(&scheduler));
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abcbbb.a!");
	task_stop(&runners[2].task); /* nobody is told any more */
	ck_assert(!scheduler_rest(&scheduler));
	scheduler_round(&scheduler);
	ck_assert_str_eq(trace, "abcbbb.a!");
	task_stop(&runners[0].task);
}
END_TEST

static Suite *scheduler_suite(void)
{
	Suite *suite = suite_create("scheduler");
	TCase *tests = test_case(suite, "turns");

	tcase_add_test(tests, who_was_ready_first_runs_first);
	tcase_add_test(tests,
		who_yields_goes_to_the_tail_and_waits_for_the_next_round);
	tcase_add_test(
		tests, a_round_that_is_halted_leaves_the_others_in_their_order);
	tcase_add_test(tests,
		a_wait_that_holds_already_is_a_yield_and_keeps_what_was_asked);
	tcase_add_test(tests,
		a_deadline_wakes_and_is_forgotten_when_something_else_does);
	tcase_add_test(tests, a_stopped_task_leaves_queue_and_timers);
	tcase_add_test(tests, a_seed_changes_the_order_and_loses_nobody);
	tcase_add_test(tests, rest_comes_when_nobody_is_ready);
	tcase_add_test(
		tests, a_wake_costs_the_same_beside_any_number_of_idle_tasks);
	return suite;
}

TEST_MAIN(scheduler_suite)
