/* link: packets that go. Notices go before records, and each stream that has
 * something gets its turn in the packet. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

#define COPY_BYTES_MAX 4096u /* smaller bodies are packed where scattered */

static void make_dismissal(struct link *link);
static void make_bye(struct link *link, const char *why);
static void make_packet(struct link *link);
static void begin_packet(struct link *link);
static void end_packet(struct link *link);
static void put_records(struct link *link, struct link_end *end);
static uint32_t count_allowed(const struct link_end *end);
static uint32_t count_fitting(const struct link *link,
	const struct tau_record *first, const struct tau_record *limit,
	uint32_t *bytes);
static void put_frame(struct link *link, struct link_end *end, uint32_t count,
	uint32_t bytes);
static void put_part(struct link *link, struct link_end *end);
static void put_piece(struct link *link, const void *from, uint32_t bytes);
static void put_body(struct link *link, const struct tau_record *record);
static int transmit(struct link *link, struct error *error);
static void advance(struct link_packet *packet, size_t bytes);
static void settle(struct link *link);
static uint32_t room(const struct link *link);

int link_push(struct link *link, struct error *error)
{
	for (;;) {
		int result;

		if (!link->packet.waiting && link->deaf && !link->dismissal)
			return 0;
		if (!link->packet.waiting && !link->deaf && link->said_hello &&
			TAILQ_EMPTY(&link->queue))
			return 0;
		if (!link->packet.waiting && link->deaf)
			make_dismissal(link);
		else if (!link->packet.waiting)
			make_packet(link);
		if (!link->packet.waiting)
			return 0;
		result = transmit(link, error);
		if (result < 0 || link->blocked)
			return result;
		settle(link);
	}
}

void link_say_bye(struct link *link, const char *why)
{
	link->refused = true;
	if (link->closed || link->packet.waiting)
		return;
	make_bye(link, why);
	(void)transmit(link, NULL);
}

static void make_dismissal(struct link *link)
{
	make_bye(link, link->dismissal);
	free(link->dismissal);
	link->dismissal = NULL;
}

static void make_bye(struct link *link, const char *why)
{
	struct notice notice = {.kind = NOTICE_BYE};

	begin_packet(link);
	if (!link->said_hello)
		link_put_hello(link);
	strncpy(notice.text, why, NOTICE_TEXT_BYTES - 1);
	link_put_notice(link, &notice);
	end_packet(link);
}

/* Each end in the queue gets one turn; who has more goes to its tail. */
static void make_packet(struct link *link)
{
	struct link_packet *packet = &link->packet;
	struct link_end *last = TAILQ_LAST(&link->queue, link_queue);
	bool more = last != NULL && link->open;

	begin_packet(link);
	if (!link->said_hello) { /* alone: the other side takes less until then
				  */
		link_put_hello(link);
		more = false;
	}
	while (more && !packet->full && room(link) > NOTICE_BYTES_MAX * 3) {
		struct link_end *end = TAILQ_FIRST(&link->queue);

		more = end != last;
		TAILQ_REMOVE(&link->queue, end, link_queue);
		end->queued = false;
		link_put_notices(link, end);
		if (end->sends && !end->over)
			put_records(link, end);
	}
	end_packet(link);
}

static void begin_packet(struct link *link)
{
	struct link_packet *packet = &link->packet;

	packet->full = false;
	packet->scratch_used = packet->part_count = packet->first_part = 0;
	packet->share_count = packet->fd_count = 0;
	if (!link->settings.packets)
		link_put(link, LINK_PREFIX_BYTES);
	packet->bytes = 0;
}

static void end_packet(struct link *link)
{
	struct link_packet *packet = &link->packet;

	packet->waiting = packet->bytes > 0;
	if (!link->settings.packets)
		memcpy(packet->scratch, &packet->bytes, LINK_PREFIX_BYTES);
}

/* As many of the stream's records as fit, in frames of one window each; then,
 * when they have all gone, its end. */
static void put_records(struct link *link, struct link_end *end)
{
	struct link_packet *packet = &link->packet;
	int flow = stream_read(end->stream, &end->in);
	uint32_t count, bytes, most;

	if (flow == TAU_END)
		link_put_omega(link, end);
	if (flow != TAU_OK)
		return;
	most = end->part_offset ? 1 : count_allowed(end);
	if (most == 0) /* goes on when credit comes */
		return;
	count = end->part_offset ? 0
				 : count_fitting(link, end->in.next,
					   end->in.next + most, &bytes);
	if (count > 0)
		put_frame(link, end, count, bytes);
	else if (packet->share_count == 0)
		put_part(link, end);
	else {
		packet->full = true;
		link_want(end);
	}
}

