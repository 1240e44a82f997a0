/* operators_data: what counts, adds and orders, and what leads records about.
 */
#include "tests/staged.h"

/* --- data --- */

static void count_words(struct scene *scene)
{
	scene_list(scene, 0, "", false);
	TEXT(scene, "b");
	TEXT(scene, "a");
	TEXT(scene, "b");
	CYCLE(scene);
	TEXT(scene, "b");
}

START_TEST(count_begins_anew_on_a_cycle)
{
	CHECK_OPERATOR("tau-data", "count", count_words,
		"{\"value\":\"b\",\"count\":2}\n"
		"{\"value\":\"a\",\"count\":1}\n"
		"(tau)\n"
		"{\"value\":\"b\",\"count\":1}\n",
		"");
}
END_TEST

static void count_all(struct scene *scene)
{
	TEXT(scene, "b");
	TEXT(scene, "a");
}

START_TEST(count_by_nothing_counts_all)
{
	CHECK_OPERATOR("tau-data", "count", count_all, "{\"count\":2}\n", "");
}
END_TEST

static void count_fields(struct scene *scene)
{
	scene_list(scene, 0, "/path,/n", false);
	feed_map(scene, "path", "/a", "n", 1);
	feed_map(scene, "path", "/a", "n", 2);
	feed_map(scene, "path", "/a", "n", 1);
	feed_map(scene, "path", "/b", NULL, 0);
}

START_TEST(count_by_two_fields_and_without_one_of_them)
{
	CHECK_OPERATOR("tau-data", "count", count_fields,
		"{\"path\":\"/a\",\"n\":1,\"count\":2}\n"
		"{\"path\":\"/a\",\"n\":2,\"count\":1}\n",
		"{\"reason\":\"the record has no field \\\"/n\\\"\","
		"\"operator\":\"count\",\"record\":{\"path\":\"/b\"}}\n");
}
END_TEST

static void add_numbers(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, "");
	TEXT(scene, "9223372036854775806");
	TEXT(scene, "1");
	CYCLE(scene);
	TEXT(scene, "0.5");
	TEXT(scene, "1e1");
	TEXT(scene, "0x10");
	CYCLE(scene);
	TEXT(scene, "9223372036854775807");
	TEXT(scene, "1");
}

START_TEST(sum_is_exact_until_it_overflows)
{
	CHECK_OPERATOR("tau-data", "sum", add_numbers,
		"{\"sum\":9223372036854775807}\n(tau)\n"
		"{\"sum\":10.5}\n(tau)\n"
		"{\"sum\":9.223372036854776e+18}\n",
		"{\"reason\":\"the field \\\"\\\" is no number\","
		"\"operator\":\"sum\",\"record\":\"0x10\"}\n");
}
END_TEST

static void sum_by(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, "/n");
	scene_list(scene, 1, "/k", false);
	feed_map(scene, "k", "x", "n", 3);
	feed_map(scene, "k", "y", "n", -1);
	feed_map(scene, "k", "x", "n", 4);
}

START_TEST(sum_adds_per_kind)
{
	CHECK_OPERATOR("tau-data", "sum", sum_by,
		"{\"k\":\"x\",\"sum\":7}\n{\"k\":\"y\",\"sum\":-1}\n", "");
}
END_TEST

static void count_every(struct scene *scene)
{
	scene_list(scene, 0, "", false);
	scene_integer(scene, 1, TAU_PARAM_DURATION, 1000);
	TEXT(scene, "a");
	TEXT(scene, "b");
}

/* In a scene time is up after each record; none comes after the last one, and
 * the end needs no cycle. */
START_TEST(count_every_so_often_sends_a_cycle_too)
{
	CHECK_OPERATOR("tau-data", "count", count_every,
		"{\"value\":\"a\",\"count\":1}\n(tau)\n"
		"{\"value\":\"b\",\"count\":1}\n",
		"");
}
END_TEST

static void top_two(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, "");
	scene_integer(scene, 1, TAU_PARAM_INT, 2);
	TEXT(scene, "3");
	TEXT(scene, "10");
	TEXT(scene, "9");
	TEXT(scene, "10.0");
	TEXT(scene, "1e1");
	CYCLE(scene);
	TEXT(scene, "1");
}

START_TEST(top_keeps_the_first_of_equal_ones)
{
	CHECK_OPERATOR("tau-data", "top", top_two, "10\n10.0\n(tau)\n1\n", "");
}
END_TEST

static void sort_words(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, "");
	scene_integer(scene, 1, TAU_PARAM_ENUM, 0);
	TEXT(scene, "b");
	TEXT(scene, "10");
	TEXT(scene, "9.0");
	TEXT(scene, "B");
	TEXT(scene, "9");
	TEXT(scene, "");
}

START_TEST(sort_puts_numbers_before_text_and_is_stable)
{
	CHECK_OPERATOR(
		"tau-data", "sort", sort_words, "9.0\n9\n10\n\nB\nb\n", "");
}
END_TEST

