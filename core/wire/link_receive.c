/* link: packets that come. They are read into chunks, records point into
 * those, and the streams decide what is worth copying. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

#define PACKETS_PER_PULL 16
#define BYTES_PER_PULL (128 * KIB) /* read while they are in the cache */
/* Where nothing more is likely, the reactor is asked. */
#define FEW_BYTES 4096

static ssize_t receive(struct link *link, struct error *error);
static int take_stream_bytes(struct link *link, struct error *error);
static int take_packet(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error);
static int take_frames(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error);
static int take_records(
	struct link *link, const struct frame *frame, struct error *error);
static int take_part(
	struct link *link, const struct frame *frame, struct error *error);
static int find_open(struct link *link, const struct frame *frame,
	struct link_end **end, struct error *error);
static int begin_part(
	struct link_end *end, const struct frame *frame, struct error *error);
static int deliver(
	struct link_end *end, struct tau_record *record, struct error *error);
static int take_fd(
	struct link_end *end, struct tau_record *record, struct error *error);
static int publish(struct link_end *end, int result, struct error *error);
static int refuse(struct link_end *end, int flow, struct error *error);
static uint32_t skip_repeated(
	struct link_end *end, uint64_t first, uint32_t count);

int link_pull(struct link *link, bool *more, struct error *error)
{
	size_t bytes = 0;

	*more = false;
	link_begin_anew(link);
	for (int i = 0; i < PACKETS_PER_PULL && bytes < BYTES_PER_PULL; i++) {
		ssize_t got;
		int result = link_need_space(link, error);

		if (result < 0)
			return result;
		got = receive(link, error);
		if (got == -EAGAIN)
			return 0;
		if (got < 0) {
			link_fds_drop(link);
			return (int)got;
		}
		bytes += (size_t)got;
		link->counts.bytes_received += (uint64_t)got;
		link->in_end += got;
		if (link->settings.packets) {
			result = take_packet(
				link, link->in_start, (size_t)got, error);
			result = link_fds_settle(link, result, error);
			link->in_end += -(uintptr_t)link->in_end & 7;
			link->in_start = link->in_end;
		} else {
			result = take_stream_bytes(link, error);
		}
		if (result < 0)
			return result;
		if (got < FEW_BYTES && !link->gone)
			return 0;
	}
	*more = true;
	return 0;
}

static ssize_t receive(struct link *link, struct error *error)
{
	struct os *os = link->host.os;
	size_t most = link->settings.packets
			      ? link->receive_bytes
			      : (size_t)(link->in_limit - link->in_end);
	struct iovec part = {link->in_end, most};
	struct link_control control;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	bool reset = false;
	ssize_t got;
	int result = 0;

	/* A reset is told before what was said until then, and once. */
	for (;;) {
		if (link->settings.fds) {
			message.msg_control = control.bytes;
			message.msg_controllen = sizeof control.bytes;
		}
		got = os->recvmsg(os, link->fd, &message, MSG_DONTWAIT);
		if (got == -ECONNRESET && !reset)
			reset = true;
		else if (got != -EINTR)
			break;
	}
	if (got >= 0)
		result = link_fds_collect(link, &message, error);
	if (result < 0)
		return result;
	if (got == 0 || got == -ECONNRESET)
		return error_set(error, -EPIPE, "%s has gone", link->peer);
	if (got < 0 && got != -EAGAIN)
		return error_set(error, (int)got, "cannot receive from %s: %s",
			link->peer, strerror((int)-got));
	if (got > 0 && message.msg_flags & MSG_TRUNC)
		return error_set(error, -EPROTO,
			"a packet is larger than the %" PRIu32
			" bytes that it may have",
			link->receive_bytes);
	return got;
}

