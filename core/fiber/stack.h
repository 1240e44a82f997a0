/*
 * stack: guarded stacks out of one arena of address space.
 *
 *	arena   | slab 0     | slab 1     | …   64 MiB each, one size per slab
 *	slab    | slot | slot | slot | …  |
 *	slot    | guard, 16 pages | stack  low ………… top |
 *
 * Whoever runs off the low end of a stack hits its guard and gets SIGSEGV.
 * Guards are markers in the page tables (MADV_GUARD_INSTALL, Linux 6.13),
 * which cost no memory area of the kernel's; where the kernel refuses them
 * (older, or locked memory) they are pages without access, which cost two
 * areas a stack and end at about 32,000 stacks (vm.max_map_count).
 *
 * A stack that was given back keeps its guard and loses its memory. Memory
 * that was never touched is never used. It must not know of coroutines.
 */
#ifndef TAU_CORE_FIBER_STACK_H
#define TAU_CORE_FIBER_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"

struct stack_arena;

struct stack {
	uint8_t *low; /* a multiple of the page size */
	size_t bytes; /* a power of two; the top is low + bytes */
	/* stack's own */
	struct stack_arena *arena;
	struct stack *next_free;
	unsigned annotation;
	bool taken;
};

/* Reserves address space: STACK_ARENA_BYTES, or the half of it and so on
 * where that is refused. Failure leaves *arena alone. */
int stack_arena_create(
	struct stack_arena **arena, struct os *os, struct error *error);

/* All stacks must have been given back. NULL is fine. */
void stack_arena_destroy(struct stack_arena **arena);

/* Stacks that are taken now. */
size_t stack_arena_taken(const struct stack_arena *arena);

/* Whether guards cost memory areas here, so that about 32,000 stacks are all
 * there can be. False until the first stack was taken. */
bool stack_arena_is_limited(const struct stack_arena *arena);

/* A stack of at least `bytes`, rounded up to a power of two and to
 * STACK_BYTES_MIN; more than STACK_BYTES_MAX is -E2BIG. What is on it is
 * undefined. It stays where it is until stack_give. */
int stack_take(struct stack_arena *arena, size_t bytes, struct stack **stack,
	struct error *error);

/* Gives a stack back and clears the pointer. NULL is fine. What stood on the
 * stack is gone. */
void stack_give(struct stack **stack);

/* The stack that `address` belongs to, taken or not, its guard included;
 * NULL for anything else. `*in_guard` says which. Safe in a signal handler. */
const struct stack *stack_find(
	const struct stack_arena *arena, const void *address, bool *in_guard);

#endif
