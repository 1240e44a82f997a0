/* stream: the life of a stream, its ends and their readiness. The writer's
 * side is in stream_write.c, the reader's in stream_read.c. */
#include "core/stream/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/stream/body.h"
#include "core/stream/stream_private.h"

#define CREDIT_UNBOUNDED (UINT64_C(1) << 48)

static bool by_credit(const struct stream *stream);
static uint64_t stage_bytes(const struct stream *stream);
static bool fits(const struct stream *stream);
static bool is_full(const struct stream *stream);
static uint64_t far_bytes(const struct stream *stream);
static bool has_larger(
	const struct stream *stream, const struct ring *ring, uint32_t bytes);
static void ask_writer(struct stream *stream);
static void drop_all(struct stream *stream, struct ring *ring);

void stream_init(struct stream *stream, struct stream_pool *pool,
	const struct stream_settings *settings, const char *name)
{
	*stream = (struct stream){
		.magic = STREAM_MAGIC,
		.policy = settings->policy,
		.capacity_bytes = settings->capacity_bytes,
		.records = settings->records,
		.atomic_bytes = settings->atomic_bytes,
		.name = name,
		.pool = pool,
		.reader.armed = true,
		.writer.armed = true,
	};
}

void stream_release(struct stream *stream)
{
	CHECK_MAGIC(stream, STREAM_MAGIC);
	CHECK(!stream->window && !stream->view);
	stream_close_hole(stream);
	stream_cool(stream);
	drop_all(stream, &stream->ring);
	drop_all(stream, &stream->spill);
	stream_drop_spaces(stream);
	free(stream->sample);
	stream->sample = NULL;
	stream->magic = 0;
}

void stream_end(
	struct stream *stream, struct tau_out *out, enum stream_reason reason)
{
	CHECK(reason != STREAM_OPEN);
	if (stream->reason != STREAM_OPEN)
		return;
	(void)stream_close(stream, out);
	stream_shut(out, TAU_END);
	stream->reason = reason;
	stream->writer.gone = true;
	stream_drop_spaces(stream);
	if (stream_count(stream) == 0)
		stream_rest(stream);
	stream_tell_reader(stream);
}

void stream_leave(struct stream *stream, struct tau_in *in)
{
	if (stream->reader.gone)
		return;
	CHECK(!stream->window);
	stream_unread(stream, in);
	stream_cool(stream);
	in->state = TAU_END;
	stream->unread += stream_count(stream);
	drop_all(stream, &stream->ring);
	drop_all(stream, &stream->spill);
	stream_drop_spaces(stream);
	stream->used_bytes = 0;
	stream->tally = (struct tally){0};
	stream->reader.gone = true;
	stream->left = stream->reason == STREAM_OPEN || stream->unread > 0;
	/* A writer that waits for anything else must hear of it too: what it
	 * waits for may never come. */
	stream->writer.armed = !stream->writer.gone;
	stream_tell_writer(stream);
}

void stream_shut(struct tau_out *out, int state)
{
	out->limit = out->next;
	out->body_limit = out->body;
	out->credit = 0;
	out->state = (uint32_t)state;
}

bool stream_full(const struct stream *stream, uint32_t bytes)
{
	return stream->policy == STREAM_NOWHERE ||
	       stream_credit(stream) < bytes || stream_slots(stream) == 0;
}

bool stream_writable(struct stream *stream)
{
	bool ready = stream->reader.gone || stream->writer.gone || fits(stream);

	stream->writer.armed = !ready;
	if (!ready)
		stream_tell_reader(stream);
	if (!ready && stream_asks(stream) && stream->reader.listener)
		stream->reader.listener->iota(stream->reader.listener);
	return ready;
}

bool stream_readable(struct stream *stream)
{
	uint64_t count = stream_count(stream);
	uint64_t want = stream->reader.want ? stream->reader.want : 1;
	bool ready = stream->reason != STREAM_OPEN;

	if (want == TAU_OFF && count > 0) /* the end is behind them */
		ready = false;
	else if (count > 0)
		ready = ready || count >= want || is_full(stream);
	stream->reader.armed = !ready;
	if (!ready && count > 0)
		ask_writer(stream);
	return ready;
}

bool stream_asks(const struct stream *stream)
{
	return by_credit(stream) && stream->writer.armed &&
	       stream->writer.want != TAU_OFF &&
	       stream->writer.want > stream->atomic_bytes;
}

void stream_tell_reader(struct stream *stream)
{
	if (stream->reader.armed && stream_readable(stream) &&
		stream->reader.listener)
		stream->reader.listener->iota(stream->reader.listener);
}

void stream_tell_writer(struct stream *stream)
{
	if (stream->writer.armed && stream_writable(stream) &&
		stream->writer.listener)
		stream->writer.listener->iota(stream->writer.listener);
}

/* What may yet be sent and staged by the credit from afar. */
static uint64_t far_bytes(const struct stream *stream)
{
	return stream->limit_bytes > stream->received_bytes
		       ? stream->limit_bytes - stream->received_bytes
		       : 0;
}

