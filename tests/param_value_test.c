/* param_value_test: what an operator will read, utf9 included. */
#include "core/plan/value.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <tau/value.h>

#include "tests/test.h"

/* Converts JSON text as a param of that type. */
static struct param_value convert(struct arena *arena, enum param_type type,
	enum param_type of, const char *text)
{
	static const char *words[] = {"up", "down"};
	struct param_description param = {.name = "p",
		.type = type,
		.of = of,
		.values = words,
		.value_count = 2};
	struct param_value value;
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(
		value_convert(&value, arena, &param, json, "/folder"), 0);
	ck_assert(value.set);
	json_decref(json);
	return value;
}

START_TEST(scalars_are_converted)
{
	struct arena arena = {0};
	ck_assert_int_eq(
		convert(&arena, PARAM_BOOL, PARAM_BOOL, "true").integer, 1);
	ck_assert_int_eq(
		convert(&arena, PARAM_INT, PARAM_INT, "-9223372036854775808")
			.integer,
		INT64_MIN);
	ck_assert_double_eq(
		convert(&arena, PARAM_FLOAT, PARAM_FLOAT, "3").real, 3.0);
	ck_assert_int_eq(
		convert(&arena, PARAM_SIZE, PARAM_SIZE, "\"64KiB\"").integer,
		65536);
	ck_assert_int_eq(
		convert(&arena, PARAM_SIZE, PARAM_SIZE, "7").integer, 7);
	ck_assert_int_eq(
		convert(&arena, PARAM_DURATION, PARAM_DURATION, "\"1m30s\"")
			.integer,
		90000000000);
	struct param_value word =
		convert(&arena, PARAM_ENUM, PARAM_ENUM, "\"down\"");
	ck_assert_int_eq(word.integer, 1);
	ck_assert_str_eq(word.text, "down");
	arena_release(&arena);
}
END_TEST

START_TEST(texts_keep_their_bytes_and_paths_become_absolute)
{
	struct arena arena = {0};
	struct param_value text =
		convert(&arena, PARAM_STRING, PARAM_STRING, "\"ä\\n\"");
	ck_assert_uint_eq(text.bytes, 3);
	ck_assert_str_eq(text.text, "ä\n");
	ck_assert_str_eq(
		convert(&arena, PARAM_PATH, PARAM_PATH, "\"a/b\"").text,
		"/folder/a/b");
	ck_assert_str_eq(
		convert(&arena, PARAM_PATH, PARAM_PATH, "\"/a\"").text, "/a");
	ck_assert(convert(&arena, PARAM_SECRET, PARAM_SECRET, "\"x\"").secret);
	arena_release(&arena);
}
END_TEST

