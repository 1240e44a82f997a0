/*
 * supervisor: standbys: how one is prepared, discarded, and takes over.
 */
#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

struct history {
	struct supervisor supervisor;
	char said[4096]; /* actions since the last look, as text */
	bool take;       /* what the hook answers */
	bool stopped;
};

static void note(
	struct history *history, const struct supervisor_action *action)
{
	static const char *const commands[] = {
		"", "plan", "run", "drain", "close", "ask"};
	char *to = strchr(history->said, '\0');
	size_t room = (size_t)(history->said + sizeof history->said - to);

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
	case SUPERVISOR_SAY:
		snprintf(to, room, "%u \"%s\"; ", action->node, action->text);
		break;
	case SUPERVISOR_EXIT:
		snprintf(to, room, "exit %d; ", action->code);
		break;
	}
}

/* Between steps a test does what a hook may do within one. */
static void note_all(struct history *history)
{
	struct action_list *actions = &history->supervisor.actions;

	for (size_t i = 0; i < actions->count; i++)
		note(history, &actions->items[i]);
	action_list_clear(actions);
}

static void happens(struct history *history, struct supervisor_event event)
{
	size_t count;

	supervisor_step(&history->supervisor, &event, &count);
	note_all(history);
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

static void expect(struct history *history, const char *actions)
{
	ck_assert_str_eq(history->said, actions);
	history->said[0] = 0;
}

/* Two nodes that run: processes 0 and 2. */
static void begin(struct history *history)
{
	struct supervisor_options options = {
		.node_count = 2, .stop_on_failure = true};

	*history = (struct history){0};
	supervisor_init(&history->supervisor, &options);
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_START});
	spawned(history, 0);
	spawned(history, 2);
	tells(history, 0, COMMAND_READY);
	tells(history, 2, COMMAND_READY);
	history->said[0] = 0;
}

static void spawns_standby(struct history *history, uint32_t node)
{
	supervisor_spawn_standby(&history->supervisor, node);
	note_all(history);
}

static void prepare(struct history *history, uint32_t node)
{
	uint32_t process = supervisor_standby(&history->supervisor, node);

	spawns_standby(history, node);
	spawned(history, process);
	tells(history, process, COMMAND_READY);
	history->said[0] = 0;
}

static void promotes(struct history *history, uint32_t node)
{
	supervisor_promote(&history->supervisor, node);
	note_all(history);
}

static void discards(struct history *history, uint32_t node)
{
	supervisor_discard_standby(&history->supervisor, node);
	note_all(history);
}

