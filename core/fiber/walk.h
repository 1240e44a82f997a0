/*
 * walk: who called whom, read off a stack that may be ruined.
 *
 * For signal handlers: no allocation, no lock. The unwinder follows what a
 * stack says, and a ruined one may lead it anywhere; so it walks with a way
 * back, which the handler of the fault that it runs into takes:
 *
 *	handler of SIGSEGV ---> walk_escape ---> is it a walk that faulted?
 *	                                          yes: never comes back; what
 *	                                               was found so far counts
 *	                                          no:  returns, it is a crash
 */
#ifndef TAU_CORE_FIBER_WALK_H
#define TAU_CORE_FIBER_WALK_H

#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"

/* One walk at a time. Zeroed is ready. */
struct walk {
	volatile sig_atomic_t walking;
	bool fell; /* the last walk ran into a fault */
	sigjmp_buf back;
	/* Innermost first: where the signal came, then return addresses. */
	uintptr_t frames[WALK_FRAMES_MAX];
	size_t count;
	void *found[WALK_FRAMES_MAX + WALK_FRAMES_OWN];
};

/* Loads the unwinder, which a handler may not do. Call it once before. */
void walk_prepare(void);

/* Fills in the frames, from the `context` that the handler was given on. At
 * least the first one is there. */
void walk_stack(struct walk *walk, const void *context);

/* Called first of all in the handler of a fault. */
void walk_escape(struct walk *walk);

#endif
