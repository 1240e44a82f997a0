/*
 * ledger: a node of two operators, the new version of which crashes:
 * a -> b, b -> d, d -> c, of which the first and the last cross.
 */
#include "core/fleet/ledger.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct os os;
static struct ledger ledger;
static struct counters page; /* as the process sees it */
static char said[1024];

static struct node_plan_operator operators[2] = {
	{.name = "b", .plugin = "test"}, {.name = "d", .plugin = "test"}};
static struct node_plan_stream streams[3] = {
	{.name = "a", .from.owner = NODE_PLAN_NONE},
	{.name = "in", .to.owner = 1, .link = NODE_PLAN_NONE},
	{.name = "b", .from.owner = 1, .to.owner = NODE_PLAN_NONE, .number = 1},
};
static const struct node_plan plan = {.node = "two",
	.operators = operators,
	.operator_count = 2,
	.streams = streams,
	.stream_count = 3};

static void take(void *context, const char *sentence)
{
	(void)context;
	snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n",
		sentence);
}

static void use_page(int fd)
{
	counters_unmap(&page, &os);
	ck_assert_int_eq(counters_map(&page, &os, 2, 3, fd), 0);
}

static void setup(void)
{
	struct error error = ERROR_NONE;

	os_linux_init(&os);
	ledger_init(&ledger, &os, 1);
	ck_assert_int_eq(ledger_open(&ledger, 0, &plan, &error), 0);
	use_page(ledger_fd(&ledger, 0));
}

static void teardown(void)
{
	counters_unmap(&page, &os);
	ledger_release(&ledger);
}

/* What each operator has read and written. */
static void note(uint64_t a, uint64_t b, uint64_t d, uint64_t out)
{
	const uint32_t first = !counters_half(&page, 0);
	const uint32_t second = !counters_half(&page, 1);

	page.streams[0].read[first] = a;
	page.streams[1].written[first] = b;
	page.streams[1].read[second] = d;
	page.streams[2].written[second] = out;
	counters_turn(&page, 0);
	counters_turn(&page, 1);
}

/* Handed over were 10 records between them; so much was done since. */
static void crash(uint64_t a, uint64_t b, uint64_t d, bool working)
{
	struct error error = ERROR_NONE;

	note(90, 90, 80, 80);
	ck_assert_int_eq(ledger_stand_by(&ledger, 0, &plan, &error), 0);
	use_page(ledger_standby_fd(&ledger, 0));
	note(90, 90, 80, 80);
	ledger_take_over(&ledger, 0);
	note(a, b, d, d);
	page.head->running = working ? 2 : 0;
	(void)ledger_died(&ledger, 0);
}

static void expect_passed(const char *text)
{
	char *passed = ledger_passed(&ledger, 0);

	ck_assert_str_eq(passed, text);
	free(passed);
}

START_TEST(what_lay_between_operators_is_lost_but_for_what_was_handed_over)
{
	crash(97, 97, 84, false);
	expect_passed("in 84\n");
	ledger_take_back(&ledger, 0, false, take, NULL);
	ck_assert_str_eq(said,
		"what two had kept of 7 records of a is lost: the new version "
		"had read them before it crashed, and the previous one has the "
		"state that it handed over\n"
		"7 records of in went down with the last process of two\n");
}
END_TEST

START_TEST(what_was_read_of_it_is_not_lost_there)
{
	crash(90, 129, 120, false);
	expect_passed("in 120\n");
	ledger_take_back(&ledger, 0, false, take, NULL);
	ck_assert_str_eq(said,
		"9 records of in went down with the last process of two\n");
}
END_TEST

START_TEST(who_makes_records_of_its_own_may_bring_them_twice)
{
	crash(90, 90, 83, false);
	ledger_take_back(&ledger, 0, true, take, NULL);
	ck_assert_str_eq(said,
		"up to 3 records of b may come twice: the new version of two "
		"wrote them before it crashed, and the previous one goes on "
		"from where it handed over\n");
}
END_TEST

/* It would be, if nobody read what it writes. */
START_TEST(who_is_seen_outside_may_have_done_more)
{
	streams[2].from.owner = 0;
	teardown();
	setup();
	crash(90, 90, 83, true);
	ledger_take_back(&ledger, 0, false, take, NULL);
	ck_assert_str_eq(said,
		"up to 7 records of in may be worked off twice: d was at work "
		"on them when the new version of two crashed\n");
}
END_TEST

static Suite *ledger_back_suite(void)
{
	Suite *suite = suite_create("ledger_back");
	TCase *tests = test_case(suite, "pages");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests,
		what_lay_between_operators_is_lost_but_for_what_was_handed_over);
	tcase_add_test(tests, what_was_read_of_it_is_not_lost_there);
	tcase_add_test(
		tests, who_makes_records_of_its_own_may_bring_them_twice);
	tcase_add_test(tests, who_is_seen_outside_may_have_done_more);
	return suite;
}

TEST_MAIN(ledger_back_suite)
