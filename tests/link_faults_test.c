/* Two links in one process whose system calls are interrupted, refused and cut
 * short at random; and streams that stand still beside others. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/wire/link.h"
#include "tests/fake_os.h"
#include "tests/pipeline.h"
#include "tests/test.h"

#define STREAMS_MAX 100u
#define ATOMIC 20000u

struct side {
	struct fake_os fake;
	struct pipeline pipeline;
	struct link *link;
	struct stream streams[STREAMS_MAX];
	struct tau_in in[STREAMS_MAX];
	struct tau_out out[STREAMS_MAX];
	uint64_t count[STREAMS_MAX]; /* records written, or read */
};

/* `stalled` of the streams have nobody who reads. */
struct sides {
	struct link_listener listener; /* first */
	struct side a, b;
	uint32_t streams, stalled;
	uint64_t seed, turns;
	uint64_t lost[STREAMS_MAX]; /* as a's link said when it broke */
	bool closed;                /* one of the links */
	char why[512];
};

static uint64_t next_random(struct sides *sides)
{
	sides->seed ^= sides->seed << 13;
	sides->seed ^= sides->seed >> 7;
	sides->seed ^= sides->seed << 17;
	return sides->seed;
}

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct sides *sides = (struct sides *)listener;

	(void)link;
	sides->closed = true;
	if (why)
		snprintf(sides->why, sizeof sides->why, "%s", why);
}

static void lost(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	(void)link;
	((struct sides *)listener)->lost[number] += records;
}

static void begin_side(struct sides *sides, struct side *side, int fd,
	bool packets, bool sends)
{
	const struct stream_settings settings = {
		65536, 64, ATOMIC, STREAM_BLOCK};
	const struct link_settings link = {.name = "one",
		.peer = "the other",
		.packets = packets,
		.packet_bytes = 8192};
	struct fabric *fabric = &side->pipeline.fabric;

	fake_os_init(&side->fake);
	side->pipeline.os = &side->fake.os;
	pipeline_init(&side->pipeline);
	side->link =
		pipeline_link(&side->pipeline, &link, fd, &sides->listener);
	for (uint32_t i = 0; i < sides->streams; i++) {
		stream_init(&side->streams[i], &fabric->streams, &settings,
			"stream");
		ck_assert_int_eq((sends ? link_send : link_receive)(side->link,
					 i, &side->streams[i], "port"),
			0);
	}
}

static void begin(struct sides *sides, uint32_t streams, uint32_t stalled,
	bool packets, uint64_t seed)
{
	int fds[2];

	memset(sides, 0, sizeof *sides);
	sides->listener.closed = closed;
	sides->listener.lost = lost;
	sides->streams = streams;
	sides->stalled = stalled;
	sides->seed = seed * 0x9e3779b97f4a7c15u + 1;
	ck_assert_int_eq(socketpair(AF_UNIX,
				 (packets ? SOCK_SEQPACKET : SOCK_STREAM) |
					 SOCK_NONBLOCK,
				 0, fds),
		0);
	begin_side(sides, &sides->a, fds[0], packets, true);
	begin_side(sides, &sides->b, fds[1], packets, false);
}

static void end(struct sides *sides)
{
	link_destroy(&sides->a.link);
	link_destroy(&sides->b.link);
	for (uint32_t i = 0; i < sides->streams; i++) {
		stream_release(&sides->a.streams[i]);
		stream_release(&sides->b.streams[i]);
	}
	pipeline_release(&sides->a.pipeline);
	pipeline_release(&sides->b.pipeline);
}

/* Record i has so many bytes, all of them i. */
static uint32_t size_of(uint64_t i)
{
	return (uint32_t)(i % 50 == 49 ? ATOMIC : i * 37 % 600);
}

static void write_some(struct side *side, uint32_t at, uint64_t most)
{
	struct stream *stream = &side->streams[at];
	struct tau_out *out = &side->out[at];

	for (; side->count[at] < most; side->count[at]++) {
		uint64_t i = side->count[at];
		uint32_t bytes = size_of(i);

		if (stream_room(stream, out, bytes, false) != TAU_OK)
			break;
		memset(out->body, (int)i, bytes);
		*out->next++ =
			(struct tau_record){out->body, bytes, TAU_BYTES, 0};
		out->body += bytes;
		ck_assert_int_eq(stream_close(stream, out), 0);
	}
	if (side->count[at] == most)
		stream_end(stream, out, STREAM_DONE);
}

