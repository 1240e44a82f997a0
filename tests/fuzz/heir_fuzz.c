/*
 * heir_fuzz: a link whose far side may be followed by others, and says anything
 * to any of them. The input is packets: a byte below 128 is HELLO, with two
 * bytes behind it for the incarnation and the one that it answers (0 to 3; 1 is
 * the link's); any other is a packet of so many bytes less 128, times 4.
 * Whatever comes, records that are read are whole and in chunks, and nothing is
 * left when the link has gone.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/host/fabric.h"
#include "core/wire/frame.h"
#include "core/wire/link.h"
#include "core/wire/notice.h"

#define STREAMS 3u /* the last is the link's to write */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct fuzzed {
	struct link_listener listener; /* first */
	struct os os;
	struct log log;
	struct fabric fabric;
	struct stream streams[STREAMS];
	struct tau_in in[STREAMS];
	struct tau_out out;
	struct link *link;
	int peer;
};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	(void)listener;
	(void)link;
	CHECK(why == NULL || why[0] != 0);
}

static void begin(struct fuzzed *fuzzed)
{
	const struct stream_settings settings = {4096, 16, 1024, STREAM_BLOCK};
	const struct link_settings link = {.name = "one",
		.peer = "the other",
		.packets = true,
		.heirs = true,
		.patient = true,
		.incarnation = 1};
	struct fabric *fabric = &fuzzed->fabric;
	struct error error = ERROR_NONE;
	int fds[2];

	os_linux_init(&fuzzed->os);
	log_init(&fuzzed->log, &fuzzed->os, 2, "fuzz", LOG_ERROR);
	CHECK(fabric_init(fabric, &fuzzed->os, &fuzzed->log, 0, &error) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == 0);
	fuzzed->listener.closed = closed;
	fuzzed->peer = fds[1];
	CHECK(link_create(&fuzzed->link,
		      &(struct link_host){fabric->os, &fabric->scheduler,
			      &fabric->timers, fabric->reactor, fabric->chunks},
		      &link, fds[0], &fuzzed->listener, &error) == 0);
	for (uint32_t i = 0; i < STREAMS; i++) {
		stream_init(&fuzzed->streams[i], &fabric->streams, &settings,
			"stream");
		CHECK((i == STREAMS - 1 ? link_send : link_receive)(
			      fuzzed->link, i, &fuzzed->streams[i], "port") ==
			0);
	}
}

static void turn(struct fuzzed *fuzzed)
{
	uint8_t heard[4096];

	for (int i = 0; i < 3; i++) {
		(void)reactor_poll(fuzzed->fabric.reactor, 0);
		(void)scheduler_round(&fuzzed->fabric.scheduler);
	}
	while (recv(fuzzed->peer, heard, sizeof heard, 0) > 0)
		;
}

/* Reads every byte of every record; their sum. */
static uint8_t read_all(struct fuzzed *fuzzed)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < STREAMS - 1; i++) {
		struct tau_in *in = &fuzzed->in[i];

		while (stream_read(&fuzzed->streams[i], in) == TAU_OK)
			for (; in->next < in->limit; in->next++)
				for (uint32_t b = 0; b < in->next->bytes; b++)
					sum ^= ((const uint8_t *)
							in->next->body)[b];
		stream_unread(&fuzzed->streams[i], in);
	}
	return sum;
}

static void say(struct fuzzed *fuzzed, const void *from, size_t bytes)
{
	(void)send(fuzzed->peer, from, bytes, MSG_NOSIGNAL);
	turn(fuzzed);
}

static void say_notice(struct fuzzed *fuzzed, const struct notice *notice)
{
	uint8_t packet[FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	uint32_t bytes =
		(uint32_t)notice_encode(notice, packet + FRAME_HEAD_BYTES);
	uint32_t all = FRAME_HEAD_BYTES + frame_padded(bytes);

	frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, bytes);
	say(fuzzed, packet, all);
}

static void say_hello(struct fuzzed *fuzzed, uint8_t incarnation, uint8_t heard)
{
	say_notice(fuzzed, &(struct notice){.kind = NOTICE_HELLO,
				   .version = FRAME_VERSION,
				   .packet_bytes = LINK_PACKET_BYTES_MIN,
				   .incarnation = 10u + incarnation % 4u,
				   .heard = heard % 4u});
	if (!link_is_open(fuzzed->link))
		return;
	for (uint32_t i = 0; i < STREAMS; i++)
		say_notice(fuzzed, &(struct notice){.kind = NOTICE_ALPHA,
					   .stream = i,
					   .writes = i < STREAMS - 1,
					   .atomic_bytes = 1024});
}

static void end(struct fuzzed *fuzzed)
{
	link_destroy(&fuzzed->link);
	stream_end(&fuzzed->streams[STREAMS - 1], &fuzzed->out, STREAM_DONE);
	for (uint32_t i = 0; i < STREAMS; i++)
		stream_release(&fuzzed->streams[i]);
	CHECK(chunks_live(fuzzed->fabric.chunks) == 0);
	fabric_release(&fuzzed->fabric);
	close(fuzzed->peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct fuzzed fuzzed;
	volatile uint8_t sum = 0; /* so that the reading is not left out */
	size_t at = 0;

	memset(&fuzzed, 0, sizeof fuzzed);
	begin(&fuzzed);
	turn(&fuzzed);
	while (at < bytes) {
		size_t rest = bytes - at - 1, piece = (data[at] & 127u) * 4u;
		bool hello = data[at++] < 128;

		if (hello && rest < 2)
			break;
		if (hello)
			piece = 2;
		if (piece > rest)
			piece = rest;
		if (hello)
			say_hello(&fuzzed, data[at], data[at + 1]);
		else if (piece > 0)
			say(&fuzzed, data + at, piece);
		at += piece;
		sum = (uint8_t)(sum ^ read_all(&fuzzed));
	}
	end(&fuzzed);
	return 0;
}
