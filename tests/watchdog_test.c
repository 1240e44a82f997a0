/* watchdog_test: who holds the thread, by looks at a clock of our own. */
#include "core/step/watchdog.h"

#include "core/base/bounds.h"
#include "tests/test.h"

#define MS 1000000ll

static const struct watchdog_settings settings = {
	.warn_ns = 50 * MS, .report_ns = 1000 * MS, .kill_ns = 10000 * MS};

struct node {
	struct watchdog watchdog;
	int64_t now_ns, cpu_ns;
	uint64_t turn;
};

/* So much later, of which so much was spent computing; in that state. */
static enum watchdog_verdict later(struct node *node, int64_t milliseconds,
	int64_t computed, enum watchdog_state state)
{
	struct watchdog_look look = {
		.running = 3, .turn = node->turn, .state = state};

	node->now_ns += milliseconds * MS;
	node->cpu_ns += computed * MS;
	look.now_ns = node->now_ns;
	look.cpu_ns = node->cpu_ns;
	if (!watchdog_suspects(&node->watchdog, node->now_ns, 3, node->turn))
		return WATCHDOG_FINE;
	return watchdog_take(&node->watchdog, &settings, &look);
}

/* Every verdict until the end, as a letter each. */
static void run(struct node *node, int looks, int64_t milliseconds,
	int64_t computed, enum watchdog_state state, char *verdicts)
{
	for (int i = 0; i < looks; i++) {
		enum watchdog_verdict verdict =
			later(node, milliseconds, computed, state);

		if (verdict != WATCHDOG_FINE)
			*verdicts++ = ".wrkh"[verdict];
	}
	*verdicts = 0;
}

START_TEST(a_loop_is_warned_of_reported_and_killed_once)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	run(&node, 240, 50, 50, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "wrk");
	ck_assert(watchdog_computes(&node.watchdog));
}
END_TEST

START_TEST(a_blocking_call_likewise_and_is_told_apart)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	run(&node, 240, 50, 0, WATCHDOG_ASLEEP, verdicts);
	ck_assert_str_eq(verdicts, "wrk");
	ck_assert(!watchdog_computes(&node.watchdog));
}
END_TEST

START_TEST(a_report_comes_when_the_second_is_full)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	/* Two looks see that it is the same turn, and twenty a second. */
	run(&node, 21, 50, 50, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "w");
	ck_assert_int_eq(watchdog_held_ns(&node.watchdog), 950 * MS);
	run(&node, 1, 50, 50, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "r");
}
END_TEST

START_TEST(turns_that_end_are_never_suspected)
{
	struct node node = {.now_ns = 1};

	for (int i = 0; i < 1000; i++) {
		node.turn++;
		ck_assert_int_eq(
			later(&node, 50, 50, WATCHDOG_READY), WATCHDOG_FINE);
	}
	ck_assert_int_eq(watchdog_held_ns(&node.watchdog), 0);
}
END_TEST

START_TEST(a_turn_that_ends_takes_its_time_with_it)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	run(&node, 15, 50, 50, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "w");
	node.turn++;
	run(&node, 15, 50, 50, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "w");
}
END_TEST

START_TEST(waiting_for_a_processor_is_nobodys_fault)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	run(&node, 300, 5000, 0, WATCHDOG_READY, verdicts);
	ck_assert_str_eq(verdicts, "");
}
END_TEST

START_TEST(who_is_stopped_is_said_to_be_and_not_killed)
{
	struct node node = {.now_ns = 1};
	char verdicts[300];

	run(&node, 300, 5000, 0, WATCHDOG_STOPPED, verdicts);
	ck_assert_str_eq(verdicts, "h");
}
END_TEST

START_TEST(between_two_states_nothing_is_known)
{
	struct node node = {.now_ns = 1};

	for (int i = 0; i < 300; i++)
		ck_assert_int_eq(
			later(&node, 500, 0,
				i % 2 ? WATCHDOG_ASLEEP : WATCHDOG_READY),
			WATCHDOG_FINE);
}
END_TEST

