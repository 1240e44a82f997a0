/* changes_refused_test: what cannot be had while it runs. */
#include "core/plan/changes.h"

#include <errno.h>
#include <stdlib.h>

#include "core/text/text.h"
#include "tests/compared.h"

/* The sentences, without the lines that show the place. */
static void check_refused(struct compared *compared, const char *sentence)
{
	ck_assert_int_eq(compared->result, -EINVAL);
	ck_assert_uint_eq(compared->after.diagnostics.count, 1);
	ck_assert_str_eq(compared->after.diagnostics.items[0].text, sentence);
}

START_TEST(a_state_that_cannot_be_read_is_refused)
{
	struct compared compared;
	compare(&compared, WEBLOG, 2, WEBLOG, 3);
	check_refused(&compared,
		"per cannot take over its state: acme 2.0.0, which runs, "
		"writes version 1 and 2 of it, and acme 3.0.0 reads 3 and 4; "
		"let the new plugin read one that the old one writes "
		"(\"reads\" "
		"of its \"state\"), or give the operator another name and let "
		"it begin anew");
	release(&compared);
}
END_TEST

/* source -> x -> sink, with x in either node, and other names. */
static char *chain(const char *first, const char *second, bool moved,
	const char *reader, const char *more)
{
	struct text text = {0};
	text_format(&text,
		HEAD "\"%s\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}%s}}, \"%s\": {\"operators\": {%s"
		     "\"c\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> %s\", %s]}",
		first, moved ? ", \"b\": {\"type\": \"demo.loose\"}" : "",
		second, moved ? "" : "\"b\": {\"type\": \"demo.loose\"}, ",
		reader, more);
	return text_take(&text);
}

START_TEST(operators_and_records_change_nodes)
{
	struct compared compared;
	char *before = chain("n", "m", false, "b", "\"b -> c\"");
	char *moved = chain("n", "m", true, "b", "\"b -> c\"");
	const struct changes_node *node;
	compare(&compared, before, 1, moved, 1);
	ck_assert_uint_eq((uint32_t)-compared.result, 0);
	node = compared.changes.nodes;
	ck_assert_uint_eq(compared.changes.counts[CHANGES_NODE_UPGRADED], 2);
	ck_assert_str_eq(node->operators[1].name, "b");
	ck_assert_str_eq(node->operators[1].from, "m");
	ck_assert(node->streams[0].moved && node->plan.streams[0].moved);
	ck_assert(node->streams[1].moved && node->plan.streams[1].moved);
	node = &compared.changes.nodes[1];
	ck_assert_uint_eq(node->plan.elsewhere_count, 2);
	ck_assert_str_eq(node->plan.elsewhere[0], "a");
	ck_assert_str_eq(node->plan.elsewhere[1], "b");
	release(&compared);
	free(moved);
	free(before);
}
END_TEST

START_TEST(records_under_way_in_bytes_stay_where_they_are)
{
	struct compared compared;
	char *before = chain("n", "m", false, "b", "\"b -> c\"");
	const char *over_tcp =
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}}}, \"m\": {\"operators\": {\"b\": "
		     "{\"type\": \"demo.loose\"}, \"c\": {\"type\": "
		     "\"demo.sink\"}}}}, \"streams\": [{\"from\": \"a\", "
		     "\"to\": \"b\", \"transport\": \"tcp\"}, \"b -> c\"]}";
	compare(&compared, before, 1, over_tcp, 1);
	check_refused(&compared,
		"stream a goes over link, and would go over tcp: the records "
		"in it can change places only into a node, or from one link "
		"between nodes of operators to another; leave it, or stop the "
		"topology and start it anew");
	release(&compared);
	free(before);
}
END_TEST

/* source -> a program of that kind and name -> the sink, which is in a node. */
static char *peered(const char *program, const char *kind, const char *node)
{
	struct text text = {0};
	text_format(&text,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}}}, \"%s\": {%s, "
		     "\"in\": [{\"name\": \"in\", \"type\": \"any\"}], "
		     "\"out\": [{\"name\": \"out\", \"type\": \"utf8\"}]}, "
		     "\"%s\": {\"operators\": {\"c\": {\"type\": "
		     "\"demo.sink\"}}}}, \"streams\": [\"a -> %s -> c\"]}",
		program, kind, node, program);
	return text_take(&text);
}

