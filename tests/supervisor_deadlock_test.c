/*
 * supervisor: what a deadlock of two nodes beside a third calls for.
 */
#include "tests/history.h"

#include "tests/test.h"

#include <signal.h>

#define NODES 3

static const struct links_pair links[] = {
	{.nodes = {0, 1}, .places = {0, 0}, .packets = true}};

static const struct history_style style = {
	.notes = HISTORY_NOTES(SUPERVISOR_SEND) |
		 HISTORY_NOTES(SUPERVISOR_KILL) |
		 HISTORY_NOTES(SUPERVISOR_SAY) | HISTORY_NOTES(SUPERVISOR_EXIT),
	.subject = HISTORY_NODE,
	.says_node = true};

static void tells(struct history *history, uint32_t node, struct command told)
{
	history_tells(history, seat_process(node, 0), told);
}

static void quiet(struct history *history, uint32_t node, uint64_t obeyed,
	const char *text)
{
	tells(history, node,
		(struct command){.kind = COMMAND_QUIET,
			.records = obeyed,
			.text = command_text(text)});
}

static void answers(struct history *history, uint32_t node)
{
	static const char *const texts[] = {
		"operator a read s\nstream r 0 - 0 0 64\nstream s - 0 0 0 64\n",
		"operator b read r\nstream s 0 - 0 0 64\nstream r - 0 0 0 "
		"64\n"};
	static const char *const names[] = {"x", "y"};

	tells(history, node,
		(struct command){.kind = COMMAND_DEADLOCK,
			.name = command_text(names[node]),
			.text = command_text(texts[node])});
}

#define REPORT                                                                 \
	"-1 \"nothing can go on:\n"                                            \
	"  a (node x) waits for b (node y) to write: stream s is empty\n"      \
	"  b (node y) waits for a (node x) to write: stream r is empty\n"      \
	"  none of them begins: one must write before it reads\"; "

static void exits(struct history *history, uint32_t node, int status)
{
	history_exits(history, seat_process(node, 0), status);
}

static void ends(struct history *history, uint32_t node)
{
	history_ends(history, seat_process(node, 0));
}

static void begin(struct history *history, bool stop_on_failure)
{
	struct supervisor_options options = {.node_count = NODES,
		.stop_on_failure = stop_on_failure,
		.drain_ns = 10000000000,
		.links = links,
		.link_count = 1};

	history_begin(history, &style, &options);
	history_run(history);
}