START_TEST(nobody_is_never_suspected)
{
	struct watchdog watchdog = {0};

	for (int64_t now_ns = 1; now_ns < 100; now_ns++)
		ck_assert(!watchdog_suspects(
			&watchdog, now_ns, WATCHDOG_NOBODY, 0));
}
END_TEST

START_TEST(what_the_manifest_says_is_kept_and_the_rest_has_defaults)
{
	struct node_options options = {
		.set = NODE_WATCHDOG_WARN | NODE_LIMIT_MEMORY,
		.warn_ns = 20 * MS,
		.memory_bytes = 77};
	struct watchdog_settings made = watchdog_settings_of(&options);

	ck_assert_int_eq(made.warn_ns, 20 * MS);
	ck_assert_int_eq(made.report_ns, WATCHDOG_REPORT_NS);
	ck_assert_int_eq(made.kill_ns, WATCHDOG_KILL_NS);
	ck_assert_uint_eq(made.memory_bytes, 77);
	ck_assert_int_eq(watchdog_look_ns(&made), 20 * MS);
	made.kill_ns = 1;
	ck_assert_int_eq(watchdog_look_ns(&made), WATCHDOG_LOOK_LEAST_NS);
	made = (struct watchdog_settings){0};
	ck_assert_int_eq(watchdog_look_ns(&made), WATCHDOG_LOOK_NS);
}
END_TEST

START_TEST(an_hour_without_work_costs_few_looks)
{
	const int64_t idle_ns = watchdog_idle_ns(&settings);
	int64_t rest_ns = 0, passed_ns = 0;
	int looks = 0;

	for (; passed_ns < 3600 * 1000 * MS; looks++) {
		rest_ns = watchdog_rest_ns(50 * MS, idle_ns, rest_ns, false);
		ck_assert_int_ge(rest_ns, 50 * MS);
		ck_assert_int_le(rest_ns, settings.kill_ns);
		passed_ns += rest_ns;
	}
	ck_assert_int_le(looks, 360 + 9);
	rest_ns = watchdog_rest_ns(50 * MS, idle_ns, rest_ns, true);
	ck_assert_int_eq(rest_ns, 50 * MS);
}
END_TEST

START_TEST(who_has_no_deadline_is_not_looked_at)
{
	struct watchdog_settings made = {0};

	ck_assert_int_eq(watchdog_idle_ns(&made), INT64_MAX);
	made.memory_bytes = 1;
	ck_assert_int_eq(watchdog_idle_ns(&made), WATCHDOG_IDLE_NS);
	made.report_ns = 3000 * MS;
	ck_assert_int_eq(watchdog_idle_ns(&made), 3000 * MS);
	made.kill_ns = 5000 * MS;
	ck_assert_int_eq(watchdog_idle_ns(&made), 5000 * MS);
	made.kill_ns = 20 * MS;
	ck_assert_int_eq(watchdog_idle_ns(&made), WATCHDOG_IDLE_NS);
}
END_TEST

static Suite *watchdog_suite(void)
{
	Suite *suite = suite_create("watchdog");
	TCase *tests = test_case(suite, "looks");

	tcase_add_test(tests, a_loop_is_warned_of_reported_and_killed_once);
	tcase_add_test(tests, a_blocking_call_likewise_and_is_told_apart);
	tcase_add_test(tests, a_report_comes_when_the_second_is_full);
	tcase_add_test(tests, turns_that_end_are_never_suspected);
	tcase_add_test(tests, a_turn_that_ends_takes_its_time_with_it);
	tcase_add_test(tests, waiting_for_a_processor_is_nobodys_fault);
	tcase_add_test(tests, who_is_stopped_is_said_to_be_and_not_killed);
	tcase_add_test(tests, between_two_states_nothing_is_known);
	tcase_add_test(tests, nobody_is_never_suspected);
	tcase_add_test(tests, an_hour_without_work_costs_few_looks);
	tcase_add_test(tests, who_has_no_deadline_is_not_looked_at);
	tcase_add_test(tests,
		what_the_manifest_says_is_kept_and_the_rest_has_defaults);
	return suite;
}

TEST_MAIN(watchdog_suite)
