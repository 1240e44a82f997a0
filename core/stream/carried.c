/* carried: a stream moves to another process. See the header. */
#include "core/stream/carried.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/base/check.h"
#include "core/record/descriptor.h"
#include "core/stream/body.h"
#include "core/stream/carried_private.h"
#include "core/stream/stream_private.h"

#define BATCH 128 /* table entries that are hashed at once */

static const uint8_t nothing; /* where empty bodies lie */

/* A run of slots that lie one after the other. */
struct span {
	const struct tau_record *first, *limit;
};

/* How bodies become part of a carry. */
typedef void give_to(struct carry *to, const void *bytes, size_t count);

static uint32_t spans_of(const struct stream *stream, struct span *spans);
static void add_spans(struct span *spans, uint32_t *count,
	const struct ring *ring, uint32_t from, uint32_t to);
static void carry_head(const struct stream *stream, struct carry *to);
static void carry_table(const struct stream *stream, const struct span *spans,
	uint32_t count, struct carry *to);
static void carry_bodies(
	const struct span *span, give_to *give, struct carry *to);
static void put_entry(uint8_t *to, const struct tau_record *record);

void stream_carry(const struct stream *stream, struct carry *to)
{
	struct span spans[6];
	uint32_t count = spans_of(stream, spans);

	carry_head(stream, to);
	carry_expect(to,
		stream_count(stream) * (size_t)(ENTRY_BYTES + FD_BODY_BYTES) +
			stream->used_bytes + 2 * sizeof(uint64_t));
	carry_table(stream, spans, count, to);
	for (uint32_t i = 0; i < count; i++)
		carry_bodies(&spans[i], carry_raw, to);
	carry_u64(to, stream_digest(stream));
}

void stream_lend(const struct stream *stream, struct carry *to)
{
	static const uint8_t zeros[LENT_ALIGN];
	struct span spans[6];
	uint32_t count = spans_of(stream, spans), pad;

	carry_head(stream, to);
	carry_expect(to,
		stream_count(stream) * (size_t)(ENTRY_BYTES + FD_BODY_BYTES) +
			sizeof zeros);
	carry_table(stream, spans, count, to);
	pad = (uint32_t)(-(to->used + sizeof pad) % LENT_ALIGN);
	carry_u32(to, pad);
	carry_raw(to, zeros, pad);
	for (uint32_t i = 0; i < count; i++)
		carry_bodies(&spans[i], carry_lend, to);
}

static void carry_head(const struct stream *stream, struct carry *to)
{
	CHECK(!stream->window);
	carry_u32(to, stream->reason);
	carry_u32(to, (stream->reader.gone ? READER_GONE : 0u) |
			      (stream->writer.gone ? WRITER_GONE : 0u) |
			      (stream->left ? LEFT : 0u));
	carry_u32(to, stream->need_bytes);
	carry_u32(to, stream->atomic_bytes);
	carry_u64(to, stream->reader.want);
	carry_u64(to, stream->writer.want);
	carry_u64(to, stream->limit_bytes);
	carry_u64(to, stream->limit_records);
	carry_u64(to, stream->sent);
	carry_u64(to, stream->sent_bytes);
	carry_u64(to, stream->received);
	carry_u64(to, stream->received_bytes);
	carry_u64(to, stream->dropped);
	carry_u64(to, stream->unread);
	carry_blob(to, stream->sample ? stream->sample : &nothing,
		stream->sample ? stream->sample_bytes : 0);
	carry_u32(to, stream->view_slots);
}

uint64_t stream_digest(const struct stream *stream)
{
	struct span spans[6];
	uint32_t count = spans_of(stream, spans);
	uint8_t table[BATCH * ENTRY_BYTES];
	XXH3_state_t state;
	uint32_t entries = 0;

	XXH3_64bits_reset(&state);
	for (uint32_t i = 0; i < count; i++)
		for (const struct tau_record *at = spans[i].first;
			at < spans[i].limit; at++) {
			put_entry(table + entries++ * ENTRY_BYTES, at);
			if (entries < BATCH)
				continue;
			XXH3_64bits_update(&state, table, sizeof table);
			entries = 0;
		}
	XXH3_64bits_update(&state, table, entries * ENTRY_BYTES);
	for (uint32_t i = 0; i < count; i++)
		for (const struct tau_record *at = spans[i].first;
			at < spans[i].limit;) {
			const uint8_t *body = at->body;
			size_t bytes = at->bytes;

			for (at++; at < spans[i].limit && at->bytes > 0 &&
				   at->body == body + bytes;
				at++)
				bytes += at->bytes;
			if (bytes > 0)
				XXH3_64bits_update(&state, body, bytes);
		}
	return XXH3_64bits_digest(&state);
}

/* In order; what was dropped behind the in window is left out. */
static uint32_t spans_of(const struct stream *stream, struct span *spans)
{
	const struct ring *ring = &stream->ring;
	uint32_t count = 0;

	if (stream->hole) {
		add_spans(spans, &count, ring, ring->head, stream->hole_at);
		add_spans(spans, &count, ring, stream->hole_at + stream->hole,
			ring->tail);
	} else {
		add_spans(spans, &count, ring, ring->head, ring->tail);
	}
	ring = &stream->spill;
	add_spans(spans, &count, ring, ring->head, ring->tail);
	return count;
}

static void add_spans(struct span *spans, uint32_t *count,
	const struct ring *ring, uint32_t from, uint32_t to)
{
	while (from != to) {
		uint32_t slots = ring_span(ring, from, to - from);

		spans[*count].first = ring_at(ring, from);
		spans[(*count)++].limit = ring_at(ring, from) + slots;
		from += slots;
	}
}

static void carry_table(const struct stream *stream, const struct span *spans,
	uint32_t count, struct carry *to)
{
	uint32_t records = (uint32_t)stream_count(stream);
	uint8_t *table;

	carry_u32(to, records);
	table = carry_space(to, (size_t)records * ENTRY_BYTES);
	for (uint32_t i = 0; table && i < count; i++)
		for (const struct tau_record *at = spans[i].first;
			at < spans[i].limit; at++, table += ENTRY_BYTES)
			put_entry(table, at);
}

/* Bodies that lie one after the other are one piece. */
static void carry_bodies(
	const struct span *span, give_to *give, struct carry *to)
{
	const struct tau_record *at = span->first;

	while (at < span->limit) {
		const uint8_t *body = at->body;
		size_t bytes = at->bytes;

		if (at->type == TAU_FD) {
			const struct descriptor *cell = descriptor_of(at++);

			carry_u32(to, carry_fd(to, cell ? cell->fd : -1));
			continue;
		}
		for (at++; at < span->limit && at->type != TAU_FD &&
			   at->bytes > 0 && at->body == body + bytes;
			at++)
			bytes += at->bytes;
		give(to, body, bytes);
	}
}

static void put_entry(uint8_t *to, const struct tau_record *record)
{
	uint32_t bytes = htole32(record->bytes);
	uint32_t type = htole32(record->type);

	memcpy(to, &bytes, sizeof bytes);
	memcpy(to + sizeof bytes, &type, sizeof type);
}
