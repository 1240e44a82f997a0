/* hub: which frame goes to whom. See the header. */
#include "core/host/hub_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

/* Frames that lie one behind the other and go to the same side. */
struct run {
	struct hub_side *to;
	const uint8_t *start;
	size_t bytes;
};

static int route(struct hub_side *from, struct run *run,
	const struct frame *frame, struct hub_side **to, struct error *error);
static bool speaks_early(const struct hub_side *from);
static int early(struct error *error);
static int hear_node(struct hub_side *from, const struct notice *notice,
	struct hub_side **to);
static int hear_program(struct hub *hub, struct run *run,
	const struct notice *notice, struct hub_side **to);
static int tell_nodes(
	struct hub *hub, struct run *run, const struct notice *notice);
static struct hub_side *owner(struct hub *hub, uint32_t number);
static int announce(struct hub_side *from, const struct notice *notice);
static void end_stream(struct hub *hub, uint32_t number);
static int pass_run(struct run *run, struct hub_side *to, const uint8_t *start,
	size_t bytes);
static int put_packet(struct hub_side *to, const uint8_t *frames, size_t bytes);
static int begin_ended(struct hub *hub, uint32_t number);

int hub_take(struct hub_side *from, const uint8_t *packet, size_t bytes,
	struct error *error)
{
	struct frame_reader reader;
	struct run run = {0};
	struct frame frame;
	int result = 1, passed;

	from->readable = 0;
	frame_reader_init(&reader, packet, bytes);
	if (bytes < FRAME_HEAD_BYTES)
		return error_set(error, -EPROTO,
			"a packet of %zu bytes holds no frame", bytes);
	while (result > 0) {
		const uint8_t *start = reader.next;
		struct hub_side *to = NULL;

		from->readable = (size_t)(start - packet);
		result = frame_next(&reader, &frame, error);
		if (result <= 0)
			break;
		result = route(from, &run, &frame, &to, error);
		if (result == 0)
			result = pass_run(
				&run, to, start, (size_t)(reader.next - start));
		result = result < 0 ? result : 1;
	}
	passed = pass_run(&run, NULL, NULL, 0);
	return result < 0 ? result : passed;
}

uint32_t hub_packet_bytes(const struct hub_side *side)
{
	const struct hub *hub = side->hub;
	uint64_t most = LINK_PACKET_BYTES_MAX;

	if (!hub->reconnects || side != &hub->outside)
		return LINK_PACKET_BYTES_MAX;
	if (!side->greets)
		return LINK_FIRST_PACKET_BYTES;
	for (uint32_t i = 0; i < hub->node_count; i++)
		if (hub->nodes[i].greets &&
			hub->nodes[i].hello.packet_bytes < most)
			most = hub->nodes[i].hello.packet_bytes;
	return (uint32_t)(side->hello.packet_bytes < most
				  ? side->hello.packet_bytes
				  : most);
}

/* Not before all nodes have: what it says must hold for each. */
int hub_greet(struct hub *hub)
{
	struct notice hello = {0};
	int result;

	for (uint32_t i = 0; i < hub->node_count; i++) {
		const struct hub_side *node = &hub->nodes[i];

		if (!node->greets && !node->ended)
			return 0;
		if (node->greets &&
			(hello.kind != NOTICE_HELLO ||
				node->hello.packet_bytes < hello.packet_bytes))
			hello = node->hello;
	}
	if (hello.kind != NOTICE_HELLO)
		return 0;
	if (hub->node_count > 1)
		strncpy(hello.text, hub->plan->topology, NOTICE_TEXT_BYTES - 1);
	result = hub_put_notice(&hub->outside, &hello);
	hub->greeted = true;
	for (uint32_t i = 0; i < hub->stream_count && result == 0; i++)
		if (hub->streams[i].side && hub->streams[i].side->ended)
			result = begin_ended(hub, i);
	return result;
}

/* A program that begins anew waits for each of its streams; the node of this
 * one has ended it and gone. */
