/* stack_test: guards on every stack, memory only where it was touched. */
#include "core/fiber/stack.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#define GUARD_BYTES (STACK_GUARD_PAGES * 4096u)
#define MADV_GUARD_INSTALL_NUMBER 102

/* The real table, but its kernel has no cheap guards. */
struct old_kernel {
	struct os os; /* first */
	struct os real;
};

static int refuse_guards(struct os *os, void *address, size_t bytes, int advice)
{
	struct old_kernel *old = (struct old_kernel *)os;

	if (advice == MADV_GUARD_INSTALL_NUMBER)
		return -EINVAL;
	return old->real.advise(&old->real, address, bytes, advice);
}

static struct os *old_kernel_init(struct old_kernel *old)
{
	os_linux_init(&old->os);
	old->real = old->os;
	old->os.advise = refuse_guards;
	return &old->os;
}

/* Each test of guards runs on both kinds of kernel. */
struct desk {
	struct old_kernel old;
	struct os os;
	struct stack_arena *arena;
};

static void desk_open(struct desk *desk, int kind)
{
	struct error error = ERROR_NONE;
	struct os *os = &desk->os;

	os_linux_init(os);
	if (kind == 1)
		os = old_kernel_init(&desk->old);
	ck_assert_msg(stack_arena_create(&desk->arena, os, &error) == 0, "%s",
		error.text);
}

static struct stack *take(struct stack_arena *arena, size_t bytes)
{
	struct error error = ERROR_NONE;
	struct stack *stack = NULL;

	ck_assert_msg(stack_take(arena, bytes, &stack, &error) == 0, "%s",
		error.text);
	return stack;
}

/* Whether the byte can be read, without a signal: the kernel reads it. */
static bool is_readable(const void *address)
{
	int fds[2];
	ssize_t count;

	ck_assert_int_eq(pipe(fds), 0);
	count = write(fds[1], address, 1);
	close(fds[0]);
	close(fds[1]);
	return count == 1;
}

static bool is_resident(void *page)
{
	unsigned char state = 0;

	ck_assert_int_eq(mincore(page, 4096, &state), 0);
	return state & 1;
}

START_TEST(a_stack_is_writable_and_guarded_below)
{
	struct desk desk;
	struct stack *stack;

	desk_open(&desk, _i);
	stack = take(desk.arena, 64 * KIB);
	ck_assert_uint_eq(stack->bytes, 64 * KIB);
	memset(stack->low, 0x55, stack->bytes);
	ck_assert(!is_readable(stack->low - 1));
	ck_assert(!is_readable(stack->low - GUARD_BYTES));
	stack_give(&stack);
	ck_assert_ptr_null(stack);
	stack_arena_destroy(&desk.arena);
	ck_assert_ptr_null(desk.arena);
}
END_TEST

START_TEST(a_guard_kills_who_touches_it)
{
	struct desk desk;

	signal(SIGSEGV, SIG_DFL); /* a sanitizer would exit instead */
	desk_open(&desk, _i);
	*(volatile uint8_t *)(take(desk.arena, 1)->low - 8) = 1;
}
END_TEST

