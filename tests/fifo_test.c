/* Two fabrics in one process, with a FIFO between them: a pipe, which is one
 * without a name. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/host/fifo.h"
#include "core/stream/shred.h"
#include "tests/pipeline.h"
#include "tests/test.h"

#define OUT_ONE "{\"name\":\"w\",\"out\":[{\"name\":\"out\"}]}"
#define IN_ONE "{\"name\":\"r\",\"in\":[{\"name\":\"in\"}]}"
#define RECORDS 3000
#define LARGEST 20000

enum { IN, OUT = 0 };

static int answer;
static uint64_t came;

static uint32_t size_of(uint64_t i)
{
	return i % 100 == 99 ? LARGEST : (uint32_t)(i * 37 % 1500);
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

	for (came = 0; (record = tau_read(op, IN)); came++) {
		const uint8_t *body = record->body;

		if (record->bytes != size_of(came) ||
			record->type != (came % 3 ? TAU_BYTES : TAU_UTF8))
			return tau_fail(op, -EBADMSG, "another record came");
		for (uint32_t b = 0; b < record->bytes; b++)
			if (body[b] != (uint8_t)came)
				return tau_fail(op, -EBADMSG, "bytes differ");
		tau_consume(op, IN);
	}
	return 0;
}

static int first_run(struct tau_op *op)
{
	if (!tau_read(op, IN))
		return tau_fail(op, -ENODATA, "nothing came");
	tau_consume(op, IN);
	return 0;
}

static int fd_run(struct tau_op *op)
{
	answer = op->host->fd_send(op, op->out[OUT],
		fcntl(0, F_DUPFD_CLOEXEC, 0), TAU_MAY_SUSPEND);
	return 0;
}

static const struct tau_operator writer = {
	.size = sizeof writer, .name = "w", .run = write_run};
static const struct tau_operator checker = {
	.size = sizeof checker, .name = "r", .run = check_run};
static const struct tau_operator taker = {
	.size = sizeof taker, .name = "r", .run = first_run};
static const struct tau_operator sender = {
	.size = sizeof sender, .name = "w", .run = fd_run};

struct side {
	struct pipeline pipeline;
	struct fifo *fifo;
	bool closed;
	bool broken; /* and not as it should have been */
};

static void closed(void *context, const char *why)
{
	struct side *side = context;

	ck_assert(!side->closed);
	side->broken = why != NULL;
	side->closed = true;
	side->pipeline.fabric.watching--;
}

static void begin(struct side *side, const struct tau_operator *functions,
	bool writes, int fd, const struct stream_settings *settings,
	uint32_t block_bytes)
{
	struct pipeline *pipeline = &side->pipeline;
	struct error error = ERROR_NONE;
	uint32_t at;

	memset(side, 0, sizeof *side);
	pipeline_init(pipeline);
	at = pipeline_add(pipeline, functions, writes ? OUT_ONE : IN_ONE);
	if (writes)
		pipeline_connect(
			pipeline, at, OUT, PIPELINE_OUTSIDE, 0, settings);
	else
		pipeline_connect(
			pipeline, PIPELINE_OUTSIDE, 0, at, IN, settings);
	pipeline_start(pipeline);
	const struct fifo_settings made = {.os = pipeline->fabric.os,
		.log = &pipeline->log,
		.scheduler = &pipeline->fabric.scheduler,
		.reactor = pipeline->fabric.reactor,
		.stream = &pipeline->streams[0],
		.writes = writes,
		.block_bytes = block_bytes,
		.closed = closed,
		.context = side};
	pipeline->streams[0].apart = writes;
	ck_assert_msg(fifo_create(&side->fifo, &made, fd, &error) == 0, "%s",
		error.text);
	pipeline->fabric.watching++;
}

static void end(struct side *side)
{
	fifo_destroy(&side->fifo);
	pipeline_release(&side->pipeline);
}

