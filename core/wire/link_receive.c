/* link: packets that come. They are read into chunks, records point into
 * those, and the streams decide what is worth copying. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

#define PACKETS_PER_PULL 16
#define CHUNK_PACKETS 4 /* a receive chunk holds so many of the largest */

static int need_space(struct link *link, struct error *error);
static ssize_t receive(struct link *link, struct error *error);
static int take_stream_bytes(struct link *link, struct error *error);
static int take_packet(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error);
static int take_records(
	struct link *link, const struct frame *frame, struct error *error);
static int take_part(
	struct link *link, const struct frame *frame, struct error *error);
static int begin_part(struct link_end *end, const struct frame *frame);
static int deliver(struct link_end *end, const struct tau_record *records,
	uint32_t count, struct error *error);
static uint32_t skip_repeated(
	struct link_end *end, uint64_t first, uint32_t count);

int link_pull(struct link *link, bool *more, struct error *error)
{
	*more = false;
	for (int i = 0; i < PACKETS_PER_PULL; i++) {
		ssize_t got;
		int result = need_space(link, error);

		if (result < 0)
			return result;
		got = receive(link, error);
		if (got == -EAGAIN)
			return 0;
		if (got < 0)
			return (int)got;
		link->counts.bytes_received += (uint64_t)got;
		link->in_end += got;
		if (link->settings.packets) {
			result = take_packet(
				link, link->in_start, (size_t)got, error);
			link->in_end += -(uintptr_t)link->in_end & 7;
			link->in_start = link->in_end;
		} else {
			result = take_stream_bytes(link, error);
		}
		if (result < 0)
			return result;
	}
	*more = true;
	return 0;
}

/* The largest packet must fit behind what has come. A new chunk takes the
 * beginning of an unfinished packet along. */
static int need_space(struct link *link, struct error *error)
{
	struct chunks *chunks = link->host.chunks;
	size_t largest = link->settings.packet_bytes + LINK_PREFIX_BYTES + 8;
	size_t begun = (size_t)(link->in_end - link->in_start);
	uint8_t *chunk;

	if (link->in_chunk &&
		(size_t)(link->in_limit - link->in_start) >= largest)
		return 0;
	chunk = chunk_get(chunks, largest * CHUNK_PACKETS);
	if (!chunk)
		return error_set(error, -ENOMEM, "out of memory for packets");
	if (begun > 0)
		memcpy(chunk, link->in_start, begun);
	if (link->in_chunk)
		chunk_drop(chunks, chunk_slot(chunks, link->in_chunk), 1);
	link->in_chunk = link->in_start = chunk;
	link->in_end = chunk + begun;
	link->in_limit = chunk + chunk_bytes(chunks, chunk);
	return 0;
}

