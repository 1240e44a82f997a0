/*
 * supervisor: nodes that come back, and nodes that do not.
 */
#include "tests/history.h"

#include "tests/test.h"

#include <signal.h>

#define SECOND INT64_C(1000000000)

static const struct supervised_policy policies[] = {
	{.restart = {RESTART_FAILURE, 2, 30 * SECOND, SECOND / 10, 5 * SECOND},
		.start_ns = 10 * SECOND},
	{.restart = {RESTART_NEVER, 5, 30 * SECOND, SECOND / 10, 5 * SECOND}}};

/* Of the timers, only the one until a node is spawned again is of interest. */
static bool write_timer(
	struct history *history, const struct supervisor_action *action)
{
	if (action->kind != SUPERVISOR_ARM)
		return false;
	if (action->timer == SUPERVISOR_TIMER_RESTART)
		history_write(history, "%u in %lld; ", action->process,
			(long long)action->timeout_ns);
	return true;
}

static const struct history_style style = {
	.notes = HISTORY_NOTES(SUPERVISOR_SPAWN) |
		 HISTORY_NOTES(SUPERVISOR_SEND) |
		 HISTORY_NOTES(SUPERVISOR_KILL) |
		 HISTORY_NOTES(SUPERVISOR_DROP) |
		 HISTORY_NOTES(SUPERVISOR_ARM) | HISTORY_NOTES(SUPERVISOR_SAY) |
		 HISTORY_NOTES(SUPERVISOR_EXIT),
	.subject = HISTORY_PROCESS,
	.write = write_timer};

/* Two nodes that run: 0 is restarted, 2 is not. */
static void begin(struct history *history)
{
	struct supervisor_options options = {.node_count = 2,
		.stop_on_failure = true,
		.drain_ns = SECOND / 2,
		.policies = policies};

	history_begin(history, &style, &options);
	history_run(history);
}

#define CRASHED                                                                \
	"\"crashed before its operators were done: signal 11 (Segmentation "   \
	"fault)\"; "
#define AT_ONCE "\"starting again at once: 1 of 2 times within 30 s\"; "