START_TEST(a_standby_is_prepared_and_not_run)
{
	struct history history;

	begin(&history);
	spawns_standby(&history, 1);
	expect(&history, "3 spawn; ");
	spawned(&history, 3);
	expect(&history, "3 plan; ");
	tells(&history, 3, COMMAND_READY);
	expect(&history, "");
	ck_assert_uint_eq(supervisor_current(&history.supervisor, 1), 2);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_runs_when_the_former_process_is_gone_and_not_before)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	promotes(&history, 1);
	expect(&history, "2 kill; ");
	ck_assert(!supervisor_holds(&history.supervisor, 2));
	exits(&history, 2, SIGKILL);
	expect(&history, "3 run; ");
	ck_assert_uint_eq(supervisor_current(&history.supervisor, 1), 3);
	ck_assert(supervisor_holds(&history.supervisor, 3));
	/* And back, with the seat that is free now. */
	prepare(&history, 1);
	promotes(&history, 1);
	exits(&history, 3, SIGKILL);
	expect(&history, "3 kill; 2 run; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_takes_over_while_all_drain_is_told_so)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	promotes(&history, 1);
	signalled(&history);
	history.said[0] = 0;
	exits(&history, 2, SIGKILL);
	expect(&history, "3 run; 3 close; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_is_discarded_is_killed_and_leaves_its_seat)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	discards(&history, 1);
	expect(&history, "3 kill; ");
	exits(&history, 3, SIGKILL);
	expect(&history, "");
	spawns_standby(&history, 1);
	discards(&history, 1); /* before it is there */
	expect(&history, "3 spawn; ");
	spawned(&history, 3);
	expect(&history, "3 kill; ");
	exits(&history, 3, SIGKILL);
	discards(&history, 1); /* nobody */
	expect(&history, "");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_fails_harms_nobody)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	exits(&history, 3, SIGSEGV);
	expect(&history, "1 \"crashed before its operators were done: signal "
			 "11 (Segmentation fault)\"; ");
	spawns_standby(&history, 1);
	spawned(&history, 3);
	tells(&history, 3, COMMAND_FAILED);
	exits(&history, 3, 1 << 8);
	expect(&history, "3 spawn; 3 plan; 1 \"no\"; 3 kill; ");
	prepare(&history, 1);
	tells(&history, 3, COMMAND_PROGRESS);
	expect(&history, "3 kill; 1 \"killed: it spoke as if it ran, and "
			 "stands by\"; ");
	exits(&history, 3, SIGKILL);
	spawns_standby(&history, 1);
	happens(&history,
		(struct supervisor_event){.kind = SUPERVISOR_SPAWN_FAILED,
			.process = 3,
			.text = "no room"});
	expect(&history, "3 spawn; 1 \"no room\"; ");
	ck_assert(!history.supervisor.causes.failed);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_dies_as_it_takes_over_is_the_nodes_end)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	promotes(&history, 1);
	exits(&history, 3, SIGSEGV);
	expect(&history, "2 kill; 1 \"crashed before its operators were done: "
			 "signal 11 (Segmentation fault)\"; ");
	exits(&history, 2, SIGKILL);
	expect(&history, "drop 1; 0 drain; 0 close; ");
	tells(&history, 0, COMMAND_DONE);
	exits(&history, 0, 0);
	expect(&history, "drop 0; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_goes_with_its_node_and_the_topology_waits_for_it)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	tells(&history, 2, COMMAND_DONE);
	exits(&history, 2, 0);
	expect(&history, "3 kill; drop 1; ");
	tells(&history, 0, COMMAND_DONE);
	exits(&history, 0, 0);
	expect(&history, "drop 0; ");
	exits(&history, 3, SIGKILL);
	expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static bool take(void *context, struct supervisor *supervisor,
	const struct supervisor_event *event)
{
	struct history *history = context;
	char *to = strchr(history->said, '\0');

	(void)supervisor;
	snprintf(to, (size_t)(history->said + sizeof history->said - to),
		"take %u; ", event->process);
	return history->take;
}

static void stop(void *context, struct supervisor *supervisor)
{
	struct history *history = context;

	ck_assert(!supervisor->stopping);
	ck_assert(!history->stopped);
	history->stopped = true;
}

START_TEST(a_hook_decides_about_its_nodes_alone)
{
	struct history history;

	begin(&history);
	history.supervisor.hook =
		(struct supervisor_hook){&history, take, stop};
	history.supervisor.nodes[1].hooked = true;
	history.take = true;
	spawns_standby(&history, 1);
	spawned(&history, 3);
	tells(&history, 3, COMMAND_READY);
	expect(&history, "3 spawn; 3 plan; take 3; ");
	exits(&history, 3, SIGSEGV);
	expect(&history, "take 3; ");
	history.take = false;
	tells(&history, 2, COMMAND_FAILED);
	expect(&history, "take 2; 1 \"no\"; 0 drain; 2 drain; 0 close; "
			 "2 close; ");
	ck_assert(history.stopped);
	tells(&history, 0, COMMAND_FAILED);
	expect(&history, "0 \"no\"; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static Suite *supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor_seat");
	TCase *seats = test_case(suite, "seats");

	tcase_add_test(seats, a_standby_is_prepared_and_not_run);
	tcase_add_test(seats,
		a_standby_runs_when_the_former_process_is_gone_and_not_before);
	tcase_add_test(
		seats, a_standby_that_takes_over_while_all_drain_is_told_so);
	tcase_add_test(seats,
		a_standby_that_is_discarded_is_killed_and_leaves_its_seat);
	tcase_add_test(seats, a_standby_that_fails_harms_nobody);
	tcase_add_test(
		seats, a_standby_that_dies_as_it_takes_over_is_the_nodes_end);
	tcase_add_test(seats,
		a_standby_goes_with_its_node_and_the_topology_waits_for_it);
	tcase_add_test(seats, a_hook_decides_about_its_nodes_alone);
	return suite;
}

TEST_MAIN(supervisor_suite)