static void sort_down(struct scene *scene)
{
	scene_text(scene, 0, TAU_PARAM_FIELD, "/n");
	scene_integer(scene, 1, TAU_PARAM_ENUM, 1);
	feed_map(scene, "k", "first", "n", 1);
	feed_map(scene, "k", "second", "n", 2);
	feed_map(scene, "k", "third", "n", 1);
	feed_map(scene, "k", "lost", NULL, 0);
}

START_TEST(sort_descending_keeps_equal_ones_in_order)
{
	CHECK_OPERATOR("tau-data", "sort", sort_down,
		"{\"k\":\"second\",\"n\":2}\n{\"k\":\"first\",\"n\":1}\n"
		"{\"k\":\"third\",\"n\":1}\n",
		"{\"reason\":\"the record has no field \\\"/n\\\"\","
		"\"operator\":\"sort\",\"record\":{\"k\":\"lost\"}}\n");
}
END_TEST

/* --- flow --- */

static void three(struct scene *scene)
{
	scene_integer(scene, 0, TAU_PARAM_INT, 12);
}

START_TEST(generate_counts)
{
	CHECK_OPERATOR("tau-flow", "generate", three,
		"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", NULL);
}
END_TEST

static void take_some(struct scene *scene)
{
	scene_integer(scene, 0, TAU_PARAM_INT, 2);
	TEXT(scene, "a");
	CYCLE(scene);
	TEXT(scene, "b");
	TEXT(scene, "c");
}

START_TEST(take_does_not_count_cycles)
{
	CHECK_OPERATOR("tau-flow", "take", take_some, "a\n(tau)\nb\n", NULL);
}
END_TEST

static void merge_two(struct scene *scene)
{
	scene_feed(scene, 0, TAU_UTF8, "a", 1);
	CYCLE(scene);
	scene_feed(scene, 0, TAU_UTF8, "b", 1);
	scene_feed(scene, 1, TAU_UTF8, "1", 1);
	scene_feed(scene, 1, TAU_CYCLE, "", 0);
	scene_feed(scene, 1, TAU_CYCLE, "", 0);
}

START_TEST(merge_waits_for_all_cycles)
{
	CHECK_OPERATOR("tau-flow", "merge", merge_two,
		"a\n1\n(tau)\nb\n(tau)\n", NULL);
}
END_TEST

static void tee_some(struct scene *scene)
{
	TEXT(scene, "a");
	CYCLE(scene);
	TEXT(scene, "b");
}

START_TEST(tee_gives_all_to_all)
{
	struct scene *scene;
	bool stopped;

	for (size_t stop = 0; stop < 5; stop++) {
		scene = scene_create("tau-flow", "tee");
		tee_some(scene);
		ck_assert_int_eq(
			scene_run(scene, stop, SCENE_MOVE, &stopped), 0);
		for (uint32_t i = 0; i < STAGE_MEMBERS; i++)
			ck_assert_str_eq(
				scene_member_output(scene, i), "a\n(tau)\nb\n");
		scene_destroy(scene);
	}
	ck_assert_msg(!stopped, "there were more waits than were tried");
}
END_TEST

static void deal_some(struct scene *scene)
{
	TEXT(scene, "a");
	TEXT(scene, "b");
	CYCLE(scene);
	TEXT(scene, "c");
}

START_TEST(deal_gives_each_to_one_and_cycles_to_all)
{
	struct scene *scene;
	bool stopped;

	for (size_t stop = 0; stop < 20; stop++) {
		size_t texts = 0;

		scene = scene_create("tau-flow", "deal");
		deal_some(scene);
		ck_assert_int_eq(
			scene_run(scene, stop, SCENE_MOVE, &stopped), 0);
		for (uint32_t i = 0; i < STAGE_MEMBERS; i++) {
			const char *out = scene_member_output(scene, i);

			ck_assert_ptr_nonnull(strstr(out, "(tau)\n"));
			texts += strlen(out) - strlen("(tau)\n");
		}
		ck_assert_uint_eq(texts, strlen("a\nb\nc\n"));
		scene_destroy(scene);
	}
	ck_assert_msg(!stopped, "there were more waits than were tried");
}
END_TEST

static Suite *operators_data_suite(void)
{
	Suite *suite = suite_create("operators of data and flow");
	TCase *tests = test_case(suite, "records");

	tcase_add_test(tests, count_begins_anew_on_a_cycle);
	tcase_add_test(tests, count_by_nothing_counts_all);
	tcase_add_test(tests, count_by_two_fields_and_without_one_of_them);
	tcase_add_test(tests, sum_is_exact_until_it_overflows);
	tcase_add_test(tests, sum_adds_per_kind);
	tcase_add_test(tests, count_every_so_often_sends_a_cycle_too);
	tcase_add_test(tests, top_keeps_the_first_of_equal_ones);
	tcase_add_test(tests, sort_puts_numbers_before_text_and_is_stable);
	tcase_add_test(tests, sort_descending_keeps_equal_ones_in_order);
	tcase_add_test(tests, generate_counts);
	tcase_add_test(tests, take_does_not_count_cycles);
	tcase_add_test(tests, merge_waits_for_all_cycles);
	tcase_add_test(tests, tee_gives_all_to_all);
	tcase_add_test(tests, deal_gives_each_to_one_and_cycles_to_all);
	return suite;
}

TEST_MAIN(operators_data_suite)
