/*
 * chunk: reference-counted memory for the bodies of records.
 *
 * A node has one arena: address space reserved at once, cut into slots of
 * CHUNK_BYTES. A chunk is one slot, or several in a row for a larger body, and
 * has one count for everything that lies in it. Counts stand in a side table,
 * so a chunk is all body and any address inside it leads to its count:
 *
 *     arena   |  slot 0  |  slot 1  |  slot 2  |  slot 3  | … reserved
 *             |  chunk   |  chunk of two slots |  free    |
 *     table   | refs 3   | refs 1   | refs 0   | refs 0   |
 *             | head 0   | head 1   | head 1   | head 3   |
 *                                         `--> counts are kept at the head
 *
 * Invariant: a slot is free exactly when its head's count is 0; free memory is
 * poisoned under AddressSanitizer and valgrind. Nothing here suspends, and
 * nothing knows what a body means. An empty body lies in no chunk: hold no
 * reference for it.
 */
#ifndef TAU_CORE_RECORD_CHUNK_H
#define TAU_CORE_RECORD_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/os.h"

/* The slot of an address that is not the arena's: a static body. */
#define CHUNK_NONE UINT32_MAX

/* One row of the side table. `next` links free chunks; `span` is a chunk's
 * size in slots, true at its head only. */
struct chunk_slot {
	uint32_t references;
	uint32_t head;
	uint32_t span;
	uint32_t next;
};

/* What the inline functions below need; the rest is chunk.c's own. */
struct chunks {
	uint32_t magic;
	uint32_t slot_count;
	uint8_t *base;
	struct chunk_slot *slots;
	struct os *os;
	size_t reserved_bytes;  /* of the arena */
	size_t committed_bytes; /* its readable and writable beginning */
	uint32_t used_count;    /* slots before this one were given out once */
	uint32_t warm_count;    /* free slots that still have memory */
	uint32_t warm;          /* free single slots with memory, then */
	uint32_t cold;          /* those without, then */
	uint32_t spans;         /* free slots in rows: three linked lists */
	uint32_t reserved;
};

/* Reserves the arena: CHUNK_ARENA_BYTES of address space, or the largest half,
 * quarter, … of it that the kernel gives, at least CHUNK_ARENA_BYTES_MIN.
 * Takes no memory yet. `os` is kept. -ENOMEM with a sentence. */
int chunks_create(struct chunks **chunks, struct os *os, struct error *error);

/* Gives everything back. CHECKs that no reference is left. NULL is fine. */
void chunks_destroy(struct chunks **chunks);

/* References held now, in all chunks. Walks the table: for tests, reports and
 * teardown, not for the way of a record. */
uint64_t chunks_live(const struct chunks *chunks);

/* A chunk of at least `bytes` bytes (CHUNK_BYTES, or the next multiple), with
 * one reference held by the caller. Its contents are undefined. NULL: out of
 * memory or address space. */
uint8_t *chunk_get(struct chunks *chunks, size_t bytes);

/* What chunk_drop does when the last reference is gone. */
void chunk_free(struct chunks *chunks, uint32_t head);

/* The slot that an address lies in, CHUNK_NONE when it is not the arena's. */
static inline uint32_t chunk_slot(const struct chunks *chunks, const void *body)
{
	uintptr_t offset = (uintptr_t)body - (uintptr_t)chunks->base;
	uintptr_t slot = offset / CHUNK_BYTES;
	return slot < chunks->slot_count ? (uint32_t)slot : CHUNK_NONE;
}

/* Where a slot begins; with `.head` of its row, where its chunk does. */
static inline uint8_t *chunk_start(const struct chunks *chunks, uint32_t slot)
{
	return chunks->base + (size_t)chunks->slots[slot].head * CHUNK_BYTES;
}

/* The size of the chunk that holds `body`; `body` must be the arena's. */
static inline size_t chunk_bytes(const struct chunks *chunks, const void *body)
{
	uint32_t head = chunks->slots[chunk_slot(chunks, body)].head;
	return (size_t)chunks->slots[head].span * CHUNK_BYTES;
}

/* Adds references to the chunk that `slot` lies in, which must be live.
 * CHUNK_NONE is fine, and nothing is counted. */
static inline void chunk_hold(
	struct chunks *chunks, uint32_t slot, uint32_t references)
{
	if (slot == CHUNK_NONE)
		return;
	struct chunk_slot *head = &chunks->slots[chunks->slots[slot].head];
	CHECK(head->references - 1u < UINT32_MAX - references);
	head->references += references;
}

/* Whether the caller's reference on the chunk that begins at `start` is the
 * only one. */
static inline bool chunk_alone(const struct chunks *chunks, const void *start)
{
	return chunks->slots[chunk_slot(chunks, start)].references == 1;
}

/* Takes at least one reference away; frees the chunk at the last one. */
static inline void chunk_drop(
	struct chunks *chunks, uint32_t slot, uint32_t references)
{
	if (slot == CHUNK_NONE)
		return;
	struct chunk_slot *head = &chunks->slots[chunks->slots[slot].head];
	CHECK(head->references - references < head->references);
	head->references -= references;
	if (head->references == 0)
		chunk_free(chunks, (uint32_t)(head - chunks->slots));
}

#endif
