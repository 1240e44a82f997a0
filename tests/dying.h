/*
 * dying: a node with one operator, in a process of its own since it will not
 * live, and what it says.
 */
#ifndef TAU_TESTS_DYING_H
#define TAU_TESTS_DYING_H

#include <stdbool.h>

#include "core/base/bounds.h"
#include "core/fiber/coroutine.h"
#include "core/fiber/overflow.h"
#include "tests/fake_os.h"

/* A node with one operator, which misbehaves. */
struct world {
	struct fake_os fake;
	struct stack_arena *arena;
	struct stack *neighbour;
	struct coroutine *coroutine;
	struct overflow *overflow;
	bool running;
	int fd; /* where what is said goes */
};

/* What is left of it. */
struct rest {
	int status;
	char text[16 * KIB];
};

/* Which world: kind 1 has no cheap guards; kind 2 a supervisor that takes the
 * report, and says so in a line. */
void let_die(struct rest *rest, void (*entry)(void *),
	void (*afterwards)(struct world *), int kind);

void expect_crash(const struct rest *rest, const char *sentence, int number);

/* An overflow_ask, whose context is the world. */
bool who_runs(void *context, struct overflow_runner *runner);

/* Crashes at address 0x10. */
void poke(void *argument);

#endif
