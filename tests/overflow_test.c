/* overflow_test: who ran off their stack or crashed is named, on the log. */
#include "core/fiber/overflow.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "tests/dying.h"
#include "tests/test.h"

static void expect_overflow(const struct rest *rest)
{
	static const char sentence[] =
		"tau: main: operator deep of plugin hole used up its stack of "
		"65536 bytes; give it a larger \"stack\" in its description, "
		"or "
		"less depth\n";

	ck_assert_msg(strncmp(rest->text, sentence, strlen(sentence)) == 0,
		"%s", rest->text);
	ck_assert_msg(WIFEXITED(rest->status) &&
			      WEXITSTATUS(rest->status) == OVERFLOW_EXIT_STATUS,
		"status %x: %s", rest->status, rest->text);
}

static __attribute__((noinline)) int fall(volatile char *above)
{
	volatile char room[300];

	room[0] = above[0];
	if (*above) /* never, but the compiler cannot know */
		return 0;
	return room[0] + fall(room) + room[1];
}

static void fall_for_ever(void *argument)
{
	volatile char first[1] = {0};

	(void)argument;
	fall(first);
}

START_TEST(endless_recursion_is_named)
{
	struct rest rest;

	let_die(&rest, fall_for_ever, NULL, _i);
	expect_overflow(&rest);
	ck_assert_ptr_nonnull(strstr(rest.text, "\ntau: main:   by "));
}
END_TEST

/* A frame so large that it begins in the neighbour's guard, and that no
 * unwinder can see through. */
static void leap(void *argument)
{
	(void)argument;
	__asm__ volatile("subq %0, %%rsp\n\t"
			 "movb $0, (%%rsp)\n\t"
			 "addq %0, %%rsp"
			 :
			 : "r"(64ul * KIB + STACK_GUARD_PAGES * 4096ul +
				 64ul * KIB + 8192ul)
			 : "memory", "cc");
}

START_TEST(a_leap_into_a_neighbours_guard_is_still_its_own)
{
	struct rest rest;

	let_die(&rest, leap, NULL, _i);
	expect_overflow(&rest);
}
END_TEST

static void stray(void *argument)
{
	struct world *world = argument;

	world->neighbour->low[-100] = 1;
}

START_TEST(a_stray_pointer_into_a_guard_is_a_crash)
{
	struct rest rest;

	let_die(&rest, stray, NULL, _i);
	expect_crash(&rest,
		"tau: main: operator deep of plugin hole crashed: SIGSEGV at "
		"address 0x",
		SIGSEGV);
}
END_TEST

START_TEST(a_crash_is_named_and_kills_as_ever)
{
	struct rest rest;

	let_die(&rest, poke, NULL, 0);
	expect_crash(&rest,
		"tau: main: operator deep of plugin hole crashed: SIGSEGV at "
		"address 0x10\n",
		SIGSEGV);
}
END_TEST

static void give_up(void *argument)
{
	(void)argument;
	abort();
}

START_TEST(an_abort_is_named_and_kills_as_ever)
{
	struct rest rest;

	let_die(&rest, give_up, NULL, 0);
	expect_crash(&rest,
		"tau: main: operator deep of plugin hole crashed: SIGABRT\n",
		SIGABRT);
}
END_TEST

static void do_nothing(void *argument)
{
	(void)argument;
}

static void bus_oneself(struct world *world)
{
	(void)world;
	kill(getpid(), SIGBUS);
}

START_TEST(a_crash_of_nobody_is_the_nodes)
{
	struct rest rest;

	let_die(&rest, do_nothing, bus_oneself, 0);
	expect_crash(&rest,
		"tau: main: the node itself, outside of any operator, crashed: "
		"SIGBUS\n",
		SIGBUS);
}
END_TEST

static void remove_and_poke(struct world *world)
{
	overflow_remove(&world->overflow);
	poke(NULL);
}

START_TEST(once_removed_it_says_nothing)
{
	struct rest rest;

	let_die(&rest, do_nothing, remove_and_poke, 0);
	ck_assert_str_eq(rest.text, "");
	ck_assert(WIFSIGNALED(rest.status));
	ck_assert_int_eq(WTERMSIG(rest.status), SIGSEGV);
}
END_TEST

START_TEST(a_refused_installation_changes_nothing)
{
	struct sigaction before, after;
	stack_t stack_before, stack_after;

	sigaction(SIGSEGV, NULL, &before);
	sigaltstack(NULL, &stack_before);
	for (uint64_t nth = 1;; nth++) {
		struct fake_os fake;
		struct overflow *overflow = NULL;
		struct error error = ERROR_NONE;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, EPERM);
		int result = overflow_install(&overflow, &fake.os, NULL, 2, "",
			who_runs, NULL, NULL, &error);
		if (!fake.fired) {
			ck_assert_int_eq(result, 0);
			overflow_remove(&overflow);
			break;
		}
		ck_assert_int_eq(result, -EPERM);
		ck_assert_uint_gt(strlen(error.text), 20);
		ck_assert_ptr_null(overflow);
		sigaction(SIGSEGV, NULL, &after);
		sigaltstack(NULL, &stack_after);
		ck_assert_ptr_eq(after.sa_sigaction, before.sa_sigaction);
		ck_assert_int_eq(stack_after.ss_flags, stack_before.ss_flags);
	}
}
END_TEST

static Suite *overflow_suite(void)
{
	Suite *suite = suite_create("overflow");
	TCase *overflows = test_case(suite, "overflows");
	TCase *crashes = test_case(suite, "crashes");

	tcase_add_loop_test(overflows, endless_recursion_is_named, 0, 2);
	tcase_add_loop_test(overflows,
		a_leap_into_a_neighbours_guard_is_still_its_own, 0, 2);
	tcase_add_loop_test(
		overflows, a_stray_pointer_into_a_guard_is_a_crash, 0, 2);
	tcase_add_test(crashes, a_crash_is_named_and_kills_as_ever);
	tcase_add_test(crashes, an_abort_is_named_and_kills_as_ever);
	tcase_add_test(crashes, a_crash_of_nobody_is_the_nodes);
	tcase_add_test(crashes, once_removed_it_says_nothing);
	tcase_add_test(crashes, a_refused_installation_changes_nothing);
	return suite;
}

TEST_MAIN(overflow_suite)
