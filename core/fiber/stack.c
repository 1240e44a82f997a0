/*
 * stack: guarded stacks out of one arena of address space.
 *
 * Invariant: slabs below `slab_count` belong to a size; in each, the first
 * `used` slots have their guard for good, and those not taken are on the free
 * list of their size.
 */
#include "core/fiber/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/fiber/annotate.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define GUARD_BYTES (STACK_GUARD_PAGES * PAGE_BYTES)
#define SIZES 10 /* 16 KiB, 32 KiB, … 8 MiB */
#define ARENA_MAGIC 0x73744172u

_Static_assert(STACK_BYTES_MIN << (SIZES - 1) == STACK_BYTES_MAX, "sizes");

struct slab {
	struct stack *stacks; /* one per slot */
	uint8_t *base;
	size_t slot_bytes;
	size_t slots;
	size_t used;
};

struct stack_arena {
	uint32_t magic;
	bool guards_by_protection;
	struct os *os;
	uint8_t *base;
	size_t bytes;
	size_t taken;
	size_t slab_count;
	size_t slabs_max;
	struct slab *slabs;
	struct stack *free[SIZES];
	struct slab *current[SIZES]; /* where the next fresh slot comes from */
};

static int reserve(struct stack_arena *arena, struct error *error);
static int fresh_stack(struct stack_arena *arena, size_t size,
	struct stack **stack, struct error *error);
static int add_slab(
	struct stack_arena *arena, size_t size, struct error *error);
static int guard(
	struct stack_arena *arena, uint8_t *address, struct error *error);

int stack_arena_create(
	struct stack_arena **arena, struct os *os, struct error *error)
{
	struct stack_arena *made = calloc(1, sizeof *made);
	int result;

	if (!made)
		return error_set(error, -ENOMEM,
			"out of memory for the books of coroutine stacks");
	made->magic = ARENA_MAGIC;
	made->os = os;
	result = reserve(made, error);
	if (result < 0) {
		free(made);
		return result;
	}
	*arena = made;
	return 0;
}

void stack_arena_destroy(struct stack_arena **arena)
{
	struct stack_arena *gone = *arena;

	if (!gone)
		return;
	CHECK_MAGIC(gone, ARENA_MAGIC);
	CHECK(gone->taken == 0);
	for (size_t at = 0; at < gone->slab_count; at++)
		free(gone->slabs[at].stacks);
	gone->os->unmap(gone->os, gone->base, gone->bytes);
	gone->magic = 0;
	free(gone->slabs);
	free(gone);
	*arena = NULL;
}

size_t stack_arena_taken(const struct stack_arena *arena)
{
	CHECK_MAGIC(arena, ARENA_MAGIC);
	return arena->taken;
}

bool stack_arena_is_limited(const struct stack_arena *arena)
{
	CHECK_MAGIC(arena, ARENA_MAGIC);
	return arena->guards_by_protection;
}

int stack_take(struct stack_arena *arena, size_t bytes, struct stack **stack,
	struct error *error)
{
	struct stack *found;
	size_t size = 0;
	int result;

	CHECK_MAGIC(arena, ARENA_MAGIC);
	if (bytes > STACK_BYTES_MAX)
		return error_set(error, -E2BIG,
			"a stack of %zu bytes is too large; %u are the most",
			bytes, STACK_BYTES_MAX);
	while ((size_t)STACK_BYTES_MIN << size < bytes)
		size++;
	found = arena->free[size];
	if (found) {
		arena->free[size] = found->next_free;
	} else {
		result = fresh_stack(arena, size, &found, error);
		if (result < 0)
			return result;
	}
	CHECK(!found->taken);
	found->taken = true;
	found->next_free = NULL;
	found->annotation = annotate_stack_begin(found->low, found->bytes);
	arena->taken++;
	*stack = found;
	return 0;
}

void stack_give(struct stack **stack)
{
	struct stack *given = *stack;
	struct stack_arena *arena;
	size_t size = 0;

	if (!given)
		return;
	arena = given->arena;
	CHECK_MAGIC(arena, ARENA_MAGIC);
	CHECK(given->taken);
	CHECK(arena->taken > 0);
	annotate_stack_end(given->annotation, given->low, given->bytes);
	/* Locked memory stays; it is merely not empty next time. */
	arena->os->advise(arena->os, given->low, given->bytes, MADV_DONTNEED);
	while ((size_t)STACK_BYTES_MIN << size < given->bytes)
		size++;
	given->taken = false;
	given->next_free = arena->free[size];
	arena->free[size] = given;
	arena->taken--;
	*stack = NULL;
}

