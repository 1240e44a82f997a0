/* Two fabrics in one process, with a link between them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/wire/link.h"
#include "tests/pipeline.h"
#include "tests/test.h"

#define OUT_ONE "{\"name\":\"w\",\"out\":[{\"name\":\"out\"}]}"
#define IN_ONE "{\"name\":\"r\",\"in\":[{\"name\":\"in\"}]}"
#define RECORDS 20000
#define STREAMS 5
#define CAPACITY 4096

enum { IN, OUT = 0 };

/* Record i has i * 37 % 1500 bytes, and every 1000th 300,000: larger than a
 * packet. All bytes are those of i. */
static uint32_t size_of(uint64_t i)
{
	return i % 1000 == 999 ? 300000 : (uint32_t)(i * 37 % 1500);
}

static int write_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < RECORDS; i++) {
		void *body = tau_reserve(op, OUT, size_of(i));

		if (!body)
			return 0;
		memset(body, (int)i, size_of(i));
		tau_commit(op, OUT, size_of(i), i % 3 ? TAU_BYTES : TAU_UTF8);
	}
	return 0;
}

static int check_run(struct tau_op *op)
{
	const struct tau_record *record;
	uint64_t i = 0;

	for (; (record = tau_read(op, IN)); i++) {
		const uint8_t *body = record->body;
		uint16_t type = i % 3 ? TAU_BYTES : TAU_UTF8;

		if (record->bytes != size_of(i) || record->type != type)
			return tau_fail(op, -EBADMSG, "another record came");
		for (uint32_t b = 0; b < record->bytes; b++)
			if (body[b] != (uint8_t)i)
				return tau_fail(op, -EBADMSG, "bytes differ");
		tau_consume(op, IN);
	}
	return i == RECORDS ? 0 : tau_fail(op, -ENODATA, "not all came");
}

static int first_run(struct tau_op *op)
{
	if (!tau_read(op, IN))
		return tau_fail(op, -ENODATA, "nothing came");
	tau_consume(op, IN);
	return 0;
}

/* Fails unless the last record that comes is the last one written. */
static int newest_run(struct tau_op *op)
{
	const struct tau_record *record;
	uint32_t bytes = 0;

	while ((record = tau_read(op, IN))) {
		bytes = record->bytes;
		tau_consume(op, IN);
	}
	return bytes == size_of(RECORDS - 1)
		       ? 0
		       : tau_fail(op, -ENODATA, "the newest did not come");
}

/* Writes a record whenever all that the stream can hold is free. */
static int patient_run(struct tau_op *op)
{
	const struct tau_want want = {.all = TAU_OUT(OUT)};

	for (uint64_t i = 0; i < 20; i++) {
		op->host->want_out(op, op->out[OUT], CAPACITY);
		if (tau_wait(op, &want, NULL) != TAU_OK)
			return tau_fail(op, -EPIPE, "nobody reads");
		if (tau_write(op, OUT, "a record", 8, TAU_UTF8) != TAU_OK)
			return tau_fail(op, -EPIPE, "nobody reads");
	}
	return 0;
}

static int count_run(struct tau_op *op)
{
	uint64_t count = 0;

	for (; tau_read(op, IN); count++)
		tau_consume(op, IN);
	return count == 20 ? 0 : tau_fail(op, -ENODATA, "not all came");
}

static const struct tau_operator patient = {
	.size = sizeof patient, .name = "w", .run = patient_run};
static const struct tau_operator counter = {
	.size = sizeof counter, .name = "r", .run = count_run};
static const struct tau_operator newest = {
	.size = sizeof newest, .name = "r", .run = newest_run};
static const struct tau_operator writer = {
	.size = sizeof writer, .name = "w", .run = write_run};
static const struct tau_operator checker = {
	.size = sizeof checker, .name = "r", .run = check_run};
static const struct tau_operator taker = {
	.size = sizeof taker, .name = "r", .run = first_run};

struct sides {
	struct link_listener listener; /* first */
	struct pipeline a, b;
	struct link *link_a, *link_b;
	int held[2]; /* as a supervisor holds both ends */
	uint32_t closed;
	bool badly;
	char why[256];
};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct sides *sides = (struct sides *)listener;

	(void)link;
	sides->closed++;
	if (why) {
		sides->badly = true;
		snprintf(sides->why, sizeof sides->why, "%s", why);
	}
}

static struct link *make_link(
	struct sides *sides, struct pipeline *pipeline, int fd, bool packets)
{
	const struct link_settings settings = {
		.name = "one", .peer = "the other", .packets = packets};

	return pipeline_link(pipeline, &settings, fd, &sides->listener);
}

static void begin(struct sides *sides, bool packets)
{
	int fds[2];

	memset(sides, 0, sizeof *sides);
	sides->listener.closed = closed;
	pipeline_init(&sides->a);
	pipeline_init(&sides->b);
	ck_assert_int_eq(socketpair(AF_UNIX,
				 (packets ? SOCK_SEQPACKET : SOCK_STREAM) |
					 SOCK_NONBLOCK | SOCK_CLOEXEC,
				 0, fds),
		0);
	sides->held[0] = fcntl(fds[0], F_DUPFD_CLOEXEC, 0);
	sides->held[1] = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
	sides->link_a = make_link(sides, &sides->a, fds[0], packets);
	sides->link_b = make_link(sides, &sides->b, fds[1], packets);
}