/* Reads at most so many; whether the stream has ended. */
static bool read_some(struct side *side, uint32_t at, uint64_t most)
{
	struct stream *stream = &side->streams[at];
	struct tau_in *in = &side->in[at];
	int flow = TAU_OK;

	while (most > 0 && (flow = stream_read(stream, in)) == TAU_OK) {
		for (; in->next < in->limit && most > 0; in->next++, most--) {
			const uint8_t *body = in->next->body;
			uint64_t i = side->count[at]++;

			ck_assert_uint_eq(in->next->bytes, size_of(i));
			for (uint32_t b = 0; b < in->next->bytes; b++)
				if (body[b] != (uint8_t)i)
					ck_abort_msg("bytes differ");
		}
	}
	stream_unread(stream, in);
	return flow == TAU_END;
}

static void turn(struct side *side)
{
	(void)reactor_poll(side->pipeline.fabric.reactor, 0);
	(void)scheduler_round(&side->pipeline.fabric.scheduler);
}

/* Moves so many records through each stream that is not stalled. */
static void run(struct sides *sides, uint64_t records, uint64_t read_most)
{
	uint32_t ended = 0;

	while (ended < sides->streams - sides->stalled) {
		ended = 0;
		for (uint32_t i = 0; i < sides->streams; i++)
			write_some(&sides->a, i, records);
		turn(&sides->a);
		turn(&sides->b);
		for (uint32_t i = sides->stalled; i < sides->streams; i++)
			ended += read_some(&sides->b, i,
				read_most ? read_most
					  : next_random(sides) % 40);
		ck_assert_msg(sides->why[0] == 0, "%s", sides->why);
		ck_assert_uint_lt(sides->turns++, 100000);
	}
	for (uint32_t i = sides->stalled; i < sides->streams; i++)
		ck_assert_uint_eq(sides->b.count[i], records);
}

static void add_faults(struct sides *sides, struct side *side, bool packets)
{
	for (int i = 0; i < 24; i++) {
		size_t call = next_random(sides) % 2 ? OS_CALL(sendmsg)
						     : OS_CALL(recvmsg);
		uint64_t nth = 1 + next_random(sides) % 150;
		uint64_t kind = next_random(sides) % 3;

		if (kind == 0 && !packets)
			fake_os_cut(&side->fake, call, nth,
				1 + next_random(sides) % 300);
		else
			fake_os_fail(&side->fake, call, nth,
				kind == 1 ? EINTR : EAGAIN);
	}
}

START_TEST(calls_that_fail_and_end_short_change_no_record)
{
	static struct sides sides;
	bool packets = _i % 2;

	begin(&sides, 3, 0, packets, (uint64_t)_i + 1);
	add_faults(&sides, &sides.a, packets);
	add_faults(&sides, &sides.b, packets);
	run(&sides, 500, 0);
	ck_assert_uint_gt(sides.a.fake.fired + sides.b.fake.fired, 0);
	ck_assert_uint_eq(link_counts(sides.b.link)->lost, 0);
	ck_assert_uint_eq(link_counts(sides.b.link)->repeated, 0);
	end(&sides);
}
END_TEST

START_TEST(streams_that_stand_still_delay_no_other)
{
	static struct sides sides;
	uint64_t alone, packets;

	begin(&sides, 50, 0, true, 1);
	run(&sides, 500, 64);
	alone = sides.turns;
	packets = link_counts(sides.a.link)->packets_sent;
	end(&sides);
	begin(&sides, 100, 50, true, 1);
	run(&sides, 500, 64);
	ck_assert_uint_le(sides.turns * 10, alone * 11);
	ck_assert_uint_le(
		link_counts(sides.a.link)->packets_sent * 10, packets * 12);
	end(&sides);
}
END_TEST

/* One side dies at its nth call of a kind; a byte stream also when a packet has
 * gone in part. What it had sent before still comes. */
struct death {
	bool packets, writer; /* the one that dies */
	size_t call;
	size_t torn_bytes; /* of the packet that was begun; 0: none was */
};

