/* link: what the two sides tell each other besides records. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/wire/link_private.h"

static int take_hello(
	struct link *link, const struct notice *notice, struct error *error);
static int take_alpha(
	struct link *link, const struct notice *notice, struct error *error);
static int take_atomic(
	struct link_end *end, const struct notice *notice, struct error *error);
static int take_iota(
	struct link *link, const struct notice *notice, struct error *error);
static void tell_failed(const struct link_end *end, const char *text);
static int take_omega(
	struct link *link, const struct notice *notice, struct error *error);
static int take_want(
	struct link *link, const struct notice *notice, struct error *error);
static void put_want(struct link *link, struct link_end *end);
static int check_count(
	const struct link_end *end, uint64_t records, struct error *error);
static bool in_packet(const struct link *link, const struct link_end *end);
static void put_alpha(struct link *link, struct link_end *end);

/* Records that went or came on this connection. */
static uint64_t count_here(const struct link_end *end)
{
	uint64_t records = end->sends ? end->stream->received : end->expected;

	return records - end->base_records;
}

/* Limits may be as large as a number can be. */
static uint64_t add(uint64_t base, uint64_t limit)
{
	return limit > UINT64_MAX - base ? UINT64_MAX : base + limit;
}

int link_take_notice(
	struct link *link, const struct frame *frame, struct error *error)
{
	struct link_end *end;
	struct notice notice;
	int result =
		notice_decode(&notice, frame->body, frame->body_bytes, error);

	if (result < 0)
		return result;
	if (link->deaf && notice.kind != NOTICE_AGAIN)
		return 0;
	if (!link->open && notice.kind != NOTICE_HELLO &&
		notice.kind != NOTICE_BYE && link->settings.heirs)
		return 0; /* it was meant for another */
	if (!link->open && notice.kind != NOTICE_HELLO &&
		notice.kind != NOTICE_BYE)
		return error_set(error, -EPROTO, "HELLO did not come first");
	switch (notice.kind) {
	case NOTICE_HELLO:
		return take_hello(link, &notice, error);
	case NOTICE_ALPHA:
		return take_alpha(link, &notice, error);
	case NOTICE_IOTA:
		return take_iota(link, &notice, error);
	case NOTICE_KAPPA: /* its credit stays good: nothing is to be done */
		return link_find(link, notice.stream, true, &end, error);
	case NOTICE_OMEGA:
		return take_omega(link, &notice, error);
	case NOTICE_WANT:
		return take_want(link, &notice, error);
	case NOTICE_BYE:
		link->bye = true;
		if (link->settings.late) /* its supervisor says it, too */
			return error_set(error, -EPIPE, "%s has gone: %s",
				link->peer, notice.text);
		return error_set(error, -EPIPE, "%s closed the connection: %s",
			link->peer, notice.text);
	case NOTICE_AGAIN:
		if (link->settings.again)
			link_begin_again(link);
		return 0;
	default:
		return 0;
	}
}

int link_find(struct link *link, uint32_t number, bool sends,
	struct link_end **end, struct error *error)
{
	*end = number < link->end_count ? link->ends[number] : NULL;
	if (!*end)
		return error_set(error, -EPROTO,
			"it spoke of stream %" PRIu32 ", which is not there",
			number);
	if (!(*end)->known && (link->open || !link->settings.heirs))
		return error_set(error, -EPROTO,
			"it spoke of stream %" PRIu32 " before its alpha",
			number);
	if ((*end)->sends != sends)
		return error_set(error, -EPROTO,
			"it took the wrong side of stream %" PRIu32, number);
	return 0;
}

void link_put_notices(struct link *link, struct link_end *end)
{
	if (!end->said_alpha)
		put_alpha(link, end);
	if (end->ended_before)
		link_put_over(link, end);
	if (end->sends) {
		put_want(link, end);
		return;
	}
	if (end->stream->reader.gone && !end->said_omega)
		link_put_omega(link, end);
	else if (!end->over)
		link_put_credit(link, end);
}

void link_put_omega(struct link *link, struct link_end *end)
{
	static const enum notice_reason reasons[] = {
		[STREAM_DONE] = NOTICE_DONE,
		[STREAM_FAILED] = NOTICE_FAILED,
		[STREAM_CRASHED] = NOTICE_CRASHED,
		[STREAM_CLOSED] = NOTICE_CLOSED,
	};
	struct notice notice = {.kind = NOTICE_OMEGA,
		.stream = end->number,
		.records = count_here(end),
		.reason = end->sends ? reasons[end->stream->reason]
				     : NOTICE_GONE};

	link_put_notice(link, &notice);
	end->said_omega = true;
	link_end_over(end);
}