/* How many records there is credit for: all that are staged, but for what was
 * taken beyond it when the writer was made to stop. */
static uint32_t count_allowed(const struct link_end *end)
{
	const struct stream *stream = end->stream;
	const struct tau_record *at = end->in.next;
	uint64_t records = stream->limit_records - stream->received;
	uint64_t bytes = stream->limit_bytes - stream->received_bytes;

	if (stream->used_bytes <= bytes && stream_count(stream) <= records)
		return (uint32_t)(end->in.limit - at);
	while (at < end->in.limit && records > 0 && at->bytes <= bytes) {
		bytes -= at->bytes;
		records--;
		at++;
	}
	return (uint32_t)(at - end->in.next);
}

static uint32_t count_fitting(const struct link *link,
	const struct tau_record *first, const struct tau_record *limit,
	uint32_t *bytes)
{
	uint32_t left = room(link);
	uint32_t pieces = LINK_PARTS_MAX - link->packet.part_count;
	uint32_t fds = LINK_FDS_MAX - link->packet.fd_count;
	uint32_t count = 0;

	*bytes = 0;
	if (left < FRAME_HEAD_BYTES || pieces < 8)
		return 0;
	left -= FRAME_HEAD_BYTES;
	pieces -= 4;
	for (; first < limit && count < FRAME_RECORDS_MAX; first++) {
		uint64_t needed = FRAME_ENTRY_BYTES +
				  (((uint64_t)first->bytes + 7) & ~UINT64_C(7));

		if (first->bytes >= COPY_BYTES_MAX) {
			if (pieces < 4)
				break;
			pieces -= 3;
		}
		if (needed > left || (first->type == TAU_FD && fds-- == 0))
			break;
		left -= (uint32_t)needed;
		*bytes += (uint32_t)needed;
		count++;
	}
	return count;
}

static void put_frame(
	struct link *link, struct link_end *end, uint32_t count, uint32_t bytes)
{
	struct link_packet *packet = &link->packet;
	const struct tau_record *record = end->in.next;
	uint8_t *head =
		link_put(link, FRAME_HEAD_BYTES + count * FRAME_ENTRY_BYTES);

	frame_put_head(head, FRAME_RECORDS, end->number,
		end->stream->received - end->base_records, count, bytes);
	head += FRAME_HEAD_BYTES;
	for (uint32_t i = 0; i < count; i++, head += FRAME_ENTRY_BYTES)
		frame_put_entry(head, &record[i]);
	for (uint32_t i = 0; i < count; i++)
		put_body(link, &record[i]);
	if (end->stream->fds)
		link_fds_put(link, record, count);
	packet->shares[packet->share_count++] =
		(struct link_share){end, count, 0};
	packet->full = count < (uint32_t)(end->in.limit - end->in.next) ||
		       packet->share_count == LINK_PARTS_MAX ||
		       packet->part_count > LINK_PARTS_MAX - 16;
}

/* A piece of a record that is larger than a packet. */
static void put_part(struct link *link, struct link_end *end)
{
	struct link_packet *packet = &link->packet;
	const struct tau_record *record = end->in.next;
	const uint8_t *body = record->body;
	uint32_t offset = end->part_offset;
	uint32_t most =
		(room(link) - FRAME_HEAD_BYTES - FRAME_PART_BYTES) & ~7u;
	uint32_t bytes = record->bytes - offset;
	uint8_t *head = link_put(link, FRAME_HEAD_BYTES + FRAME_PART_BYTES);
	bool last = bytes <= most;

	if (!last)
		bytes = most;
	frame_put_head(head, FRAME_PART, end->number,
		end->stream->received - end->base_records, 0,
		FRAME_PART_BYTES + bytes);
	frame_put_part(head + FRAME_HEAD_BYTES, record, offset);
	put_piece(link, body + offset, bytes);
	if (frame_padded(bytes) > bytes)
		memset(link_put(link, frame_padded(bytes) - bytes), 0,
			frame_padded(bytes) - bytes);
	packet->shares[packet->share_count++] = (struct link_share){
		end, last ? 1 : 0, last ? 0 : offset + bytes};
	packet->full = true;
}

