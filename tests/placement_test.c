/* placement_test: operators to nodes, what cannot run yet, what a node gets,
 * and that it survives the way through JSON. */
#include "core/plan/placement.h"

#include <errno.h>

#include "core/plan/node_plan.h"
#include "tests/plans.h"

static const char *const two_nodes =
	"{\"tau\": 1, \"defaults\": {\"node\": {\"restart\": {\"max\": 3, "
	"\"within\": \"1s\"}, \"limits\": {\"files\": 500}}}, \"nodes\": {"
	"\"n\": {\"operators\": {\"a\": {\"type\": \"demo.terminal\"}, "
	"\"b\": {\"type\": \"demo.loose\"}}, \"restart\": {\"max\": 9}}, "
	"\"m\": {\"operators\": {\"c\": {\"type\": \"demo.loose\"}, "
	"\"d\": {\"type\": \"demo.printer\"}}}}, "
	"\"streams\": [\"a -> b -> c -> d\"]}";

static const char *const one_node =
	"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {"
	"\"p\": {\"type\": \"demo.params\", \"params\": {\"number\": 3, "
	"\"flag\": true, \"ratio\": 0.1, \"fields\": [\"/a\", \"/b\"], "
	"\"paths\": {\"k\": \"x\"}, \"anything\": [null, 1.5, {\"a\": "
	"\"ä\"}], \"token\": \"t\"}}, "
	"\"a\": {\"type\": \"demo.asks\"}, \"b\": {\"type\": \"demo.answer\"}, "
	"\"c\": {\"type\": \"demo.printer\"}}}}, "
	"\"streams\": [\"a -> b\", {\"from\": \"a\", \"to\": \"c\", \"full\": "
	"\"drop-newest\"}]}";

START_TEST(streams_inside_nodes_and_between_them_are_told_apart)
{
	struct planned planned;
	planned_place(&planned, two_nodes);
	const struct placement *placement = &planned.placement;
	ck_assert_uint_eq(placement->node_count, 2);
	ck_assert_uint_eq(placement->nodes[1].operator_count, 2);
	ck_assert_uint_eq(placement->nodes[1].operators[0], 2);
	ck_assert_uint_eq(placement->nodes[0].stream_count, 1);
	ck_assert_uint_eq(placement->crossing_count, 1);
	ck_assert_uint_eq(placement->crossing[0], 1);
	planned_release(&planned);
}
END_TEST

START_TEST(options_of_a_node_win_over_the_defaults)
{
	struct planned planned;
	planned_place(&planned, two_nodes);
	const struct placement_node *nodes = planned.placement.nodes;
	ck_assert_uint_eq(nodes[0].options.restart_max, 9);
	ck_assert_uint_eq(nodes[1].options.restart_max, 3);
	ck_assert_int_eq(nodes[0].options.restart_within_ns, 1000000000);
	ck_assert_uint_eq(nodes[0].options.files, 500);
	planned_release(&planned);
}
END_TEST

START_TEST(each_option_of_the_defaults_reaches_a_node)
{
	struct planned planned;
	planned_place(&planned,
		"{\"tau\": 1, \"defaults\": {\"node\": {\"restart\": {\"on\": "
		"\"always\", \"max\": 1, \"within\": \"2s\", \"backoff\": "
		"[\"3s\", \"4s\"]}, \"watchdog\": {\"warn\": \"5s\", "
		"\"report\": \"6s\", \"kill\": \"7s\", \"start\": \"8s\"}, "
		"\"limits\": {\"memory\": 9, \"files\": 1000}}}, \"nodes\": "
		"{\"n\": {\"operators\": {\"a\": {\"type\": \"demo.source\"}, "
		"\"b\": {\"type\": \"demo.sink\"}}}}, \"streams\": [\"a -> "
		"b\"]}");
	const struct node_options *options =
		&planned.placement.nodes[0].options;
	ck_assert_int_eq(options->restart_on, RESTART_ALWAYS);
	ck_assert_uint_eq(options->restart_max, 1);
	ck_assert_int_eq(options->restart_within_ns, 2000000000);
	ck_assert_int_eq(options->backoff_first_ns, 3000000000);
	ck_assert_int_eq(options->backoff_last_ns, 4000000000);
	ck_assert_int_eq(options->warn_ns, 5000000000);
	ck_assert_int_eq(options->report_ns, 6000000000);
	ck_assert_int_eq(options->kill_ns, 7000000000);
	ck_assert_int_eq(options->start_ns, 8000000000);
	ck_assert_uint_eq(options->memory_bytes, 9);
	ck_assert_uint_eq(options->files, 1000);
	ck_assert_uint_eq(options->set, 0x3ff);
	planned_release(&planned);
}
END_TEST

