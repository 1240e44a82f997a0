/* race_helper: three coroutines take a thousand turns; built with
 * ThreadSanitizer by tests/race.sh, to see that it is told of every switch. */
#include "core/fiber/coroutine.h"

#include <stdio.h>

#include "core/base/bounds.h"

enum { COROUTINES = 3, TURNS = 1000 };

struct seat {
	struct coroutine *coroutine;
	int *turns;
};

static void take_turns(void *argument)
{
	struct seat *seat = argument;

	for (int at = 0; at < TURNS; at++) {
		++*seat->turns;
		coroutine_suspend(seat->coroutine, 0);
	}
}

int main(void)
{
	struct os os;
	struct stack_arena *arena = NULL;
	struct seat seats[COROUTINES];
	struct error error = ERROR_NONE;
	int turns = 0;

	os_linux_init(&os);
	if (stack_arena_create(&arena, &os, &error) < 0)
		goto failed;
	for (int at = 0; at < COROUTINES; at++) {
		seats[at].turns = &turns;
		if (coroutine_create(&seats[at].coroutine, arena,
			    STACK_BYTES_DEFAULT, take_turns, &seats[at],
			    &error) < 0)
			goto failed;
	}
	for (int turn = 0; turn <= TURNS; turn++)
		for (int at = 0; at < COROUTINES; at++)
			coroutine_resume(seats[at].coroutine, 0);
	for (int at = 0; at < COROUTINES; at++)
		coroutine_destroy(&seats[at].coroutine);
	stack_arena_destroy(&arena);
	return turns == COROUTINES * TURNS ? 0 : 1;
failed:
	fprintf(stderr, "race_helper: %s\n", error.text);
	return 1;
}
