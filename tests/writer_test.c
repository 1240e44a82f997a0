/*
 * writer: values are written in their shortest form, never past the buffer,
 * and read back as they were.
 */
#include <tau/record.h>

#include "tests/hex.h"
#include "tests/test.h"

static uint8_t buffer[200000];
static struct tau_writer writer;

static void begin(void)
{
	tau_writer_init(&writer, buffer, sizeof buffer);
}

/* What was written is these bytes, given in hex. */
static void expect(const char *hex)
{
	static uint8_t wanted[1024];
	static char text[3 * 1024 + 1];
	size_t bytes = hex_bytes(hex, wanted, sizeof wanted);
	int64_t written = tau_writer_finish(&writer);
	ck_assert_int_gt(written, 0);
	ck_assert_msg(
		(size_t)written == bytes && memcmp(buffer, wanted, bytes) == 0,
		"written: %s\nwanted: %s",
		hex_text(buffer, (size_t)written % 1024, text), hex);
	begin();
}

START_TEST(integers_take_their_shortest_form)
{
	static const struct {
		int64_t number;
		const char *hex;
	} numbers[] = {{0, "80"}, {127, "ff"}, {128, "00 80"}, {255, "00 ff"},
		{256, "01 01 00"}, {65535, "01 ff ff"},
		{65536, "02 00 01 00 00"}, {4294967295, "02 ff ff ff ff"},
		{4294967296, "03 00 00 00 01 00 00 00 00"},
		{INT64_MAX, "03 7f ff ff ff ff ff ff ff"}, {-1, "04 ff"},
		{-128, "04 80"}, {-129, "05 ff 7f"}, {-32768, "05 80 00"},
		{-32769, "06 ff ff 7f ff"}, {INT32_MIN, "06 80 00 00 00"},
		{(int64_t)INT32_MIN - 1, "07 ff ff ff ff 7f ff ff ff"},
		{INT64_MIN, "07 80 00 00 00 00 00 00 00"}};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		tau_write_int(&writer, numbers[i].number);
		expect(numbers[i].hex);
	}
	tau_write_uint(&writer, UINT64_MAX);
	expect("03 ff ff ff ff ff ff ff ff");
}
END_TEST

START_TEST(integers_read_back)
{
	for (int bit = 0; bit < 64; bit++) {
		for (int step = -1; step <= 1; step++) {
			uint64_t bits = (UINT64_C(1) << bit) + (uint64_t)step;
			struct tau_value value;
			int64_t number;
			uint64_t size;
			begin();
			tau_write_int(&writer, (int64_t)bits);
			int64_t bytes = tau_writer_finish(&writer);
			ck_assert_int_eq(
				tau_value_open(buffer, (size_t)bytes, &value),
				0);
			ck_assert_int_eq(tau_value_int(&value, &number), 0);
			ck_assert_int_eq(number, (int64_t)bits);
			begin();
			tau_write_uint(&writer, bits);
			bytes = tau_writer_finish(&writer);
			ck_assert_int_eq(
				tau_value_open(buffer, (size_t)bytes, &value),
				0);
			ck_assert_int_eq(tau_value_uint(&value, &size), 0);
			ck_assert_uint_eq(size, bits);
		}
	}
}
END_TEST

START_TEST(scalars_are_written_as_specified)
{
	tau_write_null(&writer);
	expect("0c");
	tau_write_bool(&writer, 0);
	expect("0d");
	tau_write_bool(&writer, 7);
	expect("0e");
	tau_write_float(&writer, -1.5);
	expect("09 bf f8 00 00 00 00 00 00");
	tau_write_symbol(&writer, "a symbol");
	expect("0a 'a symbol'");
	tau_write_signal(&writer, TAU_CODE_IOTA);
	expect("12");
	tau_write_cycle(&writer, 5);
	expect("15 00 05");
	tau_write_cycle(&writer, 70000);
	expect("16 00 01 11 70");
	tau_write_cycle(&writer, UINT64_MAX);
	expect("17 ff ff ff ff ff ff ff ff");
	tau_write_text(&writer, NULL, 0);
	expect("20");
	tau_write_bytes(&writer, "\0", 1);
	expect("31 00");
}
END_TEST

