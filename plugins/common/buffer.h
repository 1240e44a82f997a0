/*
 * buffer: bytes that grow, for what an operator keeps between records.
 *
 *	start              bytes               room
 *	| what it holds ...|   free            |
 *
 * Growing may move it: keep offsets, not pointers. Never suspends.
 */
#ifndef TAU_PLUGINS_COMMON_BUFFER_H
#define TAU_PLUGINS_COMMON_BUFFER_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* All zero: an empty one that owns nothing. */
struct buffer {
	uint8_t *start;
	size_t bytes, room;
};

static inline void buffer_release(struct buffer *buffer)
{
	free(buffer->start);
	*buffer = (struct buffer){NULL, 0, 0};
}

__attribute__((noinline, cold, unused)) static uint8_t *buffer_grow(
	struct buffer *buffer, size_t more)
{
	size_t room = buffer->room ? buffer->room : 256;
	uint8_t *start;

	if (more > SIZE_MAX / 4 - buffer->bytes)
		return NULL;
	while (room - buffer->bytes < more)
		room *= 2;
	start = realloc(buffer->start, room);
	if (!start)
		return NULL;
	buffer->start = start;
	buffer->room = room;
	return start + buffer->bytes;
}

/* Where `more` bytes can be written behind what it holds; `bytes` stays as it
 * is. NULL: out of memory, and nothing has changed. */
static inline uint8_t *buffer_reserve(struct buffer *buffer, size_t more)
{
	if (__builtin_expect(buffer->room - buffer->bytes >= more, 1) &&
		buffer->start)
		return buffer->start + buffer->bytes;
	return buffer_grow(buffer, more);
}

/* 0 or -ENOMEM. */
static inline int buffer_append(
	struct buffer *buffer, const void *from, size_t bytes)
{
	uint8_t *to = buffer_reserve(buffer, bytes);

	if (!to)
		return -ENOMEM;
	if (bytes)
		memcpy(to, from, bytes);
	buffer->bytes += bytes;
	return 0;
}

static inline int buffer_byte(struct buffer *buffer, char byte)
{
	return buffer_append(buffer, &byte, 1);
}

#endif