/* A body as it lies, if it continues what was put before or is large; else a
 * copy beside the heads. */
static void put_body(struct link *link, const struct tau_record *record)
{
	struct link_packet *packet = &link->packet;
	const struct iovec *last = &packet->parts[packet->part_count - 1];
	uint32_t padding = frame_padded(record->bytes) - record->bytes;
	uint8_t *to;

	if (padding == 0 && record->bytes > 0 &&
		(const uint8_t *)last->iov_base + last->iov_len ==
			record->body) {
		put_piece(link, record->body, record->bytes);
		return;
	}
	if (record->bytes >= COPY_BYTES_MAX) {
		put_piece(link, record->body, record->bytes);
		if (padding > 0)
			memset(link_put(link, padding), 0, padding);
		return;
	}
	to = link_put(link, record->bytes + padding);
	if (record->bytes > 0)
		memcpy(to, record->body, record->bytes);
	memset(to + record->bytes, 0, padding);
}

uint8_t *link_put(struct link *link, uint32_t bytes)
{
	struct link_packet *packet = &link->packet;
	uint8_t *to = packet->scratch + packet->scratch_used;

	packet->scratch_used += bytes;
	CHECK(packet->scratch_used <= LINK_SCRATCH_BYTES);
	if (bytes > 0)
		put_piece(link, to, bytes);
	return to;
}

static void put_piece(struct link *link, const void *from, uint32_t bytes)
{
	struct link_packet *packet = &link->packet;
	struct iovec *part = &packet->parts[packet->part_count];

	packet->bytes += bytes;
	if (packet->part_count > 0 &&
		(uint8_t *)part[-1].iov_base + part[-1].iov_len == from) {
		part[-1].iov_len += bytes;
		return;
	}
	CHECK(packet->part_count < LINK_PARTS_MAX);
	packet->parts[packet->part_count++] =
		(struct iovec){(void *)(uintptr_t)from, bytes};
}

/* Sends the packet, or what is left of it. `blocked` when it has not gone. */
static int transmit(struct link *link, struct error *error)
{
	struct link_packet *packet = &link->packet;
	struct os *os = link->host.os;

	while (packet->first_part < packet->part_count) {
		struct link_control control;
		struct msghdr message = {
			.msg_iov = packet->parts + packet->first_part,
			.msg_iovlen = packet->part_count - packet->first_part};
		ssize_t sent;

		link_fds_attach(link, &message, &control);
		sent = os->sendmsg(
			os, link->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent == -EINTR)
			continue;
		link->fds.late = sent == -ETOOMANYREFS;
		if (link->fds.late) /* too many under way, anywhere */
			link_fds_wait(link);
		if (sent == -EAGAIN || sent == -ENOBUFS || link->fds.late) {
			link->blocked = true;
			return 0;
		}
		if (sent == -EPIPE || sent == -ECONNRESET)
			return error_set(
				error, -EPIPE, "%s has gone", link->peer);
		if (sent < 0)
			return error_set(error, (int)sent,
				"cannot send to %s: %s", link->peer,
				strerror((int)-sent));
		link->counts.bytes_sent += (uint64_t)sent;
		advance(packet, (size_t)sent);
	}
	link->counts.packets_sent++;
	return 0;
}

static void advance(struct link_packet *packet, size_t bytes)
{
	while (bytes > 0) {
		struct iovec *part = &packet->parts[packet->first_part];

		if (part->iov_len > bytes) {
			part->iov_base = (uint8_t *)part->iov_base + bytes;
			part->iov_len -= bytes;
			return;
		}
		bytes -= part->iov_len;
		packet->first_part++;
	}
}

/* The packet has gone: what it carried is consumed, and who has more wants its
 * turn again. */
static void settle(struct link *link)
{
	struct link_packet *packet = &link->packet;

	packet->waiting = false;
	for (uint32_t i = 0; i < packet->share_count; i++) {
		struct link_share *share = &packet->shares[i];
		struct link_end *end = share->end;

		end->in.next += share->records;
		end->part_offset = share->part_offset;
		stream_retire(end->stream, &end->in);
		if (end->leaving)
			stream_leave(end->stream, &end->in);
		else if (stream_readable(end->stream))
			link_want(end);
	}
	packet->share_count = 0;
}

static uint32_t room(const struct link *link)
{
	return link->send_bytes > link->packet.bytes
		       ? link->send_bytes - link->packet.bytes
		       : 0;
}
