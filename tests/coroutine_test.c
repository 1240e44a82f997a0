/* coroutine_test: values and stacks survive, memory is small, misuse aborts. */
#include "core/fiber/coroutine.h"

#include <execinfo.h>
#include <signal.h>
#include <string.h>

#include "core/base/bounds.h"
#include "tests/fake_os.h"
#include "tests/test.h"

struct desk {
	struct os os;
	struct stack_arena *arena;
	struct coroutine *coroutine;
	int seen[8];
	size_t count;
};

static struct coroutine *start(
	struct desk *desk, void (*entry)(void *), void *argument)
{
	struct coroutine *made = NULL;
	struct error error = ERROR_NONE;

	ck_assert_msg(coroutine_create(&made, desk->arena, STACK_BYTES_DEFAULT,
			      entry, argument, &error) == 0,
		"%s", error.text);
	return made;
}

static void desk_open(struct desk *desk, void (*entry)(void *))
{
	struct error error = ERROR_NONE;

	memset(desk, 0, sizeof *desk);
	os_linux_init(&desk->os);
	ck_assert_int_eq(
		stack_arena_create(&desk->arena, &desk->os, &error), 0);
	desk->coroutine = start(desk, entry, desk);
}

static void desk_close(struct desk *desk)
{
	coroutine_destroy(&desk->coroutine);
	ck_assert_ptr_null(desk->coroutine);
	stack_arena_destroy(&desk->arena);
}

static void ask_thrice(void *argument)
{
	struct desk *desk = argument;

	for (int at = 1; at <= 3; at++)
		desk->seen[desk->count++] =
			coroutine_suspend(desk->coroutine, at * 10);
}

START_TEST(values_pass_both_ways)
{
	struct desk desk;

	desk_open(&desk, ask_thrice);
	ck_assert_int_eq(coroutine_state(desk.coroutine), COROUTINE_CREATED);
	ck_assert_int_eq(coroutine_resume(desk.coroutine, 99), 10);
	ck_assert_int_eq(coroutine_state(desk.coroutine), COROUTINE_SUSPENDED);
	ck_assert_int_eq(coroutine_resume(desk.coroutine, -1), 20);
	ck_assert_int_eq(coroutine_resume(desk.coroutine, 2), 30);
	ck_assert_int_eq(coroutine_resume(desk.coroutine, 3), 0);
	ck_assert_int_eq(coroutine_state(desk.coroutine), COROUTINE_DONE);
	ck_assert_uint_eq(desk.count, 3);
	ck_assert_int_eq(desk.seen[0], -1);
	ck_assert_int_eq(desk.seen[1], 2);
	ck_assert_int_eq(desk.seen[2], 3);
	desk_close(&desk);
}
END_TEST

/* Takes the address of a local, so that it lives on the stack. */
static uint64_t descend(struct desk *desk, unsigned depth, uint64_t value)
{
	volatile uint64_t kept = value * 31 + depth;

	if (depth > 0)
		return kept + descend(desk, depth - 1, kept);
	coroutine_suspend(desk->coroutine, 0);
	return kept;
}

static void descend_twice(void *argument)
{
	struct desk *desk = argument;

	if (descend(desk, 200, 7) == descend(desk, 200, 7))
		desk->seen[0] = 1;
}

START_TEST(a_whole_stack_of_calls_survives)
{
	struct desk desk;

	desk_open(&desk, descend_twice);
	while (coroutine_state(desk.coroutine) != COROUTINE_DONE)
		coroutine_resume(desk.coroutine, 0);
	ck_assert_int_eq(desk.seen[0], 1);
	desk_close(&desk);
}
END_TEST

struct turn {
	struct coroutine *coroutine;
	unsigned own;
	unsigned *total;
};

static void take_turns(void *argument)
{
	struct turn *turn = argument;

	for (unsigned at = 0; at < 20; at++) {
		*turn->total += turn->own;
		coroutine_suspend(turn->coroutine, 0);
	}
}

START_TEST(many_coroutines_take_turns)
{
	enum { COUNT = 100 };
	struct turn turns[COUNT];
	struct desk desk;
	unsigned total = 0;

	desk_open(&desk, ask_thrice);
	for (unsigned at = 0; at < COUNT; at++) {
		turns[at] = (struct turn){.own = at, .total = &total};
		turns[at].coroutine = start(&desk, take_turns, &turns[at]);
	}
	for (unsigned round = 0; round < 21; round++)
		for (unsigned at = 0; at < COUNT; at++)
			coroutine_resume(turns[at].coroutine, 0);
	ck_assert_uint_eq(total, 20 * (COUNT * (COUNT - 1) / 2));
	for (unsigned at = 0; at < COUNT; at++) {
		ck_assert_int_eq(
			coroutine_state(turns[at].coroutine), COROUTINE_DONE);
		coroutine_destroy(&turns[at].coroutine);
	}
	desk_close(&desk);
}
END_TEST

START_TEST(one_that_never_ran_or_is_suspended_can_be_destroyed)
{
	struct desk desk;

	desk_open(&desk, ask_thrice);
	desk_close(&desk);
	desk_open(&desk, ask_thrice);
	coroutine_resume(desk.coroutine, 0);
	desk_close(&desk);
}
END_TEST

static void *volatile resumer_address;

