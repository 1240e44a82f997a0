/*
 * ring: a circular array of records that is there only while it holds any.
 *
 *	positions   head ......... tail          both only grow (modulo 2^32)
 *	slots       [ r r r r r r r . . . . ]    slot = position & (size - 1)
 *
 * Arrays come from a pool of spares, the most recently used first, so that a
 * chain of operators works in the same warm memory. A ring knows nothing of
 * bodies, flow or ends.
 *
 * Invariant: tail - head <= size, and size is a power of two.
 */
#ifndef TAU_CORE_STREAM_RING_H
#define TAU_CORE_STREAM_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/record.h>

#define RING_CLASSES 32 /* one list of spares per power of two */
#define RING_SPARES_MAX 16

struct ring_spare {
	struct ring_spare *next;
};

struct ring_pool {
	struct ring_spare *spares[RING_CLASSES];
	uint32_t spare_count[RING_CLASSES];
	uint64_t attached; /* arrays in use */
};

struct ring {
	struct tau_record *slots; /* NULL while detached */
	uint32_t size;
	uint32_t head, tail;
};

void ring_pool_release(struct ring_pool *pool);

/* Gives the ring an array of at least `slots` records. -ENOMEM. */
int ring_attach(struct ring *ring, struct ring_pool *pool, uint32_t slots);

/* Gives the array back; the ring must be empty. Does nothing when detached. */
void ring_detach(struct ring *ring, struct ring_pool *pool);

/* Doubles the array, also of a full ring; records keep their positions. No
 * window may be open on it. -ENOMEM leaves it as it was. */
int ring_grow(struct ring *ring, struct ring_pool *pool);

static inline uint32_t ring_count(const struct ring *ring)
{
	return ring->tail - ring->head;
}

static inline uint32_t ring_free(const struct ring *ring)
{
	return ring->size - ring_count(ring);
}

static inline struct tau_record *ring_at(
	const struct ring *ring, uint32_t position)
{
	return &ring->slots[position & (ring->size - 1)];
}

/* How many slots lie one after the other from a position on, at most `most`. */
static inline uint32_t ring_span(
	const struct ring *ring, uint32_t position, uint32_t most)
{
	uint32_t to_end = ring->size - (position & (ring->size - 1));

	return most < to_end ? most : to_end;
}

#endif
