/* link: going on in another process. See link_carried.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/stream/carried.h"
#include "core/wire/link_carried.h"
#include "core/wire/link_private.h"

/* What was carried of the link itself, besides what it has fields for. */
struct carried_link {
	uint32_t flags, end_count;
	uint64_t connection;
};

static bool take_link(struct link *link, struct carry_reader *from,
	struct carried_link *carried);
static int adopt_all(struct link *link, struct carry_reader *from,
	uint32_t count, bool partly, struct error *error);
static int go_on(struct link *link, uint32_t flags, struct error *error);
static int adopt_ends(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count, bool partly,
	struct error *error);
static int adopt_end(struct link *link, struct carry_reader *from,
	struct link_end **adopted, bool partly, struct error *error);
static int judge(const struct link_end *end, uint32_t flags, uint32_t atomic,
	struct error *error);
static int adopt_part(struct link *link, struct link_end *end,
	struct carry_reader *from, uint32_t view);
static int adopt_input(struct link *link, struct carry_reader *from);
static int adopt_packet(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count, bool partly);
static int adopt_share(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count);
static void leave(struct link_end *end);
static bool sizes_fit(const struct link *link);
static void go_over(struct link *link);
static int refuse(const struct link *link, int code, struct error *error);

int link_adopt(struct link *link, struct carry_reader *from, bool partly,
	struct error *error)
{
	struct carried_link carried;
	int result;

	CHECK(link->frozen && !link->said_hello);
	link->adopted = true;
	if (!take_link(link, from, &carried))
		return refuse(link, -EBADMSG, error);
	result = adopt_all(link, from, carried.end_count, partly, error);
	if (result < 0)
		return result;
	result = go_on(link, carried.flags, error);
	if (result < 0)
		return result;
	return link_connect_adopted(link, carried.connection, error);
}

/* False: it is none that this one could be. */
static bool take_link(struct link *link, struct carry_reader *from,
	struct carried_link *carried)
{
	carried->flags = carry_take_u32(from);
	link->send_bytes = carry_take_u32(from);
	link->receive_bytes = carry_take_u32(from);
	link->settings.packet_bytes = carry_take_u32(from);
	link->counts = (struct link_counts){0};
	link->counts.packets_sent = carry_take_u64(from);
	link->counts.packets_received = carry_take_u64(from);
	link->counts.bytes_sent = carry_take_u64(from);
	link->counts.bytes_received = carry_take_u64(from);
	link->counts.repeated = carry_take_u64(from);
	link->counts.lost = carry_take_u64(from);
	timers_disarm(link->host.timers, &link->hello_timer);
	link->hello_timer.due_ns = (int64_t)carry_take_u64(from);
	link->settings.incarnation = carry_take_u64(from);
	link->peer_incarnation = carry_take_u64(from);
	carried->connection = carry_take_u64(from);
	carried->end_count = carry_take_u32(from);
	return sizes_fit(link) && carried->flags <= 255 &&
	       !(carried->flags & CARRIED_PACKETS) != link->settings.packets &&
	       !(link->settings.packets && carried->connection) &&
	       carried->end_count <= LINK_STREAMS_MAX &&
	       carried->end_count <= (size_t)(from->limit - from->next);
}

/* Its ends, and what it had received and not yet sent. */
static int adopt_all(struct link *link, struct carry_reader *from,
	uint32_t count, bool partly, struct error *error)
{
	struct link_end **ends = calloc(count + 1u, sizeof(void *));
	int result;

	if (!ends)
		return refuse(link, -ENOMEM, error);
	result = adopt_ends(link, from, ends, count, partly, error);
	if (result == 0) {
		result = adopt_input(link, from);
		if (result == 0)
			result = adopt_packet(link, from, ends, count, partly);
		if (result < 0)
			result = refuse(link, result, error);
	}
	free(ends);
	return result;
}

static int go_on(struct link *link, uint32_t flags, struct error *error)
{
	/* Its streams had all ended, and others have come. */
	bool joined = flags & (CARRIED_SAID_ALL | CARRIED_CLOSED) &&
		      link->ends_over < link->ends_total;

	if (joined && !link->settings.packets)
		return error_set(error, -ENOTSUP,
			"the connection to %s has ended with the streams that "
			"it had, and can carry no others; leave those out that "
			"come to it, or start the topology anew",
			link->peer);
	if (joined) /* with a connection of their own */
		flags &= ~(uint32_t)(CARRIED_SAID_ALL | CARRIED_CLOSED);
	link->open = link->opened = flags & CARRIED_OPEN;
	if (link->open)
		link_heir_settles(link);
	link->said_hello = flags & CARRIED_SAID_HELLO;
	link->said_all = flags & CARRIED_SAID_ALL;
	link->deaf = flags & CARRIED_DEAF;
	if (flags & CARRIED_DISMISSES)
		link_dismiss(link, "it broke the rules of a stream");
	if (flags & CARRIED_LATE_HELLO)
		timers_arm(link->host.timers, &link->hello_timer,
			link->hello_timer.due_ns);
	if (flags & CARRIED_CLOSED)
		go_over(link);
	return 0;
}

