/* supervisor: single histories, with the actions they call for. */
#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

struct history {
	struct supervisor supervisor;
	char said[4096]; /* actions since the last look, as text */
};

static void note(
	struct history *history, const struct supervisor_action *action)
{
	static const char *const commands[] = {
		"", "plan", "run", "drain", "close", "ask"};
	static const char *const timers[] = {
		"for", "patience", "drain", "close", "progress"};
	static const char *const signs[] = {"spawn", "", "abort", "kill"};
	char *to = strchr(history->said, '\0');
	size_t room = (size_t)(history->said + sizeof history->said - to);

	switch ((int)action->kind) {
	case SUPERVISOR_SPAWN:
	case SUPERVISOR_ABORT:
	case SUPERVISOR_KILL:
		snprintf(to, room, "%s; ", signs[action->kind]);
		break;
	case SUPERVISOR_SEND:
		snprintf(to, room, "%s; ", commands[action->command]);
		break;
	case SUPERVISOR_ARM:
		snprintf(to, room, "%s in %lld; ", timers[action->timer],
			(long long)action->timeout_ns);
		break;
	case SUPERVISOR_SAY:
		snprintf(to, room, "\"%s\"; ", action->text);
		break;
	case SUPERVISOR_SHOW:
		snprintf(to, room, "show %llu %llu; ",
			(unsigned long long)action->records,
			(unsigned long long)action->bytes);
		break;
	case SUPERVISOR_EXIT:
		snprintf(to, room, "exit %d; ", action->code);
		break;
	default:;
	}
}

static void happens(
	struct history *history, const struct supervisor_event *event)
{
	size_t count;
	const struct supervisor_action *actions =
		supervisor_step(&history->supervisor, event, &count);

	for (size_t i = 0; i < count; i++)
		note(history, &actions[i]);
}

static void begin(struct history *history, bool stop_on_failure)
{
	struct supervisor_options options = {.node_count = 1,
		.stop_on_failure = stop_on_failure,
		.drain_ns = 10000000000};

	history->said[0] = 0;
	supervisor_init(&history->supervisor, &options);
	happens(history, &(struct supervisor_event){.kind = SUPERVISOR_START});
	happens(history,
		&(struct supervisor_event){.kind = SUPERVISOR_SPAWNED});
}

static void tells(struct history *history, const struct command *command)
{
	happens(history, &(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				 .command = command});
}

static void tells_kind(struct history *history, enum command_kind kind)
{
	tells(history, &(struct command){.kind = kind});
}

static void signalled(struct history *history, int number)
{
	happens(history, &(struct supervisor_event){
				 .kind = SUPERVISOR_SIGNAL, .number = number});
}

static void exits(struct history *history, int status)
{
	happens(history, &(struct supervisor_event){
				 .kind = SUPERVISOR_EXITED, .status = status});
}

static void elapses(struct history *history, enum supervisor_timer timer)
{
	happens(history, &(struct supervisor_event){
				 .kind = SUPERVISOR_TIMEOUT, .timer = timer});
}

/* A node that was told to run, with nothing left to look at. */
static void begin_running(struct history *history, bool stop_on_failure)
{
	begin(history, stop_on_failure);
	tells_kind(history, COMMAND_READY);
	history->said[0] = 0;
}

static void expect(struct history *history, const char *actions)
{
	ck_assert_str_eq(history->said, actions);
	history->said[0] = 0;
}