#define SEND OS_CALL(sendmsg)
#define RECEIVE OS_CALL(recvmsg)
static const struct death deaths[] = {
	{true, true, SEND, 0},
	{true, true, RECEIVE, 0},
	{true, false, SEND, 0},
	{true, false, RECEIVE, 0},
	{false, true, SEND, 0},
	{false, true, SEND, 1},
	{false, true, SEND, 5},
	{false, true, SEND, 29},
	{false, true, SEND, 61},
	{false, true, SEND, 999},
	{false, true, RECEIVE, 0},
	{false, false, SEND, 0},
	{false, false, SEND, 3},
	{false, false, SEND, 30},
	{false, false, RECEIVE, 0},
};
#define DEATHS (int)(sizeof deaths / sizeof *deaths)

static void let_die(struct side *side, const struct death *death, uint64_t nth)
{
	if (death->torn_bytes)
		fake_os_cut(&side->fake, death->call, nth, death->torn_bytes);
	fake_os_fail(&side->fake, death->call, nth + (death->torn_bytes > 0),
		EAGAIN);
}

/* Both go on until one dies, then the other until it knows. */
static void live(struct sides *sides, const struct death *death)
{
	struct side *dying = death->writer ? &sides->a : &sides->b;
	uint32_t ended = 0, faults = 1 + (death->torn_bytes > 0);

	while (dying->link ? ended < sides->streams : !sides->closed) {
		ended = 0;
		for (uint32_t i = 0; i < sides->streams && sides->a.link; i++)
			write_some(&sides->a, i, 120);
		if (sides->a.link)
			turn(&sides->a);
		if (dying->fake.fired == faults)
			link_destroy(&dying->link);
		if (sides->b.link)
			turn(&sides->b);
		for (uint32_t i = 0; i < sides->streams && sides->b.link; i++)
			ended += read_some(&sides->b, i, 7 + i);
		if (dying->fake.fired == faults)
			link_destroy(&dying->link);
		ck_assert_uint_lt(sides->turns++, 100000);
	}
}

static void judge(struct sides *sides, const struct death *death)
{
	for (uint32_t i = 0; i < sides->streams; i++) {
		const struct stream *far = &sides->b.streams[i];

		if (death->writer) {
			while (!read_some(&sides->b, i, 100))
				ck_assert_uint_lt(sides->turns++, 100000);
			ck_assert(far->reason == STREAM_CRASHED ||
				  sides->b.count[i] == 120);
			ck_assert(
				far->reason != STREAM_CRASHED || sides->why[0]);
			ck_assert_uint_le(sides->b.count[i], sides->a.count[i]);
			continue;
		}
		/* What it was known to have had is no more than it had; but
		 * who has been told of every end may leave as if at peace. */
		if (!sides->why[0])
			continue;
		ck_assert_uint_le(sides->lost[i], sides->a.count[i]);
		ck_assert_uint_le(
			sides->a.count[i] - sides->lost[i], sides->b.count[i]);
	}
	if (death->writer)
		ck_assert_uint_eq(link_counts(sides->b.link)->repeated, 0);
}

START_TEST(a_side_may_die_at_every_call)
{
	static struct sides sides;
	const struct death *death = &deaths[_i];
	bool died = true;
	uint64_t nth = 1;

	for (; died; nth++) {
		begin(&sides, 3, 0, death->packets, 1);
		let_die(death->writer ? &sides.a : &sides.b, death, nth);
		live(&sides, death);
		died = !(death->writer ? sides.a.link : sides.b.link);
		if (died)
			judge(&sides, death);
		end(&sides);
	}
	ck_assert_uint_gt(nth, 5);
}
END_TEST

static Suite *link_faults_suite(void)
{
	Suite *suite = suite_create("link_faults");
	TCase *tests = test_case(suite, "links");

	tcase_add_loop_test(
		tests, calls_that_fail_and_end_short_change_no_record, 0, 40);
	tcase_add_test(tests, streams_that_stand_still_delay_no_other);
	tcase_add_loop_test(tests, a_side_may_die_at_every_call, 0, DEATHS);
	return suite;
}

TEST_MAIN(link_faults_suite)