void link_put_notice(struct link *link, const struct notice *notice)
{
	uint8_t value[NOTICE_BYTES_MAX];
	uint32_t bytes = (uint32_t)notice_encode(notice, value);
	uint8_t *to = link_put(link, FRAME_HEAD_BYTES + frame_padded(bytes));

	frame_put_head(to, FRAME_NOTICE, 0, 0, 0, bytes);
	memset(to + FRAME_HEAD_BYTES, 0, frame_padded(bytes));
	memcpy(to + FRAME_HEAD_BYTES, value, bytes);
}

static int take_hello(
	struct link *link, const struct notice *notice, struct error *error)
{
	bool again;

	if (link->open && !link->settings.heirs)
		return error_set(error, -EPROTO, "HELLO came twice");
	if (notice->version != FRAME_VERSION)
		return error_set(error, -EPROTO,
			"it speaks version %" PRIu64
			" of the link protocol and this side version %d",
			notice->version, FRAME_VERSION);
	if (notice->packet_bytes < LINK_PACKET_BYTES_MIN)
		return error_set(error, -EPROTO,
			"it takes packets of %" PRIu64
			" bytes, and %u are the least",
			notice->packet_bytes, LINK_PACKET_BYTES_MIN);
	if (notice->packet_bytes > LINK_PACKET_BYTES_MAX)
		return error_set(error, -EPROTO,
			"it takes packets of %" PRIu64
			" bytes, and %u are the most",
			notice->packet_bytes, LINK_PACKET_BYTES_MAX);
	if (link->settings.heirs && !link_take_heir(link, notice))
		return 0;
	link->peer_incarnation = notice->incarnation;
	link->receive_bytes = link->settings.packet_bytes;
	if (notice->packet_bytes < link->receive_bytes)
		link->receive_bytes = (uint32_t)notice->packet_bytes;
	link->send_bytes = link->receive_bytes & ~7u;
	if (link->settings.packets)
		link_fit_buffer(link);
	timers_disarm(link->host.timers, &link->hello_timer);
	task_tell(&link->task, LINK_WORK);
	again = link->opened;
	link->open = link->opened = true;
	if (link->listener && link->listener->begun)
		link->listener->begun(link->listener, link, again);
	return 0;
}

static int take_alpha(
	struct link *link, const struct notice *notice, struct error *error)
{
	struct link_end *end = NULL;
	uint32_t number = notice->stream;

	if (number < link->end_count)
		end = link->ends[number];
	if (!end && link->listener && link->listener->announced)
		link->listener->announced(link->listener, link, number,
			notice->text, notice->writes);
	if (number < link->end_count)
		end = link->ends[number];
	if (!end)
		return error_set(error, -EPROTO,
			"it spoke of stream %" PRIu32 ", which is not there",
			number);
	if (end->known)
		return error_set(error, -EPROTO,
			"it said alpha twice for stream %" PRIu32, number);
	if (end->sends == notice->writes)
		return error_set(error, -EPROTO,
			"stream %" PRIu32 " has two ends that %s", number,
			notice->writes ? "write" : "read");
	end->known = true;
	return take_atomic(end, notice, error);
}

/* The smaller of both bounds holds; whoever has written more than that before
 * the other side spoke cannot be told any more. */
static int take_atomic(
	struct link_end *end, const struct notice *notice, struct error *error)
{
	if (notice->atomic_bytes < STREAM_ATOMIC_MIN)
		return error_set(error, -EPROTO,
			"stream %" PRIu32 " takes records of %" PRIu64
			" bytes, and %u are the least",
			end->number, notice->atomic_bytes, STREAM_ATOMIC_MIN);
	if (!end->sends || notice->atomic_bytes >= end->stream->atomic_bytes)
		return 0;
	if (stream_narrow(end->stream, (uint32_t)notice->atomic_bytes) < 0)
		return error_set(error, -EPROTO,
			"stream %" PRIu32 " takes records of %" PRIu64
			" bytes, and holds a larger one already",
			end->number, notice->atomic_bytes);
	return 0;
}

static int take_iota(
	struct link *link, const struct notice *notice, struct error *error)
{
	struct link_end *end;
	int result = link_find(link, notice->stream, true, &end, error);

