/*
 * link_credit: what a reader's side tells of its room.
 *
 * Credit is what was retired plus what the stream holds; where old records
 * make place for new ones, what came instead of what was retired. While there
 * is work it is told in quarters, when less than one record's is left, and when
 * the writer has said that it wants more than that. Before the node waits, all
 * of it is told where records wait to be read, so that the far writer is as
 * ready as it would be within the node; and where little is left, kappa. Where
 * all was read the writer has three quarters left, or asks: else each packet
 * one way would cost one the other way.
 */
#include "core/wire/link_private.h"

static bool is_worth(
	const struct link_end *end, uint64_t bytes, uint64_t records);
static void put_kappa(struct link *link, struct link_end *end, bool settles);

void link_put_credit(struct link *link, struct link_end *end)
{
	struct stream *stream = end->stream;
	bool older = stream->policy == STREAM_DROP_OLDEST;
	uint64_t bytes = older ? end->came_bytes : stream->received_bytes;
	uint64_t records =
		older ? end->expected : stream->received + end->missed;
	bool settles = end->settles;

	end->settles = false;
	bytes += stream->capacity_bytes;
	records = link_fds_credit(end, records + stream->records);
	if (bytes < end->granted_bytes) /* it held more in a former process */
		bytes = end->granted_bytes;
	if (records < end->granted_records)
		records = end->granted_records;
	stream->writer.armed = true;
	/* The first is enough for any record. */
	if (end->granted_records == 0 &&
		(bytes - end->base_bytes < stream->atomic_bytes ||
			records == end->base_records) &&
		!stream->fds)
		return;
	if (bytes != end->granted_bytes || records != end->granted_records) {
		bool left = stream_count(stream) > 0;

		if (!(settles && left) && !is_worth(end, bytes, records)) {
			if (left)
				link_rest(end);
			return;
		}
		end->asked = false;
		end->granted_bytes = bytes;
		end->granted_records = records;
		link_put_notice(
			link, &(struct notice){.kind = NOTICE_IOTA,
				      .stream = end->number,
				      .bytes = bytes - end->base_bytes,
				      .records = records - end->base_records});
	}
	put_kappa(link, end, settles);
}

/* Whether that limit is worth telling while there is work. */
static bool is_worth(
	const struct link_end *end, uint64_t bytes, uint64_t records)
{
	const struct stream *stream = end->stream;

	return bytes - end->granted_bytes >= stream->capacity_bytes / 4 ||
	       records - end->granted_records >= (stream->records + 3) / 4 ||
	       end->asked || link_end_starves(end);
}

/* As link_put_credit would find out in its turn. */
bool link_keep_credit(struct link_end *end)
{
	struct stream *stream = end->stream;

	if (stream->reader.gone || stream->fds || end->over || end->settles ||
		end->paused || end->granted_records == 0 ||
		stream->policy == STREAM_DROP_OLDEST ||
		stream_count(stream) > 0 ||
		is_worth(end, stream->received_bytes + stream->capacity_bytes,
			stream->received + end->missed + stream->records))
		return false;
	stream->writer.armed = true;
	return true;
}

bool link_end_starves(const struct link_end *end)
{
	const struct stream *stream = end->stream;
	uint64_t want = stream->reader.want ? stream->reader.want : 1;

	if (stream_count(stream) >= want)
		return false;
	return link_end_full(end);
}

void link_rest(struct link_end *end)
{
	struct link *link = end->link;

	if (end->resting)
		return;
	end->resting = true;
	TAILQ_INSERT_TAIL(&link->resting, end, rest_queue);
	task_rest(&link->task, LINK_REST);
}

void link_settle(struct link *link)
{
	struct link_end *end;

	while ((end = TAILQ_FIRST(&link->resting))) {
		TAILQ_REMOVE(&link->resting, end, rest_queue);
		end->resting = false;
		end->settles = true;
		link_want(end);
	}
}

/* The stream has paused when the node waits and less is free than one record
 * may need. Said once, until there is room again. */
static void put_kappa(struct link *link, struct link_end *end, bool settles)
{
	if (!link_end_full(end))
		end->paused = false;
	else if (settles && !end->paused) {
		end->paused = true;
		link_put_notice(link, &(struct notice){.kind = NOTICE_KAPPA,
					      .stream = end->number});
	}
}
