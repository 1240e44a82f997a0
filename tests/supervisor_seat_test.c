/*
 * supervisor: standbys: how one is prepared, discarded, and takes over.
 */
#include "tests/history.h"

#include "tests/test.h"

#include <signal.h>

static const struct history_style style = {
	.notes = HISTORY_NOTES(SUPERVISOR_SPAWN) |
		 HISTORY_NOTES(SUPERVISOR_SEND) |
		 HISTORY_NOTES(SUPERVISOR_KILL) |
		 HISTORY_NOTES(SUPERVISOR_DROP) |
		 HISTORY_NOTES(SUPERVISOR_SAY) | HISTORY_NOTES(SUPERVISOR_EXIT),
	.subject = HISTORY_PROCESS,
	.says_node = true};

/* Two nodes that run: processes 0 and 2. */
static void begin(struct history *history)
{
	struct supervisor_options options = {
		.node_count = 2, .stop_on_failure = true};

	history_begin(history, &style, &options);
	history_run(history);
}

static void spawns_standby(struct history *history, uint32_t node)
{
	supervisor_spawn_standby(&history->supervisor, node);
	history_note(history);
}

static void prepare(struct history *history, uint32_t node)
{
	uint32_t process = supervisor_standby(&history->supervisor, node);

	spawns_standby(history, node);
	history_spawned(history, process);
	history_tells_kind(history, process, COMMAND_READY);
	history_forget(history);
}

static void promotes(struct history *history, uint32_t node)
{
	supervisor_promote(&history->supervisor, node);
	history_note(history);
}

static void discards(struct history *history, uint32_t node)
{
	supervisor_discard_standby(&history->supervisor, node);
	history_note(history);
}

START_TEST(a_standby_is_prepared_and_not_run)
{
	struct history history;

	begin(&history);
	spawns_standby(&history, 1);
	history_expect(&history, "3 spawn; ");
	history_spawned(&history, 3);
	history_expect(&history, "3 plan; ");
	history_tells_kind(&history, 3, COMMAND_READY);
	history_expect(&history, "");
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
	history_expect(&history, "2 kill; ");
	ck_assert(!supervisor_holds(&history.supervisor, 2));
	history_exits(&history, 2, SIGKILL);
	history_expect(&history, "3 run; ");
	ck_assert_uint_eq(supervisor_current(&history.supervisor, 1), 3);
	ck_assert(supervisor_holds(&history.supervisor, 3));
	/* And back, with the seat that is free now. */
	prepare(&history, 1);
	promotes(&history, 1);
	history_exits(&history, 3, SIGKILL);
	history_expect(&history, "3 kill; 2 run; ");
	supervisor_release(&history.supervisor);
}
END_TEST

/* Its links are taken from it before it is killed; what it says of that may
 * come before its end. */
