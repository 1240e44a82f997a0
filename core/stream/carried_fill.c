/* carried: a stream from bytes. See the header. */
#include "core/stream/carried.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/prefault.h"
#include "core/record/descriptor.h"
#include "core/stream/body.h"
#include "core/stream/carried_private.h"
#include "core/stream/stream_private.h"

static const uint8_t nothing; /* where empty bodies lie */

/* What stands before the records. */
struct head {
	uint32_t reason, flags, need_bytes, count, view;
	uint64_t reader_want, writer_want, limit_bytes, limit_records;
	uint64_t sent, sent_bytes, received, received_bytes, dropped, unread;
	const uint8_t *sample;
	uint32_t sample_bytes;
};

/* Takes the bodies of records up to the `limit`th. */
typedef int place_all(
	struct stream *stream, struct carry_reader *from, uint32_t limit);

static int fill(struct stream *stream, struct carry_reader *from,
	place_all *place, struct error *error);
static bool take_head(struct carry_reader *from, struct head *head);
static int keep_sample(
	struct stream *stream, const struct head *head, struct error *error);
static int join_part(struct stream *stream, struct carry_reader *from,
	const struct head *head, uint64_t room, struct error *error);
static int check_digest(const struct stream *stream, struct carry_reader *from,
	struct error *error);
static int fill_records(struct stream *stream, struct carry_reader *from,
	uint32_t count, uint64_t room, place_all *place, struct error *error);
static int place_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t limit);
static int point_to_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t limit);
static int place_fd(struct stream *stream, struct carry_reader *from,
	struct tau_record *record);
static int settle(struct stream *stream, uint32_t count);
static int refuse(const struct stream *stream, struct error *error);
static int lack(const struct stream *stream, struct error *error);

int stream_fill(
	struct stream *stream, struct carry_reader *from, struct error *error)
{
	return fill(stream, from, place_bodies, error);
}

int stream_borrow(
	struct stream *stream, struct carry_reader *from, struct error *error)
{
	return fill(stream, from, point_to_bodies, error);
}

static int fill(struct stream *stream, struct carry_reader *from,
	place_all *place, struct error *error)
{
	struct head head;
	int result;

	CHECK(!stream->ring.slots && stream->sent == 0);
	if (!take_head(from, &head) || head.view > head.count ||
		(head.flags & READER_GONE && head.count > 0) ||
		(stream->limited && head.limit_records < head.received))
		return refuse(stream, error);
	stream->reader.want = head.reader_want;
	stream->writer.want = head.writer_want;
	stream->limit_bytes = head.limit_bytes;
	stream->limit_records = head.limit_records;
	stream->sent = head.sent;
	stream->sent_bytes = head.sent_bytes;
	stream->received = head.received;
	stream->received_bytes = head.received_bytes;
	stream->dropped = head.dropped;
	stream->unread = head.unread;
	result = keep_sample(stream, &head, error);
	if (result == 0)
		result = fill_records(
			stream, from, head.count, head.count, place, error);
	if (result == 0 && place == place_bodies)
		result = check_digest(stream, from, error);
	if (result < 0)
		return result;
	stream->need_bytes = head.need_bytes;
	if (head.need_bytes > stream->atomic_bytes)
		stream->need_bytes = stream->atomic_bytes;
	stream->reason = (enum stream_reason)head.reason;
	stream->reader.gone = head.flags & READER_GONE;
	stream->writer.gone = head.flags & WRITER_GONE;
	stream->left = head.flags & LEFT;
	return 0;
}

int stream_join(struct stream *stream, struct carry_reader *reader,
	struct carry_reader *writer, enum stream_join_ends ends,
	struct error *error)
{
	struct head older = {0}, newer;
	uint64_t room;
	int result;

	CHECK(!stream->ring.slots && stream->sent == 0);
	if (!take_head(writer, &newer) ||
		(reader && !take_head(reader, &older)))
		return refuse(stream, error);
	if (!reader)
		older = newer;
	/* What it says of its reader is a link's. */
	if (ends & STREAM_JOIN_HALF) {
		older.flags = 0;
		older.reader_want = 0;
	}
	if (ends & STREAM_JOIN_READS) {
		stream->reader.want = older.reader_want;
		stream->reader.gone = older.flags & READER_GONE;
		stream->left = older.flags & LEFT;
	}
	if (!(ends & STREAM_JOIN_WRITES))
		return 0;
	result = keep_sample(stream, &newer, error);
	stream->writer.want = newer.writer_want;
	stream->unread = newer.unread;
	stream->dropped = newer.dropped;
	if (ends & STREAM_JOIN_READS) {
		stream->received = older.received;
		stream->received_bytes = older.received_bytes;
	}
	room = (uint64_t)newer.count + (reader ? older.count : 0);
	if (result == 0 && reader && !(older.flags & READER_GONE))
		result = join_part(stream, reader, &older, room, error);
	if (result == 0 && !(older.flags & READER_GONE))
		result = join_part(stream, writer, &newer, room, error);
	stream->sent = stream->received + stream_count(stream);
	stream->sent_bytes = stream->received_bytes + stream->used_bytes;
	stream->reason = (enum stream_reason)newer.reason;
	stream->writer.gone = newer.flags & WRITER_GONE;
	return result;
}

