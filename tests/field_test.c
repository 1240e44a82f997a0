/*
 * field: finds in a map what tau_value_get finds, also when the maps change
 * their shape from one record to the next; and numbers, compared and added.
 */
#include "common/field.h"

#include <string.h>

#include <tau/writer.h>

#include "common/number.h"
#include "tests/test.h"

static const char *const keys[] = {"a", "host", "status", "statuses",
	"protocol", "protocoX", "a key of more than fifteen bytes", ""};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void write_something(struct tau_writer *w, uint32_t *seed)
{
	static const char text[] = "some text that is longer than fifteen";

	switch (next(seed) % 5) {
	case 0:
		tau_write_null(w);
		break;
	case 1:
		tau_write_int(w, (int64_t)next(seed) - 1000);
		break;
	case 2:
		tau_write_end(w, tau_write_tuple_begin(w, 0));
		break;
	default:
		tau_write_text(w, text, next(seed) % sizeof text);
	}
}

/* A map of some keys, some of them twice, in exactly its bytes. */
static uint8_t *random_map(uint32_t *seed, uint32_t shape, size_t *bytes)
{
	uint8_t space[1024], *map;
	struct tau_writer w;
	struct tau_mark mark;

	tau_writer_init(&w, space, sizeof space);
	mark = tau_write_map_begin(&w, 0);
	for (uint32_t i = 0; i < shape % 9; i++) {
		const char *key = keys[(shape + i * 3) % 8];

		tau_write_text(&w, key, strlen(key));
		write_something(&w, seed);
	}
	tau_write_end(&w, mark);
	*bytes = (size_t)(w.next - w.start);
	ck_assert_int_eq(tau_writer_finish(&w), (int64_t)*bytes);
	map = malloc(*bytes);
	ck_assert_ptr_nonnull(map);
	memcpy(map, space, *bytes);
	return map;
}

START_TEST(a_field_is_found_whatever_stood_before_it_the_last_time)
{
	char pointer[64];
	struct field field;
	uint32_t seed = 7, found = 0;

	(void)snprintf(pointer, sizeof pointer, "/%s", keys[_i]);
	ck_assert_int_eq(field_init(&field, pointer, strlen(pointer)), 0);
	for (int round = 0; round < 1500; round++) {
		uint32_t shape = next(&seed) % 4 ? 8u : next(&seed) % 72;
		size_t bytes;
		uint8_t *body = random_map(&seed, shape, &bytes);
		struct tau_record record = {.body = body,
			.bytes = (uint32_t)bytes,
			.type = TAU_VALUE};
		struct tau_value map, one, other;
		int code;

		ck_assert_int_eq(tau_value_open(body, bytes, &map), 0);
		code = tau_value_get(&map, keys[_i], strlen(keys[_i]), &one);
		ck_assert_int_eq(field_find(&field, &record, &other), code);
		if (code == 0) {
			ck_assert_ptr_eq(one.start, other.start);
			found++;
		}
		free(body);
	}
	ck_assert_uint_gt(found, 100);
	field_release(&field);
}
END_TEST

static void find_status(struct field *field, const char *first, int64_t number)
{
	uint8_t space[256];
	struct tau_writer w;
	struct tau_mark map;
	struct tau_value found;
	struct tau_record record = {.body = space, .type = TAU_VALUE};
	int64_t status;

	tau_writer_init(&w, space, sizeof space);
	map = tau_write_map_begin(&w, 0);
	tau_write_text(&w, first, strlen(first));
	tau_write_null(&w);
	tau_write_text(&w, "status", 6);
	tau_write_int(&w, number);
	tau_write_text(&w, "padding", 7);
	tau_write_text(&w, "so that the map is worth learning", 33);
	tau_write_end(&w, map);
	record.bytes = (uint32_t)tau_writer_finish(&w);
	ck_assert_int_eq(field_find(field, &record, &found), 0);
	ck_assert_int_eq(tau_value_int(&found, &status), 0);
	ck_assert_int_eq(status, number);
}

/* At the place where the last map had the field, the second one has a key
 * whose text looks like the field and another value. */
START_TEST(a_key_that_looks_like_the_field_is_none)
{
	struct field field;

	ck_assert_int_eq(field_init(&field, "/status", 7), 0);
	find_status(&field, "a", 1);
	find_status(&field, "a", 2);
	find_status(&field, "x\x80\x26status\x87", 3);
	field_release(&field);
}
END_TEST

START_TEST(numbers_are_whole_texts)
{
	static const char *const wrong[] = {"", "-", ".", "1e", "1e+", "0x10",
		" 1", "1 ", "inf", "nan", "1.2.3", "--1", "+", "1,5"};
	static const char *const right[] = {
		"0", "-0", "+7", "1.", ".5", "1e3", "1.5E-3", "00012"};
	struct number number;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(
			!number_of_text(&number, wrong[i], strlen(wrong[i])),
			"'%s' is a number", wrong[i]);
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		ck_assert_msg(
			number_of_text(&number, right[i], strlen(right[i])),
			"'%s' is no number", right[i]);
}
END_TEST

static int order(const char *one, const char *other)
{
	struct number left, right;

	ck_assert(number_of_text(&left, one, strlen(one)));
	ck_assert(number_of_text(&right, other, strlen(other)));
	return number_compare(&left, &right);
}

START_TEST(numbers_compare_without_losing_digits)
{
	ck_assert_int_lt(order("9007199254740992", "9007199254740993"), 0);
	ck_assert_int_lt(
		order("9223372036854775807", "9223372036854775808"), 0);
	ck_assert_int_eq(
		order("9223372036854775808", "9223372036854775808"), 0);
	ck_assert_int_gt(order("18446744073709551615", "1.8e19"), 0);
	ck_assert_int_lt(
		order("-9223372036854775808", "-9223372036854775807"), 0);
	ck_assert_int_eq(order("1e3", "1000"), 0);
	ck_assert_int_gt(order("9007199254740993", "9007199254740992.0"), 0);
	ck_assert_int_lt(order("9007199254740992.0", "9007199254740993"), 0);
	ck_assert_int_lt(
		order("18446744073709551615", "1.8446744073709552e19"), 0);
	ck_assert_int_gt(order("9223372036854775808", "-1e300"), 0);
	ck_assert_int_lt(order("-9223372036854775808", "1e300"), 0);
	ck_assert_int_gt(order("-1", "-1.5"), 0);
	ck_assert_int_lt(order("1", "1.5"), 0);
	ck_assert_int_lt(order("0.1", "0.2"), 0);
}
END_TEST

static Suite *field_suite(void)
{
	Suite *suite = suite_create("field");
	TCase *tests = test_case(suite, "fields and numbers");

	tcase_add_loop_test(tests,
		a_field_is_found_whatever_stood_before_it_the_last_time, 0, 8);
	tcase_add_test(tests, a_key_that_looks_like_the_field_is_none);
	tcase_add_test(tests, numbers_are_whole_texts);
	tcase_add_test(tests, numbers_compare_without_losing_digits);
	return suite;
}

TEST_MAIN(field_suite)
