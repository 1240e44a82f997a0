/*
 * chunk: reference-counted memory for the bodies of records.
 *
 * Free chunks stand in one of three lists: single slots that still have their
 * memory (at most CHUNK_WARM_SLOTS), single slots whose memory went back to
 * the kernel, and spans of several slots, which have none either. All are
 * last in, first out, so that what is used next was touched last. Nothing is
 * put together again until the address space runs out; then one walk over the
 * table joins all that is free and lies side by side.
 */
#include "core/record/chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/record/poison.h"

#define CHUNKS_MAGIC 0x63686e6bu /* "chnk" */

static void *reserve(
	struct os *os, size_t bytes, int protection, struct error *error);
static int arena_reserve(struct chunks *chunks, struct error *error);
static uint32_t take_single(struct chunks *chunks);
static uint32_t take_span(struct chunks *chunks, uint32_t span);
static uint32_t take_unused(struct chunks *chunks, uint32_t span);
static void gather(struct chunks *chunks);

int chunks_create(struct chunks **result, struct os *os, struct error *error)
{
	struct chunks *chunks = calloc(1, sizeof *chunks);
	if (chunks == NULL)
		return error_set(error, -ENOMEM,
			"out of memory for the table of a node's chunks");
	chunks->magic = CHUNKS_MAGIC;
	chunks->os = os;
	chunks->warm = chunks->cold = chunks->spans = CHUNK_NONE;
	int code = arena_reserve(chunks, error);
	if (code < 0) {
		free(chunks);
		return code;
	}
	*result = chunks;
	return 0;
}

void chunks_destroy(struct chunks **owner)
{
	struct chunks *chunks = *owner;
	if (chunks == NULL)
		return;
	CHECK_MAGIC(chunks, CHUNKS_MAGIC);
	CHECK(chunks_live(chunks) == 0);
	struct os *os = chunks->os;
	unpoison(chunks->base, chunks->committed_bytes);
	os->unmap(os, chunks->base, chunks->reserved_bytes);
	os->unmap(os, chunks->slots,
		chunks->slot_count * sizeof(struct chunk_slot));
	chunks->magic = 0;
	free(chunks);
	*owner = NULL;
}

uint64_t chunks_live(const struct chunks *chunks)
{
	uint64_t references = 0;
	uint32_t slot = 0;
	while (slot < chunks->used_count) {
		references += chunks->slots[slot].references;
		slot += chunks->slots[slot].span;
	}
	CHECK(slot == chunks->used_count);
	return references;
}

/* One that was freed last: its row is as it was then. */
static inline uint8_t *get_warm(struct chunks *chunks)
{
	uint32_t slot = chunks->warm;
	struct chunk_slot *row = &chunks->slots[slot];
	uint8_t *start = chunks->base + (size_t)slot * CHUNK_BYTES;
	CHECK(row->references == 0 && row->head == slot && row->span == 1);
	chunks->warm = row->next;
	chunks->warm_count--;
	row->references = 1;
	unpoison(start, CHUNK_BYTES);
	return start;
}

