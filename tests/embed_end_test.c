/*
 * embed_end_test: how a node in an application ends, well and badly, and what is
 * said of it.
 */
#include "tests/embedded.h"

START_TEST(what_is_lost_by_closing_is_counted_and_said)
{
	struct tau_node_counts counts = {.size = sizeof counts};
	struct tau_node *node = open_node(LINES, cut, cut);

	ck_assert_int_eq(put(node, "1\n2\n3\n4\n5\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "1");
	ck_assert_int_eq(put(node, "6\n"), TAU_OK);
	ck_assert_int_eq(tau_node_count(node, &counts), 0);
	ck_assert_uint_eq(counts.written, 2);
	ck_assert_uint_eq(counts.read, 1);
	ck_assert_uint_eq(counts.running, 1);
	ck_assert_int_eq(tau_node_close(&node, &counts), 0);
	ck_assert_uint_eq(counts.lost, 5);
	ck_assert_uint_eq(counts.running, 0);
	ck_assert_str_eq(said,
		"1 record of cut was lost, because nobody had read it before "
		"the end\n"
		"4 records of cut were lost, because nobody had read them "
		"before the end\n");
}
END_TEST

START_TEST(one_that_is_closed_leaves_the_others_alone)
{
	struct tau_node *one = open_node(LINES, cut, cut);
	struct tau_node *other = open_node(LINES, cut, cut);

	ck_assert_int_eq(put(one, "one\n"), TAU_OK);
	ck_assert_int_eq(put(other, "other\n"), TAU_OK);
	ck_assert_int_eq(settle(one), TAU_WAIT);
	ck_assert_int_eq(settle(other), TAU_WAIT);
	ck_assert_str_eq(get(one), "one");
	ck_assert_int_eq(tau_node_close(&one, NULL), 0);
	ck_assert_str_eq(get(other), "other");
	ck_assert_int_eq(put(other, "more\n"), TAU_OK);
	ck_assert_int_eq(settle(other), TAU_WAIT);
	ck_assert_str_eq(get(other), "more");
	ck_assert_int_eq(tau_node_close(&other, NULL), 0);
}
END_TEST

START_TEST(what_is_left_when_all_have_ended_is_lost_as_well)
{
	struct tau_node_counts counts = {.size = sizeof counts};
	struct tau_node *node = open_node(LINES, cut, cut);

	ck_assert_int_eq(put(node, "1\n2\n3\n"), TAU_OK);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_str_eq(get(node), "1");
	ck_assert_int_eq(tau_node_close(&node, &counts), 0);
	ck_assert_uint_eq(counts.lost, 2);
	ck_assert_ptr_nonnull(strstr(said, "2 records of cut were lost"));
}
END_TEST

START_TEST(what_goes_nowhere_is_counted_and_said)
{
	static const char *const parse[] = {"parse", NULL};
	struct tau_node_counts counts = {.size = sizeof counts};
	struct tau_node *node = open_node(
		"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
		"\"parse\": {\"type\": \"json.parse\"}}}}, \"streams\": []}",
		parse, parse);

	ck_assert_ptr_nonnull(strstr(warned, "parse.bad is not connected"));
	ck_assert_int_eq(put(node, "{"), TAU_OK);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, &counts), 0);
	ck_assert_uint_eq(counts.nowhere, 1);
	ck_assert_ptr_nonnull(strstr(said,
		"1 record left parse.bad, which goes nowhere; the first: "));
}
END_TEST

START_TEST(when_an_operator_fails_the_others_run_out)
{
	struct tau_node_counts counts = {.size = sizeof counts};
	struct tau_node *node = open_node(FAILING(""), cut, cut);
	int state;

	ck_assert_int_eq(put(node, "one\n"), TAU_OK);
	state = settle(node);
	ck_assert_int_eq(state, -ENOENT);
	ck_assert_ptr_eq(strstr(tau_node_error(node), "gone (tau-io): "),
		tau_node_error(node));
	ck_assert_ptr_nonnull(strstr(said, "gone (tau-io): "));
	ck_assert_str_eq(get(node), "one");
	ck_assert_int_eq(tau_node_count(node, &counts), 0);
	ck_assert_uint_eq(counts.failed, 1);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

START_TEST(the_others_go_on_where_the_manifest_says_so)
{
	struct tau_node *node =
		open_node(FAILING("\"on_failure\": \"continue\", "), cut, cut);

	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_ptr_nonnull(strstr(said, "gone (tau-io): "));
	ck_assert_int_eq(put(node, "one\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "one");
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(settle(node), -ENOENT);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* A ring waits for itself once the application writes no more to it. */
START_TEST(who_can_never_go_on_is_named)
{
	static const char *const in[] = {"in.in", NULL}, *const out[] = {
								 "out", NULL};
	struct tau_node *node = open_node(
		"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
		"\"in\": {\"type\": \"merge\"}, \"out\": {\"type\": "
		"\"tee\"}}}},"
		"\"streams\": [\"in -> out\", {\"from\": \"out\", \"to\": "
		"\"in\", \"feedback\": true}]}",
		in, out);
	struct tau_record record;

	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(settle(node), -EDEADLK);
	ck_assert_ptr_nonnull(
		strstr(tau_node_error(node), "nothing can go on:"));
	ck_assert_ptr_nonnull(strstr(tau_node_error(node), "stream out"));
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_WAIT);
	ck_assert_int_eq(tau_node_step(node), -EDEADLK);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

static Suite *embed_end_suite(void)
{
	Suite *suite = suite_create("embed_end");
	TCase *tests = test_case(suite, "embed_end");

	tcase_add_unchecked_fixture(tests, make_store, remove_store);
	tcase_add_test(tests, what_is_lost_by_closing_is_counted_and_said);
	tcase_add_test(tests, one_that_is_closed_leaves_the_others_alone);
	tcase_add_test(tests, what_is_left_when_all_have_ended_is_lost_as_well);
	tcase_add_test(tests, what_goes_nowhere_is_counted_and_said);
	tcase_add_test(tests, when_an_operator_fails_the_others_run_out);
	tcase_add_test(tests, the_others_go_on_where_the_manifest_says_so);
	tcase_add_test(tests, who_can_never_go_on_is_named);
	return suite;
}
TEST_MAIN(embed_end_suite)