/* Who waits for room waits for the far side's; who drops or fails does so when
 * what has not been sent yet fills the stream itself. */
static bool by_credit(const struct stream *stream)
{
	return stream->limited && stream->policy == STREAM_BLOCK;
}

/* Of that, what is staged at a time: what a link sends next is read while it
 * is in the cache, and goes while the writer writes on; half of a capacity that
 * is not large, so that the reader has the other half meanwhile. A writer that
 * wants more at once gets it. */
static uint64_t stage_bytes(const struct stream *stream)
{
	uint64_t most = STREAM_STAGE_BYTES;
	uint64_t want = stream->writer.want;

	if (most > stream->capacity_bytes / 2)
		most = stream->capacity_bytes / 2;
	if (most < STREAM_STAGE_BYTES_MIN)
		most = STREAM_STAGE_BYTES_MIN;
	if (most < stream->atomic_bytes)
		most = stream->atomic_bytes;
	if (want != TAU_OFF && most < want)
		most = want;
	if (most > stream->capacity_bytes)
		most = stream->capacity_bytes;
	return most < far_bytes(stream) ? most : far_bytes(stream);
}

uint64_t stream_credit(const struct stream *stream)
{
	uint64_t most = stream->capacity_bytes + stream->extra_bytes;

	if (stream->policy == STREAM_GROW || stream->policy == STREAM_NOWHERE)
		return CREDIT_UNBOUNDED;
	if (by_credit(stream))
		most = stage_bytes(stream) + stream->extra_bytes;
	return most > stream->used_bytes ? most - stream->used_bytes : 0;
}

uint64_t stream_slots(const struct stream *stream)
{
	uint64_t count = stream_count(stream);
	uint64_t most = stream->records;

	if (stream->policy == STREAM_GROW || stream->extra_bytes > 0)
		return UINT32_MAX;
	if (by_credit(stream))
		most = stream->limit_records - stream->received;
	if (most > stream->records)
		most = stream->records;
	return most > count ? most - count : 0;
}

void stream_limit(struct stream *stream)
{
	stream->limited = true;
}

void stream_grant(struct stream *stream, uint64_t bytes, uint64_t records)
{
	CHECK(stream->limited);
	if (bytes > stream->limit_bytes)
		stream->limit_bytes = bytes;
	if (records > stream->limit_records)
		stream->limit_records = records;
	stream_tell_writer(stream);
}

void stream_revoke(struct stream *stream)
{
	CHECK(stream->limited);
	stream->limit_bytes = stream->received_bytes;
	stream->limit_records = stream->received;
}

int stream_narrow(struct stream *stream, uint32_t atomic_bytes)
{
	CHECK(!stream->window);
	if (has_larger(stream, &stream->ring, atomic_bytes) ||
		has_larger(stream, &stream->spill, atomic_bytes))
		return -EMSGSIZE;
	stream->atomic_bytes = atomic_bytes;
	if (stream->need_bytes > atomic_bytes) /* it fails instead of waiting */
		stream->need_bytes = 0;
	stream_tell_writer(stream);
	return 0;
}

/* Whether what the writer wants can be written now. */
static bool fits(const struct stream *stream)
{
	if (stream->writer.want == TAU_OFF)
		return false;
	if (stream->linked)
		return stream_credit(stream) > 0 && stream_slots(stream) > 0;
	return stream->policy != STREAM_BLOCK || !is_full(stream);
}

/* Whether what the writer wants has no room, whatever the policy makes of it:
 * a reader that wants more than that gets no more by waiting. */
static bool is_full(const struct stream *stream)
{
	uint64_t want = stream->writer.want;

	if (want == 0 || want == TAU_OFF)
		want = stream->atomic_bytes;
	if (want < stream->need_bytes)
		want = stream->need_bytes;
	if (want > stream->capacity_bytes)
		want = stream->capacity_bytes;
	return stream_credit(stream) < want || stream_slots(stream) == 0;
}

/* What was dropped behind the in window does not count. */
static bool has_larger(
	const struct stream *stream, const struct ring *ring, uint32_t bytes)
{
	for (uint32_t at = ring->head; at != ring->tail; at++) {
		bool dropped = ring == &stream->ring && stream->hole > 0 &&
			       at - stream->hole_at < stream->hole;

		if (!dropped && ring_at(ring, at)->bytes > bytes)
			return true;
	}
	return false;
}

/* A reader waits for more than is there. A link that writes, and holds credit
 * back while there is something to read, hears of it. */
static void ask_writer(struct stream *stream)
{
	if (!stream->writer.armed || !stream->writer.listener || !fits(stream))
		return;
	stream->writer.armed = false;
	stream->writer.listener->iota(stream->writer.listener);
}

static void drop_all(struct stream *stream, struct ring *ring)
{
	while (ring_count(ring) > 0) {
		uint32_t span = ring_span(ring, ring->head, ring_count(ring));
		struct tau_record *first = ring_at(ring, ring->head);

		body_drop(stream->pool->chunks, first, first + span);
		ring->head += span;
	}
	ring_detach(ring, &stream->pool->rings);
}
