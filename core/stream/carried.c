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
#include "core/base/prefault.h"
#include "core/record/descriptor.h"
#include "core/stream/body.h"
#include "core/stream/stream_private.h"

#define ENTRY_BYTES 8
#define FD_BODY_BYTES 4
#define BATCH 128 /* table entries that are hashed at once */

enum {
	READER_GONE = 1,
	WRITER_GONE = 2,
	LEFT = 4,
};

static const uint8_t nothing; /* where empty bodies lie */

/* A run of slots that lie one after the other. */
struct span {
	const struct tau_record *first, *limit;
};

static uint32_t spans_of(const struct stream *stream, struct span *spans);
static void add_spans(struct span *spans, uint32_t *count,
	const struct ring *ring, uint32_t from, uint32_t to);
static void carry_records(const struct stream *stream, const struct span *spans,
	uint32_t count, struct carry *to);
static void carry_bodies(const struct span *span, struct carry *to);
static void put_entry(uint8_t *to, const struct tau_record *record);
static int fill_records(struct stream *stream, struct carry_reader *from,
	uint32_t count, struct error *error);
static int place_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t count);
static int place_fd(struct stream *stream, struct carry_reader *from,
	struct tau_record *record);
static int settle(struct stream *stream, uint32_t count);
static int refuse(const struct stream *stream, struct error *error);
static int lack(const struct stream *stream, struct error *error);

void stream_carry(const struct stream *stream, struct carry *to)
{
	struct span spans[6];
	uint32_t count = spans_of(stream, spans);

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
	carry_records(stream, spans, count, to);
}

int stream_fill(
	struct stream *stream, struct carry_reader *from, struct error *error)
{
	uint32_t reason = carry_take_u32(from), flags = carry_take_u32(from);
	uint32_t need_bytes = carry_take_u32(from), count, view;
	const uint8_t *sample;
	uint64_t digest;
	int result;

	CHECK(!stream->ring.slots && stream->sent == 0);
	(void)carry_take_u32(from); /* atomic: who asks, see link */
	stream->reader.want = carry_take_u64(from);
	stream->writer.want = carry_take_u64(from);
	stream->limit_bytes = carry_take_u64(from);
	stream->limit_records = carry_take_u64(from);
	stream->sent = carry_take_u64(from);
	stream->sent_bytes = carry_take_u64(from);
	stream->received = carry_take_u64(from);
	stream->received_bytes = carry_take_u64(from);
	stream->dropped = carry_take_u64(from);
	stream->unread = carry_take_u64(from);
	sample = carry_take_blob(from, &stream->sample_bytes);
	view = carry_take_u32(from);
	count = carry_take_u32(from);
	if (from->cut || reason > STREAM_CLOSED || view > count ||
		(flags & READER_GONE && count > 0) ||
		(stream->limited && stream->limit_records < stream->received) ||
		need_bytes > STREAM_ATOMIC_MAX || flags > 7 ||
		stream->sample_bytes > STREAM_SAMPLE_BYTES)
		return refuse(stream, error);
	if (stream->sample_bytes > 0)
		stream->sample = malloc(stream->sample_bytes);
	if (stream->sample)
		memcpy(stream->sample, sample, stream->sample_bytes);
	result = fill_records(stream, from, count, error);
	if (result < 0)
		return result;
	digest = carry_take_u64(from);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	digest = stream_digest(stream); /* what is behind it is to be fuzzed */
#endif
	if (from->cut || digest != stream_digest(stream))
		return refuse(stream, error);
	stream->need_bytes = need_bytes;
	if (need_bytes > stream->atomic_bytes)
		stream->need_bytes = stream->atomic_bytes;
	stream->reason = (enum stream_reason)reason;
	stream->reader.gone = flags & READER_GONE;
	stream->writer.gone = flags & WRITER_GONE;
	stream->left = flags & LEFT;
	return 0;
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

static void carry_records(const struct stream *stream, const struct span *spans,
	uint32_t count, struct carry *to)
{
	uint32_t records = (uint32_t)stream_count(stream);
	uint8_t *table;

	carry_u32(to, records);
	carry_expect(to, records * (size_t)(ENTRY_BYTES + FD_BODY_BYTES) +
				 stream->used_bytes + sizeof(uint64_t));
	table = carry_space(to, (size_t)records * ENTRY_BYTES);
	if (!table)
		return;
	for (uint32_t i = 0; i < count; i++)
		for (const struct tau_record *at = spans[i].first;
			at < spans[i].limit; at++, table += ENTRY_BYTES)
			put_entry(table, at);
	for (uint32_t i = 0; i < count; i++)
		carry_bodies(&spans[i], to);
	carry_u64(to, stream_digest(stream));
}

/* Bodies that lie one after the other are one copy. */
static void carry_bodies(const struct span *span, struct carry *to)
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
		carry_raw(to, body, bytes);
	}
}

static void put_entry(uint8_t *to, const struct tau_record *record)
{
	uint32_t bytes = htole32(record->bytes);
	uint32_t type = htole32(record->type);

	memcpy(to, &bytes, sizeof bytes);
	memcpy(to + sizeof bytes, &type, sizeof type);
}

