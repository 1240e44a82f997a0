/* topology_test: names, ports, params, members and replicas, resolved. The
 * refusals have tests of their own, tests/bad/manifests. */
#include "core/plan/topology.h"

#include "tests/plans.h"

#define MANIFEST(operators, streams)                                           \
	"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {" operators          \
	"}}}, \"streams\": [" streams "]}"
#define OPERATOR(name, type) "\"" name "\": {\"type\": \"demo." type "\"}"

static const struct topology_stream *stream_at(
	const struct planned *planned, uint32_t index)
{
	ck_assert_uint_lt(index, planned->topology.stream_count);
	return &planned->topology.streams[index];
}

static void check_stream(const struct planned *planned, uint32_t index,
	const char *from, const char *to)
{
	const struct topology *topology = &planned->topology;
	const struct topology_stream *stream = stream_at(planned, index);
	struct text text = {0};
	text_format(&text, "%s.%s[%u]",
		topology->operators[stream->from.owner].name,
		topology_port(topology, stream->from, true)->name,
		stream->from.member);
	ck_assert_str_eq(text_string(&text), from);
	text.count = 0;
	text_format(&text, "%s.%s[%u]",
		topology->operators[stream->to.owner].name,
		topology_port(topology, stream->to, false)->name,
		stream->to.member);
	ck_assert_str_eq(text_string(&text), to);
	text_release(&text);
}

START_TEST(a_port_left_out_is_the_first_of_its_direction)
{
	struct planned planned;
	planned_place(
		&planned, MANIFEST(OPERATOR("a", "source") "," OPERATOR(
					   "m", "map") "," OPERATOR("b",
					   "sink") "," OPERATOR("c", "sink"),
				  "\"a -> m -> b\", \"m.bad -> c\""));
	ck_assert_uint_eq(planned.topology.stream_count, 3);
	check_stream(&planned, 0, "a.out[0]", "m.in[0]");
	check_stream(&planned, 1, "m.out[0]", "b.in[0]");
	check_stream(&planned, 2, "m.bad[0]", "c.in[0]");
	ck_assert_str_eq(stream_at(&planned, 1)->name, "m");
	ck_assert_str_eq(stream_at(&planned, 2)->name, "m.bad");
	planned_release(&planned);
}
END_TEST

START_TEST(members_without_a_number_take_the_free_ones_in_order)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "source") "," OPERATOR(
				 "b", "source") "," OPERATOR("c",
				 "source") "," OPERATOR("d",
				 "source") "," OPERATOR("m",
				 "merge") "," OPERATOR("s", "sink"),
			"\"a -> m -> s\", \"b -> m.in[0]\", \"c -> m\", "
			"\"d -> m.in[2]\""));
	check_stream(&planned, 0, "a.out[0]", "m.in[1]");
	check_stream(&planned, 2, "b.out[0]", "m.in[0]");
	check_stream(&planned, 3, "c.out[0]", "m.in[3]");
	check_stream(&planned, 4, "d.out[0]", "m.in[2]");
	ck_assert_uint_eq(planned.topology.operators[4].in_members[0], 4);
	planned_release(&planned);
}
END_TEST

START_TEST(a_back_stream_is_connected_when_both_ports_offer_one)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "ask") "," OPERATOR("b", "answer"),
			"{\"from\": \"a\", \"to\": \"b\", \"back\": "
			"{\"capacity\": 1024, \"atomic\": 512}}"));
	ck_assert_uint_eq(planned.topology.stream_count, 2);
	check_stream(&planned, 0, "a.out[0]", "b.in[0]");
	check_stream(&planned, 1, "b.in.back[0]", "a.out.back[0]");
	ck_assert_uint_eq(stream_at(&planned, 0)->partner, 1);
	ck_assert_uint_eq(stream_at(&planned, 1)->partner, 0);
	ck_assert(stream_at(&planned, 1)->back);
	ck_assert_str_eq(stream_at(&planned, 1)->name, "b.in.back");
	ck_assert_uint_eq(stream_at(&planned, 1)->capacity_bytes, 1024);
	ck_assert_uint_eq(stream_at(&planned, 0)->capacity_bytes, 262144);
	planned_release(&planned);
}
END_TEST

