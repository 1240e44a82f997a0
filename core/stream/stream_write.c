/* stream: the writer's side. */
#include "core/stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/prefault.h"
#include "core/record/descriptor.h"
#include "core/stream/body.h"
#include "core/stream/stream_private.h"

/* What may still be written. */
struct room {
	uint64_t credit, slots;
};

static struct ring *target(struct stream *stream);
static bool is_overdrawn(const struct stream *stream, const struct tau_out *out,
	ptrdiff_t count);
static int make_room(
	struct stream *stream, struct room *room, uint32_t bytes, bool *drops);
static bool is_owed(const struct stream *stream);
static int open_window(struct stream *stream, struct tau_out *out,
	const struct room *room, uint32_t bytes, bool by_reference);
static void open_body(struct stream *stream, struct tau_out *out);
static int publish_aside(
	struct stream *stream, struct tau_out *out, uint32_t count);
static int keep(struct stream *stream, struct tau_record *first,
	const struct tau_record *limit);
static void keep_sample(struct stream *stream, const struct tau_record *record);
static bool drop(struct stream *stream, const struct tau_record *first,
	const struct tau_record *limit);
static int hold_or_copy(
	struct stream *stream, struct tau_record *first, struct body_run *run);
static int judge_fd(const struct stream *stream, const struct body_run *run);
static bool is_sparse(const struct stream *stream, const struct body_run *run);

int stream_room(struct stream *stream, struct tau_out *out, uint32_t bytes,
	bool by_reference)
{
	bool drops = false;
	struct room room = {0, 0};
	int result = stream_close(stream, out);

	if (result < 0)
		return result;
	stream_shut(out, TAU_END);
	if (stream->reader.gone || stream->reason != STREAM_OPEN)
		return TAU_END;
	result = bytes > stream->atomic_bytes ? -EMSGSIZE : 0;
	if (result == 0)
		result = make_room(stream, &room, bytes, &drops);
	stream->window_drops = drops;
	stream->window_aside = drops || stream->taps;
	if (result == TAU_OK)
		result = open_window(stream, out, &room, bytes, by_reference);
	out->state = (uint32_t)result;
	return result;
}

int stream_publish(struct stream *stream, struct tau_out *out)
{
	struct tau_record *first = stream->window;
	ptrdiff_t count = first ? out->next - first : 0;
	int result;

	CHECK_MAGIC(stream, STREAM_MAGIC);
	if (count == 0)
		return 0;
	if (is_overdrawn(stream, out, count)) {
		stream->window = NULL;
		stream_shut(out, -EOVERFLOW);
		return -EOVERFLOW;
	}
	if (stream->window_aside)
		return publish_aside(stream, out, (uint32_t)count);
	if (stream->own.limit)
		stream->own.next = out->body;
	stream->window += count;
	stream->window_slots -= (uint32_t)count;
	result = keep(stream, first, first + count);
	if (result < 0) { /* the window does not fit the ring any more */
		stream->window = NULL;
		stream_shut(out, result);
	}
	stream_tell_reader(stream);
	return result;
}

int stream_close(struct stream *stream, struct tau_out *out)
{
	int result = stream_publish(stream, out);

	if (!stream->window)
		return result;
	stream->window = NULL;
	stream_shut(out, TAU_OK);
	if (ring_count(&stream->ring) == 0 && stream->ring.slots)
		stream_rest(stream);
	return result;
}

/* Where the next record goes: the ring, or the spill once that is begun or
 * the ring is full; attached, with a free slot. NULL: out of memory. */
static struct ring *target(struct stream *stream)
{
	struct ring_pool *rings = &stream->pool->rings;
	struct ring *ring = &stream->ring;
	bool older = stream->policy == STREAM_DROP_OLDEST;

	if (!ring->slots &&
		ring_attach(ring, rings,
			older ? stream->records * 2 : stream->records) < 0)
		return NULL;
	if (ring_free(ring) == 0) /* of what was dropped, places are left */
		stream_close_hole(stream);
	if (ring_count(&stream->spill) == 0 && ring_free(ring) > 0)
		return ring;
	ring = &stream->spill;
	if (!ring->slots && ring_attach(ring, rings, stream->records) < 0)
		return NULL;
	if (ring_free(ring) == 0 && ring_grow(ring, rings) < 0)
		return NULL;
	return ring;
}