static int adopt_ends(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count, bool partly,
	struct error *error)
{
	int result = 0;

	for (uint32_t i = 0; i < count && result == 0; i++)
		result = adopt_end(link, from, &ends[i], partly, error);
	return result;
}

/* The stream has been filled by now. */
static int adopt_end(struct link *link, struct carry_reader *from,
	struct link_end **adopted, bool partly, struct error *error)
{
	uint32_t name_bytes;
	const char *name = (const char *)carry_take_blob(from, &name_bytes);
	uint32_t number = carry_take_u32(from), flags = carry_take_u32(from);
	uint32_t atomic = carry_take_u32(from), view = carry_take_u32(from);
	struct link_end *end = NULL, unknown = {0};
	int result = 0;

	if (from->cut)
		return refuse(link, -EBADMSG, error);
	if (number < link->end_count)
		end = link->ends[number];
	if (end && (strlen(end->stream->name) != name_bytes ||
			   memcmp(end->stream->name, name, name_bytes) != 0 ||
			   end->sends != (flags & CARRIED_SENDS)))
		end = NULL;
	if (!end && !(flags & CARRIED_OVER) && !partly)
		return error_set(error, -ENOENT,
			"stream %.*s goes over the link to %s, and would not "
			"any more; wait for its end, or leave it as it is",
			(int)name_bytes, name, link->peer);
	*adopted = end;
	if (!end)
		end = &unknown;
	else
		result = judge(end, flags, atomic, error);
	end->known = flags & CARRIED_KNOWN;
	end->said_alpha = flags & CARRIED_SAID_ALPHA;
	end->heard_omega = flags & CARRIED_HEARD_OMEGA;
	end->credited = flags & CARRIED_CREDITED;
	end->said_omega = flags & CARRIED_SAID_OMEGA;
	end->paused = flags & CARRIED_PAUSED;
	end->leaving = flags & CARRIED_LEAVING;
	end->ended_before = flags & CARRIED_ENDED_BEFORE;
	end->asked = flags & CARRIED_ASKED;
	if (*adopted && flags & CARRIED_OVER)
		leave(end);
	if (result == 0 && adopt_part(link, end, from, view) < 0)
		result = refuse(link, from->cut ? -EBADMSG : -ENOMEM, error);
	return result;
}

/* What was told of the stream binds: the other side is not told again. */
static int judge(const struct link_end *end, uint32_t flags, uint32_t atomic,
	struct error *error)
{
	struct stream *stream = end->stream;

	if (flags & CARRIED_OVER || atomic == stream->atomic_bytes)
		return 0;
	if (end->sends && flags & CARRIED_KNOWN &&
		atomic < stream->atomic_bytes)
		return stream_narrow(stream, atomic);
	if (!end->sends && flags & CARRIED_SAID_ALPHA &&
		atomic > stream->atomic_bytes)
		return error_set(error, -EMSGSIZE,
			"the writer of stream %s was told that it takes "
			"records of %" PRIu32
			" bytes; leave its \"atomic\" as it was",
			stream->name, atomic);
	return 0;
}

/* How much of the head record has gone, or what of one has come. Also of an end
 * that nobody has any more. */
static int adopt_part(struct link *link, struct link_end *end,
	struct carry_reader *from, uint32_t view)
{
	struct chunks *chunks = link->host.chunks;
	uint32_t offset = carry_take_u32(from), total = carry_take_u32(from);
	uint32_t type = carry_take_u32(from), came;
	const uint8_t *body = carry_take_blob(from, &came);
	struct stream *stream = end->stream;

	end->expected = carry_take_u64(from);
	end->came_bytes = carry_take_u64(from);
	end->missed = carry_take_u64(from);
	end->granted_bytes = carry_take_u64(from);
	end->granted_records = carry_take_u64(from);
	end->asked_bytes = carry_take_u64(from);
	end->first_credit = carry_take_u64(from);
	end->base_bytes = carry_take_u64(from);
	end->base_records = carry_take_u64(from);
	end->late_records = carry_take_u64(from);
	if (from->cut || !stream)
		return from->cut ? -EBADMSG : 0;
	end->part_offset = offset;
	from->cut = end->sends ? total > 0 || came > 0 ||
					 view > ring_count(&stream->ring)
			       : came != (total ? offset : 0) || view > 0 ||
					 total > stream->atomic_bytes ||
					 type > TAU_CYCLE || type == TAU_FD ||
					 (total > 0 && offset >= total);
	if (from->cut)
		return -EBADMSG;
	stream_look(stream, &end->in, view);
	if (end->sends && offset > 0)
		from->cut = view == 0 || offset >= end->in.next->bytes;
	if (from->cut || total == 0)
		return from->cut ? -EBADMSG : 0;
	end->part = chunk_get(chunks, total);
	if (!end->part)
		return -ENOMEM;
	memcpy(end->part, body, came);
	end->part_total = total;
	end->part_type = (uint16_t)type;
	return 0;
}