START_TEST(a_list_is_a_utf9_tuple_of_plain_values)
{
	struct arena arena = {0};
	struct tau_value list, item;
	struct tau_items items;
	int64_t number;
	struct param_value value = convert(
		&arena, PARAM_LIST, PARAM_DURATION, "[\"1s\", 0, \"2ms\"]");
	ck_assert_str_eq(value.json, "[1000000000,0,2000000]");
	ck_assert_int_eq(tau_value_open(value.text, value.bytes, &list), 0);
	ck_assert_int_eq(tau_value_items(&list, &items), 0);
	static const int64_t expected[] = {1000000000, 0, 2000000};
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(tau_value_next(&items, &item), 1);
		ck_assert_int_eq(tau_value_int(&item, &number), 0);
		ck_assert_int_eq(number, expected[i]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_map_and_any_json_are_utf9_too)
{
	struct arena arena = {0};
	struct param_value value = convert(
		&arena, PARAM_MAP, PARAM_PATH, "{\"a\": \"x\", \"b\": \"/y\"}");
	ck_assert_str_eq(value.json, "{\"a\":\"/folder/x\",\"b\":\"/y\"}");
	struct tau_value map, item;
	const char *text;
	size_t bytes;
	ck_assert_int_eq(tau_value_open(value.text, value.bytes, &map), 0);
	ck_assert_int_eq(tau_value_get(&map, "b", 1, &item), 0);
	ck_assert_int_eq(tau_value_text(&item, &text, &bytes), 0);
	ck_assert_uint_eq(bytes, 2);
	ck_assert_mem_eq(text, "/y", 2);
	value = convert(&arena, PARAM_JSON, PARAM_JSON,
		"[null, true, 1.5, {\"k\": []}, \"long text that is more than "
		"fifteen bytes\"]");
	ck_assert_int_eq(tau_value_open(value.text, value.bytes, &map), 0);
	ck_assert_ptr_nonnull(strstr(value.json, "\"k\":[]"));
	value = convert(&arena, PARAM_JSON, PARAM_JSON, "null");
	ck_assert_uint_eq(value.bytes, 1);
	arena_release(&arena);
}
END_TEST

START_TEST(what_is_of_another_type_is_refused)
{
	static const struct {
		enum param_type type, of;
		const char *text;
	} cases[] = {
		{PARAM_BOOL, PARAM_BOOL, "1"},
		{PARAM_INT, PARAM_INT, "1.5"},
		{PARAM_FLOAT, PARAM_FLOAT, "\"1\""},
		{PARAM_SIZE, PARAM_SIZE, "\"x\""},
		{PARAM_DURATION, PARAM_DURATION, "true"},
		{PARAM_ENUM, PARAM_ENUM, "\"left\""},
		{PARAM_ENUM, PARAM_ENUM, "1"},
		{PARAM_STRING, PARAM_STRING, "1"},
		{PARAM_LIST, PARAM_SIZE, "[1, \"x\"]"},
		{PARAM_LIST, PARAM_INT, "1"},
		{PARAM_MAP, PARAM_PATH, "{\"a\": 1}"},
	};
	static const char *words[] = {"up"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = {0};
		struct param_value value;
		struct param_description param = {.type = cases[i].type,
			.of = cases[i].of,
			.values = words,
			.value_count = 1};
		json_t *json = json_loads(cases[i].text, JSON_DECODE_ANY, NULL);
		ck_assert_msg(value_convert(&value, &arena, &param, json,
				      "/") == -EINVAL,
			"%s was taken", cases[i].text);
		json_decref(json);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(a_signature_is_utf9_and_shown_as_written)
{
	struct arena arena = {0};
	struct param_value value = convert(&arena, PARAM_SIGNATURE,
		PARAM_SIGNATURE, "\"int  abs(int x)\"");
	struct param_value again;
	struct tau_value map, function;
	const char *name;
	size_t bytes;
	json_t *shown = value_show(&value), *sent = value_encode(&value);
	ck_assert_str_eq(json_string_value(shown), "int  abs(int x)");
	ck_assert_int_eq(tau_value_open(value.text, value.bytes, &map), 0);
	ck_assert_int_eq(tau_value_get(&map, "function", 8, &function), 0);
	ck_assert_int_eq(tau_value_text(&function, &name, &bytes), 0);
	ck_assert_int_eq(strncmp(name, "abs", bytes), 0);
	ck_assert_int_eq(value_decode(&again, &arena, sent), 0);
	ck_assert_uint_eq(again.bytes, value.bytes);
	ck_assert_int_eq(memcmp(again.text, value.text, value.bytes), 0);
	ck_assert_str_eq(again.json, value.json);
	json_object_set_new(sent, "value", json_string("int"));
	ck_assert_int_eq(value_decode(&again, &arena, sent), -EINVAL);
	json_decref(shown);
	json_decref(sent);
	arena_release(&arena);
}
END_TEST

START_TEST(people_see_no_secret)
{
	struct arena arena = {0};
	struct param_value value =
		convert(&arena, PARAM_SECRET, PARAM_SECRET, "\"hunter2\"");
	json_t *json = value_show(&value);
	ck_assert_str_eq(json_string_value(json), "***");
	json_decref(json);
	value.set = false;
	json = value_show(&value);
	ck_assert(json_is_null(json));
	json_decref(json);
	arena_release(&arena);
}
END_TEST

static Suite *param_value_suite(void)
{
	Suite *suite = suite_create("param value");
	TCase *tests = test_case(suite, "conversion");
	tcase_add_test(tests, scalars_are_converted);
	tcase_add_test(tests, texts_keep_their_bytes_and_paths_become_absolute);
	tcase_add_test(tests, a_list_is_a_utf9_tuple_of_plain_values);
	tcase_add_test(tests, a_map_and_any_json_are_utf9_too);
	tcase_add_test(tests, what_is_of_another_type_is_refused);
	tcase_add_test(tests, a_signature_is_utf9_and_shown_as_written);
	tcase_add_test(tests, people_see_no_secret);
	return suite;
}

TEST_MAIN(param_value_suite)
