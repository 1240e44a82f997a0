/* Peers whose fds do not fit what they say: each is told why, and none of its
 * fds stays open. */
#include <string.h>
#include <unistd.h>

#include "core/wire/frame.h"
#include "core/wire/link.h"
#include "core/wire/notice.h"
#include "tests/pipeline.h"
#include "tests/test.h"

#define IN_ONE "{\"name\":\"r\",\"in\":[{\"name\":\"in\"}]}"

enum { IN = 0 };

static const struct stream_settings usual = {
	64 * 1024, 1000, 64 * 1024, STREAM_BLOCK};

static int drop_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		tau_consume(op, IN);
	return 0;
}

static const struct tau_operator drop_operator = {
	.size = sizeof drop_operator, .name = "r", .run = drop_run};

struct side {
	struct link_listener listener; /* first */
	struct pipeline pipeline;
	struct link *link;
	uint32_t closed;
	char why[256];
};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct side *side = (struct side *)listener;

	(void)link;
	side->closed++;
	if (why)
		snprintf(side->why, sizeof side->why, "%s", why);
}

static struct link *make_link(
	struct side *side, int fd, bool packets, bool carries)
{
	const struct link_settings settings = {.name = "one",
		.peer = "the peer",
		.packets = packets,
		.fds = carries};

	return pipeline_link(&side->pipeline, &settings, fd, &side->listener);
}

/* A frame and `count` fds, behind its length where that is to be. */
static void say_frame(
	int peer, bool packets, uint8_t *frame, uint32_t bytes, uint32_t count)
{
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(LINK_FDS_MAX * sizeof(int))] = {0};
	struct iovec parts[2] = {{&bytes, sizeof bytes}, {frame, bytes}};
	struct msghdr message = {.msg_iov = parts + packets,
		.msg_iovlen = packets ? 1 : 2,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (uint32_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(head) + i * sizeof peer, &peer, sizeof peer);
	if (count == 0)
		message.msg_controllen = 0;
	ck_assert_int_ge(sendmsg(peer, &message, MSG_NOSIGNAL), 0);
}

static void say_notice(int peer, bool packets, const struct notice *notice)
{
	uint8_t packet[FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	uint32_t bytes =
		(uint32_t)notice_encode(notice, packet + FRAME_HEAD_BYTES);

	frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, bytes);
	say_frame(peer, packets, packet, FRAME_HEAD_BYTES + frame_padded(bytes),
		0);
}

static void say_hello(int peer, bool packets)
{
	say_notice(peer, packets,
		&(struct notice){.kind = NOTICE_HELLO,
			.version = FRAME_VERSION,
			.packet_bytes = 65536,
			.text = "peer"});
	say_notice(peer, packets,
		&(struct notice){.kind = NOTICE_ALPHA,
			.writes = true,
			.atomic_bytes = 64 * 1024,
			.text = "in"});
}

/* `records` of fds with bodies of `body_bytes`, and `count` fds. Without
 * records a notice of a later version, (0), that is to be ignored. */
static void say(int peer, bool packets, uint32_t records, uint32_t body_bytes,
	uint32_t count)
{
	static const uint8_t later[] = {0x49, 1, 0x80};
	uint8_t packet[1024] = {0};
	uint32_t bytes = FRAME_HEAD_BYTES, body = frame_padded(body_bytes);

	frame_put_head(packet, FRAME_RECORDS, 0, 0, records,
		records * (FRAME_ENTRY_BYTES + body));
	for (uint32_t i = 0; i < records; i++, bytes += FRAME_ENTRY_BYTES)
		frame_put_entry(packet + bytes,
			&(struct tau_record){packet, body_bytes, TAU_FD, 0});
	bytes += records * body;
	if (records == 0) {
		frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, sizeof later);
		memcpy(packet + bytes, later, sizeof later);
		bytes += 8;
	}
	say_frame(peer, packets, packet, bytes, count);
}

static const struct {
	bool packets, carries;
	uint32_t records, body_bytes, count;
	const char *why;
} lies[] = {
	{true, true, 3, 0, 2, "a record of an fd came without the fd"},
	{true, true, 2, 0, 3, "3 fds came with 2 records of fds"},
	{true, true, 1, 8, 1, "a record of an fd has a body of 8 bytes"},
	{true, true, 1, 0, 0, "a record of an fd came without the fd"},
	{true, true, 0, 0, 253, "253 fds came with 0 records of fds"},
	{true, true, 1, 0, 253, "253 fds came with 1 records of fds"},
	{true, false, 0, 0, 253,
		"it sent fds, and no stream of this link carries any"},
	{true, false, 1, 0, 1,
		"it sent fds, and no stream of this link carries any"},
	{false, false, 0, 0, 253,
		"it sent fds, and no stream of this link carries any"},
	{false, false, 1, 0, 1,
		"it sent fds, and no stream of this link carries any"},
	{false, false, 1, 0, 0, "an fd came on a stream that carries none"},
};

START_TEST(a_peer_whose_fds_do_not_fit_its_records_is_closed)
{
	bool packets = lies[_i].packets;
	uint32_t turns = 0;
	int fds = test_count_fds();
	struct side side = {.listener.closed = closed};
	int ends[2];

	pipeline_init(&side.pipeline);
	ck_assert_int_eq(socketpair(AF_UNIX,
				 (packets ? SOCK_SEQPACKET : SOCK_STREAM) |
					 SOCK_NONBLOCK | SOCK_CLOEXEC,
				 0, ends),
		0);
	side.link = make_link(&side, ends[1], packets, lies[_i].carries);
	pipeline_connect(&side.pipeline, PIPELINE_OUTSIDE, 0,
		pipeline_add(&side.pipeline, &drop_operator, IN_ONE), IN,
		&usual);
	pipeline_start(&side.pipeline);
	side.pipeline.streams[0].fds = lies[_i].carries;
	ck_assert_int_eq(
		link_receive(side.link, 0, &side.pipeline.streams[0], "in"), 0);
	say_hello(ends[0], packets);
	while (turns++ < 20) /* until it has given credit */
		fabric_turn(&side.pipeline.fabric, 0);
	for (int i = 0; i < 4; i++) /* the first is the last that is read */
		say(ends[0], packets, lies[_i].records, lies[_i].body_bytes,
			lies[_i].count);
	close(ends[0]);
	while (side.pipeline.running > 0 || side.closed == 0)
		fabric_turn(&side.pipeline.fabric, 0);
	ck_assert_str_eq(side.why, lies[_i].why);
	link_destroy(&side.link);
	pipeline_release(&side.pipeline);
	ck_assert_int_eq(test_count_fds(), fds);
}
END_TEST

static Suite *link_fds_peer_suite(void)
{
	Suite *suite = suite_create("link_fds_peer");
	TCase *tests = test_case(suite, "peers");

	tcase_add_loop_test(tests,
		a_peer_whose_fds_do_not_fit_its_records_is_closed, 0,
		sizeof lies / sizeof *lies);
	return suite;
}

TEST_MAIN(link_fds_peer_suite)
