/* stream: the chunks that bodies are written into. */
#include "core/stream/stream_private.h"

#include <errno.h>

static bool begin_anew(
	struct chunks *chunks, struct stream_space *space, size_t bytes);

int stream_need_space(
	struct chunks *chunks, struct stream_space *space, size_t bytes)
{
	uint8_t *chunk;

	if (space->next < space->limit &&
		(size_t)(space->limit - space->next) >= bytes)
		return 0;
	if (begin_anew(chunks, space, bytes))
		return 0;
	chunk = chunk_get(chunks, bytes);
	if (!chunk)
		return -ENOMEM;
	stream_drop_space(chunks, space);
	space->next = chunk;
	space->limit = chunk + chunk_bytes(chunks, chunk);
	return 0;
}

void stream_drop_space(struct chunks *chunks, struct stream_space *space)
{
	if (space->limit)
		chunk_drop(chunks, chunk_slot(chunks, space->limit - 1), 1);
	*space = (struct stream_space){0};
}

void stream_drop_spaces(struct stream *stream)
{
	if (stream->own.limit)
		stream_drop_space(stream->pool->chunks, &stream->own);
	if (stream->compact.limit)
		stream_drop_space(stream->pool->chunks, &stream->compact);
}

/* The same chunk, when no record lies in it any more. */
static bool begin_anew(
	struct chunks *chunks, struct stream_space *space, size_t bytes)
{
	uint8_t *start;

	if (!space->limit)
		return false;
	start = chunk_start(chunks, chunk_slot(chunks, space->limit - 1));
	if (!chunk_alone(chunks, start) ||
		(size_t)(space->limit - start) < bytes)
		return false;
	space->next = start;
	return true;
}
