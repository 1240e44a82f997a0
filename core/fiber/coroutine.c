/*
 * coroutine: creation, the first and the last step.
 *
 *	low …… stack …… | struct coroutine, begins with the frame | top
 *	                ^ rsp of switch_start
 */
#include "core/fiber/coroutine.h"

#include <string.h>
#include <unwind.h>

#define FRAME_ALIGNMENT 64 /* a cache line; the ABI wants 16 */
#define ROOM                                                                   \
	((sizeof(struct coroutine) + FRAME_ALIGNMENT - 1) &                    \
		~(size_t)(FRAME_ALIGNMENT - 1))

_Static_assert(offsetof(struct coroutine, frame) == 0, "rsp is the frame");

static void run_entry(struct switch_frame *frame);

int coroutine_create(struct coroutine **coroutine, struct stack_arena *arena,
	size_t stack_bytes, void (*entry)(void *argument), void *argument,
	struct error *error)
{
	struct coroutine *made;
	struct stack *stack;
	int result = stack_take(arena, stack_bytes, &stack, error);

	if (result < 0)
		return result;
	made = (struct coroutine *)(void *)(stack->low + stack->bytes - ROOM);
	memset(made, 0, sizeof *made);
	made->frame.stack_bytes = stack->bytes - ROOM;
	made->stack = stack;
	made->entry = entry;
	made->argument = argument;
	coroutine_set_state(made, COROUTINE_CREATED);
	made->frame.own.rsp = &made->frame;
	memcpy(&made->frame.own.rip, &(void (*)(void)){switch_start},
		sizeof made->frame.own.rip);
	memcpy(&made->frame.own.rbx,
		&(void (*)(struct switch_frame *)){run_entry},
		sizeof made->frame.own.rbx);
	annotate_create(&made->own, stack->low, stack->bytes);
	*coroutine = made;
	return 0;
}

void coroutine_destroy(struct coroutine **coroutine)
{
	struct coroutine *gone = *coroutine;
	struct stack *stack;

	if (!gone)
		return;
	CHECK(coroutine_state(gone) != COROUTINE_RUNNING);
	stack = gone->stack;
	annotate_destroy(&gone->own);
	gone->frame.canary = 0;
	stack_give(&stack);
	*coroutine = NULL;
}

/* The first function on the stack; it has nowhere to return to. */
static void run_entry(struct switch_frame *frame)
{
	struct coroutine *coroutine = (struct coroutine *)(void *)frame;

	annotate_enter(&coroutine->resumer, &coroutine->own);
	coroutine->entry(coroutine->argument);
	CHECK(coroutine_state(coroutine) == COROUTINE_RUNNING);
	coroutine_set_state(coroutine, COROUTINE_DONE);
	annotate_leave_for_ever(&coroutine->resumer);
	switch_suspend(frame, 0);
	check_failed("a coroutine that is done stays so", __FILE__, __LINE__,
		__func__);
}

/*
 * Named by switch_start as its personality: the unwinder asks it whether an
 * exception may pass. It may not: the frames beyond belong to another stack,
 * and a handler found there (an embedder's) would be entered on ours. The
 * refusal makes the thrower call std::terminate, on the spot.
 */
_Unwind_Reason_Code switch_personality_routine(int version,
	_Unwind_Action actions, _Unwind_Exception_Class kind,
	struct _Unwind_Exception *exception,
	struct _Unwind_Context *context) __asm__("switch_personality");

_Unwind_Reason_Code switch_personality_routine(int version,
	_Unwind_Action actions, _Unwind_Exception_Class kind,
	struct _Unwind_Exception *exception, struct _Unwind_Context *context)
{
	(void)version;
	(void)kind;
	(void)exception;
	(void)context;
	return actions & _UA_SEARCH_PHASE ? _URC_FATAL_PHASE1_ERROR
					  : _URC_FATAL_PHASE2_ERROR;
}
