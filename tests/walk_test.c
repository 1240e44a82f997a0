/* walk_test: where somebody stood, found on stacks that are whole or ruined. */
#include "core/fiber/walk.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/dying.h"
#include "tests/test.h"

START_TEST(who_takes_the_report_is_given_the_way_through_the_coroutine)
{
	struct rest rest;

	let_die(&rest, poke, NULL, 2);
	ck_assert_str_eq(rest.text,
		"tau: main: operator deep of plugin hole crashed: SIGSEGV at "
		"address 0x10\ntold 1 11, deep, many frames\n");
	ck_assert(WIFSIGNALED(rest.status));
}
END_TEST

/* A jump to nowhere: no code tells who was there before, but the stack does. */
static void leap_to_nothing(void *argument)
{
	(void)argument;
	__asm__ volatile("xorl %%eax, %%eax\n\tcall *%%rax" ::
				 : "rax", "memory");
}

START_TEST(a_call_of_nothing_is_traced_to_its_caller)
{
	struct rest rest;
	const char *first;

	let_die(&rest, leap_to_nothing, NULL, 0);
	expect_crash(&rest,
		"tau: main: operator deep of plugin hole crashed: SIGSEGV at "
		"address 0x0\n",
		SIGSEGV);
	first = strstr(rest.text, "  by ");
	ck_assert_ptr_nonnull(strstr(first + 1, "  by "));
}
END_TEST

/* The stack pointer leads nowhere, so does every frame. */
static void lose_the_stack(void *argument)
{
	(void)argument;
	__asm__ volatile("movl $0x1000, %%esp\n\tpush %%rax" ::: "memory");
}

START_TEST(a_ruined_stack_is_survived_long_enough_to_say_so)
{
	const char ruined[] =
		"tau: main: operator deep of plugin hole crashed: SIGSEGV at "
		"address 0xff8\ntold 1 11, deep, ";
	struct rest rest;

	let_die(&rest, lose_the_stack, NULL, 2);
	ck_assert_msg(strncmp(rest.text, ruined, strlen(ruined)) == 0, "%s",
		rest.text);
#ifndef TAU_SANITIZERS /* they keep frame pointers, which are not ruined */
	ck_assert_str_eq(rest.text + strlen(ruined), "few frames\n");
#endif
	ck_assert(WIFSIGNALED(rest.status));
	ck_assert_int_eq(WTERMSIG(rest.status), SIGSEGV);
}
END_TEST

static void ask_oneself(void *argument)
{
	struct world *world = argument;

	kill(getpid(), OVERFLOW_SIGNAL_ASK);
	kill(getpid(), OVERFLOW_SIGNAL_ASK);
	ck_assert_int_eq(write(world->fd, "on\n", 3), 3);
}

START_TEST(who_is_asked_where_it_stands_says_so_and_goes_on)
{
	struct rest rest;
	char wanted[128];

	let_die(&rest, ask_oneself, NULL, 2);
	snprintf(wanted, sizeof wanted,
		"told 5 %d, deep, many frames\ntold 5 %d, deep, many frames\n"
		"on\n",
		OVERFLOW_SIGNAL_ASK, OVERFLOW_SIGNAL_ASK);
	ck_assert_str_eq(rest.text, wanted);
	ck_assert_int_eq(rest.status, 0);
}
END_TEST

static void lose_and_ask(void *argument)
{
	(void)argument;
	/* Asked on a ruined stack, it comes back all the same. */
	__asm__ volatile(
		"movq %%rsp, %%rbx\n\t"
		"movq %%rbp, %%r12\n\t"
		"movl $0x1000, %%esp\n\t"
		"movl $0x1000, %%ebp\n\t"
		"movl $39, %%eax\n\t" /* getpid */
		"syscall\n\t"
		"movl %%eax, %%edi\n\t"
		"movl %0, %%esi\n\t"
		"movl $62, %%eax\n\t" /* kill */
		"syscall\n\t"
		"movq %%rbx, %%rsp\n\t"
		"movq %%r12, %%rbp"
		:
		: "r"(OVERFLOW_SIGNAL_ASK)
		: "rax", "rbx", "rcx", "rdi", "rsi", "r11", "r12", "memory");
}

START_TEST(who_is_asked_on_a_ruined_stack_goes_on)
{
	struct rest rest;
	char wanted[64];

	let_die(&rest, lose_and_ask, NULL, 2);
	snprintf(wanted, sizeof wanted, "told 5 %d, deep, few frames\n",
		OVERFLOW_SIGNAL_ASK);
	ck_assert_str_eq(rest.text, wanted);
	ck_assert_int_eq(rest.status, 0);
}
END_TEST

static Suite *walk_suite(void)
{
	Suite *suite = suite_create("walk");
	TCase *crashes = test_case(suite, "walks");

	tcase_add_test(crashes,
		who_takes_the_report_is_given_the_way_through_the_coroutine);
	tcase_add_test(crashes, a_call_of_nothing_is_traced_to_its_caller);
	tcase_add_test(
		crashes, a_ruined_stack_is_survived_long_enough_to_say_so);
	tcase_add_test(
		crashes, who_is_asked_where_it_stands_says_so_and_goes_on);
	tcase_add_test(crashes, who_is_asked_on_a_ruined_stack_goes_on);
	return suite;
}

TEST_MAIN(walk_suite)
