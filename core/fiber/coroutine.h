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

#define COROUTINE_MAGIC 0x636f726fu

enum coroutine_state {
	COROUTINE_CREATED,   /* its entry was not called yet */
	COROUTINE_RUNNING,   /* between resume and suspend */
	COROUTINE_SUSPENDED, /* may be resumed */
	COROUTINE_DONE,      /* its entry has returned */
};

/* Public only for the inline functions below. */
struct coroutine {
	struct switch_frame frame; /* first: where the stack begins */
	uint32_t magic;
	uint32_t state; /* enum coroutine_state */
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

/* The canary of a coroutine: another for each, and never zero. */
static inline uint64_t coroutine_canary(const struct coroutine *coroutine)
{
	return (uintptr_t)coroutine ^ 0xc0de5afe0ddba11dull;
}

static inline enum coroutine_state coroutine_state(
	const struct coroutine *coroutine)
{
	CHECK_MAGIC(coroutine, COROUTINE_MAGIC);
	return (enum coroutine_state)coroutine->state;
}

/* Aborts unless the frame is whole and the place to go on lies on the stack.
 * Called on both sides of a resume. */
static inline void coroutine_check(const struct coroutine *coroutine)
{
	CHECK_MAGIC(coroutine, COROUTINE_MAGIC);
	CHECK(coroutine->frame.canary == coroutine_canary(coroutine));
	CHECK((uintptr_t)coroutine->frame.own.rsp -
			(uintptr_t)coroutine->stack->low <
		coroutine->stack->bytes);
}

/* Runs the coroutine until it suspends or its entry returns; tells which by
 * coroutine_state, and returns the value that it suspended with (0 when done).
 * `value` is what its coroutine_suspend returns; a first resume has nobody to
 * give it to. Called on the scheduler's stack, on one that is created or
 * suspended. */
static inline int coroutine_resume(struct coroutine *coroutine, int value)
{
	coroutine_check(coroutine);
	CHECK(coroutine->state == COROUTINE_CREATED ||
		coroutine->state == COROUTINE_SUSPENDED);
	coroutine->state = COROUTINE_RUNNING;
	annotate_leave(&coroutine->resumer, &coroutine->own);
	value = switch_resume(&coroutine->frame, value);
	annotate_enter(&coroutine->own, &coroutine->resumer);
	coroutine_check(coroutine);
	CHECK(coroutine->state == COROUTINE_SUSPENDED ||
		coroutine->state == COROUTINE_DONE);
	return value;
}

/* Stops here until the next resume, and returns its value. Called by the
 * coroutine itself, on its own stack. Make it a tail call where possible
 * (`return coroutine_suspend(…)`): the way back then needs no `ret`, which
 * the processor would predict wrongly, at several times a switch's cost. */
static inline int coroutine_suspend(struct coroutine *coroutine, int value)
{
	CHECK_MAGIC(coroutine, COROUTINE_MAGIC);
	CHECK(coroutine->state == COROUTINE_RUNNING);
	coroutine->state = COROUTINE_SUSPENDED;
	annotate_leave(&coroutine->own, &coroutine->resumer);
#ifdef ANNOTATE_ADDRESS
	value = switch_suspend(&coroutine->frame, value);
	annotate_enter(&coroutine->resumer, &coroutine->own);
	return value;
#else
	return switch_suspend(&coroutine->frame, value);
#endif
}

#endif
