/* walk_helper: a scheduler, an operator on a coroutine, and a place to stop:
 * what tests/walk.sh shows to gdb. */
#include "core/fiber/coroutine.h"

#include <stdio.h>

#include "core/base/bounds.h"

struct world {
	struct coroutine *coroutine;
	int stops;
};

void stop_here(int *stops);

__attribute__((noinline)) void stop_here(int *stops)
{
	__asm__ volatile("" : : : "memory");
	++*stops;
}

static __attribute__((noinline)) void operator_run(void *argument)
{
	struct world *world = argument;

	stop_here(&world->stops);
	coroutine_suspend(world->coroutine, 0);
	stop_here(&world->stops);
	__asm__ volatile("" : : : "memory"); /* no tail call */
}

static __attribute__((noinline)) void scheduler_run(struct world *world)
{
	while (coroutine_state(world->coroutine) != COROUTINE_DONE)
		coroutine_resume(world->coroutine, 0);
}

int main(void)
{
	struct os os;
	struct stack_arena *arena = NULL;
	struct world world = {0};
	struct error error = ERROR_NONE;

	os_linux_init(&os);
	if (stack_arena_create(&arena, &os, &error) < 0 ||
		coroutine_create(&world.coroutine, arena, STACK_BYTES_DEFAULT,
			operator_run, &world, &error) < 0) {
		fprintf(stderr, "walk_helper: %s\n", error.text);
		return 1;
	}
	scheduler_run(&world);
	coroutine_destroy(&world.coroutine);
	stack_arena_destroy(&arena);
	return world.stops == 2 ? 0 : 1;
}