START_TEST(back_streams_keep_the_members_of_their_forward_streams)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "asks") "," OPERATOR(
				 "b", "answer") "," OPERATOR("c",
				 "sink") "," OPERATOR("d", "answer"),
			"\"a -> b\", \"a -> c\", {\"from\": \"a\", \"to\": "
			"\"d\"}"));
	ck_assert_uint_eq(planned.topology.stream_count, 5);
	check_stream(&planned, 1, "b.in.back[0]", "a.out.back[0]");
	check_stream(&planned, 2, "a.out[1]", "c.in[0]");
	check_stream(&planned, 3, "a.out[2]", "d.in[0]");
	check_stream(&planned, 4, "d.in.back[0]", "a.out.back[2]");
	ck_assert_uint_eq(planned.topology.operators[0].in_members[0], 3);
	planned_release(&planned);
}
END_TEST

START_TEST(an_optional_back_stream_can_be_turned_off)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "asks") "," OPERATOR("b", "answer"),
			"{\"from\": \"a\", \"to\": \"b\", \"back\": false}"));
	ck_assert_uint_eq(planned.topology.stream_count, 1);
	ck_assert_uint_eq(stream_at(&planned, 0)->partner, TOPOLOGY_NONE);
	planned_release(&planned);
}
END_TEST

START_TEST(settings_come_from_the_stream_then_the_defaults_then_the_bounds)
{
	struct planned planned;
	planned_place(&planned,
		"{\"tau\": 1, \"defaults\": {\"stream\": {\"capacity\": "
		"\"1MiB\", \"full\": \"fail\"}}, \"nodes\": {\"n\": "
		"{\"operators\": {" OPERATOR("a", "source") "," OPERATOR(
			"m", "map") "," OPERATOR("b",
			"sink") "}}}, \"streams\": [{\"chain\": \"a -> m\", "
				"\"full\": "
				"\"drop-oldest\", \"records\": 3}, \"m -> "
				"b\"]}");
	ck_assert_uint_eq(stream_at(&planned, 0)->capacity_bytes, 1u << 20);
	ck_assert_int_eq(stream_at(&planned, 0)->full, FULL_DROP_OLDEST);
	ck_assert_uint_eq(stream_at(&planned, 0)->records, 3);
	ck_assert_uint_eq(stream_at(&planned, 1)->records, 1024);
	ck_assert_int_eq(stream_at(&planned, 1)->full, FULL_FAIL);
	ck_assert_uint_eq(stream_at(&planned, 1)->atomic_bytes, 65536);
	planned_release(&planned);
}
END_TEST

START_TEST(params_are_converted_in_declared_order)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST("\"p\": {\"type\": \"demo.params\", \"params\": "
			 "{\"order\": \"up\", \"number\": 7, \"file\": \"x\", "
			 "\"pauses\": [\"1s\"]}}",
			""));
	const struct param_value *values = planned.topology.operators[0].params;
	ck_assert_int_eq(values[0].integer, 7);
	ck_assert(!values[1].set);
	ck_assert_str_eq(values[3].text, "hello");
	ck_assert_str_eq(values[4].text, "/folder/x");
	ck_assert_int_eq(values[5].integer, 65536);
	ck_assert_int_eq(values[6].integer, 10000000000);
	ck_assert_str_eq(values[7].text, "up");
	ck_assert_int_eq(values[7].integer, 0);
	ck_assert_str_eq(values[11].json, "[1000000000]");
	planned_release(&planned);
}
END_TEST

START_TEST(replicas_fan_out_of_and_into_variadic_ports)
{
	struct planned planned;
	planned_place(&planned,
		"{\"tau\": 1, \"nodes\": {\"one\": {\"operators\": {" OPERATOR(
			"a", "source") "," OPERATOR("t",
			"tee") "," OPERATOR("m", "merge") "," OPERATOR("s",
			"sink") "}}, \"many\": {\"replicas\": 2, "
				"\"operators\": {" OPERATOR(
					"x", "map") "," OPERATOR("y",
					"map") "}}}, \"streams\": [\"a -> t -> "
					       "x -> y -> m -> s\"]}");
	ck_assert_uint_eq(planned.topology.operator_count, 8);
	ck_assert_uint_eq(planned.topology.stream_count, 8);
	check_stream(&planned, 1, "t.out[0]", "x#0.in[0]");
	check_stream(&planned, 2, "t.out[1]", "x#1.in[0]");
	check_stream(&planned, 3, "x#0.out[0]", "y#0.in[0]");
	check_stream(&planned, 4, "x#1.out[0]", "y#1.in[0]");
	check_stream(&planned, 6, "y#1.out[0]", "m.in[1]");
	ck_assert_uint_eq(planned.placement.node_count, 3);
	ck_assert_str_eq(planned.placement.nodes[2].name, "many#1");
	ck_assert_uint_eq(planned.placement.nodes[2].operator_count, 2);
	ck_assert_uint_eq(planned.placement.nodes[2].stream_count, 1);
	ck_assert_uint_eq(planned.placement.crossing_count, 4);
	planned_release(&planned);
}
END_TEST