START_TEST(a_node_that_crashes_comes_back_and_runs)
{
	struct history history;

	begin(&history);
	history_exits(&history, 0, SIGSEGV);
	history_expect(&history, CRASHED AT_ONCE "0 spawn; ");
	history_spawned(&history, 0);
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(&history, "0 plan; 0 run; ");
	history_exits(&history, 0, SIGSEGV);
	history_expect(&history,
		CRASHED "\"starting again in 0.1 s: 2 of 2 times "
			"within 30 s\"; 0 in 100000000; ");
	history_elapses(&history, SUPERVISOR_TIMER_RESTART);
	history_spawned(&history, 0);
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(&history, "0 spawn; 0 plan; 0 run; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_tells_kind(&history, 2, COMMAND_DONE);
	history_exits(&history, 2, 0);
	history_expect(&history, "drop 0; drop 1; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_crashes_too_often_has_failed)
{
	struct history history;

	begin(&history);
	for (int i = 0; i < 2; i++) {
		history_exits(&history, 0, SIGSEGV);
		if (i == 1)
			history_elapses(&history, SUPERVISOR_TIMER_RESTART);
		history_spawned(&history, 0);
		history_tells_kind(&history, 0, COMMAND_READY);
	}
	history_forget(&history);
	history_exits(&history, 0, SIGSEGV);
	history_expect(&history,
		"drop 0; " CRASHED
		"\"not started again: that was done 2 times within 30 "
		"s, the most that its \"restart\" allows\"; 2 drain; ");
	history_tells_kind(&history, 2, COMMAND_DONE);
	history_exits(&history, 2, 0);
	history_expect(&history, "drop 1; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_without_the_policy_fails_as_ever)
{
	struct history history;

	begin(&history);
	history_exits(&history, 2, SIGSEGV);
	history_expect(&history, "drop 1; " CRASHED "0 drain; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_fails_to_start_again_is_tried_again)
{
	struct history history;

	begin(&history);
	history_exits(&history, 0, SIGSEGV);
	history_spawned(&history, 0);
	history_forget(&history);
	history_fails(&history, 0);
	history_expect(&history, "\"no\"; ");
	history_exits(&history, 0, 1 << 8);
	history_expect(&history,
		"\"starting again in 0.1 s: 2 of 2 times within 30 "
		"s\"; 0 in 100000000; ");
	history_elapses(&history, SUPERVISOR_TIMER_RESTART);
	history_happens(&history,
		(struct supervisor_event){
			.kind = SUPERVISOR_SPAWN_FAILED, .text = "no room"});
	history_expect(&history,
		"0 spawn; \"no room\"; drop 0; \"not started again: "
		"that was done 2 times within 30 s, the most that its "
		"\"restart\" allows\"; 2 drain; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_is_not_ready_in_time_is_killed)
{
	struct history history;

	begin(&history);
	history_exits(&history, 0, SIGSEGV);
	history_spawned(&history, 0);
	history_forget(&history);
	history_elapses(&history, SUPERVISOR_TIMER_START);
	history_expect(&history,
		"0 kill; \"killed: it was not ready within 10 s "
		"(watchdog.start); does an operator wait, or loop, where it is "
		"created?\"; ");
	history_exits(&history, 0, SIGKILL);
	history_expect(&history,
		"\"starting again in 0.1 s: 2 of 2 times within 30 "
		"s\"; 0 in 100000000; ");
	history_elapses(&history, SUPERVISOR_TIMER_START); /* too late itself */
	history_expect(&history, "");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_fails_before_all_ran_is_not_tried_again)
{
	struct supervisor_options options = {
		.node_count = 1, .policies = policies};
	struct history history;

	history_begin(&history, &style, &options);
	history_exits(&history, 0, SIGSEGV);
	history_expect(
		&history, "0 spawn; 0 plan; drop 0; " CRASHED "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_comes_back_to_drain_and_not_to_close)
{
	struct history history;

	begin(&history);
	history_signalled(&history, SIGTERM);
	history_expect(&history, "0 drain; 2 drain; ");
	history_exits(&history, 0, SIGSEGV);
	history_spawned(&history, 0);
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(
		&history, CRASHED AT_ONCE "0 spawn; 0 plan; 0 run; 0 drain; ");
	history_exits(&history, 0, SIGSEGV);
	history_forget(&history);
	history_signalled(&history, SIGTERM); /* while it waits to be spawned */
	history_expect(&history, "0 in 0; drop 0; 2 close; ");
	history_elapses(&history, SUPERVISOR_TIMER_RESTART);
	history_expect(&history, "");
	history_exits(&history, 2, SIGSEGV);
	history_expect(&history, "drop 1; " CRASHED "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_is_preparing_again_is_killed_to_close)
{
	struct history history;

	begin(&history);
	history_exits(&history, 0, SIGSEGV);
	history_spawned(&history, 0);
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	history_signalled(&history, SIGTERM);
	history_expect(&history, "0 kill; 2 close; ");
	history_exits(&history, 0, SIGKILL);
	history_tells_kind(&history, 2, COMMAND_DONE);
	history_exits(&history, 2, 0);
	history_expect(&history, "drop 0; drop 1; exit 75; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_dies_as_it_takes_over_is_followed)
{
	struct history history;

	begin(&history);
	supervisor_spawn_standby(&history.supervisor, 0);
	history_spawned(&history, 1);
	history_tells_kind(&history, 1, COMMAND_READY);
	supervisor_promote(&history.supervisor, 0);
	history_exits(&history, 1, SIGSEGV);
	history_forget(&history);
	history_exits(&history, 0, SIGKILL);
	history_expect(&history, AT_ONCE "1 spawn; ");
	history_spawned(&history, 1);
	history_tells_kind(&history, 1, COMMAND_READY);
	history_expect(&history, "1 plan; 1 run; ");
	supervisor_release(&history.supervisor);
}
END_TEST

/* Node 0 is restarted, and so is node 1, a program that it has streams to. */
static void begin_with_program(struct history *history)
{
	static const struct links_pair pair = {
		.nodes = {1, 0}, .foreign = true};
	static struct supervised_policy both[2];
	struct supervisor_options options = {.node_count = 2,
		.stop_on_failure = true,
		.links = &pair,
		.link_count = 1,
		.policies = both};

	both[0] = both[1] = policies[0];
	both[1].program = true;
	history_begin(history, &style, &options);
	history_run(history);
}

#define ALONG                                                                  \
	"\"started again, too: the conversation with a node that begins anew " \
	"cannot go on\"; "

START_TEST(a_program_begins_anew_along_with_a_node_at_nobodys_charge)
{
	struct history history;

	begin_with_program(&history);
	for (int i = 0; i < 2; i++) {
		history_exits(&history, 0, SIGSEGV);
		history_forget(&history);
		if (i > 0)
			history_elapses(&history, SUPERVISOR_TIMER_RESTART);
		if (i > 0)
			history_expect(&history, "0 spawn; " ALONG "2 kill; ");
		history_spawned(&history, 0);
		history_tells_kind(&history, 0, COMMAND_READY);
		history_forget(&history);
		history_exits(&history, 2, SIGKILL);
		history_expect(&history, "2 spawn; ");
		history_spawned(&history, 2);
		history_tells_kind(&history, 2, COMMAND_READY);
		history_expect(&history, "2 plan; 2 run; ");
	}
	/* Its own crash is the first. */
	history_fails(&history, 2);
	history_exits(&history, 2, 1 << 8);
	history_expect(&history, "\"no\"; " AT_ONCE "2 spawn; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_program_that_ends_goes_its_way_and_comes_back_to_nobody)
{
	struct history history;

	begin_with_program(&history);
	history_tells_kind(&history, 2, COMMAND_DONE);
	history_exits(&history, 0, SIGSEGV);
	history_expect(&history, CRASHED AT_ONCE "0 spawn; ");
	history_exits(&history, 2, 0);
	history_expect(&history, "drop 1; ");
	supervisor_release(&history.supervisor);

	begin_with_program(&history);
	history_ends(&history, 0);
	history_fails(&history, 2);
	history_exits(&history, 2, 1 << 8);
	history_expect(&history,
		"drop 0; \"no\"; drop 1; \"not started again: a program "
		"would have to begin anew, and a node that it has streams to "
		"has ended\"; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static Suite *restart_suite(void)
{
	Suite *suite = suite_create("restart");
	TCase *steps = test_case(suite, "steps");

	tcase_add_test(steps, a_node_that_crashes_comes_back_and_runs);
	tcase_add_test(steps, a_node_that_crashes_too_often_has_failed);
	tcase_add_test(steps, a_node_without_the_policy_fails_as_ever);
	tcase_add_test(steps, a_node_that_fails_to_start_again_is_tried_again);
	tcase_add_test(steps, a_node_that_is_not_ready_in_time_is_killed);
	tcase_add_test(
		steps, a_node_that_fails_before_all_ran_is_not_tried_again);
	tcase_add_test(steps, a_node_comes_back_to_drain_and_not_to_close);
	tcase_add_test(
		steps, a_node_that_is_preparing_again_is_killed_to_close);
	tcase_add_test(steps, a_standby_that_dies_as_it_takes_over_is_followed);
	tcase_add_test(steps,
		a_program_begins_anew_along_with_a_node_at_nobodys_charge);
	tcase_add_test(steps,
		a_program_that_ends_goes_its_way_and_comes_back_to_nobody);
	return suite;
}

TEST_MAIN(restart_suite)
