/*
 * arena: blocks in a list, newest first; pieces are cut from the newest.
 *
 *     blocks -> [next|bytes| piece piece piece .... free ] -> [next|bytes| …
 *                            ^0               ^used_bytes
 */
#include "core/text/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

#define ARENA_BLOCK_BYTES 16384u

struct arena_block {
	struct arena_block *next;
	size_t bytes;
	alignas(max_align_t) unsigned char data[];
};

static struct arena_block *add_block(struct arena *arena, size_t bytes)
{
	size_t room = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
	struct arena_block *block = calloc(1, sizeof *block + room);
	CHECK(block != NULL);
	block->bytes = room;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->used_bytes = 0;
	return block;
}

void *arena_allocate(struct arena *arena, size_t count, size_t bytes)
{
	const size_t unit = alignof(max_align_t);
	size_t total;
	CHECK(!__builtin_mul_overflow(count, bytes, &total));
	CHECK(total <= SIZE_MAX / 2);
	total = total == 0 ? unit : (total + unit - 1) / unit * unit;
	struct arena_block *block = arena->blocks;
	if (block == NULL || block->bytes - arena->used_bytes < total)
		block = add_block(arena, total);
	void *piece = block->data + arena->used_bytes;
	arena->used_bytes += total;
	return piece;
}

char *arena_text(struct arena *arena, const char *text, size_t bytes)
{
	char *copy = arena_allocate(arena, bytes + 1, 1);
	if (bytes > 0)
		memcpy(copy, text, bytes);
	return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
	return arena_text(arena, text, strlen(text));
}

char *arena_format_list(struct arena *arena, const char *format, va_list list)
{
	va_list again;
	va_copy(again, list);
	int bytes = vsnprintf(NULL, 0, format, again);
	va_end(again);
	CHECK(bytes >= 0);
	char *text = arena_allocate(arena, (size_t)bytes + 1, 1);
	vsnprintf(text, (size_t)bytes + 1, format, list);
	return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	char *text = arena_format_list(arena, format, list);
	va_end(list);
	return text;
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t bytes)
{
	/* The capacity is 0, 4, 8, 16, …: full at exactly these counts. */
	if (count != 0 && (count < 4 || (count & (count - 1)) != 0))
		return array;
	void *grown = arena_allocate(arena, count < 4 ? 4 : 2 * count, bytes);
	if (count > 0)
		memcpy(grown, array, count * bytes);
	return grown;
}

void arena_release(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		free(block);
	}
	arena->used_bytes = 0;
}
