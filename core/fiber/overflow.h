/*
 * overflow: the last words of a node that dies by a signal.
 *
 * Whoever runs off a coroutine's stack, or crashes in any other way, is named
 * in one sentence on the log, and `tell` is given the backtrace; what it does
 * not take follows on the log. The handler stands on a stack of its own, since
 * the other may be used up, and calls nothing that is unsafe in a signal
 * handler. It must not try to go on.
 *
 * OVERFLOW_SIGNAL_ASK is no crash: it has `tell` hear where the thread stands,
 * and the thread goes on. So an operator that does not come back is found.
 *
 * It finds its own data at the low end of the signal stack that it runs on,
 * so there is no global, and each thread with a node has its own:
 *
 *	| struct overflow | <- signal stack |
 *	^ ss_sp                             ^ ss_sp + ss_size
 */
#ifndef TAU_CORE_FIBER_OVERFLOW_H
#define TAU_CORE_FIBER_OVERFLOW_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/fiber/stack.h"
#include "core/fiber/walk.h"

/* How a node exits when an operator used up its stack. */
#define OVERFLOW_EXIT_STATUS 71

/* Asks where the thread stands; the same as COMMAND_SIGNAL_ASK. Calls that it
 * interrupts are begun again. */
#define OVERFLOW_SIGNAL_ASK (SIGRTMAX - 2)

struct overflow;

/* Who runs now. The texts live until the process ends. */
struct overflow_runner {
	const char *operator_name;
	const char *plugin;
	const struct stack *stack; /* NULL: the scheduler's own */
};

/* Fills in who runs; false when no operator does. Called in the signal
 * handler, so it only reads memory. */
typedef bool overflow_ask(void *context, struct overflow_runner *runner);

enum overflow_kind {
	OVERFLOW_FAULT = 1, /* the kernel found it, at `address` */
	OVERFLOW_RAISED,    /* the process sent itself the signal */
	OVERFLOW_TOLD,      /* another process told it to abort */
	OVERFLOW_USED_UP,   /* a stack */
	OVERFLOW_STANDS,    /* no crash: asked where it stands */
};

/* Where somebody stood. Lives during the call that is given it. */
struct overflow_report {
	enum overflow_kind kind;
	int number; /* of the signal */
	uintptr_t address;
	const struct overflow_runner *runner; /* NULL: no operator */
	const uintptr_t *frames;              /* as in a walk */
	size_t frame_count;
};

/* Takes a report; false: it could not. Called in the signal handler. */
typedef bool overflow_tell(void *context, const struct overflow_report *report);

/* Handles SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS and SIGTRAP of this
 * thread from now on, and OVERFLOW_SIGNAL_ASK. A stack overflow ends the
 * process with OVERFLOW_EXIT_STATUS; after the sentence, all else goes to
 * whoever handled it before, as a rule nobody, so that the process dies by its
 * signal. `fd` is where the sentence goes, `node` (copied) who says it, `arena`
 * where stacks come from; both and `context` outlive this. `tell` may be NULL.
 * Failure changes nothing. */
int overflow_install(struct overflow **overflow, struct os *os,
	const struct stack_arena *arena, int fd, const char *node,
	overflow_ask *ask, overflow_tell *tell, void *context,
	struct error *error);

/* Puts back what was there before, on the same thread. NULL is fine. */
void overflow_remove(struct overflow **overflow);

#endif