/* Whether more was written than the window had: behind its slots, its chunk or
 * its credit (which wraps then), where everything belongs to somebody else. */
static bool is_overdrawn(
	const struct stream *stream, const struct tau_out *out, ptrdiff_t count)
{
	const struct stream_space *own = &stream->own;

	if (count < 0 || count > (ptrdiff_t)stream->window_slots)
		return true;
	if (own->limit && (out->body < own->next || out->body > own->limit))
		return true;
	return !stream->window_drops && out->credit > UINT64_MAX / 2;
}

/* As stream_publish, where records are dropped or shown: the usual way knows
 * nothing of either. */
static int publish_aside(
	struct stream *stream, struct tau_out *out, uint32_t count)
{
	struct tau_record *first = stream->window;
	int result;

	if (stream->window_drops) {
		if (stream->policy == STREAM_NOWHERE)
			stream_show(stream, first, first + count);
		if (drop(stream, first, first + count) && stream->own.limit)
			stream->own.next = out->body;
		out->next = first;
		stream_tell_reader(stream);
		return 0;
	}
	stream->window_aside = false;
	result = stream_publish(stream, out);
	stream->window_aside = true;
	if (result == 0)
		stream_show(stream, first, first + count);
	return result;
}

/* Looks for credit and a slot, by the stream's policy. */
static int make_room(
	struct stream *stream, struct room *room, uint32_t bytes, bool *drops)
{
	stream->need_bytes = 0;
	if (stream->policy == STREAM_NOWHERE)
		*drops = true;
	while (!*drops) {
		*room = (struct room){
			stream_credit(stream), stream_slots(stream)};
		if (room->credit >= bytes && room->slots > 0)
			break;
		if (is_owed(stream)) {
			*room = (struct room){bytes, 1};
			break;
		}
		switch (stream->policy) {
		case STREAM_FAIL:
			return -ENOBUFS;
		case STREAM_DROP_OLDEST:
			*drops = !stream_drop_oldest(stream);
			break;
		case STREAM_DROP_NEWEST:
			*drops = true;
			break;
		default:
			stream->need_bytes = bytes;
			stream->writer.armed = true;
			stream_tell_reader(stream);
			return TAU_WAIT;
		}
	}
	return TAU_OK;
}

/* A link brings what there was credit for, and looks after that itself: in a
 * former process the stream may have held more. Who drops may drop that. */
static bool is_owed(const struct stream *stream)
{
	return stream->linked && (stream->policy == STREAM_BLOCK ||
					 stream->policy == STREAM_FAIL);
}

static int open_window(struct stream *stream, struct tau_out *out,
	const struct room *room, uint32_t bytes, bool by_reference)
{
	struct ring *ring = NULL;

	if (!by_reference && stream_need_space(stream->pool->chunks,
				     &stream->own, bytes) < 0)
		return -ENOMEM;
	if (!by_reference && bytes > CHUNK_BYTES &&
		stream->policy == STREAM_GROW)
		prefault(stream->pool->chunks->os, stream->own.next, bytes);
	if (stream->window_drops) {
		stream->window = stream->pool->scratch;
		stream->window_slots = STREAM_SCRATCH_SLOTS;
	} else {
		uint64_t most = room->slots;

		ring = target(stream);
		if (!ring)
			return -ENOMEM;
		if (most > ring_free(ring))
			most = ring_free(ring);
		stream->window = ring_at(ring, ring->tail);
		stream->window_slots =
			ring_span(ring, ring->tail, (uint32_t)most);
	}
	stream->window_ring = ring;
	out->next = stream->window;
	out->limit = stream->window + stream->window_slots;
	out->atomic = stream->atomic_bytes;
	out->credit = stream->window_drops ? UINT64_MAX : room->credit;
	open_body(stream, out);
	return TAU_OK;
}

/* Body space never exceeds chunk, credit or atomic; without a chunk there is
 * none, but `body` is not NULL. */
static void open_body(struct stream *stream, struct tau_out *out)
{
	uint64_t most = (uint64_t)(stream->own.limit - stream->own.next);

	if (most > out->credit)
		most = out->credit;
	if (most > out->atomic)
		most = out->atomic;
	out->body = stream->own.next ? stream->own.next : (uint8_t *)out->next;
	out->body_limit = out->body + most;
}

