/* exception_test: C++ exceptions work on a coroutine and never leave it. */
#include "core/fiber/coroutine.h"

#include <signal.h>
#include <string.h>

#include "core/base/bounds.h"
#include "tests/test.h"

/* tests/exception_throw.cc */
int throw_and_catch(int depth, void (*suspend)(void *), void *context);
void throw_uncaught(void);
int run_and_catch(void (*run)(void *), void *context);

struct desk {
	struct os os;
	struct stack_arena *arena;
	struct coroutine *coroutine[2];
	int result[2];
};

struct seat {
	struct desk *desk;
	int number;
};

static void desk_open(
	struct desk *desk, void (*entry)(void *), struct seat *seats, int count)
{
	struct error error = ERROR_NONE;

	memset(desk, 0, sizeof *desk);
	os_linux_init(&desk->os);
	ck_assert_int_eq(
		stack_arena_create(&desk->arena, &desk->os, &error), 0);
	for (int at = 0; at < count; at++) {
		seats[at] = (struct seat){desk, at};
		desk->result[at] = -1;
		ck_assert_int_eq(
			coroutine_create(&desk->coroutine[at], desk->arena,
				STACK_BYTES_DEFAULT, entry, &seats[at], &error),
			0);
	}
}

static void suspend(void *context)
{
	struct seat *seat = context;

	coroutine_suspend(seat->desk->coroutine[seat->number], 0);
}

static void catch_own(void *argument)
{
	struct seat *seat = argument;

	seat->desk->result[seat->number] =
		throw_and_catch(20 + seat->number, suspend, seat);
}

START_TEST(exceptions_of_two_coroutines_are_caught_by_their_own)
{
	struct desk desk;
	struct seat seats[2];

	desk_open(&desk, catch_own, seats, 2);
	for (int round = 0; round < 2; round++)
		for (int at = 0; at < 2; at++)
			coroutine_resume(desk.coroutine[at], 0);
	ck_assert_int_eq(desk.result[0], 0);
	ck_assert_int_eq(desk.result[1], 0);
	coroutine_destroy(&desk.coroutine[0]);
	coroutine_destroy(&desk.coroutine[1]);
	stack_arena_destroy(&desk.arena);
}
END_TEST

static void throw_out(void *argument)
{
	(void)argument;
	throw_uncaught();
}

static void resume_it(void *context)
{
	coroutine_resume(context, 0);
}

START_TEST(an_uncaught_exception_ends_the_process_not_the_resumer)
{
	struct desk desk;
	struct seat seats[1];

	desk_open(&desk, throw_out, seats, 1);
	run_and_catch(resume_it, desk.coroutine[0]);
}
END_TEST

static Suite *exception_suite(void)
{
	Suite *suite = suite_create("exception");
	TCase *exceptions = test_case(suite, "exceptions");

	tcase_add_test(exceptions,
		exceptions_of_two_coroutines_are_caught_by_their_own);
	tcase_add_test_raise_signal(exceptions,
		an_uncaught_exception_ends_the_process_not_the_resumer,
		SIGABRT);
	return suite;
}

TEST_MAIN(exception_suite)