/* Takes every packet that is whole. */
static int take_stream_bytes(struct link *link, struct error *error)
{
	while (link->in_end - link->in_start >= LINK_PREFIX_BYTES) {
		uint32_t bytes;
		int result;

		memcpy(&bytes, link->in_start, sizeof bytes);
		if (bytes > link->receive_bytes)
			return error_set(error, -EPROTO,
				"a packet is larger than the %" PRIu32
				" bytes that it may have",
				link->receive_bytes);
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

/* A breach is the end of a connection, and of the link where no other connection
 * may follow. */
static int take_packet(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error)
{
	int result;

	link->counts.packets_received++; /* HELLO may begin the count anew */
	result = take_frames(link, packet, bytes, error);
	if (!link->settings.again || (result != -EPROTO && result != -EMSGSIZE))
		return result;
	if (!link->deaf)
		link_dismiss(link, error->text);
	error_clear(error);
	return 0;
}

static int take_frames(struct link *link, const uint8_t *packet, size_t bytes,
	struct error *error)
{
	struct frame_reader reader;
	struct frame frame;
	int result;

	if (bytes < FRAME_HEAD_BYTES)
		return error_set(error, -EPROTO,
			"a packet of %zu bytes holds no frame", bytes);
	frame_reader_init(&reader, packet, bytes);
	while ((result = frame_next(&reader, &frame, error)) == 1) {
		if (link->deaf && frame.kind != FRAME_NOTICE)
			result = 0;
		else if (frame.kind == FRAME_NOTICE)
			result = link_take_notice(link, &frame, error);
		else if (!link->open && !link->settings.heirs)
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
	struct frame_records records;
	struct tau_record record;
	struct link_end *end;
	int result = find_open(link, frame, &end, error);

	if (result == 0 && end->part)
		result = error_set(error, -EPROTO,
			"records came between the parts of another");
	if (result < 0)
		return result;
	frame_records_init(&records, frame);
	for (uint32_t i = skip_repeated(
		     end, end->base_records + frame->first, frame->count);
		i > 0; i--)
		if (frame_record(&records, &record) && record.type == TAU_FD)
			(void)link_fds_next(link);
	while (result == 0 && frame_record(&records, &record))
		result = deliver(end, &record, error);
	return publish(end, result, error);
}

static int take_part(
	struct link *link, const struct frame *frame, struct error *error)
{
	struct chunks *chunks = link->host.chunks;
	struct link_end *end;
	struct tau_record record;
	int result = find_open(link, frame, &end, error);

	if (result < 0)
		return result;
	if (!end->part &&
		skip_repeated(end, end->base_records + frame->first, 1))
		return 0;
	if (!end->part && frame->offset == 0)
		result = begin_part(end, frame, error);
	if (result < 0)
		return refuse(end, result, error);
	if (!end->part && !link->open)
		return 0; /* another had the beginning */
	if (!end->part || frame->offset != end->part_offset ||
		frame->total_bytes != end->part_total ||
		end->base_records + frame->first != end->expected)
		return error_set(error, -EPROTO,
			"a part of a record does not follow the one before");
	memcpy(end->part + frame->offset, frame->body, frame->body_bytes);
	end->part_offset += frame->body_bytes;
	if (end->part_offset < end->part_total)
		return 0;
	record = (struct tau_record){
		end->part, end->part_total, end->part_type, 0};
	result = publish(end, deliver(end, &record, error), error);
	chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
	end->part = NULL;
	end->part_offset = 0;
	return result;
}

/* The stream of records that came: its writer has not ended it. */
static int find_open(struct link *link, const struct frame *frame,
	struct link_end **end, struct error *error)
{
	int result = link_find(link, frame->stream, false, end, error);

	if (result == 0 && (*end)->heard_omega)
		result = error_set(error, -EPROTO,
			"records came behind the end of stream %" PRIu32,
			frame->stream);
	return result;
}

static int begin_part(
	struct link_end *end, const struct frame *frame, struct error *error)
{
	const struct stream *stream = end->stream;
	bool read = !end->over && !stream->reader.gone;

	if (frame->total_bytes > stream->atomic_bytes)
		return -EMSGSIZE;
	if (read && (end->granted_records <= end->expected ||
			    end->granted_bytes - end->came_bytes <
				    frame->total_bytes))
		return error_set(error, -EPROTO,
			"stream %" PRIu32 " sent beyond its credit",
			end->number);
	end->part = chunk_get(end->link->host.chunks, frame->total_bytes);
	end->part_total = frame->total_bytes;
	end->part_type = frame->type;
	end->part_offset = 0;
	return end->part ? 0 : -ENOMEM;
}

/* Writes a record into the stream's window. There is room, since there was
 * credit. */
static int deliver(
	struct link_end *end, struct tau_record *record, struct error *error)
{
	struct stream *stream = end->stream;
	struct tau_out *out = &end->out;
	int flow = TAU_OK;

	end->expected++;
	end->came_bytes += record->bytes;
	if (record->type == TAU_FD && take_fd(end, record, error) < 0)
		return -EPROTO;
	if (end->over || stream->reader.gone) {
		stream->unread++;
		return 0;
	}
	if (end->came_bytes > end->granted_bytes ||
		end->expected > end->granted_records)
		return error_set(error, -EPROTO,
			"stream %" PRIu32 " sent beyond its credit",
			end->number);
	if (out->next == out->limit || record->bytes > out->credit ||
		record->bytes > stream->atomic_bytes)
		flow = stream_room(stream, out, record->bytes, true);
	if (flow != TAU_OK)
		return refuse(end, flow, error);
	*out->next++ = *record;
	out->credit -= record->bytes;
	return 0;
}

/* The record's body is the cell of its fd. */
static int take_fd(
	struct link_end *end, struct tau_record *record, struct error *error)
{
	struct descriptor *cell;

	if (!end->stream->fds || !end->link->settings.fds)
		return error_set(error, -EPROTO,
			"an fd came on a stream that carries none");
	if (record->bytes > 0)
		return error_set(error, -EPROTO,
			"a record of an fd has a body of %" PRIu32 " bytes",
			record->bytes);
	cell = link_fds_next(end->link);
	if (!cell)
		return error_set(error, -EPROTO,
			"a record of an fd came without the fd");
	record->body = cell;
	return 0;
}

/* Shows what was delivered; `result` is how that went. */
static int publish(struct link_end *end, int result, struct error *error)
{
	int flow = stream_close(end->stream, &end->out);

	if (!end->over && (link_end_starves(end) ||
				  end->stream->policy == STREAM_DROP_OLDEST))
		link_want(end);
	if (!end->paused && !end->resting && link_end_full(end))
		link_rest(end);
	if (result < 0 || flow == TAU_OK || flow == TAU_END)
		return result;
	return refuse(end, flow, error);
}

static int refuse(struct link_end *end, int flow, struct error *error)
{
	if (flow == -EMSGSIZE)
		return error_set(error, flow,
			"a record of stream %" PRIu32
			" is larger than the %" PRIu32 " bytes that it takes",
			end->number, end->stream->atomic_bytes);
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
		if (end->link->open || !end->link->settings.heirs)
			end->link->counts.lost += first - end->expected;
		end->missed += first - end->expected;
		end->expected = first;
		return 0;
	}
	behind = end->expected - first;
	if (behind > count)
		behind = count;
	end->link->counts.repeated += behind;
	return (uint32_t)behind;
}