	if (result == 0 && end->over)
		end->late_records = add(end->base_records, notice->records);
	if (result < 0 || end->over)
		return result;
	if (!end->credited &&
		(notice->bytes < end->stream->atomic_bytes ||
			(notice->records == 0 && !end->stream->fds)))
		return error_set(error, -EPROTO,
			"it has room for %" PRIu64 " records of %" PRIu64
			" bytes in all on stream %" PRIu32
			", and one may have %" PRIu32,
			notice->records, notice->bytes, end->number,
			end->stream->atomic_bytes);
	if (!end->credited)
		end->first_credit = notice->records;
	end->credited = true;
	stream_grant(end->stream, add(end->base_bytes, notice->bytes),
		add(end->base_records, notice->records));
	if (stream_count(end->stream) > 0 || stream_asks(end->stream))
		link_want(end);
	return 0;
}

static int take_want(
	struct link *link, const struct notice *notice, struct error *error)
{
	struct link_end *end;
	int result = link_find(link, notice->stream, false, &end, error);

	if (result < 0 || end->over)
		return result;
	end->asked = true;
	link_want(end);
	return 0;
}

/* Once for each limit: the next that comes may do. */
static void put_want(struct link *link, struct link_end *end)
{
	const struct stream *stream = end->stream;

	if (end->over || !stream_asks(stream) ||
		end->asked_bytes == stream->limit_bytes)
		return;
	end->asked_bytes = stream->limit_bytes;
	link_put_notice(link,
		&(struct notice){.kind = NOTICE_WANT, .stream = end->number});
}

/* From the writer's side: the end. From the reader's: nobody reads. */
static int take_omega(
	struct link *link, const struct notice *notice, struct error *error)
{
	static const enum stream_reason reasons[] = {
		[NOTICE_DONE] = STREAM_DONE,
		[NOTICE_FAILED] = STREAM_FAILED,
		[NOTICE_CRASHED] = STREAM_CRASHED,
		[NOTICE_CLOSED] = STREAM_CLOSED,
	};
	bool gone = notice->reason == NOTICE_GONE;
	struct link_end *end;
	int result = link_find(link, notice->stream, gone, &end, error);

	if (result == 0 && end->heard_omega)
		result = error_set(error, -EPROTO,
			"it ended stream %" PRIu32 " twice", end->number);
	if (result == 0 && end->part)
		result = error_set(error, -EPROTO,
			"stream %" PRIu32 " ends within a record", end->number);
	if (result == 0)
		result = check_count(end, notice->records, error);
	if (result < 0)
		return result;
	end->heard_omega = true;
	if (end->over)
		return 0;
	link_end_over(end);
	if (gone && in_packet(link, end)) {
		end->leaving = true;
	} else if (gone) {
		stream_leave(end->stream, &end->in);
	} else {
		link_tell_missed(end, notice->records - count_here(end));
		stream_end(end->stream, &end->out, reasons[notice->reason]);
		tell_failed(end, notice->text);
	}
	return 0;
}

/* A writer has sent what came, and maybe more that was lost; a reader cannot
 * have received what was not sent. */
static int check_count(
	const struct link_end *end, uint64_t records, struct error *error)
{
	uint64_t here = count_here(end);

	if (end->sends ? records <= here : records >= here)
		return 0;
	return error_set(error, -EPROTO,
		"stream %" PRIu32 " ends after %" PRIu64
		" records, it says, and %" PRIu64 " %s",
		end->number, records, here, end->sends ? "went" : "came");
}

/* Whether what waits to be sent lies in this stream. */
static bool in_packet(const struct link *link, const struct link_end *end)
{
	const struct link_packet *packet = &link->packet;

	for (uint32_t i = 0; packet->waiting && i < packet->share_count; i++)
		if (packet->shares[i].end == end)
			return true;
	return false;
}

static void put_alpha(struct link *link, struct link_end *end)
{
	struct notice notice = {.kind = NOTICE_ALPHA,
		.stream = end->number,
		.writes = end->sends,
		.atomic_bytes = end->stream->atomic_bytes,
		.records = count_here(end)};

	strncpy(notice.text, end->port, NOTICE_TEXT_BYTES - 1);
	link_put_notice(link, &notice);
	end->said_alpha = true;
}

/* Who writes over there may have more to say than its end. */
static void tell_failed(const struct link_end *end, const char *text)
{
	struct link_listener *listener = end->link->listener;
	enum stream_reason reason = end->stream->reason;

	if ((reason == STREAM_FAILED || reason == STREAM_CRASHED) && listener &&
		listener->failed)
		listener->failed(
			listener, end->link, end->number, reason, text);
}
