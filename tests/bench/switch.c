/* switch: nanoseconds per switch between a coroutine and its resumer, there
 * and back being two. `switch bare` is the assembly alone, `switch` what the
 * scheduler pays, checks included. `switch once N` goes there and back N times
 * without a clock, for whoever counts instructions. Prints the number alone. */
#include "core/fiber/coroutine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"

/* Short rounds, so that some pass undisturbed. */
enum { SWITCHES = 1000 * 1000, ROUNDS = 100 };

struct bench {
	struct os os;
	struct coroutine *coroutine;
};

static void echo_checked(void *argument)
{
	struct coroutine *coroutine = ((struct bench *)argument)->coroutine;

	for (;;)
		coroutine_suspend(coroutine, 0);
}

static void echo_bare(void *argument)
{
	struct bench *bench = argument;
	struct switch_frame *frame = &bench->coroutine->frame;

	for (;;)
		switch_suspend(frame, 0);
}

static void resume_checked(struct bench *bench, long times)
{
	struct coroutine *coroutine = bench->coroutine;

	for (long at = 0; at < times; at++)
		coroutine_resume(coroutine, 0);
}

static void resume_bare(struct bench *bench, long times)
{
	struct switch_frame *frame = &bench->coroutine->frame;

	for (long at = 0; at < times; at++)
		switch_resume(frame, 0);
}

static double measure(struct bench *bench, void (*resume)(struct bench *, long))
{
	int64_t best_ns = INT64_MAX;

	for (int at = 0; at < ROUNDS; at++) {
		int64_t began_ns = bench->os.clock_ns(&bench->os);

		resume(bench, SWITCHES / 2);
		int64_t took_ns = bench->os.clock_ns(&bench->os) - began_ns;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
	}
	return (double)best_ns / SWITCHES;
}

int main(int count, char **words)
{
	bool bare = count > 1 && strcmp(words[1], "bare") == 0;
	bool once = count > 2 && strcmp(words[1], "once") == 0;
	struct bench bench = {0};
	struct stack_arena *arena = NULL;
	struct error error = ERROR_NONE;

	os_linux_init(&bench.os);
	if (stack_arena_create(&arena, &bench.os, &error) < 0 ||
		coroutine_create(&bench.coroutine, arena, STACK_BYTES_DEFAULT,
			bare ? echo_bare : echo_checked, &bench, &error) < 0) {
		fprintf(stderr, "switch: %s\n", error.text);
		return 1;
	}
	if (once)
		resume_checked(&bench, atol(words[2]));
	else
		printf("%.3f\n",
			measure(&bench, bare ? resume_bare : resume_checked));
	/* the bare ones told nobody */
	coroutine_set_state(bench.coroutine, COROUTINE_SUSPENDED);
	coroutine_destroy(&bench.coroutine);
	stack_arena_destroy(&arena);
	return 0;
}