const struct stack *stack_find(
	const struct stack_arena *arena, const void *address, bool *in_guard)
{
	uintptr_t offset = (uintptr_t)address - (uintptr_t)arena->base;
	const struct slab *slab;
	size_t slot;

	if (offset >= (uintptr_t)arena->slab_count * STACK_SLAB_BYTES)
		return NULL;
	slab = &arena->slabs[offset / STACK_SLAB_BYTES];
	offset %= STACK_SLAB_BYTES;
	slot = offset / slab->slot_bytes;
	if (slot >= slab->used)
		return NULL;
	*in_guard = offset % slab->slot_bytes < GUARD_BYTES;
	return &slab->stacks[slot];
}

/* Address space only: no memory, and none promised by the kernel. */
static int reserve(struct stack_arena *arena, struct error *error)
{
	size_t bytes = STACK_ARENA_BYTES;
	void *base = NULL;
	int result;

	do {
		result = arena->os->map(arena->os, &base, bytes, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	} while (result < 0 && (bytes /= 2) >= STACK_SLAB_BYTES);
	if (result < 0)
		return error_set(error, result,
			"no address space for coroutine stacks, not even %u "
			"bytes; is there a limit on it (ulimit -v)?",
			STACK_SLAB_BYTES);
	arena->base = base;
	arena->bytes = bytes;
	arena->slabs_max = bytes / STACK_SLAB_BYTES;
	arena->slabs = calloc(arena->slabs_max, sizeof *arena->slabs);
	if (!arena->slabs) {
		arena->os->unmap(arena->os, base, bytes);
		return error_set(error, -ENOMEM,
			"out of memory for the books of coroutine stacks");
	}
	return 0;
}

static int fresh_stack(struct stack_arena *arena, size_t size,
	struct stack **stack, struct error *error)
{
	struct slab *slab = arena->current[size];
	uint8_t *slot;
	int result;

	if (!slab || slab->used == slab->slots) {
		result = add_slab(arena, size, error);
		if (result < 0)
			return result;
		slab = arena->current[size];
	}
	slot = slab->base + slab->used * slab->slot_bytes;
	result = guard(arena, slot, error);
	if (result < 0)
		return result;
	*stack = &slab->stacks[slab->used];
	(*stack)->low = slot + GUARD_BYTES;
	(*stack)->bytes = (size_t)STACK_BYTES_MIN << size;
	(*stack)->arena = arena;
	slab->used++;
	return 0;
}

static int add_slab(struct stack_arena *arena, size_t size, struct error *error)
{
	struct slab *slab = &arena->slabs[arena->slab_count];
	uint8_t *base = arena->base + arena->slab_count * STACK_SLAB_BYTES;
	int result;

	if (arena->slab_count == arena->slabs_max)
		return error_set(error, -ENOMEM,
			"no address space for another coroutine stack beside "
			"the %zu that are taken",
			arena->taken);
	slab->slot_bytes = GUARD_BYTES + ((size_t)STACK_BYTES_MIN << size);
	slab->slots = STACK_SLAB_BYTES / slab->slot_bytes;
	slab->stacks = calloc(slab->slots, sizeof *slab->stacks);
	result = slab->stacks ? 0 : -ENOMEM;
	if (result == 0)
		result = arena->os->protect(arena->os, base, STACK_SLAB_BYTES,
			PROT_READ | PROT_WRITE);
	if (result < 0) {
		free(slab->stacks);
		return error_set(error, result,
			"out of memory for another coroutine stack beside the "
			"%zu "
			"that are taken",
			arena->taken);
	}
	/* A huge page under a stack would use 2 MiB for the first byte; a
	 * kernel that knows none refuses, and means the same. */
	arena->os->advise(arena->os, base, STACK_SLAB_BYTES, MADV_NOHUGEPAGE);
	slab->base = base;
	arena->current[size] = slab;
	arena->slab_count++;
	return 0;
}

static int guard(
	struct stack_arena *arena, uint8_t *address, struct error *error)
{
	struct os *os = arena->os;
	int result;

	if (!arena->guards_by_protection) {
		result = os->advise(
			os, address, GUARD_BYTES, MADV_GUARD_INSTALL);
		if (result == 0)
			return 0;
		if (result != -EINVAL)
			return error_set(error, result,
				"the kernel refuses a guard for another "
				"coroutine stack beside the %zu that are taken",
				arena->taken);
		arena->guards_by_protection = true;
	}
	result = os->protect(os, address, GUARD_BYTES, PROT_NONE);
	if (result < 0)
		return error_set(error, result,
			"no guard for another coroutine stack beside the %zu "
			"that are taken: this kernel has no cheap guards "
			"(Linux "
			"6.13 does, unless memory is locked), so that each "
			"stack takes two memory areas; raise the sysctl "
			"vm.max_map_count, or write operators as continuations",
			arena->taken);
	return 0;
}
