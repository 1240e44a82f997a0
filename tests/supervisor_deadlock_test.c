/*
 * supervisor: what a deadlock of two nodes beside a third calls for.
 */
#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

#define NODES 3

static const struct links_pair links[] = {
	{.nodes = {0, 1}, .places = {0, 0}, .packets = true}};

struct history {
	struct supervisor supervisor;
	char said[4096]; /* actions since the last look, as text */
};

static void note(
	struct history *history, const struct supervisor_action *action)
{
	static const char *const commands[] = {
		"", "plan", "run", "drain", "close", "ask", "explain"};
	char *to = strchr(history->said, '\0');
	size_t room = (size_t)(history->said + sizeof history->said - to);

	switch ((int)action->kind) {
	case SUPERVISOR_SEND:
		snprintf(to, room, "%u %s; ", seat_node(action->process),
			commands[action->command]);
		break;
	case SUPERVISOR_KILL:
		snprintf(to, room, "%u kill; ", seat_node(action->process));
		break;
	case SUPERVISOR_SAY:
		snprintf(to, room, "%d \"%s\"; ", (int)action->node,
			action->text);
		break;
	case SUPERVISOR_EXIT:
		snprintf(to, room, "exit %d; ", action->code);
		break;
	default:
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

static void expect(struct history *history, const char *actions)
{
	ck_assert_str_eq(history->said, actions);
	history->said[0] = 0;
}

static void tells(struct history *history, uint32_t node, struct command told)
{
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				 .process = seat_process(node, 0),
				 .command = &told});
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
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_EXITED,
				 .process = seat_process(node, 0),
				 .status = status});
}

static void ends(struct history *history, uint32_t node)
{
	tells(history, node, (struct command){.kind = COMMAND_DONE});
	exits(history, node, 0);
}

static void signalled(struct history *history)
{
	happens(history, (struct supervisor_event){
				 .kind = SUPERVISOR_SIGNAL, .number = SIGTERM});
}

static void begin(struct history *history, bool stop_on_failure)
{
	struct supervisor_options options = {.node_count = NODES,
		.stop_on_failure = stop_on_failure,
		.drain_ns = 10000000000,
		.links = links,
		.link_count = 1};

	history->said[0] = 0;
	supervisor_init(&history->supervisor, &options);
	happens(history, (struct supervisor_event){.kind = SUPERVISOR_START});
	for (uint32_t i = 0; i < NODES; i++)
		happens(history,
			(struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
				.process = seat_process(i, 0)});
	for (uint32_t i = 0; i < NODES; i++)
		tells(history, i, (struct command){.kind = COMMAND_READY});
	history->said[0] = 0;
}

START_TEST(both_are_asked_reported_once_and_closed)
{
	struct history history;

	begin(&history, true);
	quiet(&history, 0, 0, "1 1 0 0\n");
	expect(&history, "");
	quiet(&history, 1, 0, "1 1 0 0\n");
	expect(&history, "0 explain; 1 explain; ");
	answers(&history, 1);
	expect(&history, "");
	answers(&history, 0);
	expect(&history, REPORT "0 close; 1 close; 2 drain; ");
	ends(&history, 0);
	ends(&history, 1);
	expect(&history, "");
	ends(&history, 2);
	expect(&history, "exit 1; ");
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
	happens(&history, (struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
				  .process = standby});
	happens(&history,
		(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
			.process = standby,
			.command = &(struct command){.kind = COMMAND_READY}});
	supervisor_promote(supervisor, 1);
	exits(&history, 1, SIGKILL);
	history.said[0] = 0;
	quiet(&history, 0, 0, "1 1 0 0\n");
	expect(&history, "");
	happens(&history,
		(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
			.process = standby,
			.command = &(struct command){.kind = COMMAND_QUIET,
				.text = command_text("1 1 0 0\n")}});
	expect(&history, "0 explain; 1 explain; ");
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
	expect(&history, "0 explain; 1 explain; " REPORT "0 close; 1 close; ");
	ends(&history, 0);
	ends(&history, 1);
	ends(&history, 2);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_runs_out_is_asked_when_it_has_obeyed)
{
	struct history history;

	begin(&history, true);
	quiet(&history, 0, 0, "1 1 0 0\n");
	signalled(&history);
	expect(&history, "0 drain; 1 drain; 2 drain; ");
	quiet(&history, 1, 1, "1 1 0 0\n");
	expect(&history, "");
	quiet(&history, 0, 1, "1 1 0 0\n");
	expect(&history, "0 explain; 1 explain; ");
	/* A second signal closes all; what was found is told of. */
	signalled(&history);
	expect(&history, "0 close; 1 close; 2 close; ");
	quiet(&history, 0, 1, "1 1 0 0\n");
	answers(&history, 0);
	answers(&history, 1);
	expect(&history, REPORT);
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
	history.said[0] = 0;
	exits(&history, 1, SIGKILL);
	expect(&history,
		"-1 \"nothing can go on:\n"
		"  a (node x) waits for another node to write: stream s is "
		"empty\"; 0 close; 2 drain; "
		"1 \"crashed before its operators were done: signal 9 "
		"(Killed)\"; ");
	ends(&history, 0);
	ends(&history, 2);
	expect(&history, "exit 1; ");
	supervisor_release(&history.supervisor);
}
END_TEST

START_TEST(who_was_killed_is_not_asked)
{
	struct history history;

	begin(&history, false);
	quiet(&history, 0, 0, "1 1 0 0\n");
	quiet(&history, 0, 0, "nonsense\n");
	expect(&history, "0 kill; 0 \"killed: what it says of its links makes "
			 "no sense\"; ");
	quiet(&history, 1, 0, "1 1 0 0\n");
	expect(&history, "");
	tells(&history, 1,
		(struct command){.kind = COMMAND_DEADLOCK,
			.text = command_text("nonsense\n")});
	expect(&history, "1 kill; 1 \"killed: what it says of its operators' "
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
	expect(&history, "2 \"nothing can go on:\n"
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
