/*
 * ledger: pages as nodes leave them when they die, and what is said of them.
 * Three nodes of one operator each, in a chain: a -> b -> c.
 */
#include "core/fleet/ledger.h"

#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NODES = 3 };

static struct os os;
static struct ledger ledger;
static struct counters pages[NODES]; /* as the nodes see them */
static char said[1024];

static void take(void *context, const char *sentence)
{
	(void)context;
	snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n",
		sentence);
}

/* Node `at` of the chain: its first stream comes in, its last goes out. */
static void open_node(uint32_t at)
{
	struct node_plan_operator one = {
		.name = (const char *[]){"a", "b", "c"}[at], .plugin = "test"};
	struct node_plan_stream streams[2] = {
		{.name = at == 2 ? "b" : "a",
			.from.owner = NODE_PLAN_NONE,
			.number = at == 2},
		{.name = at == 0 ? "a" : "b",
			.to.owner = NODE_PLAN_NONE,
			.number = at != 0},
	};
	struct node_plan plan = {
		.node = (const char *[]){"one", "two", "three"}[at],
		.operators = &one,
		.operator_count = 1,
		.streams = at == 0 ? streams + 1 : streams,
		.stream_count = at == 1 ? 2 : 1};
	struct error error = ERROR_NONE;

	ck_assert_msg(
		ledger_open(&ledger, at, &plan, &error) == 0, "%s", error.text);
	ck_assert_int_eq(counters_map(&pages[at], &os, 1, plan.stream_count,
				 ledger_fd(&ledger, at)),
		0);
}

static void setup(void)
{
	os_linux_init(&os);
	said[0] = 0;
	ledger_init(&ledger, &os, NODES);
	for (uint32_t i = 0; i < NODES; i++)
		open_node(i);
}

static void teardown(void)
{
	for (uint32_t i = 0; i < NODES; i++)
		counters_unmap(&pages[i], &os);
	ledger_release(&ledger);
}

/* What a's and b's writers and b's and c's readers had come to. */
static void count(uint64_t a, uint64_t b_read, uint64_t b, uint64_t c_read)
{
	pages[0].streams[0].written[1] = a;
	pages[1].streams[0].read[1] = b_read;
	pages[1].streams[1].written[1] = b;
	pages[2].streams[0].read[1] = c_read;
	for (uint32_t i = 0; i < NODES; i++)
		counters_turn(&pages[i], 0);
}

START_TEST(what_was_written_and_not_read_is_lost_with_a_node)
{
	count(100, 90, 88, 87);
	ck_assert_ptr_null(ledger_died(&ledger, 1));
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said,
		"10 records of a were lost with two: 100 written, 90 read\n"
		"1 record of b was lost with two: 88 written, 87 read\n");
}
END_TEST

START_TEST(where_nobody_died_or_all_was_read_nothing_is_said)
{
	count(100, 90, 88, 87);
	ledger_tell(&ledger, take, NULL);
	count(100, 100, 88, 88);
	count(100, 100, 88, 88);
	(void)ledger_died(&ledger, 0);
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(what_a_turn_has_not_finished_does_not_count)
{
	count(100, 100, 88, 88);
	pages[0].streams[0].written[0] = 500;
	pages[1].streams[1].written[0] = 500;
	(void)ledger_died(&ledger, 1);
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_reader_that_wanted_no_more_loses_nothing)
{
	count(100, 10 | COUNTERS_LEFT, 10, 10);
	(void)ledger_died(&ledger, 0);
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(one_that_stopped_since_its_reader_died_does)
{
	count(100, 10 | COUNTERS_LEFT, 10 | COUNTERS_LEFT, 4);
	(void)ledger_died(&ledger, 2);
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said,
		"90 records of a were lost with three: 100 written, 10 read\n"
		"6 records of b were lost with three: 10 written, 4 read\n");
}
END_TEST

START_TEST(what_processes_of_one_node_lost_one_after_the_other_adds_up)
{
	struct error error = ERROR_NONE;

	count(100, 90, 88, 87);
	(void)ledger_died(&ledger, 1);
	ck_assert_int_eq(ledger_renew(&ledger, 1, take, NULL, &error), 0);
	ck_assert_str_eq(said, "");
	counters_unmap(&pages[1], &os);
	ck_assert_int_eq(
		counters_map(&pages[1], &os, 1, 2, ledger_fd(&ledger, 1)), 0);
	counters_turn(&pages[1], 0); /* as many as the others had */
	count(200, 100, 100, 187);
	count(200, 100, 100, 187); /* the half that was filled counts */
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "10 records of a were lost with two: 200 "
			       "written, 190 read\n"
			       "1 record of b was lost with two: 188 written, "
			       "187 read\n");
}
END_TEST