uint8_t *chunk_get(struct chunks *chunks, size_t bytes)
{
	uint32_t slot, span = 1;
	if (bytes <= CHUNK_BYTES && chunks->warm != CHUNK_NONE)
		return get_warm(chunks);
	if (bytes > chunks->reserved_bytes)
		return NULL;
	if (bytes > CHUNK_BYTES)
		span = (uint32_t)((bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
	slot = span == 1 ? take_single(chunks) : take_span(chunks, span);
	if (slot == CHUNK_NONE)
		return NULL;
	struct chunk_slot *rows = &chunks->slots[slot];
	CHECK(rows[0].references == 0);
	for (uint32_t i = 0; i < span; i++)
		rows[i].head = slot;
	rows[0].references = 1;
	rows[0].span = span;
	uint8_t *start = chunk_start(chunks, slot);
	unpoison(start, (size_t)span * CHUNK_BYTES);
	return start;
}

/* Puts a row at the head of one of the three lists. */
static void push(struct chunks *chunks, uint32_t *list, uint32_t slot)
{
	chunks->slots[slot].next = *list;
	*list = slot;
}

static uint32_t pop(struct chunks *chunks, uint32_t *list)
{
	uint32_t slot = *list;
	if (slot != CHUNK_NONE)
		*list = chunks->slots[slot].next;
	return slot;
}

void chunk_free(struct chunks *chunks, uint32_t slot)
{
	struct chunk_slot *row = &chunks->slots[slot];
	struct os *os = chunks->os;
	uint8_t *start = chunk_start(chunks, slot);
	size_t bytes = (size_t)row->span * CHUNK_BYTES;
	CHECK(row->references == 0);
	CHECK(row->head == slot);
	if (row->span == 1 && chunks->warm_count < CHUNK_WARM_SLOTS) {
		chunks->warm_count++;
		push(chunks, &chunks->warm, slot);
	} else {
		/* What cannot be given back (locked memory) stays; the chunk
		 * is free all the same. */
		(void)os->advise(os, start, bytes, MADV_DONTNEED);
		push(chunks, row->span == 1 ? &chunks->cold : &chunks->spans,
			slot);
	}
	poison(start, bytes);
}

/* Address space without memory; NULL when there is none. */
static void *reserve(
	struct os *os, size_t bytes, int protection, struct error *error)
{
	void *address = NULL;
	int code = os->map(os, &address, bytes, protection,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (code == 0)
		return address;
	error_set(error, -ENOMEM,
		"the kernel refuses to reserve %zu MiB of address space for "
		"records (error %d); raise the limit (ulimit -v)",
		bytes / MIB, -code);
	return NULL;
}

/* Address space that begins at a multiple of CHUNK_BYTES, so that a body's slot
 * can be told from the upper bits of its address. */
static void *reserve_aligned(struct os *os, size_t bytes, struct error *error)
{
	uint8_t *base = reserve(os, bytes + CHUNK_BYTES, PROT_NONE, error);
	size_t before = -(uintptr_t)base % CHUNK_BYTES;
	if (base == NULL)
		return NULL;
	if (before > 0)
		os->unmap(os, base, before);
	os->unmap(os, base + before + bytes, CHUNK_BYTES - before);
	return base + before;
}

static int arena_reserve(struct chunks *chunks, struct error *error)
{
	struct os *os = chunks->os;
	size_t bytes = CHUNK_ARENA_BYTES;
	void *base = NULL;
	while (base == NULL && bytes > CHUNK_ARENA_BYTES_MIN) {
		base = reserve_aligned(os, bytes, NULL);
		if (base == NULL)
			bytes /= 2;
	}
	if (base == NULL)
		base = reserve_aligned(os, bytes, error);
	if (base == NULL)
		return -ENOMEM;
	chunks->base = base;
	chunks->reserved_bytes = bytes;
	chunks->slot_count = (uint32_t)(bytes / CHUNK_BYTES);
	chunks->slots =
		reserve(os, chunks->slot_count * sizeof(struct chunk_slot),
			PROT_READ | PROT_WRITE, error);
	if (chunks->slots == NULL) {
		os->unmap(os, base, bytes);
		return -ENOMEM;
	}
	return 0;
}

/* None is warm. */
static uint32_t take_single(struct chunks *chunks)
{
	uint32_t slot = pop(chunks, &chunks->cold);
	if (slot != CHUNK_NONE)
		return slot;
	return take_span(chunks, 1);
}

/* The first span that is large enough; its end stays free. */
static uint32_t take_listed(struct chunks *chunks, uint32_t span)
{
	uint32_t *link = &chunks->spans;
	while (*link != CHUNK_NONE && chunks->slots[*link].span < span)
		link = &chunks->slots[*link].next;
	uint32_t slot = *link;
	if (slot == CHUNK_NONE)
		return CHUNK_NONE;
	*link = chunks->slots[slot].next;
	uint32_t rest = chunks->slots[slot].span - span;
	if (rest > 0) {
		struct chunk_slot *behind = &chunks->slots[slot + span];
		behind->references = 0;
		behind->head = slot + span;
		behind->span = rest;
		push(chunks, rest == 1 ? &chunks->cold : &chunks->spans,
			slot + span);
	}
	return slot;
}

static uint32_t take_span(struct chunks *chunks, uint32_t span)
{
	uint32_t slot = take_listed(chunks, span);
	if (slot == CHUNK_NONE)
		slot = take_unused(chunks, span);
	if (slot != CHUNK_NONE)
		return slot;
	gather(chunks);
	slot = take_listed(chunks, span);
	return slot != CHUNK_NONE ? slot : take_unused(chunks, span);
}

/* Slots that were never given out, made usable in steps. */
static uint32_t take_unused(struct chunks *chunks, uint32_t span)
{
	struct os *os = chunks->os;
	uint32_t slot = chunks->used_count;
	if (span > chunks->slot_count - slot)
		return CHUNK_NONE;
	size_t needed = ((size_t)slot + span) * CHUNK_BYTES;
	if (needed > chunks->committed_bytes) {
		size_t bytes = (needed + CHUNK_COMMIT_BYTES - 1) /
			       CHUNK_COMMIT_BYTES * CHUNK_COMMIT_BYTES;
		size_t more = bytes - chunks->committed_bytes;
		uint8_t *start = chunks->base + chunks->committed_bytes;
		if (os->protect(os, start, more, PROT_READ | PROT_WRITE) != 0)
			return CHUNK_NONE;
		poison(start, more);
		chunks->committed_bytes = bytes;
	}
	chunks->used_count += span;
	return slot;
}

/* Ends a run of free slots: one span, or the beginning of the unused. */
static void gather_run(struct chunks *chunks, uint32_t first, uint32_t behind)
{
	if (first == behind)
		return;
	if (behind == chunks->used_count) {
		chunks->used_count = first;
		return;
	}
	chunks->slots[first].head = first;
	chunks->slots[first].span = behind - first;
	push(chunks, behind - first == 1 ? &chunks->cold : &chunks->spans,
		first);
}

/* Builds the lists anew out of the table, joining free neighbours. */
static void gather(struct chunks *chunks)
{
	struct os *os = chunks->os;
	uint32_t slot = 0, first = 0, used = chunks->used_count;
	for (slot = chunks->warm; slot != CHUNK_NONE;
		slot = chunks->slots[slot].next)
		(void)os->advise(os, chunk_start(chunks, slot), CHUNK_BYTES,
			MADV_DONTNEED);
	chunks->warm = chunks->cold = chunks->spans = CHUNK_NONE;
	chunks->warm_count = 0;
	for (slot = 0; slot < used;) {
		uint32_t span = chunks->slots[slot].span;
		if (chunks->slots[slot].references > 0) {
			gather_run(chunks, first, slot);
			first = slot + span;
		}
		slot += span;
	}
	gather_run(chunks, first, used);
}