START_TEST(one_plain_node_can_run)
{
	struct planned planned;
	planned_place(&planned, one_node);
	ck_assert_int_eq(
		placement_runnable(&planned.placement, &planned.diagnostics),
		0);
	ck_assert_uint_eq(planned.diagnostics.count, 0);
	planned_release(&planned);
}
END_TEST

START_TEST(everything_that_cannot_run_yet_is_said_with_its_place)
{
	const char *text =
		"{\"tau\": 1,\n"
		"\"on_failure\": \"continue\",\n"
		"\"name\": \"every\",\n"
		"\"nodes\": {\"n\": {\"operators\": {\"a\": {\"type\": "
		"\"demo.asks\"}, \"s\": {\"type\": \"demo.sink\"}},\n"
		"\"cwd\": \"x\",\n"
		"\"env\": {\"A\": \"b\"},\n"
		"\"cpus\": [0],\n"
		"\"restart\": {\"on\": \"always\"},\n"
		"\"watchdog\": {\"kill\": \"1s\"},\n"
		"\"limits\": {\"files\": 100}},\n"
		"\"c\": {\"command\": [\"x\"], \"in\": [{\"name\": \"i\", "
		"\"type\": \"any\"}]},\n"
		"\"r\": {\"remote\": \"unix:x\", \"in\": [{\"name\": \"i\", "
		"\"type\": \"any\"}]},\n"
		"\"w\": {\"replicas\": 2, \"operators\": {\"b\": {\"type\": "
		"\"demo.sink\"}}}},\n"
		"\"streams\": [\"a -> c\", \"a -> b\",\n"
		"{\"from\": \"a\", \"to\": \"r\"},\n"
		"\"a -> s\"]}\n";
	/* One refusal in each of these lines. */
	static const uint32_t lines[] = {8, 13};
	struct planned planned;
	planned_place(&planned, text);
	ck_assert_int_eq(
		placement_runnable(&planned.placement, &planned.diagnostics),
		-ENOTSUP);
	ck_assert_uint_eq(
		planned.diagnostics.count, sizeof lines / sizeof *lines);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		bool found = false;
		for (uint32_t j = 0; j < planned.diagnostics.count; j++)
			found |= source_place(&planned.source,
					 planned.diagnostics.items[j].at)
					 .line == lines[i];
		ck_assert_msg(found, "nothing about line %u", lines[i]);
	}
	planned_release(&planned);
}
END_TEST

START_TEST(a_node_gets_its_operators_and_streams_by_index)
{
	struct planned planned;
	struct node_plan plan = {0};
	planned_place(&planned, two_nodes);
	placement_node_plan(&planned.placement, 1, "x-1", "/current", &plan);
	ck_assert_str_eq(plan.topology, "x-1");
	ck_assert_str_eq(plan.node, "m");
	ck_assert_uint_eq(plan.operator_count, 2);
	ck_assert_str_eq(plan.operators[1].name, "d");
	ck_assert_str_eq(plan.operators[1].plugin, "demo");
	ck_assert_str_eq(plan.operators[1].name_in_plugin, "printer");
	ck_assert_uint_eq(strlen(plan.operators[1].sha256), 64);
	ck_assert_int_eq(plan.operators[1].path[0], '/');
	ck_assert_uint_eq(plan.stream_count, 2);
	ck_assert_uint_eq(plan.streams[0].from.owner, 0);
	ck_assert_uint_eq(plan.streams[0].to.owner, 1);
	ck_assert_uint_eq(plan.streams[0].link, NODE_PLAN_NONE);
	ck_assert_uint_eq(plan.streams[1].from.owner, NODE_PLAN_NONE);
	ck_assert_uint_eq(plan.streams[1].link, 0);
	ck_assert_uint_eq(plan.link_count, 1);
	ck_assert_str_eq(plan.links[0].peer, "n");
	ck_assert_uint_eq(plan.links[0].fd, PLACEMENT_LINK_FD);
	ck_assert_uint_eq(plan.stdin_operator, NODE_PLAN_NONE);
	ck_assert_uint_eq(plan.stdout_operator, 1);
	node_plan_release(&plan);
	placement_node_plan(&planned.placement, 0, "x-1", "/current", &plan);
	ck_assert_uint_eq(plan.stdin_operator, 0);
	ck_assert_uint_eq(plan.stdout_operator, NODE_PLAN_NONE);
	node_plan_release(&plan);
	planned_release(&planned);
}
END_TEST

