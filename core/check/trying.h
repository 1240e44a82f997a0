/*
 * trying: one case of a test, in a node of its own, in this process.
 *
 *	node_create … node_build, the trial's one plan, with clocks that stand
 *	  for each step: do it; turn the node until nobody is ready and what
 *	    the step waits for has come, or cannot come, or the deadline passed
 *	what came and was not expected, what was not taken, who failed
 *
 * `renew` freezes the node, saves it, builds another one of the same plan,
 * restores that and goes on with it: what an upgrade does, in one process.
 */
#ifndef TAU_CORE_CHECK_TRYING_H
#define TAU_CORE_CHECK_TRYING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"
#include "core/plan/trial.h"

struct node;

struct trying_settings {
	struct os *os;     /* the real one: for deadlines */
	const char *store; /* of plugins, absolute */
	int64_t limit_ns;  /* of real time, for a case */
	bool renews;       /* all operators, in each step and after it */
	/* Told which node runs now, or NULL for none: for crashes. */
	void (*runs)(void *context, const struct node *node);
	void *context;
};

/* Tries case `at`. True: it passed; else `why` says what differs, in lines,
 * the first of which begins with the file and line. */
bool trying_case(struct trial *trial, uint32_t at,
	const struct trying_settings *settings, struct text *why);

#endif
