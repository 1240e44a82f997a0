/* link_script: a peer that is a script. See the header. */
#include "tests/link_script.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct script *script = (struct script *)listener;

	(void)link;
	script->closed++;
	if (why)
		snprintf(script->why, sizeof script->why, "%s", why);
}

static void missed(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	(void)link;
	ck_assert_uint_eq(number, 1);
	((struct script *)listener)->missed += records;
}

static void lost(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	(void)link;
	ck_assert_uint_eq(number, 0);
	((struct script *)listener)->lost += records;
}

static void begin(struct script *script, bool packets, bool again, bool heirs,
	int buffer_bytes)
{
	const struct stream_settings settings = {
		SCRIPT_CAPACITY, SCRIPT_RECORDS, SCRIPT_ATOMIC, STREAM_BLOCK};
	const struct link_settings link = {.name = "one",
		.peer = "the peer",
		.packets = packets,
		.again = again,
		.heirs = heirs && packets,
		.renews = heirs && !packets,
		.late = heirs,
		.patient = heirs,
		.incarnation = heirs ? SCRIPT_INCARNATION : 0};
	int fds[2];

	memset(script, 0, sizeof *script);
	script->listener.closed = closed;
	script->listener.lost = lost;
	script->listener.missed = missed;
	script->packets = packets;
	fake_os_init(&script->fake);
	fake_os_set_clock(&script->fake, 1000);
	script->pipeline.os = &script->fake.os;
	pipeline_init(&script->pipeline);
	ck_assert_int_eq(socketpair(AF_UNIX,
				 (packets ? SOCK_SEQPACKET : SOCK_STREAM) |
					 SOCK_NONBLOCK | SOCK_CLOEXEC,
				 0, fds),
		0);
	if (buffer_bytes)
		setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &buffer_bytes,
			sizeof buffer_bytes);
	script->peer = fds[1];
	for (uint32_t i = 0; i < 2; i++)
		pipeline_connect(&script->pipeline, PIPELINE_OUTSIDE, 0,
			PIPELINE_OUTSIDE, 0, &settings);
	script->link = pipeline_link(
		&script->pipeline, &link, fds[0], &script->listener);
	ck_assert_int_eq(
		link_send(script->link, 0, &script->pipeline.streams[0], "out"),
		0);
	ck_assert_int_eq(link_receive(script->link, 1,
				 &script->pipeline.streams[1], "in"),
		0);
}

void script_begin(struct script *script, bool packets, int buffer_bytes)
{
	begin(script, packets, false, false, buffer_bytes);
}

void script_begin_again(struct script *script)
{
	begin(script, false, true, false, 0);
}

void script_begin_heirs(struct script *script, bool packets)
{
	begin(script, packets, false, true, 0);
}

void script_say_hello_of(
	struct script *script, uint64_t incarnation, uint64_t heard)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_HELLO,
					  .version = FRAME_VERSION,
					  .packet_bytes = SCRIPT_PACKET,
					  .incarnation = incarnation,
					  .heard = heard,
					  .text = "peer"});
	script_say(script);
	script_settle(script);
}

void script_end(struct script *script)
{
	struct stream *streams = script->pipeline.streams;

	link_destroy(&script->link);
	stream_end(&streams[0], &script->out, STREAM_DONE);
	stream_unread(&streams[1], &script->in);
	pipeline_release(&script->pipeline);
	if (script->peer >= 0)
		close(script->peer);
}

/* --- what the peer says --- */

void script_add(struct script *script, const void *from, size_t bytes)
{
	ck_assert(script->bytes + bytes <= sizeof script->packet);
	if (bytes > 0)
		memcpy(script->packet + script->bytes, from, bytes);
	script->bytes += (uint32_t)bytes;
	while (script->bytes % 8)
		script->packet[script->bytes++] = 0;
}

void script_add_notice(struct script *script, const struct notice *notice)
{
	uint8_t head[FRAME_HEAD_BYTES], value[NOTICE_BYTES_MAX];
	uint32_t bytes = (uint32_t)notice_encode(notice, value);

	frame_put_head(head, FRAME_NOTICE, 0, 0, 0, bytes);
	script_add(script, head, sizeof head);
	script_add(script, value, bytes);
}

void script_add_hello(struct script *script, uint64_t version, uint64_t packet)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_HELLO,
					  .version = version,
					  .packet_bytes = packet,
					  .text = "peer"});
}

void script_add_alpha(struct script *script, uint32_t stream, uint64_t atomic)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_ALPHA,
					  .stream = stream,
					  .writes = stream == 1,
					  .atomic_bytes = atomic,
					  .text = "port"});
}

void script_add_iota(struct script *script, uint32_t stream, uint64_t bytes,
	uint64_t records)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_IOTA,
					  .stream = stream,
					  .bytes = bytes,
					  .records = records});
}

void script_add_omega(struct script *script, uint32_t stream, uint64_t records,
	enum notice_reason reason)
{
	script_add_notice(script, &(struct notice){.kind = NOTICE_OMEGA,
					  .stream = stream,
					  .records = records,
					  .reason = reason});
}

