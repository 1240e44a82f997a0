/*
 * placement: which nodes can be restarted.
 */
#include "core/plan/placement.h"

#include "tests/plans.h"
#include "tests/test.h"

#include <errno.h>

#define TWO_NODES(restart, transport)                                          \
	"{\"tau\": 1, \"defaults\": {\"stream\": {\"transport\": \"" transport \
	"\"}}, \"nodes\": {\"m\": {" restart                                   \
	"\"operators\": {\"b\": {\"type\": \"demo.sink\"}}}, \"n\": "          \
	"{\"operators\": {\"a\": {\"type\": \"demo.source\"}}}}, "             \
	"\"streams\": "                                                        \
	"[\"a -> b\"]}"

#define PROGRAM(restart, kind, keys)                                           \
	"{\"tau\": 1, \"nodes\": {\"m\": {" restart                            \
	"\"operators\": {\"b\": {\"type\": \"demo.sink\"}}}, \"n\": {" kind    \
	"\"out\": [{\"name\": \"out\", \"type\": \"any\"}]}}, \"streams\": "   \
	"[{\"from\": \"n\", \"to\": \"b\"" keys "}]}"
#define COMMAND "\"command\": [\"true\"], "
#define REMOTE "\"remote\": \"unix:n\", "
#define AGAIN "\"restart\": {\"on\": \"failure\"}, "
#define RECONNECT ", \"reconnect\": true"

static int place(const char *text)
{
	struct planned planned;
	int result;

	planned_place(&planned, text);
	result = placement_runnable(&planned.placement, &planned.diagnostics);
	planned_release(&planned);
	return result;
}

START_TEST(who_comes_back_needs_connections_of_its_own)
{
	ck_assert_int_eq(place(TWO_NODES(AGAIN, "fifo")), 0);
	ck_assert_int_eq(
		place(TWO_NODES("\"restart\": {\"on\": \"never\"}, ", "fifo")),
		0);
	ck_assert_int_eq(
		place(TWO_NODES("\"restart\": {\"on\": \"always\"}, ", "tcp")),
		0);
}
END_TEST

START_TEST(who_comes_back_beside_a_program_needs_one_that_can_begin_anew)
{
	ck_assert_int_eq(place(PROGRAM("", COMMAND, "")), 0);
	ck_assert_int_eq(place(PROGRAM("", COMMAND AGAIN, "")), 0);
	ck_assert_int_eq(place(PROGRAM(AGAIN, COMMAND, "")), -ENOTSUP);
	ck_assert_int_eq(place(PROGRAM(AGAIN, COMMAND AGAIN, "")), 0);
	ck_assert_int_eq(place(PROGRAM("", REMOTE, "")), 0);
	ck_assert_int_eq(place(PROGRAM("", REMOTE AGAIN, "")), -ENOTSUP);
	ck_assert_int_eq(place(PROGRAM("", REMOTE AGAIN, RECONNECT)), 0);
	ck_assert_int_eq(place(PROGRAM(AGAIN, REMOTE, "")), -ENOTSUP);
	ck_assert_int_eq(place(PROGRAM(AGAIN, REMOTE, RECONNECT)), 0);
}
END_TEST

static Suite *restartable_suite(void)
{
	Suite *suite = suite_create("restartable");
	TCase *nodes = test_case(suite, "nodes");

	tcase_add_test(nodes, who_comes_back_needs_connections_of_its_own);
	tcase_add_test(nodes,
		who_comes_back_beside_a_program_needs_one_that_can_begin_anew);
	return suite;
}

TEST_MAIN(restartable_suite)