START_TEST(who_makes_way_cannot_fail_any_more)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	promotes(&history, 1);
	history_fails(&history, 2);
	history_exits(&history, 2, SIGKILL);
	history_expect(&history, "2 kill; 3 run; ");
	supervisor_remove(&history.supervisor, 0);
	history_note(&history);
	history_fails(&history, 0);
	history_expect(&history, "0 kill; ");
	ck_assert(!history.supervisor.causes.failed);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_takes_over_while_all_drain_is_told_so)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	promotes(&history, 1);
	history_signalled(&history, SIGTERM);
	history_forget(&history);
	history_exits(&history, 2, SIGKILL);
	history_expect(&history, "3 run; 3 close; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_took_over_and_fails_waits_to_be_told_to_proceed)
{
	struct history history;

	begin(&history);
	history.supervisor.options.stop_on_failure = false;
	prepare(&history, 1);
	promotes(&history, 1);
	history_exits(&history, 2, SIGKILL);
	history_forget(&history);
	history_fails(&history, 3);
	history_expect(&history, "1 \"no\"; 3 proceed; ");
	history_fails(&history, 0);
	history_expect(&history, "0 \"no\"; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_is_discarded_is_killed_and_leaves_its_seat)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	discards(&history, 1);
	history_expect(&history, "3 kill; ");
	history_exits(&history, 3, SIGKILL);
	history_expect(&history, "");
	spawns_standby(&history, 1);
	discards(&history, 1); /* before it is there */
	history_expect(&history, "3 spawn; ");
	history_spawned(&history, 3);
	history_expect(&history, "3 kill; ");
	history_exits(&history, 3, SIGKILL);
	discards(&history, 1); /* nobody */
	history_expect(&history, "");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_that_fails_harms_nobody)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	history_exits(&history, 3, SIGSEGV);
	history_expect(&history,
		"1 \"crashed before its operators were done: signal "
		"11 (Segmentation fault)\"; ");
	spawns_standby(&history, 1);
	history_spawned(&history, 3);
	history_fails(&history, 3);
	history_exits(&history, 3, 1 << 8);
	history_expect(&history, "3 spawn; 3 plan; 1 \"no\"; 3 kill; ");
	prepare(&history, 1);
	history_tells_kind(&history, 3, COMMAND_PROGRESS);
	history_expect(&history,
		"3 kill; 1 \"killed: it spoke as if it ran, and "
		"stands by\"; ");
	history_exits(&history, 3, SIGKILL);
	spawns_standby(&history, 1);
	history_happens(&history,
		(struct supervisor_event){.kind = SUPERVISOR_SPAWN_FAILED,
			.process = 3,
			.text = "no room"});
	history_expect(&history, "3 spawn; 1 \"no room\"; ");
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
	history_exits(&history, 3, SIGSEGV);
	history_expect(&history,
		"2 kill; 1 \"crashed before its operators were done: "
		"signal 11 (Segmentation fault)\"; ");
	history_exits(&history, 2, SIGKILL);
	history_expect(&history, "drop 1; 0 drain; 0 close; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history, "drop 0; exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(a_standby_goes_with_its_node_and_the_topology_waits_for_it)
{
	struct history history;

	begin(&history);
	prepare(&history, 1);
	history_tells_kind(&history, 2, COMMAND_DONE);
	history_exits(&history, 2, 0);
	history_expect(&history, "3 kill; drop 1; ");
	history_tells_kind(&history, 0, COMMAND_DONE);
	history_exits(&history, 0, 0);
	history_expect(&history, "drop 0; ");
	history_exits(&history, 3, SIGKILL);
	history_expect(&history, "exit 0; ");
	supervisor_release(&history.supervisor);
}
END_TEST

/* A hook that writes down what it is asked. */
struct hooked {
	struct history history;
	bool take; /* what it answers */
	bool stopped;
};

static bool take(void *context, struct supervisor *supervisor,
	const struct supervisor_event *event)
{
	struct hooked *hooked = context;

	(void)supervisor;
	history_write(&hooked->history, "take %u; ", event->process);
	return hooked->take;
}

static void stop(void *context, struct supervisor *supervisor)
{
	struct hooked *hooked = context;

	ck_assert(!supervisor->stopping);
	ck_assert(!hooked->stopped);
	hooked->stopped = true;
}

START_TEST(a_hook_decides_about_its_nodes_alone)
{
	struct hooked hooked = {.take = true};
	struct history *history = &hooked.history;

	begin(history);
	history->supervisor.hook =
		(struct supervisor_hook){&hooked, take, stop};
	history->supervisor.nodes[1].hooked = true;
	spawns_standby(history, 1);
	history_spawned(history, 3);
	history_tells_kind(history, 3, COMMAND_READY);
	history_expect(history, "3 spawn; 3 plan; take 3; ");
	history_exits(history, 3, SIGSEGV);
	history_expect(history, "take 3; ");
	hooked.take = false;
	history_fails(history, 2);
	history_expect(history, "take 2; 1 \"no\"; 0 drain; 2 drain; 0 close; "
				"2 close; ");
	ck_assert(hooked.stopped);
	history_fails(history, 0);
	history_expect(history, "0 \"no\"; ");
	supervisor_release(&history->supervisor);
}
END_TEST

static Suite *supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor_seat");
	TCase *seats = test_case(suite, "seats");

	tcase_add_test(seats, a_standby_is_prepared_and_not_run);
	tcase_add_test(seats,
		a_standby_runs_when_the_former_process_is_gone_and_not_before);
	tcase_add_test(seats, who_makes_way_cannot_fail_any_more);
	tcase_add_test(
		seats, a_standby_that_takes_over_while_all_drain_is_told_so);
	tcase_add_test(
		seats, who_took_over_and_fails_waits_to_be_told_to_proceed);
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