static bool take_head(struct carry_reader *from, struct head *head)
{
	head->reason = carry_take_u32(from);
	head->flags = carry_take_u32(from);
	head->need_bytes = carry_take_u32(from);
	(void)carry_take_u32(from); /* atomic: who asks, see link */
	head->reader_want = carry_take_u64(from);
	head->writer_want = carry_take_u64(from);
	head->limit_bytes = carry_take_u64(from);
	head->limit_records = carry_take_u64(from);
	head->sent = carry_take_u64(from);
	head->sent_bytes = carry_take_u64(from);
	head->received = carry_take_u64(from);
	head->received_bytes = carry_take_u64(from);
	head->dropped = carry_take_u64(from);
	head->unread = carry_take_u64(from);
	head->sample = carry_take_blob(from, &head->sample_bytes);
	head->view = carry_take_u32(from);
	head->count = carry_take_u32(from);
	return !from->cut && head->reason <= STREAM_CLOSED &&
	       head->need_bytes <= STREAM_ATOMIC_MAX && head->flags <= 7 &&
	       head->sample_bytes <= STREAM_SAMPLE_BYTES;
}

static int keep_sample(
	struct stream *stream, const struct head *head, struct error *error)
{
	if (head->sample_bytes == 0)
		return 0;
	stream->sample = malloc(head->sample_bytes);
	if (!stream->sample)
		return lack(stream, error);
	stream->sample_bytes = head->sample_bytes;
	memcpy(stream->sample, head->sample, head->sample_bytes);
	return 0;
}

/* Behind what is there. The digest is of the part alone: behind another, what
 * holds the parts has one that covers it. */
static int join_part(struct stream *stream, struct carry_reader *from,
	const struct head *head, uint64_t room, struct error *error)
{
	bool alone = stream_count(stream) == 0;
	int result = fill_records(
		stream, from, head->count, room, place_bodies, error);

	if (result == 0 && alone)
		result = check_digest(stream, from, error);
	return result;
}

static int check_digest(const struct stream *stream, struct carry_reader *from,
	struct error *error)
{
	uint64_t digest = carry_take_u64(from);

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	digest = stream_digest(stream); /* what is behind it is to be fuzzed */
#endif
	if (from->cut || digest != stream_digest(stream))
		return refuse(stream, error);
	return 0;
}

/* The ring that it would have had, or a larger one, for `room` records that are
 * to come; behind those that are there. */
static int fill_records(struct stream *stream, struct carry_reader *from,
	uint32_t count, uint64_t room, place_all *place, struct error *error)
{
	const bool older = stream->policy == STREAM_DROP_OLDEST;
	uint64_t slots = older ? stream->records * 2ull : stream->records;
	const uint8_t *table = carry_take(from, (size_t)count * ENTRY_BYTES);
	uint32_t largest = 0, first = stream->ring.tail;
	int result = 0;

	if (!table)
		return refuse(stream, error);
	if (count == 0)
		return place(stream, from, first) < 0 ? refuse(stream, error)
						      : 0;
	if (slots < room)
		slots = room;
	if (!stream->ring.slots)
		result = slots > UINT32_MAX / 2 ? -ENOMEM
						: ring_attach(&stream->ring,
							  &stream->pool->rings,
							  (uint32_t)slots);
	if (result < 0)
		return lack(stream, error);
	for (uint32_t i = 0; i < count; i++, table += ENTRY_BYTES) {
		struct tau_record *record = ring_at(&stream->ring, first + i);
		uint32_t bytes, type;

		memcpy(&bytes, table, sizeof bytes);
		memcpy(&type, table + sizeof bytes, sizeof type);
		bytes = le32toh(bytes);
		type = le32toh(type);
		if (type > TAU_CYCLE || (type == TAU_FD && bytes > 0))
			return refuse(stream, error);
		*record = (struct tau_record){NULL, bytes, (uint16_t)type, 0};
		if (bytes > largest)
			largest = bytes;
	}
	if (largest > stream->atomic_bytes)
		return error_set(error, -EMSGSIZE,
			"stream %s holds a record of %" PRIu32
			" bytes, and would take only %" PRIu32
			" now; leave its \"atomic\" (or \"capacity\", where "
			"it is shredded) as it was",
			stream->name, largest, stream->atomic_bytes);
	result = place(stream, from, first + count);
	if (result == -EBADMSG)
		return refuse(stream, error);
	return result < 0 ? lack(stream, error) : 0;
}

