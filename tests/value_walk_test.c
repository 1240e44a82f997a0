/*
 * value_walk: what lies in containers is found, told apart and compared, and
 * containers that lie are found out.
 */
#include <tau/record.h>

#include "tests/hex_value.h"
#include "tests/test.h"

static int64_t int_at(const struct tau_value *root, const char *pointer)
{
	struct tau_value found;
	int64_t number = -1;
	int code = tau_value_at(root, pointer, strlen(pointer), &found);
	if (code == 0)
		code = tau_value_int(&found, &number);
	return code == 0 ? number : code;
}

/* A map of `value` (hex) under another key, then 5 under a key of `bytes`
 * letters, of which the one at `wrong` is replaced for the lookup. */
static int get_behind(const char *value, size_t bytes, size_t wrong)
{
	uint8_t body[2048];
	char key[1024];
	struct tau_writer writer;
	struct tau_value skipped, root, found;
	size_t value_bytes;
	int64_t number = 0;
	uint8_t *other = hex_block(value, &value_bytes);
	ck_assert_int_eq(tau_value_open(other, value_bytes, &skipped), 0);
	memset(key, 'k', sizeof key);
	tau_writer_init(&writer, body, sizeof body);
	struct tau_mark map = tau_write_map_begin(&writer, 0);
	tau_write_value(&writer, &skipped);
	tau_write_value(&writer, &skipped);
	tau_write_text(&writer, key, bytes);
	tau_write_int(&writer, 5);
	tau_write_end(&writer, map);
	free(other);
	int64_t written = tau_writer_finish(&writer);
	ck_assert_int_gt(written, 0);
	ck_assert_int_eq(tau_value_open(body, (size_t)written, &root), 0);
	key[wrong] = 'w';
	int code = tau_value_get(&root, key, bytes, &found);
	if (code == 0)
		ck_assert_int_eq(tau_value_int(&found, &number), 0);
	return code == 0 ? (int)number : code;
}

START_TEST(a_key_of_any_length_is_told_from_its_likes)
{
	static const size_t lengths[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 255, 256, 1000};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t bytes = lengths[i];
		ck_assert_int_eq(get_behind("80", bytes, 1000), 5);
		for (size_t wrong = 0; wrong < bytes; wrong++)
			ck_assert_int_eq(
				get_behind("80", bytes, wrong), -ENOENT);
	}
}
END_TEST

START_TEST(values_of_every_kind_are_stepped_over)
{
	static const char *const values[] = {"00 ff", "01 ff ff",
		"02 00 00 00 01", "03 00 00 00 00 00 00 00 01", "04 ff",
		"05 ff ff", "06 ff ff ff ff", "07 ff ff ff ff ff ff ff ff",
		"08 3f 80 00 00", "09 3f f0 00 00 00 00 00 00",
		"0a 'symbol'00 00", "0b 00 00 00 07 00 00 00 03", "0c", "0d",
		"0e", "10", "11", "12", "13", "14", "15 00 05",
		"17 00 00 00 00 00 00 00 05", "18 01 'a'", "19 00 01 'a'",
		"1c 01 'a'", "1d 00 01 'a'", "20", "2f 'fifteen letters'", "30",
		"3f 'fifteen letters'", "40 01 01 80", "44 03 02 00 01 02",
		"4a 02 81 82", "50 02 01 81 82", "80"};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		ck_assert_msg(get_behind(values[i], 6, 1000) == 5,
			"%s is not stepped over", values[i]);
}
END_TEST

START_TEST(values_that_are_cut_are_not_stepped_over)
{
	static const char *const bad[] = {"50 02 01 80 22", "50 02 01 80 00",
		"50 02 01 80 18", "50 03 01 80 18 01", "50 02 01 80 54",
		"50 02 01 80 50", "50 02 01 22 80", "50 03 01 18 02 80"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tau_value found, root = good(bad[i]);
		ck_assert_int_eq(
			tau_value_get(&root, "k", 1, &found), -EBADMSG);
	}
}
END_TEST

START_TEST(a_pointer_leads_to_its_value)
{
	struct tau_value root = good(
		"50 43 09 | 21 'a' 81 | 22 'bb' 4a 03 82 21"
		" 'x' | 85 86 | 23 'a/b' 83 | 23 'm~n' 44 05 02 01 01 2c 01 90 "
		"| 20 87 | 21 'a' 89 | 18 10 'a text of 16 let' 50 03 01 21 'k'"
		" 0c | 26 'signal' 12");
	struct tau_value found;
	ck_assert_int_eq(int_at(&root, "/a"), 1); /* the first of two */
	ck_assert_int_eq(int_at(&root, "/bb/0"), 2);
	ck_assert_int_eq(int_at(&root, "/a~1b"), 3);
	ck_assert_int_eq(int_at(&root, "/m~0n/0"), 300);
	ck_assert_int_eq(int_at(&root, "/m~0n/1"), 400);
	ck_assert_int_eq(int_at(&root, "/"), 7);
	ck_assert_int_eq(tau_value_at(&root, "", 0, &found), 0);
	ck_assert_ptr_eq(found.body, root.body);
	ck_assert_int_eq(
		tau_value_at(&root, "/a text of 16 let/k", 19, &found), 0);
	ck_assert_int_eq(tau_value_kind(&found), TAU_KIND_NULL);
	ck_assert_int_eq(tau_value_at(&root, "/signal", 7, &found), 0);
	ck_assert_int_eq(tau_value_kind(&found), TAU_KIND_IOTA);
}
END_TEST

