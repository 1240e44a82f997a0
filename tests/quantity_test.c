/* quantity: sizes and durations, both ways. */
#include "core/text/quantity.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#define UNTOUCHED (-77)

static int64_t size_of(const char *text, int expected)
{
	int64_t size_bytes = UNTOUCHED;

	ck_assert_msg(quantity_size(text, &size_bytes) == expected, "%s", text);
	return size_bytes;
}

static int64_t duration_of(const char *text, int expected)
{
	int64_t duration_ns = UNTOUCHED;

	ck_assert_msg(
		quantity_duration(text, &duration_ns) == expected, "%s", text);
	return duration_ns;
}

START_TEST(sizes_are_read_in_bytes_and_their_units)
{
	ck_assert_int_eq(size_of("0", 0), 0);
	ck_assert_int_eq(size_of("512", 0), 512);
	ck_assert_int_eq(size_of("512B", 0), 512);
	ck_assert_int_eq(size_of("256KiB", 0), 262144);
	ck_assert_int_eq(size_of("1 MiB", 0), 1048576);
	ck_assert_int_eq(size_of("1.5GiB", 0), 1610612736);
	ck_assert_int_eq(size_of("3kB", 0), 3000);
	ck_assert_int_eq(size_of("3KB", 0), 3000);
	ck_assert_int_eq(size_of("9223372036854775807", 0), INT64_MAX);
}
END_TEST

START_TEST(what_is_no_size_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {"", " ", "KiB", "-1", "+1", "1 ",
		"1kib", "1KiBs", "1  KiB", "1.5", "1.", "0.3B", "1KiB2", "0x10",
		"1e3", "\xc2\xbd"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(size_of(bad[i], -EINVAL), UNTOUCHED);
	ck_assert_int_eq(size_of("9223372036854775808", -ERANGE), UNTOUCHED);
	ck_assert_int_eq(size_of("8589934592GiB", -ERANGE), UNTOUCHED);
}
END_TEST

START_TEST(durations_are_read_in_nanoseconds)
{
	ck_assert_int_eq(duration_of("7ns", 0), 7);
	ck_assert_int_eq(duration_of("5us", 0), 5000);
	ck_assert_int_eq(duration_of("100ms", 0), 100000000);
	ck_assert_int_eq(duration_of("1.5s", 0), 1500000000);
	ck_assert_int_eq(duration_of("1m30s", 0), INT64_C(90000000000));
	ck_assert_int_eq(duration_of("1min", 0), INT64_C(60000000000));
	ck_assert_int_eq(duration_of("2 h", 0), INT64_C(7200000000000));
	ck_assert_int_eq(duration_of("1d 1h", 0), INT64_C(90000000000000));
	ck_assert_int_eq(duration_of("0s", 0), 0);
}
END_TEST

START_TEST(what_is_no_duration_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {"", "5", "s", "-1s", "1s1m", "1s2s",
		"1m1min", "1s ", "1 s s", "1fortnight", "0.5ns", "1..5s",
		"1s,"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(duration_of(bad[i], -EINVAL), UNTOUCHED);
	ck_assert_int_eq(duration_of("106752d", -ERANGE), UNTOUCHED);
	ck_assert_int_eq(
		duration_of("99999999999999999999s", -ERANGE), UNTOUCHED);
}
END_TEST

static const struct {
	int64_t value;
	const char *size, *duration;
} printed[] = {
	{0, "0", "0s"},
	{1, "1", "1ns"},
	{1536, "1536", "1us536ns"},
	{65536, "64KiB", "65us536ns"},
	{90000000000, "87890625KiB", "1m30s"},
	{INT64_C(1) << 40, "1024GiB", "18m19s511ms627us776ns"},
	{INT64_MAX, "9223372036854775807", "106751d23h47m16s854ms775us807ns"},
};

START_TEST(printed_quantities_are_short_and_read_back)
{
	char text[QUANTITY_TEXT_BYTES];

	quantity_size_text(text, printed[_i].value);
	ck_assert_str_eq(text, printed[_i].size);
	ck_assert_int_eq(size_of(text, 0), printed[_i].value);
	quantity_duration_text(text, printed[_i].value);
	ck_assert_str_eq(text, printed[_i].duration);
	ck_assert_int_eq(duration_of(text, 0), printed[_i].value);
}
END_TEST

static Suite *quantity_suite(void)
{
	Suite *suite = suite_create("quantity");
	TCase *tests = test_case(suite, "reading and printing");

	tcase_add_test(tests, sizes_are_read_in_bytes_and_their_units);
	tcase_add_test(tests, what_is_no_size_is_refused_and_changes_nothing);
	tcase_add_test(tests, durations_are_read_in_nanoseconds);
	tcase_add_test(
		tests, what_is_no_duration_is_refused_and_changes_nothing);
	tcase_add_loop_test(tests, printed_quantities_are_short_and_read_back,
		0, sizeof printed / sizeof *printed);
	return suite;
}

TEST_MAIN(quantity_suite)