START_TEST(a_plan_is_the_same_behind_the_way_through_json)
{
	struct planned planned;
	struct node_plan plan = {0}, copy = {0};
	struct error error = ERROR_NONE;
	planned_place(&planned, one_node);
	placement_node_plan(&planned.placement, 0, "x-1", "/current", &plan);
	char *text = node_plan_encode(&plan);
	int result = node_plan_decode(&copy, text, strlen(text), &error);
	ck_assert_msg(result == 0, "%s", error.text);
	char *again = node_plan_encode(&copy);
	ck_assert_str_eq(text, again);
	const struct param_value *from = plan.operators[0].params;
	const struct param_value *to = copy.operators[0].params;
	ck_assert_uint_eq(copy.operators[0].param_count, 17);
	for (uint32_t i = 0; i < copy.operators[0].param_count; i++) {
		ck_assert_int_eq(from[i].set, to[i].set);
		ck_assert_int_eq(from[i].secret, to[i].secret);
		ck_assert_int_eq(from[i].integer, to[i].integer);
		ck_assert(from[i].real <= to[i].real &&
			  from[i].real >= to[i].real);
		ck_assert_uint_eq(from[i].bytes, to[i].bytes);
		if (from[i].text != NULL)
			ck_assert_mem_eq(
				from[i].text, to[i].text, from[i].bytes);
	}
	ck_assert_uint_eq(copy.stream_count, 3);
	ck_assert(copy.streams[1].back);
	ck_assert_int_eq(copy.streams[2].full, FULL_DROP_NEWEST);
	free(again);
	free(text);
	node_plan_release(&copy);
	node_plan_release(&plan);
	planned_release(&planned);
}
END_TEST

/* A good plan with one piece of its text replaced. */
static void check_broken(const char *from, const char *to, const char *said)
{
	struct planned planned;
	struct node_plan plan = {0}, copy = {0};
	struct error error = ERROR_NONE;
	struct text broken = {0};
	planned_place(&planned, one_node);
	placement_node_plan(&planned.placement, 0, "x-1", "/current", &plan);
	char *text = node_plan_encode(&plan);
	const char *found = strstr(text, from);
	ck_assert_msg(found != NULL, "%s is not in %s", from, text);
	text_add_bytes(&broken, text, (size_t)(found - text));
	text_add(&broken, to);
	text_add(&broken, found + strlen(from));
	ck_assert_int_eq(
		node_plan_decode(&copy, broken.bytes, broken.count, &error),
		-EINVAL);
	ck_assert_msg(strstr(error.text, said) != NULL, "%s", error.text);
	text_release(&broken);
	free(text);
	node_plan_release(&copy);
	node_plan_release(&plan);
	planned_release(&planned);
}