START_TEST(guards_stay_when_a_stack_is_used_again)
{
	struct desk desk;
	struct stack *first, *second;
	uint8_t *low;

	desk_open(&desk, _i);
	first = take(desk.arena, 64 * KIB);
	low = first->low;
	low[0] = 1;
	low[64 * KIB - 1] = 1;
	ck_assert(is_resident(low));
	stack_give(&first);
	second = take(desk.arena, 64 * KIB);
	ck_assert_ptr_eq(second->low, low);
	ck_assert(!is_resident(low));
	ck_assert(!is_resident(low + 64 * KIB - 4096));
	ck_assert(!is_readable(low - 1));
	stack_give(&second);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(stacks_of_all_sizes_lie_apart)
{
	static const size_t asked[] = {0, 1, 16384, 16385, 65536, 100000,
		STACK_BYTES_MAX - 1, STACK_BYTES_MAX};
	static const size_t given[] = {16384, 16384, 16384, 32768, 65536,
		131072, STACK_BYTES_MAX, STACK_BYTES_MAX};
	enum { COUNT = sizeof asked / sizeof *asked };
	struct stack *stacks[COUNT];
	struct desk desk;

	desk_open(&desk, _i);
	for (size_t at = 0; at < COUNT; at++) {
		stacks[at] = take(desk.arena, asked[at]);
		ck_assert_uint_eq(stacks[at]->bytes, given[at]);
		stacks[at]->low[0] = (uint8_t)(at + 1);
		stacks[at]->low[given[at] - 1] = (uint8_t)(at + 1);
	}
	ck_assert_uint_eq(stack_arena_taken(desk.arena), COUNT);
	for (size_t at = 0; at < COUNT; at++) {
		ck_assert_uint_eq(stacks[at]->low[0], at + 1);
		ck_assert_uint_eq(stacks[at]->low[given[at] - 1], at + 1);
		stack_give(&stacks[at]);
	}
	ck_assert_uint_eq(stack_arena_taken(desk.arena), 0);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(more_stacks_than_a_slab_holds)
{
	enum { COUNT = 2 * STACK_SLAB_BYTES / (8 * MIB) };
	struct stack *stacks[COUNT];
	struct desk desk;

	desk_open(&desk, _i);
	for (int at = 0; at < COUNT; at++)
		stacks[at] = take(desk.arena, STACK_BYTES_MAX);
	for (int at = 1; at < COUNT; at++) {
		ck_assert(stacks[at]->low >=
			  stacks[at - 1]->low + STACK_BYTES_MAX + GUARD_BYTES);
		ck_assert(!is_readable(stacks[at]->low - 1));
	}
	for (int at = 0; at < COUNT; at++)
		stack_give(&stacks[at]);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(an_address_finds_its_stack)
{
	struct desk desk;
	struct stack *first, *second;
	bool guard = true;

	desk_open(&desk, _i);
	first = take(desk.arena, 64 * KIB);
	second = take(desk.arena, 64 * KIB);
	ck_assert_ptr_eq(stack_find(desk.arena, first->low, &guard), first);
	ck_assert(!guard);
	ck_assert_ptr_eq(
		stack_find(desk.arena, first->low + 64 * KIB - 1, &guard),
		first);
	ck_assert(!guard);
	ck_assert_ptr_eq(stack_find(desk.arena, first->low - 1, &guard), first);
	ck_assert(guard);
	ck_assert_ptr_eq(
		stack_find(desk.arena, second->low - GUARD_BYTES, &guard),
		second);
	ck_assert(guard);
	ck_assert_ptr_null(
		stack_find(desk.arena, first->low - GUARD_BYTES - 1, &guard));
	ck_assert_ptr_null(
		stack_find(desk.arena, second->low + 64 * KIB, &guard));
	ck_assert_ptr_null(stack_find(desk.arena, &desk, &guard));
	ck_assert_ptr_null(stack_find(desk.arena, NULL, &guard));
	stack_give(&first);
	stack_give(&second);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(a_stack_beyond_the_largest_is_refused)
{
	struct desk desk;
	struct stack *stack = NULL;
	struct error error = ERROR_NONE;

	desk_open(&desk, _i);
	ck_assert_int_eq(
		stack_take(desk.arena, STACK_BYTES_MAX + 1u, &stack, &error),
		-E2BIG);
	ck_assert_str_eq(error.text, "a stack of 8388609 bytes is too large; "
				     "8388608 are the most");
	ck_assert_ptr_null(stack);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(the_fallback_says_that_it_is_limited)
{
	struct desk desk;
	struct stack *stack;

	desk_open(&desk, 1);
	ck_assert(!stack_arena_is_limited(desk.arena));
	stack = take(desk.arena, 1);
	ck_assert(stack_arena_is_limited(desk.arena));
	stack_give(&stack);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(what_poses_as_an_old_kernel_is_one)
{
	struct desk desk;
	struct stack *stack;

	desk_open(&desk, 0);
	stack = take(desk.arena, 1);
	if (getenv("OLD_KERNEL")) /* make check-old-kernel */
		ck_assert(stack_arena_is_limited(desk.arena));
	stack_give(&stack);
	stack_arena_destroy(&desk.arena);
}
END_TEST

START_TEST(without_memory_areas_the_sentence_says_what_to_do)
{
	struct fake_os fake;
	struct stack_arena *arena;
	struct stack *first, *second = NULL;
	struct error error = ERROR_NONE;

	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(advise), FAKE_ALWAYS, EINVAL);
	ck_assert_int_eq(stack_arena_create(&arena, &fake.os, &error), 0);
	first = take(arena, 1);
	fake_os_fail(&fake, OS_CALL(protect), FAKE_ALWAYS, ENOMEM);
	ck_assert_int_eq(stack_take(arena, 1, &second, &error), -ENOMEM);
	ck_assert_ptr_null(second);
	ck_assert_str_eq(error.text,
		"no guard for another coroutine stack beside the 1 that are "
		"taken: this kernel has no cheap guards (Linux 6.13 does, "
		"unless memory is locked), so that each stack takes two memory "
		"areas; raise the sysctl vm.max_map_count, or write operators "
		"as continuations");
	/* what was given back can be taken again without a new guard */
	stack_give(&first);
	first = take(arena, 1);
	stack_give(&first);
	stack_arena_destroy(&arena);
}
END_TEST

START_TEST(each_refused_call_is_a_sentence_and_leaves_nothing)
{
	for (uint64_t nth = 1;; nth++) {
		struct fake_os fake;
		struct stack_arena *arena = NULL;
		struct stack *stack = NULL;
		struct error error = ERROR_NONE;
		int result;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, EPERM);
		result = stack_arena_create(&arena, &fake.os, &error);
		if (result == 0)
			result = stack_take(arena, 1, &stack, &error);
		ck_assert_int_eq(result, error.code);
		if (result < 0) {
			ck_assert_int_eq(result, -EPERM);
			ck_assert_ptr_null(stack);
			ck_assert_uint_gt(strlen(error.text), 20);
		}
		stack_give(&stack);
		stack_arena_destroy(&arena);
		if (!fake.fired)
			break;
		ck_assert_uint_lt(nth, 20);
	}
}
END_TEST

START_TEST(less_address_space_makes_a_smaller_arena)
{
	struct fake_os fake;
	struct stack_arena *arena = NULL;
	struct stack *stack;
	struct error error = ERROR_NONE;

	fake_os_init(&fake);
	for (uint64_t nth = 1; nth <= 14; nth++)
		fake_os_fail(&fake, OS_CALL(map), nth, ENOMEM);
	ck_assert_int_eq(stack_arena_create(&arena, &fake.os, &error), 0);
	stack = take(arena, 1); /* the only slab there is */
	ck_assert_int_eq(stack_take(arena, STACK_BYTES_MAX,
				 &(struct stack *){NULL}, &error),
		-ENOMEM);
	ck_assert_str_eq(error.text, "no address space for another coroutine "
				     "stack beside the 1 that are taken");
	stack_give(&stack);
	stack_arena_destroy(&arena);
	fake_os_fail(&fake, OS_CALL(map), FAKE_ALWAYS, ENOMEM);
	error = ERROR_NONE;
	ck_assert_int_eq(stack_arena_create(&arena, &fake.os, &error), -ENOMEM);
	ck_assert_str_eq(error.text,
		"no address space for coroutine stacks, not even 67108864 "
		"bytes; is there a limit on it (ulimit -v)?");
}
END_TEST

static Suite *stack_suite(void)
{
	Suite *suite = suite_create("stack");
	TCase *stacks = test_case(suite, "stacks");
	TCase *refusals = test_case(suite, "refusals");

	tcase_add_loop_test(
		stacks, a_stack_is_writable_and_guarded_below, 0, 2);
	tcase_add_loop_test_raise_signal(
		stacks, a_guard_kills_who_touches_it, SIGSEGV, 0, 2);
	tcase_add_loop_test(
		stacks, guards_stay_when_a_stack_is_used_again, 0, 2);
	tcase_add_loop_test(stacks, stacks_of_all_sizes_lie_apart, 0, 2);
	tcase_add_loop_test(stacks, more_stacks_than_a_slab_holds, 0, 2);
	tcase_add_loop_test(stacks, an_address_finds_its_stack, 0, 2);
	tcase_add_test(refusals, a_stack_beyond_the_largest_is_refused);
	tcase_add_test(refusals, the_fallback_says_that_it_is_limited);
	tcase_add_test(refusals, what_poses_as_an_old_kernel_is_one);
	tcase_add_test(
		refusals, without_memory_areas_the_sentence_says_what_to_do);
	tcase_add_test(
		refusals, each_refused_call_is_a_sentence_and_leaves_nothing);
	tcase_add_test(refusals, less_address_space_makes_a_smaller_arena);
	return suite;
}

TEST_MAIN(stack_suite)