START_TEST(what_a_program_has_not_read_goes_to_another_one)
{
	struct compared compared;
	char *before = peered("m", "\"command\": [\"x\"]", "o");
	char *after = peered("k", "\"command\": [\"x\"]", "o");
	const struct changes_node *node;
	compare(&compared, before, 1, after, 1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert_uint_eq(compared.changes.counts[CHANGES_NODE_ADDED], 1);
	ck_assert_uint_eq(compared.changes.counts[CHANGES_NODE_REMOVED], 1);
	node = compared.changes.nodes;
	ck_assert_uint_eq(node->action, CHANGES_NODE_UPGRADED);
	ck_assert(node->streams[0].moved);
	ck_assert(node->plan.streams[0].moved && node->plan.streams[0].halved);
	release(&compared);
	free(after);
	free(before);
}
END_TEST

START_TEST(what_a_program_has_written_stays_where_it_is_read)
{
	struct compared compared;
	char *before = peered("m", "\"command\": [\"x\"]", "o");
	char *after = peered("m", "\"command\": [\"x\"]", "p");
	const struct changes_node *node;
	compare(&compared, before, 1, after, 1);
	ck_assert_int_eq(compared.result, 0);
	node = &compared.changes.nodes[1];
	ck_assert_str_eq(node->name, "m");
	ck_assert_uint_eq(node->action, CHANGES_NODE_RESTARTED);
	ck_assert_uint_eq(node->stream_count, 2);
	ck_assert_uint_eq(node->streams[0].action, CHANGES_ADDED);
	ck_assert_uint_eq(node->streams[1].action, CHANGES_REMOVED);
	ck_assert_uint_eq(compared.changes.nodes[0].action, CHANGES_NODE_KEPT);
	release(&compared);
	free(after);
	free(before);
}
END_TEST

START_TEST(a_remote_node_stays_as_it_is)
{
	struct compared compared;
	char *before = peered("m", "\"remote\": \"unix:a\"", "o");
	char *after = peered("m", "\"remote\": \"unix:b\"", "o");
	compare(&compared, before, 1, after, 1);
	check_refused(&compared,
		"node m is a remote one, and its address or its streams would "
		"be others while its peer is connected, which cannot be told "
		"so; leave them, or give the node another name and another "
		"address: then the peer's connection ends, and one comes "
		"there");
	release(&compared);
	free(after);
	free(before);
}
END_TEST

START_TEST(a_program_becomes_no_operators_under_its_name)
{
	struct compared compared;
	char *before = peered("m", "\"command\": [\"x\"]", "o");
	compare(&compared, before, 1,
		HEAD "\"m\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}, \"c\": {\"type\": "
		     "\"demo.sink\"}}}}, \"streams\": [\"a -> c\"]}",
		1);
	check_refused(&compared,
		"node m was a program, and cannot become one of operators "
		"under the same name while the topology runs; give it another "
		"name: then the one ends and the other begins");
	release(&compared);
	free(before);
}
END_TEST

START_TEST(what_the_old_writer_wrote_must_suit_the_new_reader)
{
	struct compared compared;
	compare(&compared,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}, \"b\": {\"type\": \"acme.relay\"}, "
		     "\"c\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> b -> c\"]}",
		1,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}, \"b\": {\"type\": \"acme.relay\"}, "
		     "\"v\": {\"type\": \"demo.values\"}, "
		     "\"c\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> b -> v -> c\"]}",
		3);
	check_refused(&compared,
		"stream b still carries what b.out wrote before, utf8, and "
		"v.in takes value; put an operator between that takes both, "
		"or stop the topology and start it anew");
	release(&compared);
}
END_TEST

static Suite *changes_refused_suite(void)
{
	Suite *suite = suite_create("changes_refused");
	TCase *tests = test_case(suite, "refused");
	tcase_add_test(tests, a_state_that_cannot_be_read_is_refused);
	tcase_add_test(tests, operators_and_records_change_nodes);
	tcase_add_test(tests, records_under_way_in_bytes_stay_where_they_are);
	tcase_add_test(tests, what_a_program_has_not_read_goes_to_another_one);
	tcase_add_test(
		tests, what_a_program_has_written_stays_where_it_is_read);
	tcase_add_test(tests, a_remote_node_stays_as_it_is);
	tcase_add_test(tests, a_program_becomes_no_operators_under_its_name);
	tcase_add_test(
		tests, what_the_old_writer_wrote_must_suit_the_new_reader);
	return suite;
}

TEST_MAIN(changes_refused_suite)