START_TEST(a_broken_plan_is_refused)
{
	check_broken("{\"plan\":1", "{\"plan\":2", "version");
	check_broken("{\"plan\":1", "{\"plan\":", "cannot be read");
	check_broken("\"topology\":\"x-1\"", "\"topology\":1", "topology");
	check_broken("\"stdout\":3", "\"stdout\":4", "stdout");
	check_broken("\"stdin\":null", "\"stdin\":-1", "stdin");
	check_broken("\"sha256\":\"", "\"sha256\":\"0", "sha256");
	check_broken("\"path\":\"/", "\"path\":\"", "path");
	check_broken(
		"\"type\":\"int\",\"value\":3", "\"type\":\"int\"", "param");
	check_broken("\"type\":\"int\"", "\"type\":\"text\"", "param");
	check_broken("\"value\":true", "\"value\":1", "param");
	check_broken("\"index\":1", "\"index\":\"1\"", "param");
	check_broken("\"from\":[1,0,0]", "\"from\":[4,0,0]", "from");
	check_broken("\"from\":[1,0,0]", "\"from\":[1,24,0]", "from");
	check_broken("\"from\":[1,0,0]", "\"from\":[1,0,65536]", "from");
	check_broken("\"to\":[2,0,0]", "\"to\":[2,0]", "to");
	check_broken("\"atomic\":65536", "\"atomic\":511", "atomic");
	check_broken("\"capacity\":262144", "\"capacity\":1024", "capacity");
	check_broken("\"records\":1024", "\"records\":0", "records");
	check_broken("\"full\":\"block\"", "\"full\":\"wait\"", "full");
	check_broken("\"shred\":false", "\"shred\":0", "shred");
	check_broken("\"operators\":[", "\"operators\":[],\"x\":[", "");
	check_broken("\"streams\":[", "\"x\":[", "streams");
}
END_TEST

START_TEST(a_stream_over_a_fifo_has_a_link_of_its_own)
{
	struct planned planned;
	struct node_plan plan = {0};
	planned_place(&planned,
		"{\"tau\": 1, \"defaults\": {\"stream\": {\"transport\": "
		"\"fifo\"}}, \"nodes\": {\"m\": {\"operators\": {\"b\": "
		"{\"type\": \"demo.sink\"}, \"c\": {\"type\": "
		"\"demo.sink\"}}}, \"n\": {\"operators\": {\"a\": "
		"{\"type\": \"demo.source\"}, \"d\": {\"type\": "
		"\"demo.source\"}}}}, \"streams\": [\"a -> b\", \"d -> "
		"c\"]}");
	ck_assert_int_eq(
		placement_runnable(&planned.placement, &planned.diagnostics),
		0);
	ck_assert_uint_eq(planned.placement.link_count, 2);
	ck_assert_uint_eq(planned.placement.links[0].fifo, 0);
	ck_assert_uint_eq(planned.placement.links[1].fifo, 1);
	ck_assert_uint_eq(planned.placement.links[1].writer, 1);
	placement_node_plan(&planned.placement, 0, "x-1", "/current", &plan);
	ck_assert_uint_eq(plan.link_count, 2);
	ck_assert(plan.links[0].transport == TRANSPORT_FIFO &&
		  plan.links[1].transport == TRANSPORT_FIFO);
	ck_assert_uint_eq(plan.streams[1].link, 1);
	node_plan_release(&plan);
	planned_release(&planned);
}
END_TEST

