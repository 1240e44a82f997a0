/* supervisor: single histories, with the actions they call for. */
#include "tests/history.h"

#include "tests/test.h"

#include <signal.h>

static const struct history_style style = {
	.notes = HISTORY_NOTES(SUPERVISOR_SPAWN) |
		 HISTORY_NOTES(SUPERVISOR_SEND) |
		 HISTORY_NOTES(SUPERVISOR_ABORT) |
		 HISTORY_NOTES(SUPERVISOR_KILL) |
		 HISTORY_NOTES(SUPERVISOR_ARM) | HISTORY_NOTES(SUPERVISOR_SAY) |
		 HISTORY_NOTES(SUPERVISOR_SHOW) |
		 HISTORY_NOTES(SUPERVISOR_EXIT)};

static void begin(struct history *history, bool stop_on_failure)
{
	struct supervisor_options options = {.node_count = 1,
		.stop_on_failure = stop_on_failure,
		.drain_ns = 10000000000};

	history_begin(history, &style, &options);
}

/* A node that was told to run, with nothing left to look at. */
static void begin_running(struct history *history, bool stop_on_failure)
{
	begin(history, stop_on_failure);
	history_run(history);
}

START_TEST(a_node_is_planned_run_and_ends)
{
	struct history history;

	begin(&history, true);
	history_expect(&history, "spawn; plan; ");
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(&history, "run; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_expect(&history, "");
	history_exits(&history, 0, 0);
	history_expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_first_interrupt_drains_and_a_second_closes)
{
	struct history history;

	begin_running(&history, true);
	history_signalled(&history, SIGINT);
	history_expect(&history,
		"drain; patience in 1000000000; drain in 10000000000; ");
	history_signalled(&history, SIGINT);
	history_expect(&history, "close; close in 1000000000; ");
	history_signalled(&history, SIGINT);
	history_expect(&history, "");
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_COUNT,
			.code = COMMAND_COUNT_LOST,
			.records = 5,
			.name = command_text("tail.out")});
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history,
		"\"5 records of tail.out were lost, because nobody had read "
		"them before the end\"; exit 130; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_term_drains_and_ends_well)
{
	struct history history;

	begin_running(&history, true);
	history_signalled(&history, SIGTERM);
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history,
		"drain; patience in 1000000000; drain in 10000000000; "
		"exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_drain_that_takes_too_long_is_closed_then_killed)
{
	struct history history;

	begin_running(&history, true);
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	history_elapses(&history, SUPERVISOR_TIMER_DRAIN);
	history_elapses(&history, SUPERVISOR_TIMER_CLOSE);
	history_elapses(&history, SUPERVISOR_TIMER_CLOSE);
	history_exits(&history, 0, SIGABRT);
	history_expect(&history,
		"\"not drained within 10 s (--drain-timeout); the rest is "
		"lost\"; close; close in 1000000000; \"did not close and is "
		"killed; what it held is lost\"; abort; close in 500000000; "
		"kill; exit 75; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_drain_that_takes_a_while_is_explained)
{
	struct history history;

	begin_running(&history, true);
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	history_elapses(&history, SUPERVISOR_TIMER_PATIENCE);
	history_expect(&history,
		"\"running out; it may take 10 s (--drain-timeout), and Ctrl-C "
		"or another signal ends it at once\"; ");
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	history_elapses(&history, SUPERVISOR_TIMER_PATIENCE);
	history_expect(&history, "");
	history_exits(&history, 0, SIGKILL);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(an_interrupt_before_the_run_kills)
{
	struct history history;

	begin(&history, true);
	history_forget(&history);
	history_signalled(&history, SIGINT);
	history_expect(&history, "kill; ");
	history_exits(&history, 0, SIGKILL);
	history_expect(&history, "exit 130; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failed_operator_drains_the_rest)
{
	struct history history;

	begin_running(&history, true);
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_FAILED,
			.code = -2,
			.name = command_text("tail"),
			.plugin = command_text("tau-file"),
			.text = command_text("a.log is not there")});
	history_expect(&history,
		"\"tail (tau-file): a.log is not there\"; drain; "
		"patience in 1000000000; drain in "
		"10000000000; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failed_operator_is_borne_when_the_topology_says_so)
{
	struct history history;

	begin_running(&history, false);
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_FAILED,
			.name = command_text("tail"),
			.text = command_text("broken")});
	history_expect(&history, "\"tail: broken\"; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failure_to_prepare_lets_the_node_finish_speaking)
{
	struct history history;

	begin(&history, true);
	history_forget(&history);
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_FAILED,
			.text = command_text("no such library")});
	history_expect(&history, "\"no such library\"; close in 1000000000; ");
	history_exits(&history, 0, 1 << 8);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_crash_is_said_with_its_signal)
{
	struct history history;

	begin_running(&history, true);
	history_exits(&history, 0, SIGSEGV);
	history_expect(&history,
		"\"crashed before its operators were done: signal 11 "
		"(Segmentation fault)\"; patience in 1000000000; "
		"drain in 10000000000; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(an_exit_without_done_is_said_with_its_status)
{
	struct history history;

	begin_running(&history, true);
	history_exits(&history, 0, 0);
	history_expect(&history,
		"\"ended before its operators were done, with status 0; does a "
		"plugin call exit?\"; "
		"patience in 1000000000; drain in 10000000000; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(records_that_go_nowhere_are_said_and_are_no_failure)
{
	struct history history;

	begin_running(&history, true);
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_COUNT,
			.code = COMMAND_COUNT_NOWHERE,
			.records = 17,
			.name = command_text("parse.bad")});
	history_tells(&history, 0,
		(struct command){.kind = COMMAND_COUNT,
			.code = COMMAND_COUNT_DROPPED,
			.records = 1,
			.name = command_text("a.out")});
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history,
		"\"17 records left parse.bad, which goes nowhere\"; "
		"\"1 record of a.out was dropped, because the stream was "
		"full\"; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_breaks_the_rules_is_killed)
{
	struct history history;

	begin_running(&history, true);
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(&history,
		"kill; \"killed: it said twice that it was ready\"; "
		"patience in 1000000000; drain in 10000000000; ");
	history_tells_kind(&history, 0, COMMAND_RUN);
	history_exits(&history, 0, SIGKILL);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(progress_is_asked_for_and_shown)
{
	struct history history;
	struct supervisor_options options = {
		.node_count = 1, .drain_ns = 1, .progress_ns = 5, .for_ns = 9};

	history_begin(&history, &style, &options);
	history_tells_kind(&history, 0, COMMAND_READY);
	history_expect(&history, "spawn; plan; run; for in 9; progress in 5; ");
	history_elapses(&history, SUPERVISOR_TIMER_PROGRESS);
	history_expect(&history, "ask; progress in 5; ");
	history_tells(&history, 0,
		(struct command){
			.kind = COMMAND_PROGRESS, .records = 12, .bytes = 340});
	history_expect(&history, "show 12 340; ");
	history_elapses(&history, SUPERVISOR_TIMER_FOR);
	history_expect(&history, "drain; drain in 1; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static Suite *supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor");
	TCase *single = test_case(suite, "single histories");

	tcase_add_test(single, a_node_is_planned_run_and_ends);
	tcase_add_test(single, a_first_interrupt_drains_and_a_second_closes);
	tcase_add_test(single, a_term_drains_and_ends_well);
	tcase_add_test(
		single, a_drain_that_takes_too_long_is_closed_then_killed);
	tcase_add_test(single, a_drain_that_takes_a_while_is_explained);
	tcase_add_test(single, an_interrupt_before_the_run_kills);
	tcase_add_test(single, a_failed_operator_drains_the_rest);
	tcase_add_test(
		single, a_failed_operator_is_borne_when_the_topology_says_so);
	tcase_add_test(
		single, a_failure_to_prepare_lets_the_node_finish_speaking);
	tcase_add_test(single, a_crash_is_said_with_its_signal);
	tcase_add_test(single, an_exit_without_done_is_said_with_its_status);
	tcase_add_test(
		single, records_that_go_nowhere_are_said_and_are_no_failure);
	tcase_add_test(single, a_node_that_breaks_the_rules_is_killed);
	tcase_add_test(single, progress_is_asked_for_and_shown);
	return suite;
}

TEST_MAIN(supervisor_suite)