/* As many as fit into a chunk are one copy; then its next one. */
static int place_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t limit)
{
	struct chunks *chunks = stream->pool->chunks;
	struct tau_record *records = stream->ring.slots;
	uint32_t at = stream->ring.tail;
	int result = 0;

	while (at < limit && result == 0) {
		uint32_t end = at;
		size_t bytes = 0;
		const uint8_t *bodies;
		uint8_t *chunk = NULL;

		if (records[at].type == TAU_FD) {
			result = place_fd(stream, from, &records[at++]);
			continue;
		}
		while (end < limit && records[end].type != TAU_FD &&
			(end == at || records[end].bytes == 0 ||
				bytes + records[end].bytes <= CHUNK_BYTES))
			bytes += records[end++].bytes;
		bodies = carry_take(from, bytes);
		if (!bodies)
			return -EBADMSG;
		if (bytes > 0)
			chunk = chunk_get(chunks, bytes);
		if (bytes > 0 && !chunk)
			return -ENOMEM;
		if (bytes > 0) {
			prefault(chunks->os, chunk, bytes);
			memcpy(chunk, bodies, bytes);
		}
		for (const uint8_t *body = chunk ? chunk : &nothing; at < end;
			at++) {
			records[at].body = body;
			body += records[at].bytes;
		}
		result = settle(stream, end);
		if (chunk)
			chunk_drop(chunks, chunk_slot(chunks, chunk), 1);
	}
	return result;
}

/* They stay where they are, and hold nothing. */
static int point_to_bodies(
	struct stream *stream, struct carry_reader *from, uint32_t limit)
{
	struct ring *ring = &stream->ring;
	uint32_t pad = carry_take_u32(from);
	int result = 0;

	if (pad >= LENT_ALIGN || !carry_take(from, pad))
		return -EBADMSG;
	while (ring->tail < limit && result == 0) {
		struct tau_record *record = ring_at(ring, ring->tail);

		if (record->type == TAU_FD) {
			result = place_fd(stream, from, record);
			continue;
		}
		record->body = carry_take(from, record->bytes);
		if (!record->body)
			return -EBADMSG;
		tally_add(&stream->tally,
			&(struct body_run){.slot = CHUNK_NONE}, 1);
		stream->used_bytes += record->bytes;
		ring->tail++;
	}
	return result;
}

static int place_fd(struct stream *stream, struct carry_reader *from,
	struct tau_record *record)
{
	struct os *os = stream->pool->chunks->os;
	int fd = carry_take_fd(from, carry_take_u32(from));
	struct descriptor *cell;
	int result;

	if (from->cut)
		return -EBADMSG;
	cell = descriptor_create(os, fd);
	if (!cell) {
		if (fd >= 0)
			os->close(os, fd);
		return -ENOMEM;
	}
	record->body = cell;
	result = settle(stream, (uint32_t)(record - stream->ring.slots) + 1);
	descriptor_drop(cell);
	return result;
}

/* Holds the bodies up to the `count`th record, which is there then. */
static int settle(struct stream *stream, uint32_t count)
{
	struct ring *ring = &stream->ring;

	while (ring->tail < count) {
		struct tau_record *first = ring_at(ring, ring->tail);
		struct body_run run = body_run(
			stream->pool->chunks, first, ring->slots + count);
		uint32_t records = (uint32_t)(run.end - first);
		int result = body_hold(stream->pool->chunks, &run);

		if (result < 0)
			return result;
		if (stream->policy != STREAM_DROP_OLDEST)
			tally_add(&stream->tally, &run, records);
		stream->used_bytes += run.bytes;
		ring->tail += records;
	}
	return 0;
}

static int refuse(const struct stream *stream, struct error *error)
{
	return error_set(error, -EBADMSG,
		"what was handed over of stream %s is cut short or damaged",
		stream->name);
}

static int lack(const struct stream *stream, struct error *error)
{
	return error_set(error, -ENOMEM,
		"out of memory for the records of stream %s", stream->name);
}
