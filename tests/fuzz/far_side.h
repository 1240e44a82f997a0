/*
 * far_side: a link in a fabric of its own, whose far side is a socket on which
 * a fuzz test says what it likes, for the tests that include this.
 *
 * Invariant: between begin and end, `fuzzed` holds the link's streams, all but
 * the last written by the far side; whatever that said, end finds no chunk
 * left.
 */
#ifndef TESTS_FUZZ_FAR_SIDE_H
#define TESTS_FUZZ_FAR_SIDE_H

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.h"
#include "core/host/fabric.h"
#include "core/wire/frame.h"
#include "core/wire/link.h"
#include "core/wire/notice.h"

#define STREAMS 3u /* the last is the link's to write */

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
	bool packets; /* the peer keeps their bounds */
};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	(void)listener;
	(void)link;
	CHECK(why == NULL || why[0] != 0);
}

/* Zeroes `fuzzed`, and makes the link with its streams. */
static void begin(struct fuzzed *fuzzed, const struct link_settings *link)
{
	const struct stream_settings settings = {4096, 16, 1024, STREAM_BLOCK};
	struct fabric *fabric = &fuzzed->fabric;
	struct error error = ERROR_NONE;
	int kind = link->packets ? SOCK_SEQPACKET : SOCK_STREAM;
	int fds[2];

	memset(fuzzed, 0, sizeof *fuzzed);
	fuzzed->packets = link->packets;
	os_linux_init(&fuzzed->os);
	log_init(&fuzzed->log, &fuzzed->os, 2, "fuzz", LOG_ERROR);
	CHECK(fabric_init(fabric, &fuzzed->os, &fuzzed->log, 0, &error) == 0);
	CHECK(socketpair(AF_UNIX, kind | SOCK_NONBLOCK, 0, fds) == 0);
	fuzzed->listener.closed = closed;
	fuzzed->peer = fds[1];
	CHECK(link_create(&fuzzed->link,
		      &(struct link_host){fabric->os, &fabric->scheduler,
			      &fabric->timers, fabric->reactor, fabric->chunks},
		      link, fds[0], &fuzzed->listener, &error) == 0);
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
	if (!fuzzed->packets)
		say(fuzzed, &all, sizeof all);
	say(fuzzed, packet, all);
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

#endif
