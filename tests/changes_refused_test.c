/* changes_refused_test: what cannot be had while it runs. */
#include "core/plan/changes.h"

#include <errno.h>

#include "core/plan/text.h"
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
		"let the new plugin read one that the old one writes, or give "
		"the operator another name and let it begin anew");
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

START_TEST(a_stream_of_somebody_elses_program_leads_nowhere_else)
{
	struct compared compared;
	compare(&compared,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}}}, \"m\": {\"command\": [\"x\"], "
		     "\"in\": [{\"name\": \"in\", \"type\": \"any\"}]}}, "
		     "\"streams\": [\"a -> m\"]}",
		1,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}}}, \"k\": {\"command\": [\"x\"], "
		     "\"in\": [{\"name\": \"in\", \"type\": \"any\"}]}}, "
		     "\"streams\": [\"a -> k\"]}",
		1);
	check_refused(&compared,
		"stream a is shared with a program of somebody else's (command "
		"or remote), so what is in it cannot go elsewhere; leave it, "
		"or stop the topology and start it anew");
	release(&compared);
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
	tcase_add_test(
		tests, a_stream_of_somebody_elses_program_leads_nowhere_else);
	tcase_add_test(
		tests, what_the_old_writer_wrote_must_suit_the_new_reader);
	return suite;
}

TEST_MAIN(changes_refused_suite)
