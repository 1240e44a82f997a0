/*
 * supervisor: what tools ask, in single histories.
 */
#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

static struct supervisor supervisor;
static char said[4096];

static void note(const struct supervisor_action *action)
{
	static const char *const commands[] = {
		"", "plan", "run", "drain", "close", "ask"};
	static const char *const timers[] = {
		"for", "patience", "drain", "close", "progress"};
	char *to = strchr(said, '\0');
	size_t room = (size_t)(said + sizeof said - to);

	if (action->kind == SUPERVISOR_SEND)
		snprintf(to, room, "%s; ", commands[action->command]);
	else if (action->kind == SUPERVISOR_ARM)
		snprintf(to, room, "%s in %lld s; ", timers[action->timer],
			(long long)(action->timeout_ns / 1000000000));
	else if (action->kind == SUPERVISOR_SPAWN)
		snprintf(to, room, "spawn %u; ", seat_node(action->process));
	else if (action->kind == SUPERVISOR_KILL)
		snprintf(to, room, "kill; ");
	else if (action->kind == SUPERVISOR_STARTED)
		snprintf(to, room, "started; ");
	else if (action->kind == SUPERVISOR_STOPPING)
		snprintf(to, room, "stopping; ");
	else if (action->kind == SUPERVISOR_DESCRIBE)
		snprintf(to, room, "node %u to %d; ", action->node,
			(int)action->client);
	else if (action->kind == SUPERVISOR_RECORD)
		snprintf(to, room, "record to %d; ", (int)action->client);
	else if (action->kind == SUPERVISOR_LOGS)
		snprintf(to, room, "log of %d to %d%s; ", (int)action->node,
			(int)action->client, action->follow ? ", on" : "");
	else if (action->kind == SUPERVISOR_RESULT)
		snprintf(to, room, "%d to %d: %s; ", action->code,
			(int)action->client, action->text ? action->text : "");
	else if (action->kind == SUPERVISOR_EXIT)
		snprintf(to, room, "exit %d; ", action->code);
}

static void happens(struct supervisor_event event)
{
	size_t count;
	const struct supervisor_action *actions =
		supervisor_step(&supervisor, &event, &count);

	for (size_t i = 0; i < count; i++)
		note(&actions[i]);
}

static void begin(void)
{
	struct supervisor_options options = {.node_count = 2,
		.stop_on_failure = true,
		.drain_ns = 10000000000};

	supervisor_init(&supervisor, &options);
	happens((struct supervisor_event){.kind = SUPERVISOR_START});
	for (uint32_t i = 0; i < 2; i++)
		happens((struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
			.process = seat_process(i, 0)});
	said[0] = 0;
}

static void tells(uint32_t node, enum command_kind kind)
{
	struct command command = {.kind = kind};

	happens((struct supervisor_event){.kind = SUPERVISOR_COMMAND,
		.process = seat_process(node, 0),
		.command = &command});
}

static void begin_running(void)
{
	begin();
	tells(0, COMMAND_READY);
	tells(1, COMMAND_READY);
	said[0] = 0;
}

static void asks(uint64_t client, struct request request)
{
	happens((struct supervisor_event){.kind = SUPERVISOR_REQUEST,
		.client = client,
		.request = &request});
}

static void ends(uint32_t node)
{
	tells(node, COMMAND_DONE);
	happens((struct supervisor_event){
		.kind = SUPERVISOR_EXITED, .process = seat_process(node, 0)});
}

static void expect(const char *actions)
{
	ck_assert_str_eq(said, actions);
	said[0] = 0;
}

