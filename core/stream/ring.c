/* ring: a circular array of records. See the header. */
#include "core/stream/ring.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"

static uint32_t size_class(uint32_t slots);

void ring_pool_release(struct ring_pool *pool)
{
	CHECK(pool->attached == 0);
	for (uint32_t i = 0; i < RING_CLASSES; i++)
		while (pool->spares[i]) {
			struct ring_spare *spare = pool->spares[i];

			pool->spares[i] = spare->next;
			free(spare);
		}
	*pool = (struct ring_pool){0};
}

int ring_attach(struct ring *ring, struct ring_pool *pool, uint32_t slots)
{
	uint32_t class = size_class(slots);
	void *array = pool->spares[class];

	CHECK(!ring->slots);
	if (array) {
		pool->spares[class] = pool->spares[class]->next;
		pool->spare_count[class]--;
	} else {
		array = aligned_alloc(64, sizeof(struct tau_record) << class);
		if (!array)
			return -ENOMEM;
	}
	pool->attached++;
	*ring = (struct ring){.slots = array, .size = 1u << class};
	return 0;
}

void ring_detach(struct ring *ring, struct ring_pool *pool)
{
	struct ring_spare *spare = (void *)ring->slots;
	uint32_t class;

	if (!spare)
		return;
	CHECK(ring_count(ring) == 0);
	class = size_class(ring->size);
	pool->attached--;
	if (pool->spare_count[class] < RING_SPARES_MAX) {
		spare->next = pool->spares[class];
		pool->spares[class] = spare;
		pool->spare_count[class]++;
	} else {
		free(spare);
	}
	*ring = (struct ring){0};
}

int ring_grow(struct ring *ring, struct ring_pool *pool)
{
	struct ring grown = {0};
	int result = ring_attach(&grown, pool, ring->size * 2);

	if (result < 0)
		return result;
	grown.head = ring->head;
	grown.tail = ring->tail;
	for (uint32_t at = ring->head; at != ring->tail; at++)
		*ring_at(&grown, at) = *ring_at(ring, at);
	ring->head = ring->tail;
	ring_detach(ring, pool);
	*ring = grown;
	return 0;
}

/* The exponent of the smallest array that holds so many: at least 4 slots, so
 * that an array is one cache line. */
static uint32_t size_class(uint32_t slots)
{
	uint32_t class;

	if (slots <= 4)
		return 2;
	class = 32 - (uint32_t)__builtin_clz(slots - 1);
	return class < RING_CLASSES ? class : RING_CLASSES - 1;
}
