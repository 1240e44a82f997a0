/* stream: the reader's side, and the dropping of old records. */
#include "core/stream/stream.h"

#include "core/base/check.h"
#include "core/stream/body.h"
#include "core/stream/stream_private.h"

static uint64_t drop_viewed(
	struct stream *stream, const struct tau_record *limit);
static void open_view(struct stream *stream, struct tau_in *in);
static void close_view(struct stream *stream, struct tau_in *in);

int stream_read(struct stream *stream, struct tau_in *in)
{
	CHECK_MAGIC(stream, STREAM_MAGIC);
	stream_retire(stream, in);
	if (stream_count(stream) > 0) {
		open_view(stream, in);
		return (int)(in->state = TAU_OK);
	}
	close_view(stream, in);
	if (stream->reason != STREAM_OPEN)
		return (int)(in->state = TAU_END);
	stream->reader.armed = true;
	return (int)(in->state = TAU_WAIT);
}

void stream_retire(struct stream *stream, struct tau_in *in)
{
	ptrdiff_t consumed = stream->view ? in->next - stream->view : 0;
	uint64_t bytes;

	CHECK(consumed >= 0 && consumed <= (ptrdiff_t)stream->view_slots);
	if (consumed == 0)
		return;
	bytes = drop_viewed(stream, in->next);
	stream->used_bytes -= bytes;
	stream->received_bytes += bytes;
	stream->view += consumed;
	stream->view_slots -= (uint32_t)consumed;
	stream->ring.head += (uint32_t)consumed;
	stream->received += (uint64_t)consumed;
	if (stream->hole && stream->ring.head == stream->hole_at) {
		stream->ring.head += stream->hole;
		stream->hole = 0;
	}
	if (ring_count(&stream->ring) == 0) {
		close_view(stream, in);
		stream_rest(stream);
	}
	stream_tell_writer(stream);
}

void stream_look(struct stream *stream, struct tau_in *in, uint32_t slots)
{
	CHECK(slots <= ring_count(&stream->ring) && !stream->view);
	if (slots == 0)
		return;
	stream->view = ring_at(&stream->ring, stream->ring.head);
	stream->view_slots = slots;
	in->next = stream->view;
	in->limit = stream->view + slots;
	in->state = TAU_OK;
}

static uint64_t drop_viewed(
	struct stream *stream, const struct tau_record *limit)
{
	struct chunks *chunks = stream->pool->chunks;

	if (stream->policy == STREAM_DROP_OLDEST)
		return body_drop(chunks, stream->view, limit);
	return tally_drop(&stream->tally, chunks, stream->view, limit);
}

void stream_unread(struct stream *stream, struct tau_in *in)
{
	stream_retire(stream, in);
	close_view(stream, in);
	stream_close_hole(stream);
}

void stream_skip(struct stream *stream, uint64_t count)
{
	const bool drops = stream->policy == STREAM_DROP_OLDEST;
	struct tau_in in = {0};

	while (drops && stream_drop_oldest(stream))
		;
	while (!drops && count > 0 && stream_count(stream) > 0) {
		uint64_t there;

		(void)stream_read(stream, &in);
		there = (uint64_t)(in.limit - in.next);
		there = there < count ? there : count;
		in.next += there;
		count -= there;
		stream_retire(stream, &in);
	}
	stream_unread(stream, &in);
}

bool stream_drop_oldest(struct stream *stream)
{
	struct ring *ring = &stream->ring;
	uint32_t from = stream->hole ? stream->hole_at + stream->hole
				     : ring->head + stream->view_slots;
	uint32_t at = from;

	while (at != ring->tail && ring_at(ring, at)->type == TAU_CYCLE)
		at++;
	if (at == ring->tail)
		return false;
	stream->used_bytes -= body_drop(
		stream->pool->chunks, ring_at(ring, at), ring_at(ring, at) + 1);
	for (; at != from; at--)
		*ring_at(ring, at) = *ring_at(ring, at - 1);
	if (stream->view_slots > 0) {
		stream->hole_at = ring->head + stream->view_slots;
		stream->hole++;
	} else {
		ring->head++;
	}
	stream->dropped++;
	if (ring_free(ring) == 0)
		stream_close_hole(stream);
	return true;
}

void stream_close_hole(struct stream *stream)
{
	struct ring *ring = &stream->ring;
	uint32_t to = stream->hole_at;

	if (stream->hole == 0)
		return;
	for (uint32_t at = to + stream->hole; at != ring->tail; at++)
		*ring_at(ring, to++) = *ring_at(ring, at);
	ring->tail = to;
	stream->hole = 0;
}

static void open_view(struct stream *stream, struct tau_in *in)
{
	struct ring *ring = &stream->ring;
	uint32_t most = ring_count(ring);

	if (stream->hole)
		most = stream->hole_at - ring->head;
	else if (stream->policy == STREAM_DROP_OLDEST && most > 1)
		most = (most + 1) / 2;
	stream->view = ring_at(ring, ring->head);
	stream->view_slots = ring_span(ring, ring->head, most);
	in->next = stream->view;
	in->limit = stream->view + stream->view_slots;
}

static void close_view(struct stream *stream, struct tau_in *in)
{
	stream->view = NULL;
	stream->view_slots = 0;
	in->limit = in->next;
}
