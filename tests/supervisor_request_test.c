/*
 * supervisor: what tools ask, in single histories.
 */
#include "tests/history.h"

#include "tests/test.h"

#include <signal.h>

/* What tools are told; and a process by its node. */
static bool write_answer(
	struct history *history, const struct supervisor_action *action)
{
	int client = (int)action->client, node = (int)action->node;

	if (action->kind == SUPERVISOR_SPAWN)
		history_write(
			history, "spawn %u; ", seat_node(action->process));
	else if (action->kind == SUPERVISOR_STARTED)
		history_write(history, "started; ");
	else if (action->kind == SUPERVISOR_STOPPING)
		history_write(history, "stopping; ");
	else if (action->kind == SUPERVISOR_DESCRIBE)
		history_write(history, "node %d to %d; ", node, client);
	else if (action->kind == SUPERVISOR_RECORD)
		history_write(history, "record to %d; ", client);
	else if (action->kind == SUPERVISOR_LOGS)
		history_write(history, "log of %d to %d%s; ", node, client,
			action->follow ? ", on" : "");
	else if (action->kind == SUPERVISOR_RESULT)
		history_write(history, "%d to %d: %s; ", action->code, client,
			action->text ? action->text : "");
	else
		return false;
	return true;
}

static const struct history_style style = {
	.notes = HISTORY_NOTES(SUPERVISOR_SPAWN) |
		 HISTORY_NOTES(SUPERVISOR_SEND) |
		 HISTORY_NOTES(SUPERVISOR_KILL) |
		 HISTORY_NOTES(SUPERVISOR_ARM) |
		 HISTORY_NOTES(SUPERVISOR_EXIT) |
		 HISTORY_NOTES(SUPERVISOR_STARTED) |
		 HISTORY_NOTES(SUPERVISOR_STOPPING) |
		 HISTORY_NOTES(SUPERVISOR_DESCRIBE) |
		 HISTORY_NOTES(SUPERVISOR_RECORD) |
		 HISTORY_NOTES(SUPERVISOR_LOGS) |
		 HISTORY_NOTES(SUPERVISOR_RESULT),
	.in_seconds = true,
	.write = write_answer};

static void begin(struct history *history)
{
	struct supervisor_options options = {.node_count = 2,
		.stop_on_failure = true,
		.drain_ns = 10000000000};

	history_begin(history, &style, &options);
	history_forget(history);
}

static void begin_running(struct history *history)
{
	begin(history);
	history_run(history);
}

static void tells(
	struct history *history, uint32_t node, enum command_kind kind)
{
	history_tells_kind(history, seat_process(node, 0), kind);
}

static void exits(struct history *history, uint32_t node, int status)
{
	history_exits(history, seat_process(node, 0), status);
}

static void ends(struct history *history, uint32_t node)
{
	history_ends(history, seat_process(node, 0));
}

static void asks(
	struct history *history, uint64_t client, struct request request)
{
	history_happens(
		history, (struct supervisor_event){.kind = SUPERVISOR_REQUEST,
				 .client = client,
				 .request = &request});
}