START_TEST(texts_of_every_length_read_back)
{
	static char letters[70000];
	static const struct {
		size_t bytes;
		uint8_t text_code, bytes_code;
	} lengths[] = {{1, 0x21, 0x31}, {2, 0x22, 0x32}, {3, 0x23, 0x33},
		{4, 0x24, 0x34}, {5, 0x25, 0x35}, {7, 0x27, 0x37},
		{8, 0x28, 0x38}, {9, 0x29, 0x39}, {15, 0x2f, 0x3f},
		{16, 0x18, 0x1c}, {17, 0x18, 0x1c}, {255, 0x18, 0x1c},
		{256, 0x19, 0x1d}, {65535, 0x19, 0x1d}, {65536, 0x1a, 0x1e}};
	struct tau_value value;
	const uint8_t *body;
	size_t bytes;
	for (size_t i = 0; i < sizeof letters; i++)
		letters[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		begin();
		tau_write_text(&writer, letters, lengths[i].bytes);
		ck_assert_uint_eq(buffer[0], lengths[i].text_code);
		bytes = (size_t)tau_writer_finish(&writer);
		ck_assert_int_eq(tau_value_open(buffer, bytes, &value), 0);
		ck_assert_int_eq(tau_value_bytes(&value, &body, &bytes), 0);
		ck_assert_uint_eq(bytes, lengths[i].bytes);
		ck_assert_int_eq(memcmp(body, letters, bytes), 0);
		begin();
		tau_write_bytes(&writer, letters, lengths[i].bytes);
		ck_assert_uint_eq(buffer[0], lengths[i].bytes_code);
		bytes = (size_t)tau_writer_finish(&writer);
		ck_assert_int_eq(tau_value_open(buffer, bytes, &value), 0);
		ck_assert_int_eq(tau_value_bytes(&value, &body, &bytes), 0);
		ck_assert_int_eq(memcmp(body, letters, bytes), 0);
	}
}
END_TEST

START_TEST(containers_carry_length_and_count)
{
	static const int64_t numbers[] = {1, -1};
	static const double reals[] = {1.5};
	struct tau_mark map = tau_write_map_begin(&writer, 0);
	tau_write_text(&writer, "status", 6);
	tau_write_int(&writer, 500);
	tau_write_end(&writer, map);
	expect("50 0a 01 | 26 'status' 01 01 f4");
	struct tau_mark outer = tau_write_tuple_begin(&writer, 0);
	struct tau_mark inner = tau_write_tuple_begin(&writer, 0);
	tau_write_end(&writer, inner);
	tau_write_null(&writer);
	tau_write_end(&writer, outer);
	expect("40 04 02 | 40 00 00 | 0c");
	tau_write_int_array(&writer, numbers, 2);
	expect("44 11 02 07 | 00 00 00 00 00 00 00 01 |"
	       "ff ff ff ff ff ff ff ff");
	tau_write_float_array(&writer, reals, 1);
	expect("44 09 01 09 | 3f f8 00 00 00 00 00 00");
	tau_write_float_array(&writer, NULL, 0);
	expect("44 01 00 09");
}
END_TEST

/* A map with one text of `bytes` under "k", its first two header bytes. */
static unsigned form_of(size_t bytes, uint64_t expected_bytes)
{
	static char letters[70000];
	struct tau_value root, found;
	const char *text;
	size_t found_bytes;
	memset(letters, 'x', sizeof letters);
	letters[0] = 'a';
	begin();
	struct tau_mark map = tau_write_map_begin(&writer, expected_bytes);
	tau_write_text(&writer, "k", 1);
	tau_write_text(&writer, letters, bytes);
	tau_write_end(&writer, map);
	size_t written = (size_t)tau_writer_finish(&writer);
	ck_assert_int_eq(tau_value_open(buffer, written, &root), 0);
	ck_assert_int_eq(tau_value_get(&root, "k", 1, &found), 0);
	ck_assert_int_eq(tau_value_text(&found, &text, &found_bytes), 0);
	ck_assert_uint_eq(found_bytes, bytes);
	ck_assert_int_eq(memcmp(text, letters, bytes), 0);
	return buffer[0];
}

START_TEST(headers_grow_with_their_contents)
{
	ck_assert_uint_eq(form_of(250, 0), 0x50);
	ck_assert_uint_eq(form_of(251, 0), 0x50);
	ck_assert_uint_eq(form_of(252, 0), 0x51);
	ck_assert_uint_eq(form_of(300, 0), 0x51);
	ck_assert_uint_eq(form_of(300, 1000), 0x51);
	ck_assert_uint_eq(form_of(69000, 0), 0x52);
	ck_assert_uint_eq(form_of(69000, 1000), 0x52);
	ck_assert_uint_eq(form_of(1, 1000), 0x51);
	ck_assert_uint_eq(form_of(1, 100000), 0x52);
	ck_assert_uint_eq(form_of(1, UINT64_MAX), 0x53);
}
END_TEST

START_TEST(a_value_that_was_read_is_written_as_it_stands)
{
	static const char *const values[] = {"85", "26 'status'",
		"50 0a 01 | 26 'status' 01 01 f4", "44 03 02 00 01 02", "0c"};
	struct tau_value value, element;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		size_t bytes;
		uint8_t *block = hex_block(values[i], &bytes);
		ck_assert_int_eq(tau_value_open(block, bytes, &value), 0);
		tau_write_value(&writer, &value);
		expect(values[i]);
		free(block);
	}
	size_t bytes;
	uint8_t *block = hex_block("44 05 02 01 | 00 01 | 00 02", &bytes);
	ck_assert_int_eq(tau_value_open(block, bytes, &value), 0);
	ck_assert_int_eq(tau_value_item(&value, 1, &element), 0);
	tau_write_value(&writer, &element);
	expect("01 00 02");
	free(block);
}
END_TEST