/* Takes references for what stands in the window, and moves the tail. */
static int keep(struct stream *stream, struct tau_record *first,
	const struct tau_record *limit)
{
	while (first < limit) {
		struct body_run run =
			body_run(stream->pool->chunks, first, limit);
		uint32_t count = (uint32_t)(run.end - first);
		int result = judge_fd(stream, &run);

		if (result == 0)
			result = hold_or_copy(stream, first, &run);

		if (result < 0)
			return result;
		if (stream->policy != STREAM_DROP_OLDEST)
			tally_add(&stream->tally, &run, count);
		stream->window_ring->tail += count;
		stream->sent += count;
		stream->sent_bytes += run.bytes;
		stream->used_bytes += run.bytes;
		first += count;
	}
	return 0;
}

/* Counts what a full stream does not take; ends of cycles pass all the same.
 * Whether any did, whose body must stay then. */
static bool drop(struct stream *stream, const struct tau_record *first,
	const struct tau_record *limit)
{
	bool kept = false;

	for (; first < limit; first++) {
		struct ring *ring = NULL;

		if (first->type == TAU_CYCLE &&
			stream->policy != STREAM_NOWHERE)
			ring = target(stream);
		if (stream->policy == STREAM_NOWHERE && stream->dropped == 0)
			keep_sample(stream, first);
		stream->dropped += ring == NULL;
		if (!ring)
			continue;
		*ring_at(ring, ring->tail) = *first;
		stream->window_ring = ring;
		if (keep(stream, ring_at(ring, ring->tail),
			    ring_at(ring, ring->tail) + 1) < 0)
			stream->dropped++;
		else
			kept = true;
	}
	return kept;
}

/* Without memory there is none: nothing depends on it. */
static void keep_sample(struct stream *stream, const struct tau_record *record)
{
	if (record->type != TAU_VALUE || record->bytes == 0 ||
		record->bytes > STREAM_SAMPLE_BYTES || stream->sample)
		return;
	stream->sample = malloc(record->bytes);
	if (!stream->sample)
		return;
	memcpy(stream->sample, record->body, record->bytes);
	stream->sample_bytes = record->bytes;
}

/* A run that is copied lies in another slot afterwards: in a chunk of its own
 * kind, since the writer may be filling a reservation in its chunk. */
static int hold_or_copy(
	struct stream *stream, struct tau_record *first, struct body_run *run)
{
	struct chunks *chunks = stream->pool->chunks;

	if (!is_sparse(stream, run) ||
		stream_need_space(
			chunks, &stream->compact, (size_t)run->bytes) < 0)
		return body_hold(chunks, run);
	for (; first < run->end; first++) {
		if (first->bytes > 0)
			memcpy(stream->compact.next, first->body, first->bytes);
		first->body = stream->compact.next;
		stream->compact.next += first->bytes;
	}
	run->slot = chunk_slot(chunks, stream->compact.next - 1);
	return body_hold(chunks, run);
}

/* To another node an fd goes only where that was declared, and while it is
 * there. */
static int judge_fd(const struct stream *stream, const struct body_run *run)
{
	const struct tau_record *last = run->end - 1;
	const struct descriptor *cell;

	if (!(stream->limited || stream->apart) || run->slot != CHUNK_NONE ||
		run->count == 0 || last->type != TAU_FD)
		return 0;
	if (!stream->fds)
		return -EOPNOTSUPP;
	cell = descriptor_of(last);
	return cell && cell->fd < 0 ? -EBADF : 0;
}

/* Whether so little of a chunk would be held that it is better copied: else a
 * filter that passes little would pin all that it dropped. The first record in
 * an empty stream may hold a chunk of the usual size, as it would if its writer
 * had made it. */
static bool is_sparse(const struct stream *stream, const struct body_run *run)
{
	const struct chunks *chunks = stream->pool->chunks;
	const uint8_t *own = stream->own.limit;
	uint32_t head;

	if (run->slot == CHUNK_NONE)
		return false;
	head = chunks->slots[run->slot].head;
	if (own && chunks->slots[chunk_slot(chunks, own - 1)].head == head)
		return false;
	if (chunks->slots[head].references == 0)
		return false;
	if (stream_count(stream) == 0 && chunks->slots[head].span == 1)
		return false;
	return run->bytes * CHUNK_SPARSE_DIVISOR <
	       (uint64_t)chunks->slots[head].span * CHUNK_BYTES;
}