static void make_pipe(int fds[2])
{
	ck_assert_int_eq(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
}

static void turn(struct side *one, struct side *other)
{
	uint64_t turns = 0;

	while (!one->closed || one->pipeline.running ||
		(other && (!other->closed || other->pipeline.running))) {
		fabric_turn(&one->pipeline.fabric, 0);
		if (other)
			fabric_turn(&other->pipeline.fabric, 0);
		ck_assert_uint_lt(turns++, 10000000);
	}
}

START_TEST(every_record_arrives_as_it_was)
{
	static const struct stream_settings settings[] = {
		{512 * 1024, 1000, LARGEST, STREAM_BLOCK},
		{LARGEST, 2, LARGEST, STREAM_BLOCK},
	};
	uint32_t block_bytes = _i % 2 ? PIPE_BUF : 512;
	struct side a, b;
	int fds[2];

	make_pipe(fds);
	begin(&a, &writer, true, fds[1], &settings[_i / 2], block_bytes);
	begin(&b, &checker, false, fds[0], &settings[1 - _i / 2], block_bytes);
	turn(&a, &b);
	ck_assert_msg(b.pipeline.operators[0]->state == INSTANCE_DONE, "%s",
		b.pipeline.operators[0]->failure.text);
	ck_assert_uint_eq(came, RECORDS);
	ck_assert_int_eq(b.pipeline.streams[0].reason, STREAM_DONE);
	end(&a);
	end(&b);
}
END_TEST

START_TEST(a_reader_that_leaves_stops_the_writer_over_there)
{
	static const struct stream_settings settings = {
		LARGEST, 100, LARGEST, STREAM_BLOCK};
	struct side a, b;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	make_pipe(fds);
	begin(&a, &writer, true, fds[1], &settings, PIPE_BUF);
	begin(&b, &taker, false, fds[0], &settings, PIPE_BUF);
	turn(&a, &b);
	ck_assert_uint_lt(a.pipeline.streams[0].sent, RECORDS);
	end(&a);
	end(&b);
}
END_TEST

/* What the writer would have written for two records, cut after any byte: only
 * whole records come, and the stream has crashed unless its end came. */
START_TEST(a_writer_may_die_after_any_byte)
{
	static const struct stream_settings settings = {
		LARGEST, 100, LARGEST, STREAM_BLOCK};
	static uint8_t bytes[4096], body[1500];
	struct shred_cutter cutter;
	size_t ends[3], count = 0, first = 0;

	shred_cutter_init(&cutter, 1, 0, 64);
	for (uint32_t i = 0; i < 2; i++) {
		struct tau_record record = {
			body, size_of(i), i ? TAU_BYTES : TAU_UTF8, 0};
		uint32_t offset = 0;

		memset(body, (int)i, record.bytes);
		do {
			count += shred_cut(
				&cutter, &record, &offset, bytes + count);
			first = first ? first : count;
		} while (offset < record.bytes);
		ends[i] = count;
	}
	ends[2] = count += shred_cut_end(&cutter, STREAM_DONE, bytes + count);
	for (size_t cut = 0; cut <= count; cut++) {
		struct side b;
		int fds[2];

		make_pipe(fds);
		begin(&b, &checker, false, fds[0], &settings, 64);
		b.pipeline.log.level = LOG_ERROR; /* a warning each time */
		ck_assert_int_eq(write(fds[1], bytes, cut), (ssize_t)cut);
		close(fds[1]);
		turn(&b, NULL);
		ck_assert_uint_eq(came, cut < ends[0]   ? 0u
					: cut < ends[1] ? 1u
							: 2u);
		ck_assert_int_eq(b.pipeline.streams[0].reason,
			cut == ends[2] ? STREAM_DONE : STREAM_CRASHED);
		ck_assert_int_eq(b.broken, cut >= first && cut < ends[2]);
		end(&b);
	}
}
END_TEST

START_TEST(fds_do_not_travel)
{
	static const struct stream_settings settings = {
		LARGEST, 100, LARGEST, STREAM_BLOCK};
	struct side a;
	int fds[2];

	make_pipe(fds);
	begin(&a, &sender, true, fds[1], &settings, PIPE_BUF);
	turn(&a, NULL);
	ck_assert_int_eq(answer, -EOPNOTSUPP);
	close(fds[0]);
	end(&a);
}
END_TEST

static Suite *fifo_suite(void)
{
	Suite *suite = suite_create("fifo");
	TCase *tests = test_case(suite, "fifos");

	tcase_add_loop_test(tests, every_record_arrives_as_it_was, 0, 4);
	tcase_add_test(tests, a_reader_that_leaves_stops_the_writer_over_there);
	tcase_add_test(tests, a_writer_may_die_after_any_byte);
	tcase_add_test(tests, fds_do_not_travel);
	return suite;
}

TEST_MAIN(fifo_suite)
