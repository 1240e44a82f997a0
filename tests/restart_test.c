/*
 * supervisor: nodes that come back, and nodes that do not.
 */
#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static const struct supervised_policy policies[] = {
	{.restart = {RESTART_FAILURE, 2, 30 * SECOND, SECOND / 10, 5 * SECOND},
		.start_ns = 10 * SECOND},
	{.restart = {RESTART_NEVER, 5, 30 * SECOND, SECOND / 10, 5 * SECOND}}};

struct history {
	struct supervisor supervisor;
	char said[4096]; /* actions since the last look, as text */
};

static void note(
	struct history *history, const struct supervisor_action *action)
{
	static const char *const commands[] = {
		"", "plan", "run", "drain", "close", "ask"};
	char *to = strchr(history->said, '\0');
	size_t room = (size_t)(history->said + sizeof history->said - to);
	bool own = action->timer >= SUPERVISOR_TIMERS;

	switch ((int)action->kind) {
	case SUPERVISOR_SPAWN:
		snprintf(to, room, "%u spawn; ", action->process);
		break;
	case SUPERVISOR_KILL:
		snprintf(to, room, "%u kill; ", action->process);
		break;
	case SUPERVISOR_SEND:
		snprintf(to, room, "%u %s; ", action->process,
			commands[action->command]);
		break;
	case SUPERVISOR_DROP:
		snprintf(to, room, "drop %u; ", action->node);
		break;
	case SUPERVISOR_ARM:
		if (own && action->timer == SUPERVISOR_TIMER_RESTART)
			snprintf(to, room, "%u in %lld; ", action->process,
				(long long)action->timeout_ns);
		break;
	case SUPERVISOR_SAY:
		snprintf(to, room, "\"%s\"; ", action->text);
		break;
	case SUPERVISOR_EXIT:
		snprintf(to, room, "exit %d; ", action->code);
		break;
	}
}

static void happens(struct history *history, struct supervisor_event event)
{
	size_t count;
	const struct supervisor_action *actions =
		supervisor_step(&history->supervisor, &event, &count);

	for (size_t i = 0; i < count; i++)
		note(history, &actions[i]);
}

static void tells(
	struct history *history, uint32_t process, enum command_kind kind)
{
	struct command command = {.kind = kind, .text = command_text("no")};

	happens(history, (struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				 .process = process,
				 .command = &command});
}

static void spawned(struct history *history, uint32_t process)
{
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
				 .process = process});
}

static void exits(struct history *history, uint32_t process, int status)
{
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_EXITED,
				 .process = process,
				 .status = status});
}

static void signalled(struct history *history)
{
	happens(history, (struct supervisor_event){
				 .kind = SUPERVISOR_SIGNAL, .number = SIGTERM});
}

static void elapses(struct history *history, enum supervisor_timer timer)
{
	happens(history, (struct supervisor_event){
				 .kind = SUPERVISOR_TIMEOUT, .timer = timer});
}

static void expect(struct history *history, const char *actions)
{
	ck_assert_str_eq(history->said, actions);
	history->said[0] = 0;
}

/* Two nodes that run: 0 is restarted, 2 is not. */
static void begin(struct history *history)
{
	struct supervisor_options options = {.node_count = 2,
		.stop_on_failure = true,
		.drain_ns = SECOND / 2,
		.policies = policies};

	*history = (struct history){0};
	supervisor_init(&history->supervisor, &options);
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_START});
	spawned(history, 0);
	spawned(history, 2);
	tells(history, 0, COMMAND_READY);
	tells(history, 2, COMMAND_READY);
	history->said[0] = 0;
}

#define CRASHED                                                                \
	"\"crashed before its operators were done: signal 11 (Segmentation "   \
	"fault)\"; "
#define AT_ONCE "\"starting again at once: 1 of 2 times within 30 s\"; "

