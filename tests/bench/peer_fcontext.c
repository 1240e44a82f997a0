/* A peer: nanoseconds per switch of Boost.Context's fcontext, there and back
 * being two. Prints that number alone. Its functions have C linkage and are
 * declared here as Boost documents them, so no C++ compiler is needed. The
 * switch is called through a pointer, as a library's is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Short rounds, so that some pass undisturbed. */
enum { SWITCHES = 1000 * 1000, ROUNDS = 100, STACK_BYTES = 64 * 1024 };

typedef void *fcontext;
struct transfer {
	fcontext from;
	void *data;
};
typedef struct transfer jump_function(fcontext to, void *data);
extern struct transfer jump_fcontext(fcontext to, void *data);
extern fcontext make_fcontext(
	void *top, size_t bytes, void (*run)(struct transfer));

/* Volatile, so that no compiler sees through the pointer. */
static jump_function *volatile jump_pointer = jump_fcontext;

static void echo(struct transfer who)
{
	jump_function *jump = jump_pointer;
	for (;;)
		who = jump(who.from, who.data);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t round_ns(struct transfer *other)
{
	jump_function *jump = jump_pointer;
	int64_t began_ns = now_ns();
	for (int i = 0; i < SWITCHES / 2; i++)
		*other = jump(other->from, NULL);
	return now_ns() - began_ns;
}

int main(void)
{
	char *stack = aligned_alloc(4096, STACK_BYTES);
	if (!stack)
		return 1;
	struct transfer other = {
		make_fcontext(stack + STACK_BYTES, STACK_BYTES, echo), NULL};
	/* No floating point before the last round: its inexact flag would stay
	 * in mxcsr on this side only, and loading one that differs made each
	 * switch 16 times as slow. The peer is to be seen at its best. */
	int64_t best_ns = INT64_MAX;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t ns = round_ns(&other);
		best_ns = ns < best_ns ? ns : best_ns;
	}
	printf("%.3f\n", (double)best_ns / SWITCHES);
	free(stack);
	return 0;
}