START_TEST(a_pointer_may_lead_nowhere)
{
	struct tau_value root =
		good("50 19 04 | 21 'a' 81 | 22 'bb' 4a 03 82 21"
		     " 'x' | 85 86 | 23 'm~n' 44 05 02 01 01 2c 01 90 ");
	ck_assert_int_eq(int_at(&root, "/b"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/5"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/a/0"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/2"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/00"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/-"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/99999999999999999999"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/m~0n/2"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/m~0"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "/bb/~0"), -ENOENT);
	ck_assert_int_eq(int_at(&root, "a"), -EINVAL);
	ck_assert_int_eq(int_at(&root, "/~"), -EINVAL);
	ck_assert_int_eq(int_at(&root, "/~2"), -EINVAL);
	ck_assert_int_eq(int_at(&root, "/bb/1"), -EINVAL); /* a text */
}
END_TEST

START_TEST(items_come_in_order_and_end)
{
	struct tau_value root = good("4b 08 85 | 22 'hi' | 44 01 00 00");
	struct tau_items items;
	struct tau_value item, key;
	ck_assert_int_eq(tau_value_items(&root, &items), 0);
	ck_assert_int_eq(tau_value_next(&items, &item), 1);
	ck_assert_int_eq(tau_value_kind(&item), TAU_KIND_INT);
	ck_assert_int_eq(tau_value_next(&items, &item), 1);
	ck_assert_int_eq(tau_value_kind(&item), TAU_KIND_TEXT);
	ck_assert_int_eq(tau_value_next(&items, &item), 1);
	ck_assert_int_eq(tau_value_kind(&item), TAU_KIND_ARRAY);
	ck_assert_uint_eq(item.count, 0);
	ck_assert_int_eq(tau_value_next(&items, &item), 0);
	ck_assert_int_eq(tau_value_next(&items, &item), 0);
	root = good("50 02 01 85 86");
	ck_assert_int_eq(tau_value_items(&root, &items), 0);
	ck_assert_int_eq(tau_value_next_entry(&items, &key, &item), 1);
	ck_assert_uint_eq(key.code, 0x85);
	ck_assert_uint_eq(item.code, 0x86);
	ck_assert_int_eq(tau_value_next_entry(&items, &key, &item), 0);
	root = good("85");
	ck_assert_int_eq(tau_value_items(&root, &items), -EINVAL);
}
END_TEST

START_TEST(elements_of_arrays_have_no_codes_of_their_own)
{
	struct tau_value found,
		root = good("44 09 02 18 | 01 'a' | 05 'hello'");
	const char *text;
	size_t bytes;
	ck_assert_int_eq(tau_value_item(&root, 1, &found), 0);
	ck_assert_int_eq(tau_value_text(&found, &text, &bytes), 0);
	ck_assert_uint_eq(bytes, 5);
}
END_TEST

START_TEST(nested_arrays_are_reached)
{
	/* Two arrays of u8: each with a length, a count, a code. */
	struct tau_value root = good("44 0a 02 44 | 03 02 00 01 02 | 02 01 00"
				     " 09");
	ck_assert_int_eq(int_at(&root, "/0/1"), 2);
	ck_assert_int_eq(int_at(&root, "/1/0"), 9);
	ck_assert_int_eq(int_at(&root, "/2"), -ENOENT);
}
END_TEST

START_TEST(containers_that_lie_inside_are_found_out_on_the_way)
{
	static const char *const bad[] = {
		"4a 02 85 21",           /* the last element is cut */
		"4a 03 85 85 85",        /* more elements than said */
		"4a 02 22 'x'",          /* it goes past its container */
		"4a 02 85 54",           /* no code */
		"50 03 01 21 'k' 21",    /* a value that is cut */
		"50 04 01 21 'k' 85 85", /* bytes behind the last entry */
		"44 03 02 18 01 'a'"};   /* fewer elements than said */
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tau_value found, root = good(bad[i]);
		struct tau_items items;
		int flow;
		ck_assert_int_eq(tau_value_items(&root, &items), 0);
		while ((flow = tau_value_next(&items, &found)) == 1)
			;
		ck_assert_msg(
			flow == -EBADMSG, "%s ends with %d", bad[i], flow);
		ck_assert(!tau_value_equal(&root, &root));
	}
	struct tau_value found, root = good(bad[4]);
	ck_assert_int_eq(tau_value_get(&root, "k", 1, &found), -EBADMSG);
	root = good(bad[5]);
	ck_assert_int_eq(tau_value_get(&root, "z", 1, &found), -EBADMSG);
	root = good("50 02 01 80 22");
	ck_assert_int_eq(tau_value_get(&root, "z", 1, &found), -EBADMSG);
	root = good("50 02 01 21 'k'");
	ck_assert_int_eq(tau_value_get(&root, "k", 1, &found), -EBADMSG);
	ck_assert_int_eq(tau_value_get(&root, "z", 1, &found), -EBADMSG);
}
END_TEST