START_TEST(what_runs_is_told_at_any_time)
{
	begin();
	asks(7, (struct request){.kind = REQUEST_PS});
	expect("node 0 to 7; node 1 to 7; 0 to 7: ; ");
	happens((struct supervisor_event){
		.kind = SUPERVISOR_SIGNAL, .number = SIGTERM});
	said[0] = 0;
	asks(8, (struct request){.kind = REQUEST_PS});
	expect("node 0 to 8; node 1 to 8; 0 to 8: ; ");
	asks(9, (struct request){.kind = REQUEST_RECORD});
	expect("record to 9; 0 to 9: ; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(the_start_is_told_when_all_run)
{
	begin();
	tells(0, COMMAND_READY);
	expect("");
	tells(1, COMMAND_READY);
	expect("run; run; started; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(logs_are_shown_as_asked)
{
	begin_running();
	asks(7, (struct request){
			.kind = REQUEST_LOGS, .node = 1, .follow = true});
	asks(8, (struct request){
			.kind = REQUEST_LOGS, .node = SUPERVISOR_NO_NODE});
	expect("log of 1 to 7, on; log of -1 to 8; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(stop_drains_and_answers_at_the_end)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_STOP});
	expect("stopping; drain; drain; patience in 1 s; drain in 10 s; ");
	asks(8, (struct request){.kind = REQUEST_STOP});
	expect("");
	ends(0);
	expect("");
	ends(1);
	expect("0 to 7: it has ended; 0 to 8: it has ended; exit 0; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(who_leaves_is_not_answered_and_what_it_asked_is_done)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_STOP});
	asks(8, (struct request){.kind = REQUEST_STOP});
	happens((struct supervisor_event){
		.kind = SUPERVISOR_LEFT, .client = 7});
	said[0] = 0;
	ends(0);
	ends(1);
	expect("0 to 8: it has ended; exit 0; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(stop_now_closes_and_is_content)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_STOP});
	said[0] = 0;
	asks(8, (struct request){.kind = REQUEST_STOP, .now = true});
	expect("close; close; close in 1 s; ");
	ends(0);
	ends(1);
	expect("75 to 7: it has ended without running out; what was left is "
	       "lost; 0 to 8: it has ended; exit 75; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(stop_now_alone_closes_as_well)
{
	begin_running();
	asks(8, (struct request){.kind = REQUEST_STOP, .now = true});
	expect("stopping; drain; drain; patience in 1 s; drain in 10 s; close; "
	       "close; "
	       "close in 1 s; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(stop_before_the_run_kills)
{
	begin();
	asks(7, (struct request){.kind = REQUEST_STOP});
	expect("kill; kill; ");
	supervisor_release(&supervisor);
	begin();
	asks(7, (struct request){.kind = REQUEST_STOP, .now = true});
	asks(8, (struct request){.kind = REQUEST_DRAIN});
	expect("kill; kill; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(drain_has_no_deadline_until_somebody_stops)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_DRAIN});
	expect("stopping; drain; drain; ");
	asks(8, (struct request){.kind = REQUEST_DRAIN});
	expect("");
	asks(9, (struct request){.kind = REQUEST_STOP});
	expect("patience in 1 s; drain in 10 s; ");
	asks(9, (struct request){.kind = REQUEST_STOP});
	expect("");
	supervisor_release(&supervisor);
}
END_TEST

static void exits(uint32_t node, uint32_t seat, int status)
{
	happens((struct supervisor_event){.kind = SUPERVISOR_EXITED,
		.process = seat_process(node, seat),
		.status = status});
}

START_TEST(a_node_is_restarted_when_asked)
{
	struct request request = {.kind = REQUEST_RESTART, .node = 1};

	begin_running();
	asks(7, request);
	asks(8, request);
	expect("kill; ");
	exits(1, 0, SIGKILL);
	happens((struct supervisor_event){
		.kind = SUPERVISOR_SPAWNED, .process = seat_process(1, 0)});
	expect("spawn 1; plan; ");
	asks(9, request);
	expect("1 to 9: that node is being restarted already; ");
	tells(1, COMMAND_READY);
	expect("run; 0 to 7: it runs again; 0 to 8: it runs again; ");
	ck_assert_uint_eq(supervisor.nodes[1].restarts, 1);
	ends(0);
	asks(9, (struct request){.kind = REQUEST_RESTART, .node = 0});
	expect("1 to 9: that node has ended, and its streams with it; ");
	ends(1);
	expect("exit 0; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(a_node_that_does_not_come_back_is_told)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_RESTART, .node = 1});
	exits(1, 0, SIGKILL);
	happens((struct supervisor_event){
		.kind = SUPERVISOR_SPAWNED, .process = seat_process(1, 0)});
	said[0] = 0;
	exits(1, 0, 256);
	expect("1 to 7: it did not come back; tau logs says why; stopping; "
	       "drain; patience in 1 s; drain in 10 s; ");
	asks(8, (struct request){.kind = REQUEST_RESTART, .node = 0});
	expect("1 to 8: it is about to end; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(a_stop_goes_before_a_restart)
{
	begin();
	asks(6, (struct request){.kind = REQUEST_RESTART, .node = 1});
	expect("1 to 6: its nodes do not all run yet; ");
	tells(0, COMMAND_READY);
	tells(1, COMMAND_READY);
	asks(7, (struct request){.kind = REQUEST_RESTART, .node = 1});
	asks(8, (struct request){.kind = REQUEST_STOP});
	said[0] = 0;
	exits(1, 0, SIGKILL);
	expect("1 to 7: it did not come back; tau logs says why; ");
	ends(0);
	expect("0 to 8: it has ended; exit 0; ");
	supervisor_release(&supervisor);
}
END_TEST

START_TEST(a_failure_is_told_to_who_waits)
{
	begin_running();
	asks(7, (struct request){.kind = REQUEST_DRAIN});
	said[0] = 0;
	tells(0, COMMAND_FAILED);
	ends(0);
	ends(1);
	expect("1 to 7: it has ended, and an operator or a node of it had "
	       "failed; it said which where it was started; exit 1; ");
	supervisor_release(&supervisor);
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
