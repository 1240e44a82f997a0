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

START_TEST(who_comes_back_needs_connections_of_its_own)
{
	static const char *const texts[] = {
		TWO_NODES("\"restart\": {\"on\": \"failure\"}, ", "fifo"),
		TWO_NODES("\"restart\": {\"on\": \"never\"}, ", "fifo"),
		TWO_NODES("\"restart\": {\"on\": \"always\"}, ", "tcp"),
	};
	static const int results[] = {-ENOTSUP, 0, 0};

	for (int i = 0; i < 3; i++) {
		struct planned planned;
		planned_place(&planned, texts[i]);
		ck_assert_int_eq(placement_runnable(&planned.placement,
					 &planned.diagnostics),
			results[i]);
		planned_release(&planned);
	}
}
END_TEST

static Suite *restartable_suite(void)
{
	Suite *suite = suite_create("restartable");
	TCase *nodes = test_case(suite, "nodes");

	tcase_add_test(nodes, who_comes_back_needs_connections_of_its_own);
	return suite;
}

TEST_MAIN(restartable_suite)