static int begin_ended(struct hub *hub, uint32_t number)
{
	const struct hub_stream *stream = &hub->streams[number];
	struct notice alpha = {.kind = NOTICE_ALPHA,
		.stream = number,
		.writes = stream->writes,
		.atomic_bytes = stream->atomic_bytes};
	const struct notice omega = {.kind = NOTICE_OMEGA,
		.stream = number,
		.reason = stream->writes ? NOTICE_DONE : NOTICE_GONE};
	int result;

	strncpy(alpha.text, stream->port, NOTICE_TEXT_BYTES - 1);
	result = hub_put_notice(&hub->outside, &alpha);
	return result < 0 ? result : hub_put_notice(&hub->outside, &omega);
}

int hub_put_notice(struct hub_side *to, const struct notice *notice)
{
	uint8_t frame[FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	uint32_t bytes =
		(uint32_t)notice_encode(notice, frame + FRAME_HEAD_BYTES);

	frame_put_head(frame, FRAME_NOTICE, 0, 0, 0, bytes);
	return put_packet(to, frame, FRAME_HEAD_BYTES + frame_padded(bytes));
}

/* Frames, behind their length. */
static int put_packet(struct hub_side *to, const uint8_t *frames, size_t bytes)
{
	static const uint8_t zeros[8];
	uint32_t length = frame_padded((uint32_t)bytes);
	int result = hub_put_raw(to, &length, sizeof length);

	if (result == 0)
		result = hub_put_raw(to, frames, bytes);
	if (result == 0 && length > bytes)
		result = hub_put_raw(to, zeros, length - bytes);
	return result;
}

void hub_turn_away(struct os *os, int fd, const char *why)
{
	struct notice bye = {.kind = NOTICE_BYE};
	uint8_t packet[sizeof(uint32_t) + FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] =
		{0};
	uint8_t *frame = packet + sizeof(uint32_t);
	struct iovec part = {.iov_base = packet};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	uint32_t bytes, length;

	strncpy(bye.text, why, NOTICE_TEXT_BYTES - 1);
	bytes = (uint32_t)notice_encode(&bye, frame + FRAME_HEAD_BYTES);
	length = FRAME_HEAD_BYTES + frame_padded(bytes);
	part.iov_len = sizeof length + length;
	frame_put_head(frame, FRAME_NOTICE, 0, 0, 0, bytes);
	memcpy(packet, &length, sizeof length);
	(void)os->sendmsg(os, fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	os->close(os, fd);
}

/* `*to` stays NULL where nobody is to have it. */
static int route(struct hub_side *from, struct run *run,
	const struct frame *frame, struct hub_side **to, struct error *error)
{
	struct hub *hub = from->hub;
	struct notice notice;
	int result;

	if (frame->kind != FRAME_NOTICE && speaks_early(from))
		return early(error);
	if (frame->kind != FRAME_NOTICE) {
		if (from == &hub->outside)
			*to = owner(hub, frame->stream);
		else if (!from->stale)
			*to = &hub->outside;
		if (*to)
			hub->moved = true;
		return 0;
	}
	result = notice_decode(&notice, frame->body, frame->body_bytes, error);
	if (result < 0)
		return result;
	if (notice.kind != NOTICE_HELLO && notice.kind != NOTICE_BYE &&
		speaks_early(from))
		return early(error);
	/* No node is to take this program for the next one. */
	if (hub->reconnects && from == &hub->outside && from->greets &&
		notice.kind == NOTICE_HELLO)
		return error_set(error, -EPROTO, "HELLO came twice");
	return from == &hub->outside ? hear_program(hub, run, &notice, to)
				     : hear_node(from, &notice, to);
}

/* A program that another may follow: nodes are to hear of none that they have
 * had no HELLO of. */
static bool speaks_early(const struct hub_side *from)
{
	return from->hub->reconnects && from == &from->hub->outside &&
	       !from->greets;
}

static int early(struct error *error)
{
	return error_set(error, -EPROTO, "HELLO did not come first");
}

static int hear_node(struct hub_side *from, const struct notice *notice,
	struct hub_side **to)
{
	struct hub *hub = from->hub;

	if (notice->kind == NOTICE_HELLO) { /* answered for all */
		from->hello = *notice;
		from->greets = true;
		from->stale = false;
		return 0;
	}
	if (from->stale)
		return 0;
	*to = &hub->outside;
	if (notice->kind == NOTICE_BYE && hub->reconnects) {
		memcpy(hub->why, notice->text, sizeof hub->why);
		hub->refused = true;
	}
	if (notice->kind == NOTICE_ALPHA)
		return announce(from, notice);
	if (notice->kind == NOTICE_OMEGA)
		end_stream(hub, notice->stream);
	return 0;
}

static int hear_program(struct hub *hub, struct run *run,
	const struct notice *notice, struct hub_side **to)
{
	bool bye = notice->kind == NOTICE_BYE;

	if (notice->kind == NOTICE_HELLO) {
		hub->outside.hello = *notice;
		hub->outside.greets = true;
	}
	if (bye)
		memcpy(hub->why, notice->text, sizeof hub->why);
	if (bye && hub->reconnects)
		return -EPIPE;
	if (notice->kind == NOTICE_OTHER || notice->kind == NOTICE_AGAIN)
		return 0;
	if (notice->kind == NOTICE_HELLO || bye)
		return tell_nodes(hub, run, notice);
	*to = owner(hub, notice->stream);
	if (notice->kind == NOTICE_OMEGA)
		end_stream(hub, notice->stream);
	return 0;
}

/* All of them, behind what came before. */
static int tell_nodes(
	struct hub *hub, struct run *run, const struct notice *notice)
{
	int result = pass_run(run, NULL, NULL, 0);

	for (uint32_t i = 0; i < hub->node_count && result == 0; i++)
		result = hub_put_notice(&hub->nodes[i], notice);
	return result;
}

/* The node that a stream leads to. Who speaks of none that there is, is told so
 * by any that hears it. */
static struct hub_side *owner(struct hub *hub, uint32_t number)
{
	if (number < hub->stream_count && hub->streams[number].side)
		return hub->streams[number].side;
	return hub_listener(hub);
}

struct hub_side *hub_listener(struct hub *hub)
{
	for (uint32_t i = 0; i < hub->node_count; i++) {
		const struct hub_side *node = &hub->nodes[i];

		if (!node->ended && !node->shut && !node->finish)
			return &hub->nodes[i];
	}
	return NULL;
}

static int announce(struct hub_side *from, const struct notice *notice)
{
	struct hub *hub = from->hub;
	uint32_t number = notice->stream, count = hub->stream_count;
	struct hub_stream *grown;
	char *port;

	CHECK(number < LINK_STREAMS_MAX); /* a node of ours counts them */
	if (number >= count) {
		grown = realloc(hub->streams, (number + 16u) * sizeof *grown);
		if (!grown)
			return -ENOMEM;
		memset(grown + count, 0,
			(number + 16u - count) * sizeof *grown);
		hub->streams = grown;
		hub->stream_count = number + 16;
	}
	if (hub->streams[number].side) /* on a former connection */
		return 0;
	port = strdup(notice->text);
	if (!port)
		return -ENOMEM;
	hub->streams[number] = (struct hub_stream){.side = from,
		.writes = notice->writes,
		.atomic_bytes = notice->atomic_bytes,
		.port = port};
	from->streams++;
	return 0;
}

static void end_stream(struct hub *hub, uint32_t number)
{
	if (number >= hub->stream_count || !hub->streams[number].side ||
		hub->streams[number].over)
		return;
	hub->streams[number].over = true;
	hub->streams[number].side->over++;
}

/* Adds frames to the run, or passes on what it has and begins another. */
static int pass_run(struct run *run, struct hub_side *to, const uint8_t *start,
	size_t bytes)
{
	int result = 0;

	if (run->to == to && to && run->start + run->bytes == start) {
		run->bytes += bytes;
		return 0;
	}
	if (run->to)
		result = put_packet(run->to, run->start, run->bytes);
	*run = (struct run){to, start, bytes};
	return result;
}
