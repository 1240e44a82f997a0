/* operators_bundle: edges of a stream, one by one. */
#include "tests/staged.h"

#include "plugins/bundle/members.h"

enum { WANT = 0 };

static void pass_two(struct scene *scene)
{
	scene_integer(scene, WANT, TAU_PARAM_INT, 0);
	TEXT(scene, "a");
	TEXT(scene, "b");
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
	struct scene *scene = scene_create("tau-bundle", "iota");
	bool stopped;

	pass_two(scene);
	scene_integer(scene, WANT, TAU_PARAM_INT, 12345);
	ck_assert_int_eq(
		scene_run(scene, STAGE_NEVER, SCENE_THAW, &stopped), 0);
	ck_assert_uint_eq(scene_wanted_bytes(scene), 12345);
	scene_destroy(scene);
}
END_TEST

/* What version 1 of a mux has written, in seven numbers for each stream. */
START_TEST(a_state_that_knows_no_parts_is_read)
{
	uint8_t bytes[2 * 7 * 8] = {0};
	struct tau_record record = {bytes, sizeof bytes, TAU_BYTES, 0};
	struct tau_in in = {.next = &record, .limit = &record + 1};
	struct tau_op op = {0};

	for (uint8_t i = 0; i < 10; i++)
		bytes[8 * i + 7] = i == 5 || i == 6 ? 0 : i + 1;
	bytes[8 * 12 + 7] = 1; /* the second has ended */
	ck_assert_int_eq(members_create(&op), 0);
	ck_assert_int_eq(members_restore(&op, &in, 1), 0);
	ck_assert_ptr_eq(in.next, in.limit);
	ck_assert_uint_eq(members_at(op.self, 0)->bytes, 1);
	ck_assert_uint_eq(members_at(op.self, 0)->atomic, 5);
	ck_assert_uint_eq(members_at(op.self, 0)->part, 0);
	ck_assert_uint_eq(members_at(op.self, 1)->bytes, 8);
	ck_assert_uint_eq(members_at(op.self, 1)->ended, 1);
	ck_assert_uint_eq(members_at(op.self, 1)->part, 0);
	members_destroy(&op);
}
END_TEST

static Suite *operators_bundle_suite(void)
{
	Suite *suite = suite_create("operators_bundle");
	TCase *tests = test_case(suite, "iota");

	tcase_add_test(tests, iota_tells_once_that_its_stream_is_ready);
	tcase_add_test(tests, iota_is_ready_only_for_as_much_as_is_wanted);
	tcase_add_test(tests, a_state_that_knows_no_parts_is_read);
	return suite;
}

TEST_MAIN(operators_bundle_suite)
