/* link: the streams that it carries, and its ends of them. See the header. */
#include "core/wire/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/link_private.h"

static int add(struct link *link, uint32_t number, struct stream *stream,
	const char *port, bool sends);
static int make_room(struct link *link, uint32_t number);
static void stream_told(struct stream_listener *listener);

int link_send(struct link *link, uint32_t number, struct stream *stream,
	const char *port)
{
	int result = add(link, number, stream, port, true);

	if (result < 0)
		return result;
	stream_limit(stream);
	stream->reader.listener = &link->ends[number]->listener;
	link_want(link->ends[number]);
	return 0;
}

int link_receive(struct link *link, uint32_t number, struct stream *stream,
	const char *port)
{
	int result = add(link, number, stream, port, false);

	if (result < 0)
		return result;
	stream->linked = true;
	stream->writer.listener = &link->ends[number]->listener;
	link_want(link->ends[number]);
	return 0;
}

void link_want(struct link_end *end)
{
	struct link *link = end->link;

	if (!end->queued) {
		end->queued = true;
		TAILQ_INSERT_TAIL(&link->queue, end, link_queue);
	}
	task_tell(&link->task, LINK_WORK);
}

void link_end_over(struct link_end *end)
{
	if (end->over)
		return;
	end->over = true;
	end->link->ends_over++;
}

void link_end_streams(struct link *link, bool broken)
{
	struct chunks *chunks = link->host.chunks;

	for (uint32_t i = 0; i < link->end_count; i++) {
		struct link_end *end = link->ends[i];

		if (!end)
			continue;
		if (end->part)
			chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
		end->part = NULL;
		if (end->sends && broken && !end->heard_omega)
			link_tell_lost(
				end, end->over ? 0 : stream_count(end->stream));
		if (end->sends)
			stream_leave(end->stream, &end->in);
		else
			stream_end(end->stream, &end->out,
				broken ? STREAM_CRASHED : STREAM_DONE);
		link_end_over(end);
	}
}

void link_release_ends(struct link *link)
{
	for (uint32_t i = 0; i < link->end_count; i++) {
		struct link_end *end = link->ends[i];

		if (!end)
			continue;
		if (end->sends)
			end->stream->reader.listener = NULL;
		else
			end->stream->writer.listener = NULL;
		free(end->port);
		free(end);
	}
	free(link->ends);
}

static int add(struct link *link, uint32_t number, struct stream *stream,
	const char *port, bool sends)
{
	struct link_end *end;
	int result = make_room(link, number);

	if (result < 0)
		return result;
	if (link->ends[number])
		return -EEXIST;
	end = calloc(1, sizeof *end);
	if (end)
		end->port = strdup(port);
	if (!end || !end->port) {
		free(end);
		return -ENOMEM;
	}
	end->listener.iota = stream_told;
	end->link = link;
	end->stream = stream;
	end->number = number;
	end->sends = sends;
	if (link->settings.heirs && !sends)
		link_heir_expects(end);
	link->ends[number] = end;
	link->ends_total++;
	return 0;
}

static int make_room(struct link *link, uint32_t number)
{
	uint32_t count = link->end_count ? link->end_count : 16;
	struct link_end **grown;

	if (number >= LINK_STREAMS_MAX)
		return -EINVAL;
	while (count <= number)
		count *= 2;
	if (count == link->end_count)
		return 0;
	grown = realloc(link->ends, count * sizeof(void *));
	if (!grown)
		return -ENOMEM;
	for (uint32_t i = link->end_count; i < count; i++)
		grown[i] = NULL;
	link->ends = grown;
	link->end_count = count;
	return 0;
}

static void stream_told(struct stream_listener *listener)
{
	struct link_end *end = (struct link_end *)listener;

	if (end->sends || !link_keep_credit(end))
		link_want(end);
}
