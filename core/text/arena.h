/*
 * arena: memory of one plan, given back at once.
 *
 * A manifest, a topology and what is made of them hold thousands of small
 * pieces with one common end of life; they come out of an arena and are never
 * freed singly. Memory that is handed out is zeroed and aligned for any type.
 */
#ifndef TAU_CORE_TEXT_ARENA_H
#define TAU_CORE_TEXT_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

/* Zeroed is empty and ready for use. */
struct arena {
	struct arena_block *blocks;
	size_t used_bytes; /* of the newest block */
};

/* Zeroed memory until arena_release; aborts when the system has none left,
 * since a plan that half exists helps nobody. */
void *arena_allocate(struct arena *arena, size_t count, size_t bytes);

/* A copy with a NUL behind it. */
char *arena_text(struct arena *arena, const char *text, size_t bytes);
char *arena_copy(struct arena *arena, const char *text);

/* Text put together as by printf. */
char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

char *arena_format_list(struct arena *arena, const char *format, va_list list)
	__attribute__((format(printf, 2, 0)));

/* Makes room for one more element behind `count` in an array that was made by
 * this call (capacity is the next power of two): the array, perhaps moved. */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t bytes);

/* Frees everything; the arena is empty again. */
void arena_release(struct arena *arena);

#endif
