/* operators_bundle: edges of a stream, one by one. */
#include "tests/staged.h"

enum { WANT = 0 };

static void pass_two(struct stage *stage)
{
	stage_integer(stage, WANT, TAU_PARAM_INT, 0);
	TEXT(stage, "a");
	TEXT(stage, "b");
}

/* Also from one process to another: what was told is not told again. */
START_TEST(iota_tells_once_that_its_stream_is_ready)
{
	CHECK_OPERATOR("tau-bundle", "iota", pass_two, "a\nb\n",
		"[{\"tau\":\"iota\"}]\n");
}
END_TEST

START_TEST(iota_is_ready_only_for_as_much_as_is_wanted)
{
	struct stage *stage = stage_create("tau-bundle", "iota");
	bool stopped;

	pass_two(stage);
	stage_integer(stage, WANT, TAU_PARAM_INT, 12345);
	ck_assert_int_eq(
		stage_run(stage, STAGE_NEVER, STAGE_THAW, &stopped), 0);
	ck_assert_uint_eq(stage_wanted_bytes(stage), 12345);
	stage_destroy(stage);
}
END_TEST

static Suite *operators_bundle_suite(void)
{
	Suite *suite = suite_create("operators_bundle");
	TCase *tests = test_case(suite, "iota");

	tcase_add_test(tests, iota_tells_once_that_its_stream_is_ready);
	tcase_add_test(tests, iota_is_ready_only_for_as_much_as_is_wanted);
	return suite;
}

TEST_MAIN(operators_bundle_suite)
