/*
 * annotate: tells the tools that watch memory which stack we are on. Each
 * function is nothing where its tool is not built in.
 *
 * AddressSanitizer and ThreadSanitizer want to hear before and after each
 * switch; valgrind wants to know each stack once. None of this may change
 * what a program does.
 */
#ifndef TAU_CORE_FIBER_ANNOTATE_H
#define TAU_CORE_FIBER_ANNOTATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef HAVE_VALGRIND
#include <valgrind/memcheck.h>
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ANNOTATE_ADDRESS 1
#endif
#if __has_feature(thread_sanitizer)
#define ANNOTATE_THREAD 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ANNOTATE_ADDRESS 1
#endif
#ifdef __SANITIZE_THREAD__
#define ANNOTATE_THREAD 1
#endif

#ifdef ANNOTATE_ADDRESS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef ANNOTATE_THREAD
#include <sanitizer/tsan_interface.h>
#endif

/* Never a call of its own: a tool that counts calls in and out would see it
 * begin on one stack and end on the other. */
#define ANNOTATE static inline __attribute__((always_inline))

/* What the tools know of one side of a switch. Empty without them. */
struct annotate_side {
#ifdef ANNOTATE_ADDRESS
	void *fake_stack;
	const void *low;
	size_t bytes;
#endif
#ifdef ANNOTATE_THREAD
	void *fiber;
#endif
	/* keeps the struct a struct without either */
	char nothing[0];
};

/* Before a switch from `from` to `to`. */
ANNOTATE void annotate_leave(
	struct annotate_side *from, struct annotate_side *to)
{
	(void)from;
	(void)to;
#ifdef ANNOTATE_THREAD
	from->fiber = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
#ifdef ANNOTATE_ADDRESS
	__sanitizer_start_switch_fiber(&from->fake_stack, to->low, to->bytes);
#endif
}

/* The same, when `from` will never be entered again. */
ANNOTATE void annotate_leave_for_ever(struct annotate_side *to)
{
	(void)to;
#ifdef ANNOTATE_THREAD
	__tsan_switch_to_fiber(to->fiber, 0);
#endif
#ifdef ANNOTATE_ADDRESS
	__sanitizer_start_switch_fiber(NULL, to->low, to->bytes);
#endif
}

/* After a switch from `from`, on `to`. */
ANNOTATE void annotate_enter(
	struct annotate_side *from, struct annotate_side *to)
{
	(void)from;
	(void)to;
#ifdef ANNOTATE_ADDRESS
	__sanitizer_finish_switch_fiber(
		to->fake_stack, &from->low, &from->bytes);
#endif
}

/* A new side with its stack, and its end. */
ANNOTATE void annotate_create(
	struct annotate_side *side, const void *low, size_t bytes)
{
	(void)side;
	(void)low;
	(void)bytes;
#ifdef ANNOTATE_ADDRESS
	side->fake_stack = NULL;
	side->low = low;
	side->bytes = bytes;
#endif
#ifdef ANNOTATE_THREAD
	side->fiber = __tsan_create_fiber(0);
#endif
}

ANNOTATE void annotate_destroy(struct annotate_side *side)
{
	(void)side;
#ifdef ANNOTATE_THREAD
	__tsan_destroy_fiber(side->fiber);
#endif
}

/* Memory becomes a stack; returns what annotate_stack_end wants. */
ANNOTATE unsigned annotate_stack_begin(void *low, size_t bytes)
{
	(void)low;
	(void)bytes;
#ifdef HAVE_VALGRIND
	return VALGRIND_STACK_REGISTER(low, (char *)low + bytes - 1);
#else
	return 0;
#endif
}

/* It is one no longer; what its functions left is forgotten. */
ANNOTATE void annotate_stack_end(unsigned id, void *low, size_t bytes)
{
	(void)id;
	(void)low;
	(void)bytes;
#ifdef HAVE_VALGRIND
	VALGRIND_STACK_DEREGISTER(id);
	VALGRIND_MAKE_MEM_UNDEFINED(low, bytes);
#endif
#ifdef ANNOTATE_ADDRESS
	__asan_unpoison_memory_region(low, bytes);
#endif
}

#endif