/* Those of one transport share a link; what leads to a command has its own. */
START_TEST(streams_of_two_nodes_share_a_link_for_each_transport)
{
	static const uint32_t links[] = {0, 1, 0, 2, 3};
	struct planned planned;
	struct node_plan plan = {0};
	planned_place(&planned,
		"{\"tau\": 1, \"defaults\": {\"stream\": {\"transport\": "
		"\"tcp\"}}, \"nodes\": {\"m\": {\"operators\": {\"p\": "
		"{\"type\": \"demo.sink\"}, \"q\": {\"type\": "
		"\"demo.sink\"}, \"r\": {\"type\": \"demo.sink\"}, \"s\": "
		"{\"type\": \"demo.sink\"}}}, \"n\": {\"operators\": "
		"{\"a\": {\"type\": \"demo.source\"}, \"b\": {\"type\": "
		"\"demo.source\"}, \"c\": {\"type\": \"demo.source\"}, "
		"\"d\": {\"type\": \"demo.source\"}, \"e\": {\"type\": "
		"\"demo.source\"}}}, \"x\": {\"command\": [\"x\"], \"in\": "
		"[{\"name\": \"in\", \"type\": \"any\"}]}}, "
		"\"streams\": [\"a -> p\", {\"from\": \"b\", \"to\": "
		"\"q\", \"transport\": \"unix\"}, \"c -> r\", {\"from\": "
		"\"d\", \"to\": \"s\", \"transport\": \"link\"}, "
		"\"e -> x\"]}");
	ck_assert_int_eq(
		placement_runnable(&planned.placement, &planned.diagnostics),
		0);
	ck_assert_uint_eq(planned.placement.link_count, 4);
	for (uint32_t i = 0; i < 5; i++)
		ck_assert_uint_eq(
			planned.placement.crossing_links[i], links[i]);
	ck_assert_int_eq(planned.placement.links[0].transport, TRANSPORT_TCP);
	ck_assert_int_eq(planned.placement.links[1].transport, TRANSPORT_UNIX);
	placement_node_plan(&planned.placement, 1, "x-1", "/current", &plan);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert(plan.links[i].packets == (i == 2));
		ck_assert(plan.links[i].foreign == (i == 3));
		ck_assert(plan.links[i].transport != TRANSPORT_FIFO);
	}
	node_plan_release(&plan);
	planned_release(&planned);
}
END_TEST

START_TEST(members_of_a_far_port_are_told_apart)
{
	struct planned planned;
	struct node_plan plan = {0};
	planned_place(&planned,
		"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {\"a\": "
		"{\"type\": \"demo.source\"}, \"b\": {\"type\": "
		"\"demo.source\"}}}, \"x\": {\"command\": [\"x\"], \"in\": "
		"[{\"name\": \"i\", \"type\": \"any\", \"variadic\": true}]}}, "
		"\"streams\": [\"a -> x.i[1]\", \"b -> x.i[0]\"]}");
	placement_node_plan(&planned.placement, 0, "x-1", "/current", &plan);
	ck_assert_str_eq(plan.streams[0].port, "i[1]");
	ck_assert_str_eq(plan.streams[1].port, "i[0]");
	node_plan_release(&plan);
	planned_release(&planned);
}
END_TEST

START_TEST(a_fifo_inside_a_node_is_refused)
{
	struct planned planned;
	planned_place(&planned,
		"{\"tau\": 1, \"nodes\": {\"m\": {\"operators\": {\"a\": "
		"{\"type\": \"demo.source\"}, \"b\": {\"type\": "
		"\"demo.sink\"}}}}, \"streams\": [{\"from\": \"a\", "
		"\"to\": \"b\", \"transport\": \"fifo\"}]}");
	ck_assert_int_eq(
		placement_runnable(&planned.placement, &planned.diagnostics),
		-ENOTSUP);
	ck_assert_uint_eq(planned.diagnostics.count, 1);
	planned_release(&planned);
}
END_TEST

static Suite *placement_suite(void)
{
	Suite *suite = suite_create("placement");
	TCase *tests = test_case(suite, "nodes");
	tcase_add_test(
		tests, streams_inside_nodes_and_between_them_are_told_apart);
	tcase_add_test(tests, options_of_a_node_win_over_the_defaults);
	tcase_add_test(tests, each_option_of_the_defaults_reaches_a_node);
	tests = test_case(suite, "runnable");
	tcase_add_test(tests, one_plain_node_can_run);
	tcase_add_test(
		tests, everything_that_cannot_run_yet_is_said_with_its_place);
	tcase_add_test(tests, a_stream_over_a_fifo_has_a_link_of_its_own);
	tcase_add_test(tests, members_of_a_far_port_are_told_apart);
	tcase_add_test(tests, a_fifo_inside_a_node_is_refused);
	tcase_add_test(
		tests, streams_of_two_nodes_share_a_link_for_each_transport);
	tests = test_case(suite, "plans of nodes");
	tcase_add_test(tests, a_node_gets_its_operators_and_streams_by_index);
	tcase_add_test(tests, a_plan_is_the_same_behind_the_way_through_json);
	tcase_add_test(tests, a_broken_plan_is_refused);
	return suite;
}

TEST_MAIN(placement_suite)