/* Less than a packet, which the next bytes of the connection continue. */
static int adopt_input(struct link *link, struct carry_reader *from)
{
	struct error error = ERROR_NONE;
	uint32_t bytes;
	const uint8_t *came = carry_take_blob(from, &bytes);
	uint32_t most = link->settings.packets
				? 0
				: LINK_PREFIX_BYTES + link->receive_bytes;
	int result;

	if (from->cut || bytes > most)
		return -EBADMSG;
	if (bytes == 0)
		return 0;
	result = link_need_space(link, &error);
	if (result < 0)
		return result;
	memcpy(link->in_end, came, bytes);
	link->in_end += bytes;
	return 0;
}

static int adopt_packet(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count, bool partly)
{
	struct link_packet *packet = &link->packet;
	uint32_t bytes, shares;
	const uint8_t *made = carry_take_blob(from, &bytes);
	int result = 0;

	shares = carry_take_u32(from);
	if (from->cut || bytes > LINK_SCRATCH_BYTES ||
		shares > LINK_PARTS_MAX || (bytes == 0 && shares > 0))
		return -EBADMSG;
	for (uint32_t i = 0; partly && bytes > 0 && i < count; i++)
		if (!ends[i]) /* it may speak of it */
			return -EAGAIN;
	packet->share_count = packet->fd_count = 0;
	for (uint32_t i = 0; i < shares && result == 0; i++)
		result = adopt_share(link, from, ends, count);
	if (result < 0 || bytes == 0)
		return result;
	memcpy(packet->scratch, made, bytes);
	packet->parts[0] = (struct iovec){packet->scratch, bytes};
	packet->part_count = 1;
	packet->first_part = 0;
	packet->bytes = bytes;
	packet->waiting = true;
	return 0;
}

static int adopt_share(struct link *link, struct carry_reader *from,
	struct link_end **ends, uint32_t count)
{
	struct link_packet *packet = &link->packet;
	uint32_t place = carry_take_u32(from);
	uint32_t records = carry_take_u32(from), offset = carry_take_u32(from);
	struct link_end *end = place < count ? ends[place] : NULL;
	uint32_t fds = 0, there;

	if (from->cut || !end || !end->sends)
		return -EBADMSG;
	for (uint32_t i = 0; i < packet->share_count; i++)
		if (packet->shares[i].end == end)
			return -EBADMSG;
	there = (uint32_t)(end->in.limit - end->in.next);
	if (records > there ||
		(offset > 0 && (records > 0 || there == 0 ||
				       offset >= end->in.next->bytes)))
		return -EBADMSG;
	for (uint32_t i = 0; i < records; i++)
		fds += end->in.next[i].type == TAU_FD;
	if (fds > LINK_FDS_MAX - packet->fd_count)
		return -EBADMSG;
	if (end->stream->fds)
		link_fds_put(link, end->in.next, records);
	packet->shares[packet->share_count++] =
		(struct link_share){end, records, offset};
	return 0;
}

/* Who has said alpha has nothing more to say. */
static void leave(struct link_end *end)
{
	link_end_over(end);
	if (!end->said_alpha || !end->queued)
		return;
	TAILQ_REMOVE(&end->link->queue, end, link_queue);
	end->queued = false;
}

static bool sizes_fit(const struct link *link)
{
	const uint32_t sizes[] = {link->send_bytes, link->receive_bytes,
		link->settings.packet_bytes};

	for (int i = 0; i < 3; i++)
		if (sizes[i] < LINK_PACKET_BYTES_MIN ||
			sizes[i] > LINK_PACKET_BYTES_MAX)
			return false;
	return link->send_bytes % 8 == 0;
}

/* As it was: nothing goes any more, and what had to be told of that was. */
static void go_over(struct link *link)
{
	struct link_host *host = &link->host;

	link->closed = true;
	link->frozen = false;
	timers_disarm(host->timers, &link->hello_timer);
	reactor_remove(host->reactor, &link->watch);
	host->os->close(host->os, link->fd);
	link->fd = -1;
}

static int refuse(const struct link *link, int code, struct error *error)
{
	if (code == -ENOMEM)
		return error_set(error, code,
			"out of memory for the link to %s", link->peer);
	if (code == -EAGAIN)
		return error_set(error, code,
			"the link to %s is too full to change what goes over "
			"it just now; try again",
			link->peer);
	return error_set(error, code,
		"what was handed over of the link to %s is cut short or "
		"damaged",
		link->peer);
}