START_TEST(a_node_that_crashes_comes_back_and_runs)
{
	struct history history;

	begin(&history);
	exits(&history, 0, SIGSEGV);
	expect(&history, CRASHED AT_ONCE "0 spawn; ");
	spawned(&history, 0);
	tells(&history, 0, COMMAND_READY);
	expect(&history, "0 plan; 0 run; ");
	exits(&history, 0, SIGSEGV);
	expect(&history, CRASHED "\"starting again in 0.1 s: 2 of 2 times "
				 "within 30 s\"; 0 in 100000000; ");
	elapses(&history, SUPERVISOR_TIMER_RESTART);
	spawned(&history, 0);
	tells(&history, 0, COMMAND_READY);
	expect(&history, "0 spawn; 0 plan; 0 run; ");
	tells(&history, 0, COMMAND_DONE);
	exits(&history, 0, 0);
	tells(&history, 2, COMMAND_DONE);
	exits(&history, 2, 0);
	expect(&history, "drop 0; drop 1; exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_crashes_too_often_has_failed)
{
	struct history history;

	begin(&history);
	for (int i = 0; i < 2; i++) {
		exits(&history, 0, SIGSEGV);
		if (i == 1)
			elapses(&history, SUPERVISOR_TIMER_RESTART);
		spawned(&history, 0);
		tells(&history, 0, COMMAND_READY);
	}
	history.said[0] = 0;
	exits(&history, 0, SIGSEGV);
	expect(&history,
		"drop 0; " CRASHED
		"\"not started again: that was done 2 times within 30 "
		"s, the most that its \"restart\" allows\"; 2 drain; ");
	tells(&history, 2, COMMAND_DONE);
	exits(&history, 2, 0);
	expect(&history, "drop 1; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_without_the_policy_fails_as_ever)
{
	struct history history;

	begin(&history);
	exits(&history, 2, SIGSEGV);
	expect(&history, "drop 1; " CRASHED "0 drain; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_fails_to_start_again_is_tried_again)
{
	struct history history;

	begin(&history);
	exits(&history, 0, SIGSEGV);
	spawned(&history, 0);
	history.said[0] = 0;
	tells(&history, 0, COMMAND_FAILED);
	expect(&history, "\"no\"; ");
	exits(&history, 0, 1 << 8);
	expect(&history, "\"starting again in 0.1 s: 2 of 2 times within 30 "
			 "s\"; 0 in 100000000; ");
	elapses(&history, SUPERVISOR_TIMER_RESTART);
	happens(&history,
		(struct supervisor_event){
			.kind = SUPERVISOR_SPAWN_FAILED, .text = "no room"});
	expect(&history, "0 spawn; \"no room\"; drop 0; \"not started again: "
			 "that was done 2 times within 30 s, the most that its "
			 "\"restart\" allows\"; 2 drain; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_is_not_ready_in_time_is_killed)
{
	struct history history;

	begin(&history);
	exits(&history, 0, SIGSEGV);
	spawned(&history, 0);
	history.said[0] = 0;
	elapses(&history, SUPERVISOR_TIMER_START);
	expect(&history,
		"0 kill; \"killed: it was not ready within 10 s "
		"(watchdog.start); does an operator wait, or loop, where it is "
		"created?\"; ");
	exits(&history, 0, SIGKILL);
	expect(&history, "\"starting again in 0.1 s: 2 of 2 times within 30 "
			 "s\"; 0 in 100000000; ");
	elapses(&history, SUPERVISOR_TIMER_START); /* too late itself */
	expect(&history, "");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_fails_before_all_ran_is_not_tried_again)
{
	struct supervisor_options options = {
		.node_count = 1, .policies = policies};
	struct history history = {0};

	supervisor_init(&history.supervisor, &options);
	happens(&history, (struct supervisor_event){.kind = SUPERVISOR_START});
	spawned(&history, 0);
	exits(&history, 0, SIGSEGV);
	expect(&history, "0 spawn; 0 plan; drop 0; " CRASHED "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_comes_back_to_drain_and_not_to_close)
{
	struct history history;

	begin(&history);
	signalled(&history);
	expect(&history, "0 drain; 2 drain; ");
	exits(&history, 0, SIGSEGV);
	spawned(&history, 0);
	tells(&history, 0, COMMAND_READY);
	expect(&history, CRASHED AT_ONCE "0 spawn; 0 plan; 0 run; 0 drain; ");
	exits(&history, 0, SIGSEGV);
	history.said[0] = 0;
	signalled(&history); /* while it waits to be spawned */
	expect(&history, "0 in 0; drop 0; 2 close; ");
	elapses(&history, SUPERVISOR_TIMER_RESTART);
	expect(&history, "");
	exits(&history, 2, SIGSEGV);
	expect(&history, "drop 1; " CRASHED "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_node_that_is_preparing_again_is_killed_to_close)
{
	struct history history;

	begin(&history);
	exits(&history, 0, SIGSEGV);
	spawned(&history, 0);
	signalled(&history);
	history.said[0] = 0;
	signalled(&history);
	expect(&history, "0 kill; 2 close; ");
	exits(&history, 0, SIGKILL);
	tells(&history, 2, COMMAND_DONE);
	exits(&history, 2, 0);
	expect(&history, "drop 0; drop 1; exit 75; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_dies_as_it_takes_over_is_followed)
{
	struct history history;

	begin(&history);
	supervisor_spawn_standby(&history.supervisor, 0);
	spawned(&history, 1);
	tells(&history, 1, COMMAND_READY);
	supervisor_promote(&history.supervisor, 0);
	exits(&history, 1, SIGSEGV);
	history.said[0] = 0;
	exits(&history, 0, SIGKILL);
	expect(&history, AT_ONCE "1 spawn; ");
	spawned(&history, 1);
	tells(&history, 1, COMMAND_READY);
	expect(&history, "1 plan; 1 run; ");
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
	return suite;
}

TEST_MAIN(restart_suite)