START_TEST(both_are_asked_reported_once_and_closed)
{
	struct history history;

	begin(&history, true);
	quiet(&history, 0, 0, "1 1 0 0\n");
	history_expect(&history, "");
	quiet(&history, 1, 0, "1 1 0 0\n");
	history_expect(&history, "0 explain; 1 explain; ");
	answers(&history, 1);
	history_expect(&history, "");
	answers(&history, 0);
	history_expect(&history, REPORT "0 close; 1 close; 2 drain; ");
	ends(&history, 0);
	ends(&history, 1);
	history_expect(&history, "");
	ends(&history, 2);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

/* Node 1 is replaced: what obeys nothing yet is its new process. */
START_TEST(who_took_over_is_asked_like_the_one_before)
{
	struct history history;
	struct supervisor *supervisor = &history.supervisor;
	const uint32_t standby = seat_process(1, 1);

	begin(&history, true);
	quiet(&history, 1, 0, "1 0 0 0\n");
	supervisor_spawn_standby(supervisor, 1);
	history_spawned(&history, standby);
	history_tells_kind(&history, standby, COMMAND_READY);
	supervisor_promote(supervisor, 1);
	exits(&history, 1, SIGKILL);
	history_forget(&history);
	quiet(&history, 0, 0, "1 1 0 0\n");
	history_expect(&history, "");
	history_tells(&history, standby,
		(struct command){.kind = COMMAND_QUIET,
			.text = command_text("1 1 0 0\n")});
	history_expect(&history, "0 explain; 1 explain; ");
	supervisor_release(supervisor);
}
END_TEST

START_TEST(the_rest_goes_on_where_the_topology_says_so)
{
	struct history history;

	begin(&history, false);
	quiet(&history, 0, 0, "1 1 0 0\n");
	quiet(&history, 1, 0, "1 1 0 0\n");
	answers(&history, 0);
	answers(&history, 1);
	history_expect(
		&history, "0 explain; 1 explain; " REPORT "0 close; 1 close; ");
	ends(&history, 0);
	ends(&history, 1);
	ends(&history, 2);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_runs_out_is_asked_when_it_has_obeyed)
{
	struct history history;

	begin(&history, true);
	quiet(&history, 0, 0, "1 1 0 0\n");
	history_signalled(&history, SIGTERM);
	history_expect(&history, "0 drain; 1 drain; 2 drain; ");
	quiet(&history, 1, 1, "1 1 0 0\n");
	history_expect(&history, "");
	quiet(&history, 0, 1, "1 1 0 0\n");
	history_expect(&history, "0 explain; 1 explain; ");
	/* A second signal closes all; what was found is told of. */
	history_signalled(&history, SIGTERM);
	history_expect(&history, "0 close; 1 close; 2 close; ");
	quiet(&history, 0, 1, "1 1 0 0\n");
	answers(&history, 0);
	answers(&history, 1);
	history_expect(&history, REPORT);
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_dies_instead_of_answering_is_left_out)
{
	struct history history;

	begin(&history, true);
	quiet(&history, 0, 0, "1 1 0 0\n");
	quiet(&history, 1, 0, "1 1 0 0\n");
	answers(&history, 0);
	history_forget(&history);
	exits(&history, 1, SIGKILL);
	history_expect(&history,
		"-1 \"nothing can go on:\n"
		"  a (node x) waits for another node to write: stream s is "
		"empty\"; 0 close; 2 drain; "
		"1 \"crashed before its operators were done: signal 9 "
		"(Killed)\"; ");
	ends(&history, 0);
	ends(&history, 2);
	history_expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_was_killed_is_not_asked)
{
	struct history history;

	begin(&history, false);
	quiet(&history, 0, 0, "1 1 0 0\n");
	quiet(&history, 0, 0, "nonsense\n");
	history_expect(&history,
		"0 kill; 0 \"killed: what it says of its links makes "
		"no sense\"; ");
	quiet(&history, 1, 0, "1 1 0 0\n");
	history_expect(&history, "");
	tells(&history, 1,
		(struct command){.kind = COMMAND_DEADLOCK,
			.text = command_text("nonsense\n")});
	history_expect(&history,
		"1 kill; 1 \"killed: what it says of its operators' "
		"waits makes no sense\"; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_found_out_alone_closes_by_itself)
{
	struct history history;

	begin(&history, true);
	tells(&history, 2,
		(struct command){.kind = COMMAND_DEADLOCK,
			.name = command_text("z"),
			.text = command_text("operator c nothing\n")});
	history_expect(&history, "2 \"nothing can go on:\n"
				 "  c waits for nothing that can come\"; "
				 "0 drain; 1 drain; 2 drain; ");
	supervisor_release(&history.supervisor);
}
END_TEST

static Suite *supervisor_deadlock_suite(void)
{
	Suite *suite = suite_create("supervisor_deadlock");
	TCase *tests = test_case(suite, "single histories");

	tcase_add_test(tests, both_are_asked_reported_once_and_closed);
	tcase_add_test(tests, who_took_over_is_asked_like_the_one_before);
	tcase_add_test(tests, the_rest_goes_on_where_the_topology_says_so);
	tcase_add_test(tests, who_runs_out_is_asked_when_it_has_obeyed);
	tcase_add_test(tests, who_dies_instead_of_answering_is_left_out);
	tcase_add_test(tests, who_was_killed_is_not_asked);
	tcase_add_test(tests, who_found_out_alone_closes_by_itself);
	return suite;
}

TEST_MAIN(supervisor_deadlock_suite)