/* Of what was read from a FIFO, others than its writer had written some. */
START_TEST(what_can_be_lost_with_a_fifo_is_said_at_once)
{
	struct error error = ERROR_NONE;

	ledger.nodes[0].streams[0].fifo = true;
	ledger.nodes[1].streams[0].fifo = true;
	count(100, 95, 88, 87);
	pages[1].streams[0].written[0] = 5;
	(void)ledger_died(&ledger, 1);
	ck_assert_int_eq(ledger_renew(&ledger, 1, take, NULL, &error), 0);
	ck_assert_str_eq(said,
		"up to 10 records of a have gone down by now, last with a "
		"process of two: those that the FIFO still holds are among "
		"them\n");
	said[0] = 0;
	counters_unmap(&pages[1], &os);
	ck_assert_int_eq(
		counters_map(&pages[1], &os, 1, 2, ledger_fd(&ledger, 1)), 0);
	counters_turn(&pages[1], 0);
	count(200, 104, 100, 188);
	count(200, 104, 100, 188); /* the half that was filled counts */
	pages[1].streams[0].written[0] = 3;
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "9 records of a were lost with two: 200 "
			       "written, 191 read\n");
	said[0] = 0;
	ck_assert_int_eq(ledger_renew(&ledger, 0, take, NULL, &error), 0);
	ck_assert_str_eq(said,
		"up to 9 records of a have gone down by now, last with a "
		"process of one: those that the FIFO still holds are among "
		"them\n");
}
END_TEST

static void hear(uint32_t node, const char *name, const char *text)
{
	const struct command told = {.kind = COMMAND_BEGUN,
		.name = command_text(name),
		.text = command_text(text)};

	ck_assert(ledger_hear(&ledger, node, &told, take, NULL));
}

/* The second node's process 7 is followed by 8, and that by 9. */
START_TEST(what_went_down_is_told_when_both_sides_have_begun_anew)
{
	struct error error = ERROR_NONE;

	count(100, 90, 88, 87);
	(void)ledger_died(&ledger, 1);
	ck_assert_int_eq(ledger_renew(&ledger, 1, take, NULL, &error), 0);
	hear(0, NULL, "1 8\n0 100\n");
	hear(2, NULL, "3 8\n1 85\n");
	ck_assert_str_eq(said, "");
	hear(1, NULL, "8 1\n0 4\n");
	hear(1, NULL, "8 3\n1 0\n");
	hear(1, "b", NULL);
	hear(1, "nobody", "x");
	hear(1, NULL, "rubbish");
	hear(1, NULL, "8 3\n77 1\nmore");
	ck_assert_str_eq(said,
		"6 records of a went down with the last process of two\n"
		"3 records of b went down with the last process of two\n"
		"what b had kept of 90 records went down with the last "
		"process of two; its state begins anew\n");
	said[0] = 0;
	hear(0, NULL, "1 9\n0 120\n"); /* of which 8 had read nothing */
	hear(1, NULL, "9 1\n0 0\n");
	ck_assert_str_eq(said,
		"24 records of a went down with the last process of two\n");
}
END_TEST

START_TEST(who_had_the_thread_is_named_and_may_have_done_more)
{
	count(8, 8, 8, 4);
	pages[2].head->running = 1;
	ck_assert_str_eq(ledger_died(&ledger, 2), "c (test)");
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said,
		"up to 4 records of b were lost with three: 8 written, 4 read; "
		"c was at work on what followed\n");
}
END_TEST

START_TEST(a_page_of_anything_is_survived)
{
	count(8, 8, 8, 4);
	memset(pages[2].head, _i, pages[2].bytes);
	pages[1].head->running = (uint32_t)-1;
	ck_assert_ptr_null(ledger_died(&ledger, 1));
	ck_assert_ptr_null(ledger_died(&ledger, 2));
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_page_of_another_size_is_not_taken)
{
	struct counters other = {0};

	ck_assert_int_eq(counters_map(&other, &os, 2, 1, ledger_fd(&ledger, 0)),
		-EINVAL);
	ck_assert_int_lt(os.ftruncate(&os, ledger_fd(&ledger, 0), 0), 0);
}
END_TEST