static void walk(void *argument)
{
	struct desk *desk = argument;
	void *addresses[64];

	for (;;) { /* each time by another resumer */
		int count = backtrace(addresses, 64);

		for (int at = 0; at < count; at++)
			if (addresses[at] == resumer_address)
				desk->seen[0]++;
		desk->seen[1] = count;
		coroutine_suspend(desk->coroutine, 0);
	}
}

static __attribute__((noinline)) int resume_here(struct desk *desk)
{
	int result;

	resumer_address = __builtin_return_address(0);
	result = coroutine_resume(desk->coroutine, 0);
	__asm__ volatile("" ::: "memory"); /* no tail call */
	return result;
}

static __attribute__((noinline)) int resume_from_deeper(struct desk *desk)
{
	return resume_here(desk) + 1;
}

START_TEST(a_backtrace_goes_on_to_whoever_resumed)
{
	struct desk desk;

	desk_open(&desk, walk);
	resume_here(&desk);
	ck_assert_int_eq(desk.seen[0], 1);
	ck_assert_int_eq(resume_from_deeper(&desk), 1);
	ck_assert_int_eq(desk.seen[0], 2);
	ck_assert_int_lt(desk.seen[1], 64);
	desk_close(&desk);
}
END_TEST

static long resident_bytes(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	long kib = -1;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "Rss: %ld kB", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

START_TEST(an_idle_coroutine_costs_little_more_than_a_page)
{
	enum { COUNT = 4096 };
	struct turn *turns = calloc(COUNT, sizeof *turns);
	struct desk desk;
	unsigned total = 0;

	memset(turns, 1, COUNT * sizeof *turns);
	desk_open(&desk, ask_thrice);
	long before = resident_bytes();
	for (unsigned at = 0; at < COUNT; at++) {
		turns[at] = (struct turn){.own = at, .total = &total};
		turns[at].coroutine = start(&desk, take_turns, &turns[at]);
		coroutine_resume(turns[at].coroutine, 0);
	}
	long each = (resident_bytes() - before) / COUNT;
	for (unsigned at = 0; at < COUNT; at++)
		coroutine_destroy(&turns[at].coroutine);
	if (test_slowness() == 1) /* sanitizers keep memory of their own */
		ck_assert_int_le(each, 4608);
	free(turns);
	desk_close(&desk);
}
END_TEST

static void resume_oneself(void *argument)
{
	struct desk *desk = argument;

	coroutine_resume(desk->coroutine, 0);
}

START_TEST(resuming_a_running_coroutine_aborts)
{
	struct desk desk;

	desk_open(&desk, resume_oneself);
	coroutine_resume(desk.coroutine, 0);
}
END_TEST

static void end_at_once(void *argument)
{
	(void)argument;
}

START_TEST(resuming_one_that_is_done_aborts)
{
	struct desk desk;

	desk_open(&desk, end_at_once);
	coroutine_resume(desk.coroutine, 0);
	coroutine_resume(desk.coroutine, 0);
}
END_TEST

START_TEST(suspending_from_outside_aborts)
{
	struct desk desk;

	desk_open(&desk, ask_thrice);
	coroutine_suspend(desk.coroutine, 0);
}
END_TEST

static void spoil_canary(void *argument)
{
	struct desk *desk = argument;

	desk->coroutine->frame.canary -= 4;
	coroutine_suspend(desk->coroutine, 0);
}

START_TEST(a_spoilt_canary_aborts)
{
	struct desk desk;

	desk_open(&desk, spoil_canary);
	coroutine_resume(desk.coroutine, 0);
}
END_TEST

static void leave_own_stack(void *argument)
{
	struct desk *desk = argument;

	desk->coroutine->frame.stack_bytes =
		8; /* as if it were somewhere else */
	coroutine_suspend(desk->coroutine, 0);
}

START_TEST(a_stack_pointer_outside_the_stack_aborts)
{
	struct desk desk;

	desk_open(&desk, leave_own_stack);
	coroutine_resume(desk.coroutine, 0);
}
END_TEST

static Suite *coroutine_suite(void)
{
	Suite *suite = suite_create("coroutine");
	TCase *switches = test_case(suite, "switches");
	TCase *misuse = test_case(suite, "misuse");

	tcase_add_test(switches, values_pass_both_ways);
	tcase_add_test(switches, a_whole_stack_of_calls_survives);
	tcase_add_test(switches, many_coroutines_take_turns);
	tcase_add_test(
		switches, one_that_never_ran_or_is_suspended_can_be_destroyed);
	tcase_add_test(switches, a_backtrace_goes_on_to_whoever_resumed);
	tcase_add_test(
		switches, an_idle_coroutine_costs_little_more_than_a_page);
	tcase_add_test_raise_signal(
		misuse, resuming_a_running_coroutine_aborts, SIGABRT);
	tcase_add_test_raise_signal(
		misuse, resuming_one_that_is_done_aborts, SIGABRT);
	tcase_add_test_raise_signal(
		misuse, suspending_from_outside_aborts, SIGABRT);
	tcase_add_test_raise_signal(misuse, a_spoilt_canary_aborts, SIGABRT);
	tcase_add_test_raise_signal(
		misuse, a_stack_pointer_outside_the_stack_aborts, SIGABRT);
	return suite;
}

TEST_MAIN(coroutine_suite)
