/*
 * link_count: two links in one process, for counting instructions. One stream
 * of 64-byte records is busy, the others carry nothing.
 *
 *	link_count IDLE COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/wire/link.h"
#include "tests/pipeline.h"

#include <check.h>

#define BYTES 64
#define BURST 256

struct side {
	struct pipeline pipeline;
	struct link *link;
	struct stream *streams;
	struct tau_in in;
	struct tau_out out;
};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	(void)listener;
	(void)link;
	ck_assert_msg(why == NULL, "%s", why);
}

static void begin(struct side *side, int fd, uint32_t count, bool sends,
	struct link_listener *listener)
{
	const struct stream_settings settings = {STREAM_CAPACITY_DEFAULT,
		STREAM_RECORDS_DEFAULT, STREAM_ATOMIC_DEFAULT, STREAM_BLOCK};
	const struct link_settings link = {
		.name = "one", .peer = "the other", .packets = true};
	struct fabric *fabric = &side->pipeline.fabric;

	pipeline_init(&side->pipeline);
	side->streams = calloc(count, sizeof *side->streams);
	ck_assert_ptr_nonnull(side->streams);
	side->link = pipeline_link(&side->pipeline, &link, fd, listener);
	for (uint32_t i = 0; i < count; i++) {
		stream_init(&side->streams[i], &fabric->streams, &settings,
			"stream");
		ck_assert_int_eq((sends ? link_send : link_receive)(side->link,
					 i, &side->streams[i], "port"),
			0);
	}
}

static void end(struct side *side, uint32_t count)
{
	link_destroy(&side->link);
	for (uint32_t i = 0; i < count; i++)
		stream_release(&side->streams[i]);
	free(side->streams);
	pipeline_release(&side->pipeline);
}

static void turn(struct side *side)
{
	(void)reactor_poll(side->pipeline.fabric.reactor, 0);
	(void)scheduler_round(&side->pipeline.fabric.scheduler);
}

static void write_some(struct side *side, long *left)
{
	struct stream *stream = &side->streams[0];
	int room = 0;

	while (room<BURST && * left> 0) {
		if (side->out.next == side->out.limit ||
			side->out.body_limit - side->out.body < BYTES)
			if (stream_room(stream, &side->out, BYTES, false) !=
				TAU_OK)
				break;
		memset(side->out.body, room, BYTES);
		*side->out.next++ = (struct tau_record){
			side->out.body, BYTES, TAU_BYTES, 0};
		side->out.body += BYTES;
		side->out.credit -= BYTES;
		room++;
		--*left;
	}
	ck_assert_int_eq(stream_close(stream, &side->out), 0);
}

static long read_all(struct side *side)
{
	long count = 0;

	while (stream_read(&side->streams[0], &side->in) == TAU_OK) {
		count += side->in.limit - side->in.next;
		side->in.next = side->in.limit;
	}
	stream_unread(&side->streams[0], &side->in);
	return count;
}

static long records;
static uint32_t streams;

START_TEST(all_records_arrive)
{
	struct link_listener listener = {.closed = closed};
	static struct side writer, reader;
	long left = records, unread = records;
	int fds[2];

	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	begin(&writer, fds[0], streams, true, &listener);
	begin(&reader, fds[1], streams, false, &listener);
	while (unread > 0) {
		write_some(&writer, &left);
		turn(&writer);
		turn(&reader);
		unread -= read_all(&reader);
	}
	end(&writer, streams);
	end(&reader, streams);
}
END_TEST

int main(int count, char **words)
{
	Suite *suite = suite_create("link_count");
	TCase *tests = tcase_create("link_count");
	SRunner *runner = srunner_create(suite);
	int failed;

	if (count != 3) {
		fputs("link_count: say how many idle streams and records\n",
			stderr);
		return 2;
	}
	streams = (uint32_t)atol(words[1]) + 1;
	records = atol(words[2]);
	tcase_add_test(tests, all_records_arrive);
	suite_add_tcase(suite, tests);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