/* The chain's second node has another process, which noted so much. */
static void take_over(uint64_t read, uint64_t written)
{
	struct node_plan_operator one = {.name = "b", .plugin = "test"};
	struct node_plan_stream streams[2] = {
		{.name = "a", .from.owner = NODE_PLAN_NONE},
		{.name = "b", .to.owner = NODE_PLAN_NONE, .number = 1},
	};
	const struct node_plan plan = {.node = "two",
		.operators = &one,
		.operator_count = 1,
		.streams = streams,
		.stream_count = 2};
	struct error error = ERROR_NONE;

	ck_assert_int_eq(ledger_stand_by(&ledger, 1, &plan, &error), 0);
	counters_unmap(&pages[1], &os);
	ck_assert_int_eq(counters_map(&pages[1], &os, 1, 2,
				 ledger_standby_fd(&ledger, 1)),
		0);
	pages[1].streams[0].read[1] = read;
	pages[1].streams[1].written[1] = written;
	counters_turn(&pages[1], 0);
	ledger_take_over(&ledger, 1);
	ck_assert_int_eq(ledger_standby_fd(&ledger, 1), -1);
	ck_assert_int_ge(ledger_fd(&ledger, 1), 0);
}

static void expect_flow(uint64_t in, uint64_t out)
{
	struct ledger_flow flow;

	ledger_flow(&ledger, 1, &flow);
	ck_assert(flow.known);
	ck_assert_uint_eq(flow.in, in);
	ck_assert_uint_eq(flow.out, out);
}

START_TEST(who_was_handed_all_over_goes_on_from_there)
{
	count(100, 90, 88, 87);
	take_over(90, 88);
	expect_flow(90, 88);
	pages[1].streams[0].read[0] = 100;
	pages[1].streams[1].written[0] = 98;
	counters_turn(&pages[1], 0);
	expect_flow(100, 98);
	take_over(100, 98);
	expect_flow(100, 98);
}
END_TEST

START_TEST(who_was_handed_an_older_state_over_counts_on_from_what_was)
{
	struct error error = ERROR_NONE;

	count(100, 90, 88, 87);
	take_over(40, 39);
	expect_flow(90, 88);
	pages[1].streams[0].read[0] = 50;
	pages[1].streams[1].written[0] = 49;
	counters_turn(&pages[1], 0);
	expect_flow(100, 98);
	(void)ledger_died(&ledger, 1);
	ck_assert_int_eq(ledger_renew(&ledger, 1, take, NULL, &error), 0);
	ledger_tell(&ledger, take, NULL);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(what_is_taken_back_since_a_process_took_over_is_said)
{
	count(100, 90, 88, 87);
	take_over(90, 88);
	ledger_take_back(&ledger, 1, true, take, NULL);
	ck_assert_str_eq(said, "");
	pages[1].streams[0].read[0] = 97;
	pages[1].streams[1].written[0] = 93;
	counters_turn(&pages[1], 0);
	ledger_take_back(&ledger, 1, true, take, NULL);
	ck_assert_str_eq(said,
		"what two had kept of 7 records of a is lost: the new version "
		"had read them before it crashed, and the previous one has the "
		"state that it handed over\n"
		"up to 5 records of b may come twice: the new version of two "
		"wrote them before it crashed, and the previous one goes on "
		"from where it handed over\n");
	take_over(0, 0);
	expect_flow(97, 93);
}
END_TEST

static Suite *ledger_suite(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tests = test_case(suite, "pages");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(
		tests, what_was_written_and_not_read_is_lost_with_a_node);
	tcase_add_test(
		tests, where_nobody_died_or_all_was_read_nothing_is_said);
	tcase_add_test(tests, who_was_handed_all_over_goes_on_from_there);
	tcase_add_test(tests,
		who_was_handed_an_older_state_over_counts_on_from_what_was);
	tcase_add_test(
		tests, what_is_taken_back_since_a_process_took_over_is_said);
	tcase_add_test(tests, what_a_turn_has_not_finished_does_not_count);
	tcase_add_test(tests, a_reader_that_wanted_no_more_loses_nothing);
	tcase_add_test(tests, one_that_stopped_since_its_reader_died_does);
	tcase_add_test(tests,
		what_processes_of_one_node_lost_one_after_the_other_adds_up);
	tcase_add_test(tests, what_can_be_lost_with_a_fifo_is_said_at_once);
	tcase_add_test(
		tests, what_went_down_is_told_when_both_sides_have_begun_anew);
	tcase_add_test(
		tests, who_had_the_thread_is_named_and_may_have_done_more);
	tcase_add_loop_test(tests, a_page_of_anything_is_survived, 0, 256);
	tcase_add_test(tests, a_page_of_another_size_is_not_taken);
	return suite;
}

TEST_MAIN(ledger_suite)
