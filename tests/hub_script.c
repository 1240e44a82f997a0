/* hub_script: nodes and a program around a hub. See the header. */
#include "tests/hub_script.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEPS_MAX 1000
#define IN_BYTES (4u * 1024 * 1024)

static void begin_talker(struct hub_talker *talker, int *theirs)
{
	int fds[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	talker->fd = fds[0];
	*theirs = fds[1];
	talker->ended = false;
	talker->in_bytes = 0;
	if (!talker->in)
		talker->in = malloc(IN_BYTES);
	ck_assert_ptr_nonnull(talker->in);
}

void hubs_prepare(struct hubs *hubs, uint32_t nodes, bool reconnects)
{
	memset(hubs, 0, sizeof *hubs);
	fake_os_init(&hubs->fake);
	hubs->plan.topology = "topology";
	hubs->plan.links = hubs->links;
	hubs->plan.link_count = nodes;
	hubs->program.fd = -1;
	for (uint32_t i = 0; i < nodes; i++) {
		int theirs;

		begin_talker(&hubs->nodes[i], &theirs);
		hubs->links[i].fd = (uint32_t)theirs;
		hubs->links[i].reconnect = reconnects;
	}
}

int hubs_make(struct hubs *hubs)
{
	struct error error = ERROR_NONE;
	int result = reactor_create(&hubs->reactor, &hubs->fake.os, &error);

	if (result < 0) {
		for (uint32_t i = 0; i < hubs->plan.link_count; i++)
			close((int)hubs->links[i].fd);
		return result;
	}
	result = hub_create(
		&hubs->hub, &hubs->fake.os, hubs->reactor, &hubs->plan, &error);
	ck_assert((result < 0) == (error.text[0] != 0));
	return result;
}

void hubs_begin(struct hubs *hubs, uint32_t nodes, bool reconnects)
{
	hubs_prepare(hubs, nodes, reconnects);
	ck_assert_int_eq(hubs_make(hubs), 0);
	ck_assert_int_eq(hubs_connect(hubs), 0);
}

int hubs_connect(struct hubs *hubs)
{
	int theirs;

	hubs_leave(&hubs->program);
	begin_talker(&hubs->program, &theirs);
	ck_assert_int_eq(hubs->fake.real.fcntl(
				 &hubs->fake.real, theirs, F_SETFL, O_NONBLOCK),
		0);
	return hub_connect(hubs->hub, theirs);
}

void hubs_leave(struct hub_talker *talker)
{
	if (talker->fd >= 0)
		close(talker->fd);
	talker->fd = -1;
}

bool hubs_say_raw(struct hub_talker *talker, const void *from, size_t bytes)
{
	return send(talker->fd, from, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	       (ssize_t)bytes;
}

bool hubs_say(struct hubs *hubs, struct hub_talker *talker)
{
	struct script *speech = &hubs->speech;
	uint32_t bytes = speech->bytes;
	bool said = hubs_say_raw(talker, &bytes, sizeof bytes) &&
		    hubs_say_raw(talker, speech->packet, bytes);

	speech->bytes = 0;
	return said;
}

void hubs_add_alpha(struct hubs *hubs, uint32_t stream, bool writes)
{
	script_add_notice(&hubs->speech, &(struct notice){.kind = NOTICE_ALPHA,
						 .stream = stream,
						 .writes = writes,
						 .atomic_bytes = SCRIPT_ATOMIC,
						 .text = "port"});
}

/* --- what is heard --- */

static void add_word(struct hub_talker *talker, const char *word)
{
	size_t at = strlen(talker->heard);

	ck_assert_uint_lt(at + strlen(word) + 2, sizeof talker->heard);
	sprintf(talker->heard + at, "%s%s", at ? " " : "", word);
}

static void hear_notice(struct hub_talker *talker, const struct frame *frame)
{
	static const char *const names[] = {"other", "hello", "alpha", "iota",
		"kappa", "omega", "want", "bye", "again"};
	struct error error = ERROR_NONE;
	struct notice notice;
	char word[NOTICE_TEXT_BYTES + 32];

	ck_assert_int_eq(
		notice_decode(&notice, frame->body, frame->body_bytes, &error),
		0);
	if (notice.kind == NOTICE_BYE || notice.kind == NOTICE_AGAIN)
		snprintf(word, sizeof word, "%s:%s", names[notice.kind],
			notice.text);
	else if (notice.kind == NOTICE_HELLO)
		snprintf(word, sizeof word, "hello:%u",
			(unsigned)notice.packet_bytes);
	else if (notice.kind == NOTICE_OMEGA)
		snprintf(word, sizeof word, "omega:%u:%u", notice.stream,
			(unsigned)notice.records);
	else
		snprintf(word, sizeof word, "%s:%u", names[notice.kind],
			notice.stream);
	add_word(talker, word);
}

static void hear_packet(
	struct hub_talker *talker, const uint8_t *packet, uint32_t bytes)
{
	struct frame_reader reader;
	struct error error = ERROR_NONE;
	struct frame frame;
	char word[64];
	int result;

	frame_reader_init(&reader, packet, bytes);
	if (bytes == 0)
		add_word(talker, "empty");
	while ((result = frame_next(&reader, &frame, &error)) == 1) {
		if (frame.kind == FRAME_NOTICE) {
			hear_notice(talker, &frame);
			continue;
		}
		snprintf(word, sizeof word,
			frame.kind == FRAME_PART ? "part:%u:%u"
						 : "records:%u:%u+%u",
			frame.stream, (unsigned)frame.first, frame.count);
		add_word(talker, word);
	}
	if (result < 0)
		add_word(talker, error.text);
}

static bool hear(struct hub_talker *talker)
{
	ssize_t got = -1;
	size_t at = 0;
	uint32_t bytes;

	if (talker->fd >= 0 && !talker->ended)
		got = recv(talker->fd, talker->in + talker->in_bytes,
			IN_BYTES - talker->in_bytes, MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno == ECONNRESET)) {
		talker->ended = true;
		add_word(talker, "end");
		return true;
	}
	if (got < 0)
		return false;
	talker->in_bytes += (size_t)got;
	while (talker->in_bytes - at >= sizeof bytes) {
		memcpy(&bytes, talker->in + at, sizeof bytes);
		if (bytes > LINK_PACKET_BYTES_MAX) {
			add_word(talker, "large");
			at = talker->in_bytes;
			break;
		}
		if (talker->in_bytes - at < sizeof bytes + bytes)
			break;
		hear_packet(talker, talker->in + at + sizeof bytes, bytes);
		at += sizeof bytes + bytes;
	}
	talker->in_bytes -= at;
	memmove(talker->in, talker->in + at, talker->in_bytes);
	return true;
}

void hubs_step(struct hubs *hubs)
{
	int steps = 0;

	do {
		ck_assert_int_lt(steps++, STEPS_MAX);
		(void)reactor_poll(hubs->reactor, 0);
		hubs->flow = hub_step(hubs->hub);
		hubs->agains += hubs->flow == HUB_AGAIN;
	} while (hubs->flow == HUB_MORE);
}

void hubs_settle(struct hubs *hubs)
{
	bool heard = true;

	for (int i = 0; heard; i++) {
		ck_assert_int_lt(i, STEPS_MAX);
		hubs_step(hubs);
		heard = hear(&hubs->program);
		for (uint32_t n = 0; n < hubs->plan.link_count; n++)
			heard |= hear(&hubs->nodes[n]);
	}
}

void hubs_expect(struct hub_talker *talker, const char *heard)
{
	ck_assert_str_eq(talker->heard, heard);
	ck_assert_uint_eq(talker->in_bytes, 0);
	talker->heard[0] = 0;
}

void hubs_end(struct hubs *hubs)
{
	hub_destroy(&hubs->hub);
	reactor_destroy(&hubs->reactor);
	for (uint32_t i = 0; i < hubs->plan.link_count; i++) {
		hubs_leave(&hubs->nodes[i]);
		free(hubs->nodes[i].in);
	}
	hubs_leave(&hubs->program);
	free(hubs->program.in);
}
