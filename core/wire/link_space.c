/* link: the memory that packets are received into: a chunk at a time, used
 * again while it is warm; and how large a packet the kernel has room for. */
#include <errno.h>
#include <string.h>

#include "core/wire/link_private.h"

#define PACKETS_PER_BUFFER 3 /* one side sends while the other receives */
#define CHUNK_PACKETS 2      /* a receive chunk holds so many of the largest */

static uint8_t *take_filled(struct link *link);
static void keep_filled(struct link *link);

void link_begin_anew(struct link *link)
{
	if (!link->in_chunk || link->in_start != link->in_end ||
		!chunk_alone(link->host.chunks, link->in_chunk))
		return;
	link->in_start = link->in_end = link->in_chunk;
}

int link_need_space(struct link *link, struct error *error)
{
	struct chunks *chunks = link->host.chunks;
	size_t largest = LINK_PREFIX_BYTES + 8 +
			 (link->settings.packet_bytes > LINK_FIRST_PACKET_BYTES
					 ? link->settings.packet_bytes
					 : LINK_FIRST_PACKET_BYTES);
	size_t begun = (size_t)(link->in_end - link->in_start);
	uint8_t *chunk;

	if (link->in_chunk &&
		(size_t)(link->in_limit - link->in_start) >= largest)
		return 0;
	chunk = take_filled(link);
	if (!chunk)
		chunk = chunk_get(chunks, largest * CHUNK_PACKETS);
	if (!chunk)
		return error_set(error, -ENOMEM, "out of memory for packets");
	if (begun > 0)
		memcpy(chunk, link->in_start, begun);
	if (link->in_chunk)
		keep_filled(link);
	link->in_chunk = link->in_start = chunk;
	link->in_end = chunk + begun;
	link->in_limit = chunk + chunk_bytes(chunks, chunk);
	return 0;
}

void link_fit_buffer(struct link *link)
{
	struct os *os = link->host.os;
	int buffer = 0;
	socklen_t bytes = sizeof buffer;
	uint32_t most;

	if (os->getsockopt(
		    os, link->fd, SOL_SOCKET, SO_SNDBUF, &buffer, &bytes) < 0)
		return;
	most = (uint32_t)buffer / PACKETS_PER_BUFFER & ~7u;
	if (most < LINK_PACKET_BYTES_MIN)
		most = LINK_PACKET_BYTES_MIN;
	if (link->send_bytes > most)
		link->send_bytes = most;
}

/* A chunk that was received into, and that no record needs any more. */
static uint8_t *take_filled(struct link *link)
{
	uint8_t *chunk = NULL;

	for (uint32_t i = 0; i < LINK_CHUNKS_MAX && !chunk; i++) {
		if (!link->filled[i] ||
			!chunk_alone(link->host.chunks, link->filled[i]))
			continue;
		chunk = link->filled[i];
		link->filled[i] = NULL;
	}
	return chunk;
}

static void keep_filled(struct link *link)
{
	struct chunks *chunks = link->host.chunks;

	for (uint32_t i = 0; i < LINK_CHUNKS_MAX; i++) {
		if (link->filled[i])
			continue;
		link->filled[i] = link->in_chunk;
		return;
	}
	chunk_drop(chunks, chunk_slot(chunks, link->in_chunk), 1);
}

void link_drop_chunks(struct link *link)
{
	struct chunks *chunks = link->host.chunks;

	if (link->in_chunk)
		chunk_drop(chunks, chunk_slot(chunks, link->in_chunk), 1);
	link->in_chunk = NULL;
	for (uint32_t i = 0; i < LINK_CHUNKS_MAX; i++) {
		if (link->filled[i])
			chunk_drop(
				chunks, chunk_slot(chunks, link->filled[i]), 1);
		link->filled[i] = NULL;
	}
}
