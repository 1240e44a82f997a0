/*
 * lengths: a queue of how many bytes each record took.
 *
 *	start    head              bytes
 *	| gone   | first ... last  |
 */
#ifndef TAU_PLUGINS_EXEC_LENGTHS_H
#define TAU_PLUGINS_EXEC_LENGTHS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"

/* All zero: an empty one. */
struct lengths {
	struct buffer buffer; /* of uint32_t */
	size_t head;          /* bytes that are gone */
	uint64_t sum;         /* of those that are not */
};

static inline size_t lengths_count(const struct lengths *lengths)
{
	return (lengths->buffer.bytes - lengths->head) / sizeof(uint32_t);
}

static inline uint32_t lengths_at(const struct lengths *lengths, size_t index)
{
	uint32_t length;

	memcpy(&length,
		lengths->buffer.start + lengths->head + index * sizeof length,
		sizeof length);
	return length;
}

/* 0 or -ENOMEM. */
static inline int lengths_push(struct lengths *lengths, uint32_t length)
{
	if (buffer_append(&lengths->buffer, &length, sizeof length))
		return -ENOMEM;
	lengths->sum += length;
	return 0;
}

/* There must be one. */
static inline uint32_t lengths_pop(struct lengths *lengths)
{
	uint32_t length = lengths_at(lengths, 0);
	size_t left;

	lengths->head += sizeof length;
	lengths->sum -= length;
	left = lengths->buffer.bytes - lengths->head;
	if (lengths->head < left)
		return length;
	memmove(lengths->buffer.start, lengths->buffer.start + lengths->head,
		left);
	lengths->buffer.bytes = left;
	lengths->head = 0;
	return length;
}

static inline void lengths_clear(struct lengths *lengths)
{
	lengths->buffer.bytes = lengths->head = 0;
	lengths->sum = 0;
}

/* The sum of what stands in the buffer, as restored; false: it is none. */
static inline bool lengths_restored(struct lengths *lengths)
{
	lengths->head = 0;
	lengths->sum = 0;
	if (lengths->buffer.bytes % sizeof(uint32_t))
		return false;
	for (size_t i = 0; i < lengths_count(lengths); i++)
		lengths->sum += lengths_at(lengths, i);
	return true;
}

#endif