START_TEST(a_node_is_planned_run_and_ends)
{
	struct history history;

	begin(&history, true);
	expect(&history, "spawn; plan; ");
	tells_kind(&history, COMMAND_READY);
	expect(&history, "run; ");
	tells_kind(&history, COMMAND_DONE);
	expect(&history, "");
	exits(&history, 0);
	expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_first_interrupt_drains_and_a_second_closes)
{
	struct history history;

	begin_running(&history, true);
	signalled(&history, SIGINT);
	expect(&history,
		"drain; patience in 1000000000; drain in 10000000000; ");
	signalled(&history, SIGINT);
	expect(&history, "close; close in 1000000000; ");
	signalled(&history, SIGINT);
	expect(&history, "");
	tells(&history, &(struct command){.kind = COMMAND_COUNT,
				.code = COMMAND_COUNT_LOST,
				.records = 5,
				.name = command_text("tail.out")});
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history,
		"\"5 records of tail.out were lost, because nobody had read "
		"them before the end\"; exit 130; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_term_drains_and_ends_well)
{
	struct history history;

	begin_running(&history, true);
	signalled(&history, SIGTERM);
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history, "drain; patience in 1000000000; drain in 10000000000; "
			 "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_drain_that_takes_too_long_is_closed_then_killed)
{
	struct history history;

	begin_running(&history, true);
	signalled(&history, SIGTERM);
	history.said[0] = 0;
	elapses(&history, SUPERVISOR_TIMER_DRAIN);
	elapses(&history, SUPERVISOR_TIMER_CLOSE);
	elapses(&history, SUPERVISOR_TIMER_CLOSE);
	exits(&history, SIGABRT);
	expect(&history,
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
	signalled(&history, SIGTERM);
	history.said[0] = 0;
	elapses(&history, SUPERVISOR_TIMER_PATIENCE);
	expect(&history,
		"\"running out; it may take 10 s (--drain-timeout), and Ctrl-C "
		"or another signal ends it at once\"; ");
	signalled(&history, SIGTERM);
	history.said[0] = 0;
	elapses(&history, SUPERVISOR_TIMER_PATIENCE);
	expect(&history, "");
	exits(&history, SIGKILL);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(an_interrupt_before_the_run_kills)
{
	struct history history;

	begin(&history, true);
	history.said[0] = 0;
	signalled(&history, SIGINT);
	expect(&history, "kill; ");
	exits(&history, SIGKILL);
	expect(&history, "exit 130; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failed_operator_drains_the_rest)
{
	struct history history;

	begin_running(&history, true);
	tells(&history, &(struct command){.kind = COMMAND_FAILED,
				.code = -2,
				.name = command_text("tail"),
				.plugin = command_text("tau-file"),
				.text = command_text("a.log is not there")});
	expect(&history, "\"tail (tau-file): a.log is not there\"; drain; "
			 "patience in 1000000000; drain in "
			 "10000000000; ");
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failed_operator_is_borne_when_the_topology_says_so)
{
	struct history history;

	begin_running(&history, false);
	tells(&history, &(struct command){.kind = COMMAND_FAILED,
				.name = command_text("tail"),
				.text = command_text("broken")});
	expect(&history, "\"tail: broken\"; ");
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failure_to_prepare_lets_the_node_finish_speaking)
{
	struct history history;

	begin(&history, true);
	history.said[0] = 0;
	tells(&history, &(struct command){.kind = COMMAND_FAILED,
				.text = command_text("no such library")});
	expect(&history, "\"no such library\"; close in 1000000000; ");
	exits(&history, 1 << 8);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_crash_is_said_with_its_signal)
{
	struct history history;

	begin_running(&history, true);
	exits(&history, SIGSEGV);
	expect(&history, "\"crashed before its operators were done: signal 11 "
			 "(Segmentation fault)\"; patience in 1000000000; "
			 "drain in 10000000000; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(an_exit_without_done_is_said_with_its_status)
{
	struct history history;

	begin_running(&history, true);
	exits(&history, 0);
	expect(&history,
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
	tells(&history, &(struct command){.kind = COMMAND_COUNT,
				.code = COMMAND_COUNT_NOWHERE,
				.records = 17,
				.name = command_text("parse.bad")});
	tells(&history, &(struct command){.kind = COMMAND_COUNT,
				.code = COMMAND_COUNT_DROPPED,
				.records = 1,
				.name = command_text("a.out")});
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history,
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
	tells_kind(&history, COMMAND_READY);
	expect(&history, "kill; \"killed: it said twice that it was ready\"; "
			 "patience in 1000000000; drain in 10000000000; ");
	tells_kind(&history, COMMAND_RUN);
	exits(&history, SIGKILL);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(progress_is_asked_for_and_shown)
{
	struct history history;
	struct supervisor_options options = {
		.node_count = 1, .drain_ns = 1, .progress_ns = 5, .for_ns = 9};

	history.said[0] = 0;
	supervisor_init(&history.supervisor, &options);
	happens(&history, &(struct supervisor_event){.kind = SUPERVISOR_START});
	happens(&history,
		&(struct supervisor_event){.kind = SUPERVISOR_SPAWNED});
	tells_kind(&history, COMMAND_READY);
	expect(&history, "spawn; plan; run; for in 9; progress in 5; ");
	elapses(&history, SUPERVISOR_TIMER_PROGRESS);
	expect(&history, "ask; progress in 5; ");
	tells(&history,
		&(struct command){
			.kind = COMMAND_PROGRESS, .records = 12, .bytes = 340});
	expect(&history, "show 12 340; ");
	elapses(&history, SUPERVISOR_TIMER_FOR);
	expect(&history, "drain; drain in 1; ");
	tells_kind(&history, COMMAND_DONE);
	exits(&history, 0);
	expect(&history, "exit 0; ");
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