START_TEST(what_runs_is_told_at_any_time)
{
	struct history history;

	begin(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_PS});
	history_expect(&history, "node 0 to 7; node 1 to 7; 0 to 7: ; ");
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	asks(&history, 8, (struct request){.kind = REQUEST_PS});
	history_expect(&history, "node 0 to 8; node 1 to 8; 0 to 8: ; ");
	asks(&history, 9, (struct request){.kind = REQUEST_RECORD});
	history_expect(&history, "record to 9; 0 to 9: ; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(the_start_is_told_when_all_run)
{
	struct history history;

	begin(&history);
	tells(&history, 0, COMMAND_READY);
	history_expect(&history, "");
	tells(&history, 1, COMMAND_READY);
	history_expect(&history, "run; run; started; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(logs_are_shown_as_asked)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7,
		(struct request){
			.kind = REQUEST_LOGS, .node = 1, .follow = true});
	asks(&history, 8,
		(struct request){
			.kind = REQUEST_LOGS, .node = SUPERVISOR_NO_NODE});
	history_expect(&history, "log of 1 to 7, on; log of -1 to 8; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(stop_drains_and_answers_at_the_end)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_STOP});
	history_expect(&history,
		"stopping; drain; drain; patience in 1 s; drain in 10 s; ");
	asks(&history, 8, (struct request){.kind = REQUEST_STOP});
	history_expect(&history, "");
	ends(&history, 0);
	history_expect(&history, "");
	ends(&history, 1);
	history_expect(&history,
		"0 to 7: it has ended; 0 to 8: it has ended; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_leaves_is_not_answered_and_what_it_asked_is_done)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_STOP});
	asks(&history, 8, (struct request){.kind = REQUEST_STOP});
	history_happens(
		&history, (struct supervisor_event){
				  .kind = SUPERVISOR_LEFT, .client = 7});
	history_forget(&history);
	ends(&history, 0);
	ends(&history, 1);
	history_expect(&history, "0 to 8: it has ended; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(stop_now_closes_and_is_content)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_STOP});
	history_forget(&history);
	asks(&history, 8, (struct request){.kind = REQUEST_STOP, .now = true});
	history_expect(&history, "close; close; close in 1 s; ");
	ends(&history, 0);
	ends(&history, 1);
	history_expect(&history,
		"75 to 7: it has ended without running out; what was left is "
		"lost; 0 to 8: it has ended; exit 75; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(stop_now_alone_closes_as_well)
{
	struct history history;

	begin_running(&history);
	asks(&history, 8, (struct request){.kind = REQUEST_STOP, .now = true});
	history_expect(&history, "stopping; drain; drain; patience in 1 s; "
				 "drain in 10 s; close; "
				 "close; "
				 "close in 1 s; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(stop_before_the_run_kills)
{
	struct history history;

	begin(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_STOP});
	history_expect(&history, "kill; kill; ");
	supervisor_release(&history.supervisor);
	begin(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_STOP, .now = true});
	asks(&history, 8, (struct request){.kind = REQUEST_DRAIN});
	history_expect(&history, "kill; kill; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(drain_has_no_deadline_until_somebody_stops)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_DRAIN});
	history_expect(&history, "stopping; drain; drain; ");
	asks(&history, 8, (struct request){.kind = REQUEST_DRAIN});
	history_expect(&history, "");
	asks(&history, 9, (struct request){.kind = REQUEST_STOP});
	history_expect(&history, "patience in 1 s; drain in 10 s; ");
	asks(&history, 9, (struct request){.kind = REQUEST_STOP});
	history_expect(&history, "");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_is_restarted_when_asked)
{
	struct history history;
	struct request request = {.kind = REQUEST_RESTART, .node = 1};

	begin_running(&history);
	asks(&history, 7, request);
	asks(&history, 8, request);
	history_expect(&history, "kill; ");
	exits(&history, 1, SIGKILL);
	history_spawned(&history, seat_process(1, 0));
	history_expect(&history, "spawn 1; plan; ");
	asks(&history, 9, request);
	history_expect(
		&history, "1 to 9: that node is being restarted already; ");
	tells(&history, 1, COMMAND_READY);
	history_expect(&history,
		"run; 0 to 7: it runs again; 0 to 8: it runs again; ");
	ck_assert_uint_eq(history.supervisor.nodes[1].restarts, 1);
	ends(&history, 0);
	asks(&history, 9, (struct request){.kind = REQUEST_RESTART, .node = 0});
	history_expect(&history,
		"1 to 9: that node has ended, and its streams with it; ");
	ends(&history, 1);
	history_expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_does_not_come_back_is_told)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_RESTART, .node = 1});
	exits(&history, 1, SIGKILL);
	history_spawned(&history, seat_process(1, 0));
	history_forget(&history);
	exits(&history, 1, 256);
	history_expect(&history,
		"1 to 7: it did not come back; tau logs says why; stopping; "
		"drain; patience in 1 s; drain in 10 s; ");
	asks(&history, 8, (struct request){.kind = REQUEST_RESTART, .node = 0});
	history_expect(&history, "1 to 8: it is about to end; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_stop_goes_before_a_restart)
{
	struct history history;

	begin(&history);
	asks(&history, 6, (struct request){.kind = REQUEST_RESTART, .node = 1});
	history_expect(&history, "1 to 6: its nodes do not all run yet; ");
	tells(&history, 0, COMMAND_READY);
	tells(&history, 1, COMMAND_READY);
	asks(&history, 7, (struct request){.kind = REQUEST_RESTART, .node = 1});
	asks(&history, 8, (struct request){.kind = REQUEST_STOP});
	history_forget(&history);
	exits(&history, 1, SIGKILL);
	history_expect(
		&history, "1 to 7: it did not come back; tau logs says why; ");
	ends(&history, 0);
	history_expect(&history, "0 to 8: it has ended; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_failure_is_told_to_who_waits)
{
	struct history history;

	begin_running(&history);
	asks(&history, 7, (struct request){.kind = REQUEST_DRAIN});
	history_forget(&history);
	tells(&history, 0, COMMAND_FAILED);
	ends(&history, 0);
	ends(&history, 1);
	history_expect(&history,
		"1 to 7: it has ended, and an operator or a node of it had "
		"failed; it said which where it was started; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static Suite *request_suite(void)
{
	Suite *suite = suite_create("requests");
	TCase *tests = test_case(suite, "histories");

	tcase_add_test(tests, what_runs_is_told_at_any_time);
	tcase_add_test(tests, the_start_is_told_when_all_run);
	tcase_add_test(tests, logs_are_shown_as_asked);
	tcase_add_test(tests, stop_drains_and_answers_at_the_end);
	tcase_add_test(
		tests, who_leaves_is_not_answered_and_what_it_asked_is_done);
	tcase_add_test(tests, stop_now_closes_and_is_content);
	tcase_add_test(tests, stop_now_alone_closes_as_well);
	tcase_add_test(tests, stop_before_the_run_kills);
	tcase_add_test(tests, drain_has_no_deadline_until_somebody_stops);
	tcase_add_test(tests, a_node_is_restarted_when_asked);
	tcase_add_test(tests, a_node_that_does_not_come_back_is_told);
	tcase_add_test(tests, a_stop_goes_before_a_restart);
	tcase_add_test(tests, a_failure_is_told_to_who_waits);
	return suite;
}

TEST_MAIN(request_suite)
