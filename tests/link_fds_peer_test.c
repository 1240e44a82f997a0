/* Peers whose fds do not fit what they say: each is told why, and none of its
 * fds stays open. */
#include <dirent.h>
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

static uint32_t count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint32_t count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct side *side = (struct side *)listener;

	(void)link;
	side->closed++;
	if (why)
		snprintf(side->why, sizeof side->why, "%s", why);
}

static struct link *make_link(struct side *side, int fd)
{
	struct fabric *fabric = &side->pipeline.fabric;
	const struct link_host host = {fabric->os, &fabric->scheduler,
		&fabric->timers, fabric->reactor, fabric->chunks};
	const struct link_settings settings = {.name = "one",
		.peer = "the peer",
		.packets = true,
		.fds = true};
	struct error error = ERROR_NONE;
	struct link *link = NULL;

	ck_assert_msg(link_create(&link, &host, &settings, fd, &side->listener,
			      &error) == 0,
		"%s", error.text);
	fabric->watching++;
	return link;
}

static void say_hello(int peer)
{
	const struct notice notice = {.kind = NOTICE_HELLO,
		.version = FRAME_VERSION,
		.packet_bytes = 65536,
		.text = "peer"};
	uint8_t packet[FRAME_HEAD_BYTES + NOTICE_BYTES_MAX] = {0};
	uint32_t bytes =
		(uint32_t)notice_encode(&notice, packet + FRAME_HEAD_BYTES);

	frame_put_head(packet, FRAME_NOTICE, 0, 0, 0, bytes);
	ck_assert_int_ge(
		send(peer, packet, FRAME_HEAD_BYTES + frame_padded(bytes), 0),
		0);
}

/* `records` of fds with bodies of `body_bytes`, and `count` fds. */
static void say(int peer, uint32_t records, uint32_t body_bytes, uint32_t count)
{
	uint8_t packet[1024] = {0};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = {
		0};
	uint32_t bytes = 0, body = frame_padded(body_bytes);
	struct iovec part = {packet, 0};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	frame_put_head(packet + bytes, FRAME_RECORDS, 0, 0, records,
		records * (FRAME_ENTRY_BYTES + body));
	bytes += FRAME_HEAD_BYTES;
	for (uint32_t i = 0; i < records; i++, bytes += FRAME_ENTRY_BYTES)
		frame_put_entry(packet + bytes,
			&(struct tau_record){packet, body_bytes, TAU_FD, 0});
	part.iov_len = bytes + records * body;
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (uint32_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(head) + i * sizeof peer, &peer, sizeof peer);
	if (count == 0)
		message.msg_controllen = 0;
	ck_assert_int_ge(sendmsg(peer, &message, MSG_NOSIGNAL), 0);
}

static const struct {
	uint32_t records, body_bytes, count;
	const char *why;
} lies[] = {
	{3, 0, 2, "a record of an fd came without the fd"},
	{2, 0, 3, "3 fds came with 2 records of fds"},
	{1, 8, 1, "a record of an fd has a body of 8 bytes"},
	{1, 0, 0, "a record of an fd came without the fd"},
};

START_TEST(a_peer_whose_fds_do_not_fit_its_records_is_closed)
{
	uint32_t fds = count_fds(), turns = 0;
	struct side side = {.listener.closed = closed};
	int ends[2];

	pipeline_init(&side.pipeline);
	ck_assert_int_eq(
		socketpair(AF_UNIX,
			SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
		0);
	side.link = make_link(&side, ends[1]);
	pipeline_connect(&side.pipeline, PIPELINE_OUTSIDE, 0,
		pipeline_add(&side.pipeline, &drop_operator, IN_ONE), IN,
		&usual);
	pipeline_start(&side.pipeline);
	side.pipeline.streams[0].fds = true;
	ck_assert_int_eq(
		link_receive(side.link, 0, &side.pipeline.streams[0], "in"), 0);
	say_hello(ends[0]);
	while (turns++ < 20) /* until it has given credit */
		fabric_turn(&side.pipeline.fabric, 0);
	say(ends[0], lies[_i].records, lies[_i].body_bytes, lies[_i].count);
	close(ends[0]);
	while (side.pipeline.running > 0 || side.closed == 0)
		fabric_turn(&side.pipeline.fabric, 0);
	ck_assert_str_eq(side.why, lies[_i].why);
	link_destroy(&side.link);
	pipeline_release(&side.pipeline);
	ck_assert_uint_eq(count_fds(), fds);
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
