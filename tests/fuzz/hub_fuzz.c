/*
 * hub_fuzz: a hub of two nodes whose program says HELLO, then anything, and
 * comes again when it is closed. The first byte says in how large pieces the
 * rest arrives, its lowest bit whether it may come again. Whatever comes, the
 * nodes hear packets of whole frames, all readable where the program may come
 * again, and nothing is left when the hub has gone.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/base/os_linux.h"
#include "core/host/hub.h"
#include "core/wire/frame.h"
#include "core/wire/notice.h"

#define NODES 2u
#define HEARD_BYTES (8u * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct fuzzed {
	struct os os;
	struct reactor *reactor;
	struct node_plan plan;
	struct node_plan_link links[NODES];
	struct hub *hub;
	int nodes[NODES], program;
	size_t heard_bytes[NODES];
	bool reconnects;
};

static uint8_t heard[NODES][HEARD_BYTES];

static void say_notice(int fd, const struct notice *notice)
{
	uint8_t packet[4 + FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	uint8_t *frame = packet + 4;
	uint32_t bytes =
		(uint32_t)notice_encode(notice, frame + FRAME_HEAD_BYTES);
	uint32_t all = FRAME_HEAD_BYTES + frame_padded(bytes);

	frame_put_head(frame, FRAME_NOTICE, 0, 0, 0, bytes);
	memcpy(packet, &all, sizeof all);
	(void)send(fd, packet, 4 + all, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void say_hello(int fd)
{
	say_notice(fd, &(struct notice){.kind = NOTICE_HELLO,
			       .version = FRAME_VERSION,
			       .packet_bytes = LINK_PACKET_BYTES_MIN});
}

/* Whole packets of what node i has heard; false when it must not go on. */
static bool judge(struct fuzzed *fuzzed, uint32_t i)
{
	size_t at = 0;
	uint32_t bytes;

	while (fuzzed->heard_bytes[i] - at >= sizeof bytes) {
		struct frame_reader reader;
		struct frame frame;
		int result;

		memcpy(&bytes, heard[i] + at, sizeof bytes);
		if (bytes <= LINK_PACKET_BYTES_MAX &&
			fuzzed->heard_bytes[i] - at < sizeof bytes + bytes)
			break;
		result = bytes > LINK_PACKET_BYTES_MAX || bytes == 0 ? -1 : 1;
		frame_reader_init(&reader, heard[i] + at + sizeof bytes, bytes);
		while (result == 1)
			result = frame_next(&reader, &frame, NULL);
		CHECK(result == 0 || !fuzzed->reconnects);
		if (result < 0)
			return false;
		at += sizeof bytes + bytes;
	}
	fuzzed->heard_bytes[i] -= at;
	memmove(heard[i], heard[i] + at, fuzzed->heard_bytes[i]);
	return true;
}

static void hear(struct fuzzed *fuzzed, uint32_t i)
{
	ssize_t got = -1;

	if (fuzzed->nodes[i] >= 0)
		got = recv(fuzzed->nodes[i], heard[i] + fuzzed->heard_bytes[i],
			HEARD_BYTES - fuzzed->heard_bytes[i], MSG_DONTWAIT);
	if (got <= 0)
		return;
	fuzzed->heard_bytes[i] += (size_t)got;
	if (judge(fuzzed, i))
		return;
	say_notice(fuzzed->nodes[i], &(struct notice){.kind = NOTICE_BYE});
	close(fuzzed->nodes[i]);
	fuzzed->nodes[i] = -1;
}

static void connect_program(struct fuzzed *fuzzed)
{
	int fds[2];

	if (fuzzed->program >= 0)
		close(fuzzed->program);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
	fuzzed->program = fds[0];
	CHECK(hub_connect(fuzzed->hub, fds[1]) == 0);
	for (uint32_t i = 0; i < NODES; i++)
		if (fuzzed->nodes[i] >= 0)
			say_hello(fuzzed->nodes[i]);
	say_hello(fuzzed->program);
}

static void turn(struct fuzzed *fuzzed)
{
	uint8_t lost[4096];

	for (int i = 0; i < 4; i++) {
		(void)reactor_poll(fuzzed->reactor, 0);
		if (hub_step(fuzzed->hub) == HUB_AGAIN)
			connect_program(fuzzed);
		for (uint32_t n = 0; n < NODES; n++)
			hear(fuzzed, n);
		while (recv(fuzzed->program, lost, sizeof lost, 0) > 0)
			;
	}
}

static void begin(struct fuzzed *fuzzed)
{
	int fds[2];

	os_linux_init(&fuzzed->os);
	CHECK(reactor_create(&fuzzed->reactor, &fuzzed->os, NULL) == 0);
	fuzzed->plan = (struct node_plan){.topology = "topology",
		.links = fuzzed->links,
		.link_count = NODES};
	for (uint32_t i = 0; i < NODES; i++) {
		CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
		fuzzed->nodes[i] = fds[0];
		fuzzed->links[i] =
			(struct node_plan_link){.fd = (uint32_t)fds[1],
				.reconnect = fuzzed->reconnects};
	}
	CHECK(hub_create(&fuzzed->hub, &fuzzed->os, fuzzed->reactor,
		      &fuzzed->plan, NULL) == 0);
	fuzzed->program = -1;
	connect_program(fuzzed);
	turn(fuzzed);
	for (uint32_t i = 0; i < NODES; i++)
		for (uint32_t way = 0; way < 2; way++)
			say_notice(fuzzed->nodes[i],
				&(struct notice){.kind = NOTICE_ALPHA,
					.stream = i * 2 + way,
					.writes = way,
					.atomic_bytes = 1024});
	turn(fuzzed);
}

static void end(struct fuzzed *fuzzed)
{
	hub_destroy(&fuzzed->hub);
	reactor_destroy(&fuzzed->reactor);
	for (uint32_t i = 0; i < NODES; i++)
		if (fuzzed->nodes[i] >= 0)
			close(fuzzed->nodes[i]);
	close(fuzzed->program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct fuzzed fuzzed;
	size_t at = 1, piece = bytes > 0 ? data[0] + 1u : 1;

	memset(&fuzzed, 0, sizeof fuzzed);
	fuzzed.reconnects = bytes > 0 && data[0] % 2;
	begin(&fuzzed);
	for (; at < bytes; at += piece) {
		if (piece > bytes - at)
			piece = bytes - at;
		(void)send(fuzzed.program, data + at, piece, MSG_NOSIGNAL);
		turn(&fuzzed);
	}
	end(&fuzzed);
	return 0;
}