START_TEST(a_command_node_is_one_operator_under_its_own_name)
{
	struct planned planned;
	planned_place(&planned,
		"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {" OPERATOR(
			"a", "ask") "," OPERATOR("s",
			"sink") "}}, \"c\": {\"command\": [\"cat\"], \"in\": "
				"[{\"name\": "
				"\"i\", \"type\": \"any\", \"back\": "
				"\"optional\"}], "
				"\"out\": [{\"name\": \"o\", \"type\": "
				"\"bytes\"}]}}, "
				"\"streams\": [\"a -> c -> s\"]}");
	check_stream(&planned, 0, "a.out[0]", "c.i[0]");
	check_stream(&planned, 1, "c.i.back[0]", "a.out.back[0]");
	check_stream(&planned, 2, "c.o[0]", "s.in[0]");
	ck_assert_ptr_null(planned.topology.operators[2].type);
	planned_release(&planned);
}
END_TEST

START_TEST(a_cycle_with_feedback_is_good)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "source") "," OPERATOR(
				 "m", "merge") "," OPERATOR("t",
				 "tee") "," OPERATOR("s", "sink"),
			"\"a -> m -> t -> s\", {\"from\": \"t\", \"to\": "
			"\"m\", \"feedback\": true}"));
	ck_assert(stream_at(&planned, 3)->feedback);
	planned_release(&planned);
}
END_TEST

START_TEST(stdio_operators_are_found)
{
	struct planned planned;
	planned_place(&planned,
		MANIFEST(OPERATOR("a", "source") "," OPERATOR("p", "printer"),
			"\"a -> p\""));
	ck_assert_uint_eq(planned.topology.stdin_operator, TOPOLOGY_NONE);
	ck_assert_uint_eq(planned.topology.stdout_operator, 1);
	planned_release(&planned);
}
END_TEST

START_TEST(a_chain_of_many_operators_is_resolved)
{
	enum { COUNT = 20000 };
	struct planned planned;
	struct text text = {0};
	text_add(&text, "{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {");
	text_add(&text, OPERATOR("a", "source") "," OPERATOR("z", "sink"));
	for (int i = 0; i < COUNT; i++)
		text_format(&text, ", \"m%d\": {\"type\": \"demo.map\"}", i);
	text_add(&text, "}}}, \"streams\": [\"a -> m0");
	for (int i = 1; i < COUNT; i++)
		text_format(&text, " -> m%d", i);
	text_add(&text, " -> z\"]}");
	planned_place(&planned, text_string(&text));
	ck_assert_uint_eq(planned.topology.stream_count, COUNT + 1);
	planned_release(&planned);
	text_release(&text);
}
END_TEST

static Suite *topology_suite(void)
{
	Suite *suite = suite_create("topology");
	TCase *tests = test_case(suite, "ports");
	tcase_add_test(tests, a_port_left_out_is_the_first_of_its_direction);
	tcase_add_test(
		tests, members_without_a_number_take_the_free_ones_in_order);
	tcase_add_test(
		tests, a_back_stream_is_connected_when_both_ports_offer_one);
	tcase_add_test(
		tests, back_streams_keep_the_members_of_their_forward_streams);
	tcase_add_test(tests, an_optional_back_stream_can_be_turned_off);
	tests = test_case(suite, "settings");
	tcase_add_test(tests,
		settings_come_from_the_stream_then_the_defaults_then_the_bounds);
	tcase_add_test(tests, params_are_converted_in_declared_order);
	tests = test_case(suite, "whole");
	tcase_add_test(tests, replicas_fan_out_of_and_into_variadic_ports);
	tcase_add_test(
		tests, a_command_node_is_one_operator_under_its_own_name);
	tcase_add_test(tests, a_cycle_with_feedback_is_good);
	tcase_add_test(tests, stdio_operators_are_found);
	tcase_add_test(tests, a_chain_of_many_operators_is_resolved);
	return suite;
}

TEST_MAIN(topology_suite)