static int equal(const char *one, const char *other)
{
	struct tau_value first, second;
	size_t bytes, other_bytes;
	uint8_t *one_block = hex_block(one, &bytes);
	uint8_t *other_block = hex_block(other, &other_bytes);
	ck_assert_int_eq(tau_value_open(one_block, bytes, &first), 0);
	ck_assert_int_eq(tau_value_open(other_block, other_bytes, &second), 0);
	int result = tau_value_equal(&first, &second);
	ck_assert_int_eq(result, tau_value_equal(&second, &first));
	free(one_block);
	free(other_block);
	return result;
}

START_TEST(equality_is_about_what_values_say)
{
	ck_assert(equal("85", "05 00 05"));
	ck_assert(equal("04 ff", "07 ff ff ff ff ff ff ff ff"));
	ck_assert(!equal("04 ff", "03 ff ff ff ff ff ff ff ff"));
	ck_assert(!equal("85", "86"));
	ck_assert(equal("08 3f 80 00 00", "09 3f f0 00 00 00 00 00 00"));
	ck_assert(!equal("81", "08 3f 80 00 00"));
	ck_assert(equal("09 7f f8 00 00 00 00 00 00", "08 7f c0 00 00"));
	ck_assert(!equal("08 3f 80 00 00", "08 7f c0 00 00"));
	ck_assert(equal("08 80 00 00 00", "08 00 00 00 00"));
	ck_assert(equal("21 'a'", "19 00 01 'a'"));
	ck_assert(!equal("21 'a'", "31 'a'"));
	ck_assert(!equal("21 'a'", "22 'aa'"));
	ck_assert(!equal("0d", "0e"));
	ck_assert(!equal("0c", "0d"));
	ck_assert(equal("14", "14"));
	ck_assert(equal("15 00 05", "16 00 00 00 05"));
	ck_assert(!equal("14", "15 00 00"));
	ck_assert(equal("4a 02 81 82", "44 03 02 00 01 02"));
	ck_assert(!equal("4a 02 81 82", "49 01 81"));
	ck_assert(!equal("4a 02 81 82", "4a 02 81 83"));
	ck_assert(equal("50 03 01 21 'a' 81", "51 00 04 00 01 21 'a' 00 01"));
	ck_assert(!equal("50 02 01 81 82", "4a 02 81 82"));
	ck_assert(!equal("50 04 02 81 82 83 84", "50 04 02 83 84 81 82"));
	ck_assert(equal("0a 'symbol'00 00", "0a 'symbol'00 00"));
}
END_TEST

/* Tuples inside each other, `depth` of them. */
static size_t nest(uint8_t *out, int depth)
{
	size_t bytes = 0;
	for (int i = depth - 1; i >= 0; i--) {
		out[bytes++] = i ? 0x49 : 0x48;
		out[bytes++] = (uint8_t)(2 * i);
	}
	return bytes;
}

START_TEST(equality_ends_at_the_greatest_depth)
{
	uint8_t body[2 * TAU_VALUE_DEPTH + 2];
	struct tau_value value;
	size_t bytes = nest(body, TAU_VALUE_DEPTH);
	ck_assert_int_eq(tau_value_open(body, bytes, &value), 0);
	ck_assert(tau_value_equal(&value, &value));
	bytes = nest(body, TAU_VALUE_DEPTH + 1);
	ck_assert_int_eq(tau_value_open(body, bytes, &value), 0);
	ck_assert(!tau_value_equal(&value, &value));
}
END_TEST

static Suite *value_walk_suite(void)
{
	Suite *suite = suite_create("value_walk");
	TCase *tests = test_case(suite, "containers");
	tcase_add_checked_fixture(tests, NULL, release);
	tcase_add_test(tests, a_key_of_any_length_is_told_from_its_likes);
	tcase_add_test(tests, values_of_every_kind_are_stepped_over);
	tcase_add_test(tests, values_that_are_cut_are_not_stepped_over);
	tcase_add_test(tests, a_pointer_leads_to_its_value);
	tcase_add_test(tests, a_pointer_may_lead_nowhere);
	tcase_add_test(tests, items_come_in_order_and_end);
	tcase_add_test(tests, elements_of_arrays_have_no_codes_of_their_own);
	tcase_add_test(tests, nested_arrays_are_reached);
	tcase_add_test(
		tests, containers_that_lie_inside_are_found_out_on_the_way);
	tests = test_case(suite, "equality");
	tcase_add_test(tests, equality_is_about_what_values_say);
	tcase_add_test(tests, equality_ends_at_the_greatest_depth);
	return suite;
}

TEST_MAIN(value_walk_suite)
