/*
 * overflow: the last words of a node that dies by a signal.
 *
 * Whoever runs off a coroutine's stack, or crashes in any other way, is named
 * in one sentence on the log, followed by a backtrace. The handler stands on
 * a stack of its own, since the other may be used up, and calls nothing that
 * is unsafe in a signal handler. It must not try to go on.
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

/* How a node exits when an operator used up its stack. */
#define OVERFLOW_EXIT_STATUS 71

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

/* Handles SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT of this thread from now
 * on. A stack overflow ends the process with OVERFLOW_EXIT_STATUS; after the
 * sentence, all else goes to whoever handled it before, as a rule nobody, so
 * that the process dies by its signal. `fd` is where the sentence goes, `node`
 * (copied) who says it, `arena` where stacks come from; both and `context`
 * outlive this. Failure changes nothing. */
int overflow_install(struct overflow **overflow, struct os *os,
	const struct stack_arena *arena, int fd, const char *node,
	overflow_ask *ask, void *context, struct error *error);

/* Puts back what was there before, on the same thread. NULL is fine. */
void overflow_remove(struct overflow **overflow);

#endif