static ssize_t receive(struct link *link, struct error *error)
{
	struct os *os = link->host.os;
	size_t most = link->settings.packets
			      ? link->settings.packet_bytes
			      : (size_t)(link->in_limit - link->in_end);
	struct iovec part = {link->in_end, most};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	bool reset = false;
	ssize_t got;

	/* A reset is told before what was said until then, and once. */
	for (;;) {
		got = os->recvmsg(os, link->fd, &message, MSG_DONTWAIT);
		if (got == -ECONNRESET && !reset)
			reset = true;
		else if (got != -EINTR)
			break;
	}
	if (got == 0 || got == -ECONNRESET)
		return error_set(error, -EPIPE, "%s has gone", link->peer);
	if (got < 0 && got != -EAGAIN)
		return error_set(error, (int)got, "cannot receive from %s: %s",
			link->peer, strerror((int)-got));
	if (got > 0 && message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return error_set(error, -EPROTO,
			"a packet is larger than this side said it takes");
	return got;
}

/* Takes every packet that is whole. */
static int take_stream_bytes(struct link *link, struct error *error)
{
	while (link->in_end - link->in_start >= LINK_PREFIX_BYTES) {
		uint32_t bytes;
		int result;

		memcpy(&bytes, link->in_start, sizeof bytes);
		if (bytes > link->settings.packet_bytes)
			return error_set(error, -EPROTO,
				"a packet of %" PRIu32
				" bytes is larger than this side takes",
				bytes);
		if ((size_t)(link->in_end - link->in_start) <
			LINK_PREFIX_BYTES + (size_t)bytes)
			return 0;
		result = take_packet(
			link, link->in_start + LINK_PREFIX_BYTES, bytes, error);
		if (result < 0)
			return result;
		link->in_start += LINK_PREFIX_BYTES + bytes;
	}
	return 0;
}

static int take_packet(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error)
{
	struct frame_reader reader;
	struct frame frame;
	int result;

	link->counts.packets_received++;
	if (bytes < FRAME_HEAD_BYTES)
		return error_set(error, -EPROTO,
			"a packet of %zu bytes holds no frame", bytes);
	frame_reader_init(&reader, packet, bytes);
	while ((result = frame_next(&reader, &frame, error)) == 1) {
		if (frame.kind == FRAME_NOTICE)
			result = link_take_notice(link, &frame, error);
		else if (!link->open)
			result = error_set(
				error, -EPROTO, "records came before HELLO");
		else if (frame.kind == FRAME_RECORDS)
			result = take_records(link, &frame, error);
		else
			result = take_part(link, &frame, error);
		if (result < 0)
			return result;
	}
	return result;
}

static int take_records(
	struct link *link, const struct frame *frame, struct error *error)
{
	struct tau_record records[256];
	struct frame some = *frame;
	struct link_end *end;
	uint64_t first = frame->first;
	int result = link_find(link, frame->stream, false, &end, error);

	if (result == 0 && end->part)
		result = error_set(error, -EPROTO,
			"records came between the parts of another");
	while (result == 0 && some.count > 0) {
		uint32_t left = some.count, skipped;

		some.count = left < 256 ? left : 256;
		frame_records(&some, records);
		skipped = skip_repeated(end, first, some.count);
		result = deliver(
			end, records + skipped, some.count - skipped, error);
		first += some.count;
		some.table += some.count * FRAME_ENTRY_BYTES;
		for (uint32_t i = 0; i < some.count; i++)
			some.body += frame_padded(records[i].bytes);
		some.count = left - some.count;
	}
	return result;
}

static int take_part(
	struct link *link, const struct frame *frame, struct error *error)
{
	struct chunks *chunks = link->host.chunks;
	struct link_end *end;
	struct tau_record record;
	int result = link_find(link, frame->stream, false, &end, error);

	if (result < 0)
		return result;
	if (!end->part && skip_repeated(end, frame->first, 1))
		return 0;
	if (!end->part && frame->offset == 0)
		result = begin_part(end, frame);
	if (result < 0)
		return error_set(error, result,
			"a record of %" PRIu32
			" bytes is more than stream %" PRIu32 " takes",
			frame->total_bytes, frame->stream);
	if (!end->part || frame->offset != end->part_offset ||
		frame->total_bytes != end->part_total ||
		frame->first != end->expected)
		return error_set(error, -EPROTO,
			"a part of a record does not follow the one before");
	memcpy(end->part + frame->offset, frame->body, frame->body_bytes);
	end->part_offset += frame->body_bytes;
	if (end->part_offset < end->part_total)
		return 0;
	record = (struct tau_record){
		end->part, end->part_total, end->part_type, 0};
	result = deliver(end, &record, 1, error);
	chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
	end->part = NULL;
	end->part_offset = 0;
	return result;
}

static int begin_part(struct link_end *end, const struct frame *frame)
{
	if (frame->total_bytes > end->stream->atomic_bytes)
		return -EMSGSIZE;
	end->part = chunk_get(end->link->host.chunks, frame->total_bytes);
	end->part_total = frame->total_bytes;
	end->part_type = frame->type;
	end->part_offset = 0;
	return end->part ? 0 : -ENOMEM;
}

/* Writes records into the stream. There is room, since there was credit. */
static int deliver(struct link_end *end, const struct tau_record *records,
	uint32_t count, struct error *error)
{
	struct stream *stream = end->stream;
	int flow = TAU_OK;

	for (uint32_t i = 0; i < count && flow == TAU_OK; i++) {
		end->expected++;
		end->came_bytes += records[i].bytes;
		if (end->over || stream->reader.gone)
			continue;
		if (records[i].type == TAU_FD)
			return error_set(error, -EPROTO,
				"an fd came on a stream that carries none");
		if (end->came_bytes > end->granted_bytes ||
			end->expected > end->granted_records)
			return error_set(error, -EPROTO,
				"stream %" PRIu32 " sent beyond its credit",
				end->number);
		if (end->out.next == end->out.limit ||
			records[i].bytes > end->out.credit)
			flow = stream_room(
				stream, &end->out, records[i].bytes, true);
		if (flow != TAU_OK)
			break;
		*end->out.next++ = records[i];
		end->out.credit -= records[i].bytes;
	}
	if (flow == TAU_OK || flow == TAU_END)
		flow = stream_close(stream, &end->out);
	if (flow == TAU_OK)
		return 0;
	return error_set(error, flow < 0 ? flow : -EPROTO,
		"stream %" PRIu32 " cannot take what came", end->number);
}

/* How many of the records that begin at `first` have come before; a gap is
 * counted and gone over. */
static uint32_t skip_repeated(
	struct link_end *end, uint64_t first, uint32_t count)
{
	uint64_t behind;

	if (first >= end->expected) {
		end->link->counts.lost += first - end->expected;
		end->expected = first;
		return 0;
	}
	behind = end->expected - first;
	if (behind > count)
		behind = count;
	end->link->counts.repeated += behind;
	return (uint32_t)behind;
}