/* A value with everything in it. */
static void write_everything(struct tau_writer *w)
{
	static char letters[400];
	static const int64_t numbers[] = {1, 2, 3};
	memset(letters, 'x', sizeof letters);
	struct tau_mark map = tau_write_map_begin(w, 0);
	tau_write_text(w, "tuple", 5);
	struct tau_mark tuple = tau_write_tuple_begin(w, 0);
	tau_write_null(w);
	tau_write_bool(w, 1);
	tau_write_int(w, -70000);
	tau_write_float(w, 0.1);
	tau_write_bytes(w, letters, 20);
	tau_write_symbol(w, "eight ch");
	tau_write_signal(w, TAU_CODE_KAPPA);
	tau_write_cycle(w, 3);
	tau_write_text(w, letters, 300);
	tau_write_end(w, tuple);
	tau_write_text(w, "array", 5);
	tau_write_int_array(w, numbers, 3);
	tau_write_text(w, "map", 3);
	struct tau_mark inner = tau_write_map_begin(w, 300);
	tau_write_int(w, 5);
	tau_write_text(w, "five", 4);
	tau_write_end(w, inner);
	tau_write_end(w, map);
}

START_TEST(nothing_is_written_past_the_limit)
{
	uint8_t small[1024];
	write_everything(&writer);
	int64_t whole = tau_writer_finish(&writer);
	ck_assert_int_gt(whole, 300);
	ck_assert_int_lt(whole, 1000);
	for (size_t room = 0; room < (size_t)whole; room++) {
		memset(small, 0xee, sizeof small);
		tau_writer_init(&writer, small, room);
		write_everything(&writer);
		ck_assert_int_eq(tau_writer_finish(&writer), -ENOBUFS);
		for (size_t i = room; i < sizeof small; i++)
			ck_assert_uint_eq(small[i], 0xee);
		uint64_t needed = tau_writer_needed(&writer);
		ck_assert_uint_ge(needed, (uint64_t)whole);
		ck_assert_uint_le(needed, (uint64_t)whole + 3 * 16);
	}
	tau_writer_init(&writer, small, (size_t)whole);
	write_everything(&writer);
	ck_assert_int_eq(tau_writer_finish(&writer), whole);
}
END_TEST

START_TEST(what_is_no_value_does_not_finish)
{
	struct tau_mark mark;
	ck_assert_int_eq(tau_writer_finish(&writer), -EINVAL);
	tau_write_null(&writer);
	tau_write_null(&writer);
	ck_assert_int_eq(tau_writer_finish(&writer), -EINVAL);
	begin();
	tau_write_tuple_begin(&writer, 0);
	ck_assert_int_eq(tau_writer_finish(&writer), -EINVAL);
	begin();
	mark = tau_write_map_begin(&writer, 0);
	tau_write_null(&writer);
	tau_write_end(&writer, mark);
	ck_assert_int_eq(tau_writer_finish(&writer), -EINVAL);
	begin();
	tau_write_signal(&writer, TAU_CODE_CYCLE + 1);
	ck_assert_int_eq(tau_writer_finish(&writer), -EINVAL);
}
END_TEST

static void nest(int depth)
{
	if (depth == 0)
		return;
	struct tau_mark mark = tau_write_tuple_begin(&writer, 0);
	nest(depth - 1);
	tau_write_end(&writer, mark);
}

START_TEST(containers_nest_to_the_greatest_depth)
{
	nest(TAU_VALUE_DEPTH);
	ck_assert_int_eq(tau_writer_finish(&writer), 3 * TAU_VALUE_DEPTH);
	begin();
	nest(TAU_VALUE_DEPTH + 1);
	ck_assert_int_eq(tau_writer_finish(&writer), -E2BIG);
}
END_TEST

static Suite *writer_suite(void)
{
	Suite *suite = suite_create("writer");
	TCase *tests = test_case(suite, "values");
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, integers_take_their_shortest_form);
	tcase_add_test(tests, integers_read_back);
	tcase_add_test(tests, scalars_are_written_as_specified);
	tcase_add_test(tests, texts_of_every_length_read_back);
	tcase_add_test(tests, containers_carry_length_and_count);
	tcase_add_test(tests, headers_grow_with_their_contents);
	tcase_add_test(tests, a_value_that_was_read_is_written_as_it_stands);
	tests = test_case(suite, "limits");
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test(tests, nothing_is_written_past_the_limit);
	tcase_add_test(tests, what_is_no_value_does_not_finish);
	tcase_add_test(tests, containers_nest_to_the_greatest_depth);
	return suite;
}

TEST_MAIN(writer_suite)