void script_add_records(struct script *script, uint32_t stream, uint64_t first,
	uint32_t count, uint32_t bytes)
{
	uint8_t head[FRAME_HEAD_BYTES], entry[FRAME_ENTRY_BYTES];
	uint8_t body[SCRIPT_ATOMIC * 2];

	ck_assert(bytes <= sizeof body);
	frame_put_head(head, FRAME_RECORDS, stream, first, count,
		count * (FRAME_ENTRY_BYTES + frame_padded(bytes)));
	script_add(script, head, sizeof head);
	for (uint32_t i = 0; i < count; i++) {
		frame_put_entry(
			entry, &(struct tau_record){.bytes = bytes, .type = 0});
		script_add(script, entry, sizeof entry);
	}
	for (uint32_t i = 0; i < count; i++) {
		memset(body, (int)(first + i), bytes);
		script_add(script, body, bytes);
	}
}

void script_add_part(struct script *script, uint32_t stream, uint64_t first,
	uint32_t total, uint32_t offset, uint32_t bytes)
{
	uint8_t head[FRAME_HEAD_BYTES], part[FRAME_PART_BYTES];
	uint8_t body[SCRIPT_ATOMIC];

	frame_put_head(
		head, FRAME_PART, stream, first, 0, FRAME_PART_BYTES + bytes);
	frame_put_part(part, &(struct tau_record){.bytes = total}, offset);
	memset(body, (int)first, sizeof body);
	script_add(script, head, sizeof head);
	script_add(script, part, sizeof part);
	script_add(script, body, bytes);
}

void script_say(struct script *script)
{
	uint32_t bytes = script->bytes;
	struct iovec parts[2] = {
		{&bytes, sizeof bytes}, {script->packet, script->bytes}};
	struct msghdr message = {.msg_iov = parts + script->packets,
		.msg_iovlen = script->packets ? 1 : 2};

	ck_assert_int_ge(sendmsg(script->peer, &message, MSG_NOSIGNAL), 0);
	script->bytes = 0;
}

/* --- what the peer hears --- */

static void hear_frames(
	struct script *script, const uint8_t *from, size_t bytes)
{
	struct frame_reader reader;
	struct error error = ERROR_NONE;
	struct frame frame;
	struct notice notice;
	int result;

	frame_reader_init(&reader, from, bytes);
	while ((result = frame_next(&reader, &frame, &error)) == 1) {
		if (frame.kind == FRAME_RECORDS) {
			ck_assert_uint_eq(frame.first, script->came);
			script->came += frame.count;
			script->came_bytes += frame.body_bytes;
		}
		if (frame.kind != FRAME_NOTICE)
			continue;
		ck_assert_int_eq(notice_decode(&notice, frame.body,
					 frame.body_bytes, &error),
			0);
		if (notice.kind == NOTICE_BYE)
			snprintf(script->bye, sizeof script->bye, "%s",
				notice.text);
		if (notice.kind == NOTICE_HELLO) {
			script->hello = notice;
			script->hellos++;
			script->came = 0;
		}
		if (notice.kind == NOTICE_IOTA)
			script->iota = notice;
		script->kappas += notice.kind == NOTICE_KAPPA;
		if (notice.kind == NOTICE_OMEGA)
			script->omega = notice;
	}
	ck_assert_msg(result == 0, "%s", error.text);
}

void script_hear(struct script *script)
{
	static uint8_t heard[SCRIPT_PACKET * 8];
	ssize_t got;

	while ((got = recv(script->peer, heard, sizeof heard, 0)) > 0) {
		size_t at = 0;

		if (script->packets) {
			hear_frames(script, heard, (size_t)got);
			continue;
		}
		while (at < (size_t)got) {
			uint32_t bytes;

			memcpy(&bytes, heard + at, sizeof bytes);
			hear_frames(script, heard + at + sizeof bytes, bytes);
			at += sizeof bytes + bytes;
		}
	}
}

void script_settle(struct script *script)
{
	struct fabric *fabric = &script->pipeline.fabric;

	for (int i = 0; i < 50; i++) {
		(void)reactor_poll(fabric->reactor, 0);
		scheduler_round(&fabric->scheduler);
	}
	ck_assert_msg(scheduler_idle(&fabric->scheduler), "the link spins");
	script_hear(script);
}

void script_say_hello(struct script *script)
{
	script_add_hello(script, FRAME_VERSION, SCRIPT_PACKET);
	script_say(script);
	script_settle(script);
	ck_assert(link_is_open(script->link));
}

void script_open_link(struct script *script)
{
	script_say_hello(script);
	script_add_alpha(script, 0, SCRIPT_ATOMIC);
	script_add_alpha(script, 1, SCRIPT_ATOMIC);
	script_say(script);
	script_settle(script);
}

uint32_t script_write_records(
	struct script *script, uint32_t count, uint32_t bytes)
{
	struct stream *stream = &script->pipeline.streams[0];
	uint32_t written = 0;

	for (; written < count; written++) {
		if (stream_room(stream, &script->out, bytes, false) != TAU_OK)
			break;
		memset(script->out.body, 'x', bytes);
		*script->out.next++ = (struct tau_record){
			script->out.body, bytes, TAU_BYTES, 0};
		script->out.body += bytes;
		ck_assert_int_eq(stream_close(stream, &script->out), 0);
	}
	return written;
}

uint32_t script_read_records(struct script *script, uint32_t count)
{
	struct stream *stream = &script->pipeline.streams[1];
	uint32_t got = 0;

	while (got < count && stream_read(stream, &script->in) == TAU_OK) {
		script->in.next++;
		got++;
	}
	stream_unread(stream, &script->in);
	return got;
}