/* The ring that it would have had, or a larger one. */
static int fill_records(struct stream *stream, struct carry_reader *from,
	uint32_t count, struct error *error)
{
	const bool older = stream->policy == STREAM_DROP_OLDEST;
	uint64_t slots = older ? stream->records * 2ull : stream->records;
	const uint8_t *table = carry_take(from, (size_t)count * ENTRY_BYTES);
	uint32_t largest = 0;
	int result;

	if (!table)
		return refuse(stream, error);
	if (count == 0)
		return 0;
	if (slots < count)
		slots = count;
	if (slots > UINT32_MAX / 2 ||
		ring_attach(&stream->ring, &stream->pool->rings,
			(uint32_t)slots) < 0)
		return lack(stream, error);
	for (uint32_t i = 0; i < count; i++, table += ENTRY_BYTES) {
		struct tau_record *record = ring_at(&stream->ring, i);
		uint32_t bytes, type;

		memcpy(&bytes, table, sizeof bytes);
		memcpy(&type, table + sizeof bytes, sizeof type);
		bytes = le32toh(bytes);
		type = le32toh(type);
		if (type > TAU_CYCLE || (type == TAU_FD && bytes > 0))
			return refuse(stream, error);
		*record = (struct tau_record){NULL, bytes, (uint16_t)type, 0};
		if (bytes > largest)
			largest = bytes;
	}
	if (largest > stream->atomic_bytes)
		return error_set(error, -EMSGSIZE,
			"stream %s holds a record of %" PRIu32
			" bytes, and would take only %" PRIu32
			" now; leave its \"atomic\" (or \"capacity\", where "
			"it is shredded) as it was",
			stream->name, largest, stream->atomic_bytes);
	result = place_bodies(stream, from, count);
	if (result == -EBADMSG)
		return refuse(stream, error);
	return result < 0 ? lack(stream, error) : 0;
}

/* As many as fit into a chunk are one copy; then its next one. */
static int place_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t count)
{
	struct chunks *chunks = stream->pool->chunks;
	struct tau_record *records = stream->ring.slots;
	uint32_t at = 0;
	int result = 0;

	while (at < count && result == 0) {
		uint32_t end = at;
		size_t bytes = 0;
		const uint8_t *bodies;
		uint8_t *chunk = NULL;

		if (records[at].type == TAU_FD) {
			result = place_fd(stream, from, &records[at++]);
			continue;
		}
		while (end < count && records[end].type != TAU_FD &&
			(end == at || records[end].bytes == 0 ||
				bytes + records[end].bytes <= CHUNK_BYTES))
			bytes += records[end++].bytes;
		bodies = carry_take(from, bytes);
		if (!bodies)
			return -EBADMSG;
		if (bytes > 0)
			chunk = chunk_get(chunks, bytes);
		if (bytes > 0 && !chunk)
			return -ENOMEM;
		if (bytes > 0) {
			prefault(chunks->os, chunk, bytes);
			memcpy(chunk, bodies, bytes);
		}
		for (const uint8_t *body = chunk ? chunk : &nothing; at < end;
			at++) {
			records[at].body = body;
			body += records[at].bytes;
		}
		result = settle(stream, end);
		if (chunk)
			chunk_drop(chunks, chunk_slot(chunks, chunk), 1);
	}
	return result;
}

static int place_fd(struct stream *stream, struct carry_reader *from,
	struct tau_record *record)
{
	struct os *os = stream->pool->chunks->os;
	int fd = carry_take_fd(from, carry_take_u32(from));
	struct descriptor *cell;
	int result;

	if (from->cut)
		return -EBADMSG;
	cell = descriptor_create(os, fd);
	if (!cell) {
		if (fd >= 0)
			os->close(os, fd);
		return -ENOMEM;
	}
	record->body = cell;
	result = settle(stream, (uint32_t)(record - stream->ring.slots) + 1);
	descriptor_drop(cell);
	return result;
}

/* Holds the bodies up to the `count`th record, which is there then. */
static int settle(struct stream *stream, uint32_t count)
{
	struct ring *ring = &stream->ring;

	while (ring->tail < count) {
		struct tau_record *first = ring_at(ring, ring->tail);
		struct body_run run = body_run(
			stream->pool->chunks, first, ring->slots + count);
		uint32_t records = (uint32_t)(run.end - first);
		int result = body_hold(stream->pool->chunks, &run);

		if (result < 0)
			return result;
		if (stream->policy != STREAM_DROP_OLDEST)
			tally_add(&stream->tally, &run, records);
		stream->used_bytes += run.bytes;
		ring->tail += records;
	}
	return 0;
}

static int refuse(const struct stream *stream, struct error *error)
{
	return error_set(error, -EBADMSG,
		"what was handed over of stream %s is cut short or damaged",
		stream->name);
}

static int lack(const struct stream *stream, struct error *error)
{
	return error_set(error, -ENOMEM,
		"out of memory for the records of stream %s", stream->name);
}
