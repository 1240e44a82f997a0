/* Fds over a link between two fabrics: they arrive and work, and none is left
 * open, whoever goes first. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/wire/link.h"
#include "tests/fake_os.h"
#include "tests/link_fds.h"
#include "tests/test.h"

struct sides {
	struct link_listener listener; /* first */
	struct pipeline a, b;
	struct link *link_a, *link_b;
	uint32_t closed;
	char why[256];
};

static const struct stream_settings usual = {
	64 * 1024, 1000, 64 * 1024, STREAM_BLOCK};

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct sides *sides = (struct sides *)listener;

	(void)link;
	sides->closed++;
	if (why && !sides->why[0])
		snprintf(sides->why, sizeof sides->why, "%s", why);
}

static struct link *make_link(
	struct sides *sides, struct pipeline *pipeline, int fd, bool fds)
{
	const struct link_settings settings = {.name = "one",
		.peer = "the other",
		.packets = true,
		.fds = fds};

	return pipeline_link(pipeline, &settings, fd, &sides->listener);
}

/* Whether each side says that the stream carries fds. */
static void begin_with(
	struct sides *sides, struct os *os, bool writes, bool reads)
{
	int fds[2];

	memset(sides, 0, sizeof *sides);
	sides->a.os = os;
	sides->listener.closed = closed;
	pipeline_init(&sides->a);
	pipeline_init(&sides->b);
	ck_assert_int_eq(
		socketpair(AF_UNIX,
			SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
		0);
	sides->link_a = make_link(sides, &sides->a, fds[0], writes);
	sides->link_b = make_link(sides, &sides->b, fds[1], reads);
}

static void begin(struct sides *sides, bool writes, bool reads)
{
	begin_with(sides, NULL, writes, reads);
}

/* writer -> link -> reader, or, with a tee over there, two of them. */
static void connect_streams(struct sides *sides, bool writes, bool reads,
	const struct tau_operator *reader, bool teed)
{
	uint32_t from = pipeline_add(&sides->a, &write_operator, OUT_ONE);
	uint32_t to = teed ? pipeline_add(&sides->b, &tee_operator, TEE)
			   : pipeline_add(&sides->b, reader, IN_ONE);

	pipeline_connect(&sides->a, from, OUT, PIPELINE_OUTSIDE, 0, &usual);
	pipeline_connect(&sides->b, PIPELINE_OUTSIDE, 0, to, IN, &usual);
	for (uint32_t i = 0; teed && i < 2; i++)
		pipeline_connect(&sides->b, to, i,
			pipeline_add(&sides->b, reader, IN_ONE), IN, &usual);
	pipeline_start(&sides->a);
	pipeline_start(&sides->b);
	sides->a.streams[0].fds = writes;
	sides->b.streams[0].fds = reads;
	ck_assert_int_eq(
		link_send(sides->link_a, 0, &sides->a.streams[0], "out"), 0);
	ck_assert_int_eq(
		link_receive(sides->link_b, 0, &sides->b.streams[0], "in"), 0);
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

/* Until all operators have gone; one link has already. */
static void run_out(struct sides *sides)
{
	uint64_t turns = 0;

	while (sides->a.running + sides->b.running > 0) {
		fabric_turn(&sides->a.fabric, 0);
		fabric_turn(&sides->b.fabric, 0);
		ck_assert_uint_lt(turns++, 10000000);
	}
}

static void end(struct sides *sides)
{
	link_destroy(&sides->link_a);
	link_destroy(&sides->link_b);
	pipeline_release(&sides->a);
	pipeline_release(&sides->b);
}

static void run_with(const struct tau_operator *reader, bool teed)
{
	int fds = test_count_fds();
	struct sides sides;

	begin(&sides, true, true);
	connect_streams(&sides, true, true, reader, teed);
	run(&sides);
	ck_assert_str_eq(sides.why, "");
	for (uint32_t i = 0; i < sides.b.count; i++)
		ck_assert_msg(sides.b.operators[i]->state == INSTANCE_DONE,
			"%s", sides.b.operators[i]->failure.text);
	ck_assert_msg(sides.a.operators[0]->state == INSTANCE_DONE, "%s",
		sides.a.operators[0]->failure.text);
	end(&sides);
	ck_assert_int_eq(test_count_fds(), fds);
}

START_TEST(fds_arrive_in_order_among_other_records_and_work)
{
	run_with(&read_operator, false);
	ck_assert_int_eq(came, FDS);
}
END_TEST

START_TEST(fds_arrive_where_few_files_may_be_open)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = (rlim_t)test_count_fds() + 60;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	run_with(&read_operator, false);
	ck_assert_int_eq(came, FDS);
}
END_TEST

START_TEST(fds_are_shared_behind_a_tee)
{
	run_with(&open_operator, true);
	ck_assert_int_eq(came, 2 * FDS);
}
END_TEST

START_TEST(fds_that_nobody_takes_are_closed)
{
	run_with(&drop_operator, false);
	ck_assert_int_eq(came, FDS + FDS / 7);
}
END_TEST

START_TEST(fds_are_closed_when_the_reader_leaves)
{
	run_with(&first_operator, false);
	ck_assert_int_eq(came, 1);
}
END_TEST

/* At every turn once: between packets, with some under way, with some read. */
START_TEST(fds_are_closed_when_the_other_node_dies)
{
	for (int turns = 0; turns < 40; turns++) {
		int fds = test_count_fds();
		struct sides sides;

		begin(&sides, true, true);
		connect_streams(&sides, true, true, &read_operator, false);
		for (int i = 0; i < turns; i++) {
			fabric_turn(&sides.a.fabric, 0);
			fabric_turn(&sides.b.fabric, 0);
		}
		if (turns % 2)
			link_destroy(&sides.link_a);
		else
			link_destroy(&sides.link_b);
		run_out(&sides);
		end(&sides);
		ck_assert_int_eq(test_count_fds(), fds);
	}
	ck_assert_int_gt(came, 0);
}
END_TEST

START_TEST(an_fd_on_a_stream_that_carries_none_fails_its_writer)
{
	int fds = test_count_fds();
	struct sides sides;

	begin(&sides, true, true);
	connect_streams(&sides, false, false, &read_operator, false);
	run(&sides);
	ck_assert_int_eq(sides.a.operators[0]->state, INSTANCE_FAILED);
	ck_assert_str_eq(sides.a.operators[0]->failure.text,
		"sent a file descriptor to another node over a stream that "
		"does not carry any; say \"fds\": true on it");
	ck_assert_int_eq(sent + came, 0);
	end(&sides);
	ck_assert_int_eq(test_count_fds(), fds);
}
END_TEST

START_TEST(fds_that_were_not_asked_for_end_the_link)
{
	int fds = test_count_fds();
	struct sides sides;

	begin(&sides, true, false);
	connect_streams(&sides, true, false, &read_operator, false);
	run(&sides);
	ck_assert_str_eq(sides.why,
		"it sent fds, and no stream of this link carries any");
	end(&sides);
	ck_assert_int_eq(test_count_fds(), fds);
}
END_TEST

START_TEST(where_the_kernel_takes_no_more_fds_they_go_later)
{
	static struct fake_os fake;
	int fds = test_count_fds();
	struct sides sides;

	fake_os_init(&fake);
	begin_with(&sides, &fake.os, true, true);
	connect_streams(&sides, true, true, &read_operator, false);
	fake_os_fail(&fake, OS_CALL(sendmsg), 3, ETOOMANYREFS);
	run(&sides);
	ck_assert_str_eq(sides.why, "");
	ck_assert_int_eq(came, FDS);
	end(&sides);
	ck_assert_int_eq(test_count_fds(), fds);
}
END_TEST

static Suite *link_fds_suite(void)
{
	Suite *suite = suite_create("link_fds");
	TCase *tests = test_case(suite, "fds");

	tcase_add_test(tests, fds_arrive_in_order_among_other_records_and_work);
	tcase_add_test(tests, fds_arrive_where_few_files_may_be_open);
	tcase_add_test(tests, fds_are_shared_behind_a_tee);
	tcase_add_test(tests, fds_that_nobody_takes_are_closed);
	tcase_add_test(tests, fds_are_closed_when_the_reader_leaves);
	tcase_add_test(tests, fds_are_closed_when_the_other_node_dies);
	tcase_add_test(
		tests, an_fd_on_a_stream_that_carries_none_fails_its_writer);
	tcase_add_test(tests, fds_that_were_not_asked_for_end_the_link);
	tcase_add_test(tests, where_the_kernel_takes_no_more_fds_they_go_later);
	return suite;
}

TEST_MAIN(link_fds_suite)
