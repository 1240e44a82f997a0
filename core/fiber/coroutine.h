/*
 * coroutine: a function with a stack of its own, which stops in the middle
 * and goes on later.
 *
 *	scheduler                      coroutine
 *	coroutine_resume(c, 1) ------> entry(argument)
 *	                       <------ coroutine_suspend(c, 7)
 *	  returned 7
 *	coroutine_resume(c, 2) ------> … returned 2
 *	                       <------ entry returned: done
 *	  returned 0
 *
 * It must not decide who runs: only the scheduler resumes, and always from
 * its own stack (a coroutine never resumes another). The coroutine's struct
 * stands at the top of its stack; an idle one costs one page.
 *
 * Shared by all that runs in the process and not kept by a switch: errno,
 * thread-locals, mxcsr and the x87 control word (set to the ABI's defaults
 * when a coroutine starts), and what libstdc++ knows of exceptions that are
 * being handled: do not suspend inside a `catch` block.
 */
#ifndef TAU_CORE_FIBER_COROUTINE_H
#define TAU_CORE_FIBER_COROUTINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/fiber/annotate.h"
#include "core/fiber/stack.h"
#include "x86_64/frame.h"

/* The order lets one comparison tell who may be resumed, and who stopped. */
enum coroutine_state {
	COROUTINE_CREATED,   /* its entry was not called yet */
	COROUTINE_SUSPENDED, /* may be resumed */
	COROUTINE_DONE,      /* its entry has returned */
	COROUTINE_RUNNING,   /* between resume and suspend */
};

/* Public only for the inline functions below. */
struct coroutine {
	struct switch_frame frame; /* first: where the stack begins */
	struct stack *stack;
	void (*entry)(void *argument);
	void *argument;
	struct annotate_side own;
	struct annotate_side resumer;
};

/* A coroutine on a stack of at least `stack_bytes` out of `arena`, which must
 * outlive it. Nothing runs yet. `argument` is not owned. */
int coroutine_create(struct coroutine **coroutine, struct stack_arena *arena,
	size_t stack_bytes, void (*entry)(void *argument), void *argument,
	struct error *error);

/* Gives the stack back and clears the pointer; NULL is fine. It must not be
 * running. One that is suspended is abandoned: what its functions hold is
 * lost, so make it return first. */
void coroutine_destroy(struct coroutine **coroutine);

/* The canary is magic and state in one word: a number that is another for each
 * coroutine, plus the state. So one comparison checks both. */
static inline uint64_t coroutine_magic(const struct coroutine *coroutine)
{
	return (uintptr_t)coroutine ^ 0xc0de5afe0ddba110ull;
}

static inline void coroutine_set_state(
	struct coroutine *coroutine, enum coroutine_state state)
{
	coroutine->frame.canary = coroutine_magic(coroutine) + state;
}

/* More than any state when the canary is spoilt. */
static inline uint64_t coroutine_raw_state(const struct coroutine *coroutine)
{
	return coroutine->frame.canary - coroutine_magic(coroutine);
}

static inline enum coroutine_state coroutine_state(
	const struct coroutine *coroutine)
{
	uint64_t state = coroutine_raw_state(coroutine);

	CHECK(state <= COROUTINE_RUNNING);
	return (enum coroutine_state)state;
}

/* Whether the place to go on lies on its own stack. */
static inline bool coroutine_is_at_home(const struct coroutine *coroutine)
{
	return (uintptr_t)coroutine - (uintptr_t)coroutine->frame.own.rsp <=
	       coroutine->frame.stack_bytes;
}

/* Runs the coroutine until it suspends or its entry returns; tells which by
 * coroutine_state, and returns the value that it suspended with (0 when done).
 * `value` is what its coroutine_suspend returns; a first resume has nobody to
 * give it to. Called on the scheduler's stack, on one that is created or
 * suspended. */
static inline int coroutine_resume(struct coroutine *coroutine, int value)
{
	CHECK(coroutine_raw_state(coroutine) <= COROUTINE_SUSPENDED);
	coroutine_set_state(coroutine, COROUTINE_RUNNING);
	annotate_leave(&coroutine->resumer, &coroutine->own);
	value = switch_resume(&coroutine->frame, value);
	annotate_enter(&coroutine->own, &coroutine->resumer);
	CHECK(coroutine_raw_state(coroutine) <= COROUTINE_DONE);
	CHECK(coroutine_is_at_home(coroutine));
	return value;
}

/* Stops here until the next resume, and returns its value. Called by the
 * coroutine itself, on its own stack. Make it a tail call where possible
 * (`return coroutine_suspend(…)`): the way back then needs no `ret`, which
 * the processor would predict wrongly, at several times a switch's cost. */
static inline int coroutine_suspend(struct coroutine *coroutine, int value)
{
	CHECK(coroutine_raw_state(coroutine) == COROUTINE_RUNNING);
	coroutine_set_state(coroutine, COROUTINE_SUSPENDED);
	annotate_leave(&coroutine->own, &coroutine->resumer);
#if defined ANNOTATE_ADDRESS || defined ANNOTATE_THREAD
	value = switch_suspend(&coroutine->frame, value);
	annotate_enter(&coroutine->resumer, &coroutine->own);
	__asm__ volatile(""
			 : "+r"(value)); /* no tail call: the tools would
					    take us to have left before */
	return value;
#else
	return switch_suspend(&coroutine->frame, value);
#endif
}

#endif
