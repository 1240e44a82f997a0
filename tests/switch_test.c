/* switch_test: a switch keeps what a call keeps, no more and no less. */
#include "core/fiber/coroutine.h"

#include <string.h>
#include <xmmintrin.h>

#include "core/base/bounds.h"
#include "tests/test.h"

struct desk {
	struct os os;
	struct stack_arena *arena;
	struct coroutine *coroutine;
	int seen[2];
};

static void desk_open(struct desk *desk, void (*entry)(void *))
{
	struct error error = ERROR_NONE;

	memset(desk, 0, sizeof *desk);
	os_linux_init(&desk->os);
	ck_assert_int_eq(
		stack_arena_create(&desk->arena, &desk->os, &error), 0);
	ck_assert_int_eq(coroutine_create(&desk->coroutine, desk->arena,
				 STACK_BYTES_DEFAULT, entry, desk, &error),
		0);
}

static void desk_close(struct desk *desk)
{
	coroutine_destroy(&desk->coroutine);
	stack_arena_destroy(&desk->arena);
}

/* Fills all that a call must keep from `base` on, switches, and returns 1 if
 * it is kept. The two sides must fill it differently. */
#define KEPT(function, base, frame, value)                                     \
	({                                                                     \
		uint64_t wrong;                                                \
		__asm__ volatile("subq $128, %%rsp\n\t" /* the red zone */     \
				 "pushq %%rbp\n\t"                             \
				 "pushq %%rsp\n\t" /* and a copy to compare */ \
				 "movabsq $" base ", %%rbx\n\t"                \
				 "leaq 1(%%rbx), %%rbp\n\t"                    \
				 "leaq 2(%%rbx), %%r12\n\t"                    \
				 "leaq 3(%%rbx), %%r13\n\t"                    \
				 "leaq 4(%%rbx), %%r14\n\t"                    \
				 "leaq 5(%%rbx), %%r15\n\t"                    \
				 "pushq %%rbx\n\t"                             \
				 "pushq %%rbx\n\t"                             \
				 "call " function "\n\t"                       \
				 "popq %%rax\n\t"                              \
				 "popq %%rax\n\t"                              \
				 "xorl %%edx, %%edx\n\t"                       \
				 "cmpq %%rax, %%rbx\n\t"                       \
				 "jne 1f\n\t"                                  \
				 "subq %%rax, %%rbp\n\t"                       \
				 "subq %%rax, %%r12\n\t"                       \
				 "subq %%rax, %%r13\n\t"                       \
				 "subq %%rax, %%r14\n\t"                       \
				 "subq %%rax, %%r15\n\t"                       \
				 "cmpq $1, %%rbp\n\t"                          \
				 "jne 1f\n\t"                                  \
				 "cmpq $2, %%r12\n\t"                          \
				 "jne 1f\n\t"                                  \
				 "cmpq $3, %%r13\n\t"                          \
				 "jne 1f\n\t"                                  \
				 "cmpq $4, %%r14\n\t"                          \
				 "jne 1f\n\t"                                  \
				 "cmpq $5, %%r15\n\t"                          \
				 "jne 1f\n\t"                                  \
				 "movl $1, %%edx\n"                            \
				 "1:\n\t"                                      \
				 "popq %%rcx\n\t"                              \
				 "subq %%rsp, %%rcx\n\t"                       \
				 "popq %%rbp\n\t"                              \
				 "addq $128, %%rsp\n\t"                        \
				 "addq %%rcx, %%rdx\n\t"                       \
				 : "=&d"(wrong), "+D"(frame), "+S"(value)      \
				 :                                             \
				 : "rax", "rbx", "rcx", "r8", "r9", "r10",     \
				 "r11", "r12", "r13", "r14", "r15", "memory",  \
				 "cc");                                        \
		wrong == 1;                                                    \
	})

static void keep_registers(void *argument)
{
	struct desk *desk = argument;

	for (int at = 0; at < 2; at++) {
		struct switch_frame *frame = &desk->coroutine->frame;
		long value = 0;

		annotate_leave(
			&desk->coroutine->own, &desk->coroutine->resumer);
		if (KEPT("switch_suspend", "0x1234567800000000", frame, value))
			desk->seen[0]++;
		annotate_enter(
			&desk->coroutine->resumer, &desk->coroutine->own);
	}
}

START_TEST(a_switch_keeps_what_a_call_keeps)
{
	struct desk desk;
	int kept = 0;

	desk_open(&desk, keep_registers);
	for (int at = 0; at < 3; at++) {
		struct switch_frame *frame = &desk.coroutine->frame;
		long value = 0;

		coroutine_set_state(desk.coroutine, COROUTINE_RUNNING);
		annotate_leave(&desk.coroutine->resumer, &desk.coroutine->own);
		if (KEPT("switch_resume", "0x7654321000000000", frame, value))
			kept++;
		annotate_enter(&desk.coroutine->own, &desk.coroutine->resumer);
	}
	ck_assert_int_eq(kept, 3);
	ck_assert_int_eq(coroutine_state(desk.coroutine), COROUTINE_DONE);
	ck_assert_int_eq(desk.seen[0], 2);
	desk_close(&desk);
}
END_TEST

static void note_control_words(void *argument)
{
	struct desk *desk = argument;
	uint16_t x87;

	__asm__ volatile("fnstcw %0" : "=m"(x87));
	desk->seen[0] = (int)_mm_getcsr() & 0xffc0;
	desk->seen[1] = x87;
}

START_TEST(a_coroutine_starts_with_the_usual_control_words)
{
	struct desk desk;
	uint16_t odd = 0x27f;

	desk_open(&desk, note_control_words);
	_mm_setcsr(0xffc0); /* to zero, denormals flushed */
	__asm__ volatile("fldcw %0" : : "m"(odd));
	coroutine_resume(desk.coroutine, 0);
	ck_assert_int_eq(desk.seen[0], 0x1f80);
	ck_assert_int_eq(desk.seen[1], 0x37f);
	desk_close(&desk);
}
END_TEST

static Suite *switch_suite(void)
{
	Suite *suite = suite_create("switch");
	TCase *registers = test_case(suite, "registers");

	tcase_add_test(registers, a_switch_keeps_what_a_call_keeps);
	tcase_add_test(
		registers, a_coroutine_starts_with_the_usual_control_words);
	return suite;
}

TEST_MAIN(switch_suite)
