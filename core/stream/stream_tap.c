/* stream: showing what passes. */
#include "core/stream/body.h"
#include "core/stream/stream_private.h"

void stream_tap(struct stream *stream, struct stream_tap *tap)
{
	tap->next = stream->taps;
	stream->taps = tap;
	stream->window_aside = true; /* of the next window, the next says */
}

void stream_untap(struct stream *stream, struct stream_tap *tap)
{
	struct stream_tap **at = &stream->taps;

	while (*at && *at != tap)
		at = &(*at)->next;
	if (*at)
		*at = tap->next;
	stream->window_aside = stream->window_drops || stream->taps;
}

void stream_show(struct stream *stream, const struct tau_record *first,
	const struct tau_record *limit)
{
	struct chunks *chunks = stream->pool->chunks;

	while (stream->taps && first < limit) {
		struct body_run run = body_run(chunks, first, limit);

		if (body_hold(chunks, &run) < 0)
			return;
		for (struct stream_tap *tap = stream->taps; tap;
			tap = tap->next)
			tap->show(tap, first, run.end);
		(void)body_drop(chunks, first, run.end);
		first = run.end;
	}
}