static void connect_pairs(struct sides *sides, uint32_t count,
	const struct tau_operator *from_run, const struct tau_operator *reader,
	const struct stream_settings *settings)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t from = pipeline_add(&sides->a, from_run, OUT_ONE);
		uint32_t to = pipeline_add(&sides->b, reader, IN_ONE);

		pipeline_connect(
			&sides->a, from, OUT, PIPELINE_OUTSIDE, 0, settings);
		pipeline_connect(
			&sides->b, PIPELINE_OUTSIDE, 0, to, IN, settings);
	}
	pipeline_start(&sides->a);
	pipeline_start(&sides->b);
	for (uint32_t i = 0; i < count; i++) {
		ck_assert_int_eq(link_send(sides->link_a, i,
					 &sides->a.streams[i], "out"),
			0);
		ck_assert_int_eq(link_receive(sides->link_b, i,
					 &sides->b.streams[i], "in"),
			0);
	}
}

static void connect_streams(struct sides *sides, uint32_t count,
	const struct tau_operator *reader,
	const struct stream_settings *settings)
{
	connect_pairs(sides, count, &writer, reader, settings);
}

static void run(struct sides *sides)
{
	uint64_t turns = 0;

	while (sides->a.running + sides->b.running > 0 || sides->closed < 2) {
		fabric_turn(&sides->a.fabric, 0);
		fabric_turn(&sides->b.fabric, 0);
		ck_assert_uint_lt(turns++, 10000000);
	}
}

static void end(struct sides *sides)
{
	close(sides->held[0]);
	close(sides->held[1]);
	link_destroy(&sides->link_a);
	link_destroy(&sides->link_b);
	pipeline_release(&sides->a);
	pipeline_release(&sides->b);
}

START_TEST(every_record_of_every_stream_arrives_as_it_was)
{
	static const struct stream_settings settings[] = {
		{512 * 1024, 1000, 300000, STREAM_BLOCK},
		{300000, 3, 300000, STREAM_BLOCK},
	};
	struct sides sides;

	begin(&sides, _i % 2);
	connect_streams(&sides, STREAMS, &checker, &settings[_i / 2]);
	run(&sides);
	ck_assert_msg(!sides.badly, "%s", sides.why);
	for (uint32_t i = 0; i < STREAMS; i++)
		ck_assert_msg(sides.b.operators[i]->state == INSTANCE_DONE,
			"%s", sides.b.operators[i]->failure.text);
	ck_assert_uint_eq(link_counts(sides.link_b)->lost, 0);
	ck_assert_uint_eq(link_counts(sides.link_b)->repeated, 0);
	end(&sides);
}
END_TEST

START_TEST(a_reader_that_leaves_stops_the_writer_over_there)
{
	static const struct stream_settings settings = {
		512 * 1024, 1000, 300000, STREAM_BLOCK};
	struct sides sides;

	begin(&sides, true);
	connect_streams(&sides, 1, &taker, &settings);
	run(&sides);
	ck_assert_msg(!sides.badly, "%s", sides.why);
	ck_assert_uint_lt(sides.a.streams[0].sent, RECORDS);
	end(&sides);
}
END_TEST

START_TEST(what_is_dropped_before_the_far_side_speaks_is_the_oldest)
{
	static const struct stream_settings settings = {
		512 * 1024, 1000, 300000, STREAM_DROP_OLDEST};
	struct sides sides;

	begin(&sides, true);
	connect_streams(&sides, 1, &newest, &settings);
	while (sides.a.running > 0)
		fabric_turn(&sides.a.fabric, 0);
	run(&sides);
	ck_assert_msg(!sides.badly, "%s", sides.why);
	ck_assert_msg(sides.b.operators[0]->state == INSTANCE_DONE, "%s",
		sides.b.operators[0]->failure.text);
	ck_assert_uint_gt(sides.a.streams[0].dropped, 0);
	end(&sides);
}
END_TEST

START_TEST(a_writer_that_wants_all_of_the_stream_gets_the_credit_for_it)
{
	static const struct stream_settings settings = {
		CAPACITY, 100, 512, STREAM_BLOCK};
	struct sides sides;

	begin(&sides, true);
	connect_pairs(&sides, 1, &patient, &counter, &settings);
	run(&sides);
	ck_assert_msg(!sides.badly, "%s", sides.why);
	ck_assert_msg(sides.b.operators[0]->state == INSTANCE_DONE, "%s",
		sides.b.operators[0]->failure.text);
	end(&sides);
}
END_TEST

static Suite *link_suite(void)
{
	Suite *suite = suite_create("link");
	TCase *tests = test_case(suite, "links");

	tcase_add_loop_test(
		tests, every_record_of_every_stream_arrives_as_it_was, 0, 4);
	tcase_add_test(tests, a_reader_that_leaves_stops_the_writer_over_there);
	tcase_add_test(tests,
		a_writer_that_wants_all_of_the_stream_gets_the_credit_for_it);
	tcase_add_test(tests,
		what_is_dropped_before_the_far_side_speaks_is_the_oldest);
	return suite;
}

TEST_MAIN(link_suite)
