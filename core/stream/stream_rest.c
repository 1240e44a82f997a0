/*
 * stream: the memory of one that has become empty.
 *
 * Within a node it goes back at once, and whoever writes next takes it while it
 * is warm. A stream that leads to another process is written and read in turns
 * with that process, with nobody in between: so the few such streams that
 * rested last keep theirs, and what goes there and back costs no memory's
 * management.
 *
 * Invariant: a stream that is warm stands in its pool's `warm` at `warm_at`; it
 * has a ring, if any, of at most a chunk's size, and spaces of one chunk. So
 * idle streams hold no more than STREAM_WARM_MAX times three chunks.
 */
#include "core/stream/stream_private.h"

static bool may_stay(const struct stream *stream);
static void make_warm(struct stream *stream);
static void give_back(struct stream *stream);
static bool is_large(
	const struct chunks *chunks, const struct stream_space *space);

/* What was taken beyond capacity comes forward. A ring under an open out window
 * (of an operator that reads what it writes) stays until that is closed. */
void stream_rest(struct stream *stream)
{
	struct ring_pool *rings = &stream->pool->rings;

	if (stream->window)
		return;
	if (ring_count(&stream->spill) > 0) {
		ring_detach(&stream->ring, rings);
		stream->ring = stream->spill;
		stream->spill = (struct ring){0};
		return;
	}
	ring_detach(&stream->spill, rings);
	if (!may_stay(stream)) {
		stream_cool(stream);
		give_back(stream);
		return;
	}
	if (!stream->warm)
		make_warm(stream);
	stream->ring.head = stream->ring.tail = 0;
}

void stream_cool(struct stream *stream)
{
	if (!stream->warm)
		return;
	stream->warm = false;
	stream->pool->warm[stream->warm_at] = NULL;
}

static bool may_stay(const struct stream *stream)
{
	const struct chunks *chunks = stream->pool->chunks;

	return (stream->limited || stream->linked) &&
	       stream->reason == STREAM_OPEN && !stream->reader.gone &&
	       stream->ring.size <= CHUNK_BYTES / sizeof(struct tau_record) &&
	       !is_large(chunks, &stream->own) &&
	       !is_large(chunks, &stream->compact);
}

/* In place of the one that has been warm for the longest time. */
static void make_warm(struct stream *stream)
{
	struct stream_pool *pool = stream->pool;
	struct stream *old = pool->warm[pool->warm_next];

	if (old)
		stream_cool(old);
	if (old && stream_count(old) == 0 && !old->window)
		give_back(old);
	stream->warm = true;
	stream->warm_at = pool->warm_next;
	pool->warm[stream->warm_at] = stream;
	pool->warm_next = (pool->warm_next + 1) % STREAM_WARM_MAX;
}

static void give_back(struct stream *stream)
{
	ring_detach(&stream->ring, &stream->pool->rings);
	stream_drop_spaces(stream);
}

static bool is_large(
	const struct chunks *chunks, const struct stream_space *space)
{
	return space->limit &&
	       chunk_bytes(chunks, space->limit - 1) > CHUNK_BYTES;
}
