/*
 * value: views of utf9 values are right about good bytes and safe with any.
 */
#include <tau/record.h>

#include "tests/hex_value.h"
#include "tests/test.h"

START_TEST(every_code_has_its_kind)
{
	static const struct {
		const char *hex;
		int kind;
	} codes[] = {{"00 ff", TAU_KIND_INT}, {"01 ff ff", TAU_KIND_INT},
		{"02 00 00 00 01", TAU_KIND_INT},
		{"03 00 00 00 00 00 00 00 01", TAU_KIND_INT},
		{"04 ff", TAU_KIND_INT}, {"05 ff ff", TAU_KIND_INT},
		{"06 ff ff ff ff", TAU_KIND_INT},
		{"07 ff ff ff ff ff ff ff ff", TAU_KIND_INT},
		{"08 3f 80 00 00", TAU_KIND_FLOAT},
		{"09 3f f0 00 00 00 00 00 00", TAU_KIND_FLOAT},
		{"0a 'symbol'00 00", TAU_KIND_SYMBOL},
		{"0b 00 00 00 07 00 00 00 03", TAU_KIND_FD},
		{"0c", TAU_KIND_NULL}, {"0d", TAU_KIND_BOOL},
		{"0e", TAU_KIND_BOOL}, {"10", TAU_KIND_ALPHA},
		{"11", TAU_KIND_OMEGA}, {"12", TAU_KIND_IOTA},
		{"13", TAU_KIND_KAPPA}, {"14", TAU_KIND_CYCLE},
		{"15 00 05", TAU_KIND_CYCLE},
		{"16 00 00 00 05", TAU_KIND_CYCLE},
		{"17 00 00 00 00 00 00 00 05", TAU_KIND_CYCLE},
		{"18 01 'a'", TAU_KIND_TEXT}, {"19 00 01 'a'", TAU_KIND_TEXT},
		{"1a 00 00 00 01 'a'", TAU_KIND_TEXT},
		{"1b 00 00 00 00 00 00 00 01 'a'", TAU_KIND_TEXT},
		{"1c 01 'a'", TAU_KIND_BYTES}, {"1d 00 01 'a'", TAU_KIND_BYTES},
		{"1e 00 00 00 01 'a'", TAU_KIND_BYTES},
		{"1f 00 00 00 00 00 00 00 01 'a'", TAU_KIND_BYTES},
		{"20", TAU_KIND_TEXT}, {"2f 'fifteen letters'", TAU_KIND_TEXT},
		{"30", TAU_KIND_BYTES},
		{"3f 'fifteen letters'", TAU_KIND_BYTES},
		{"40 00 00", TAU_KIND_TUPLE},
		{"41 00 00 00 00", TAU_KIND_TUPLE},
		{"42 00 00 00 00 00 00 00 00", TAU_KIND_TUPLE},
		{"43 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
			TAU_KIND_TUPLE},
		{"44 01 00 00", TAU_KIND_ARRAY},
		{"45 00 01 00 00 00", TAU_KIND_ARRAY},
		{"46 00 00 00 01 00 00 00 00 00", TAU_KIND_ARRAY},
		{"47 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00",
			TAU_KIND_ARRAY},
		{"48 00", TAU_KIND_TUPLE},
		{"4f 07 80 81 82 83 84 85 86", TAU_KIND_TUPLE},
		{"50 00 00", TAU_KIND_MAP}, {"51 00 00 00 00", TAU_KIND_MAP},
		{"52 00 00 00 00 00 00 00 00", TAU_KIND_MAP},
		{"53 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
			TAU_KIND_MAP},
		{"80", TAU_KIND_INT}, {"ff", TAU_KIND_INT}};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		struct tau_value value = good(codes[i].hex);
		ck_assert_msg(tau_value_kind(&value) == codes[i].kind,
			"%s is of kind %d", codes[i].hex,
			tau_value_kind(&value));
	}
}
END_TEST

START_TEST(other_bytes_are_no_code)
{
	struct tau_value value;
	char hex[64];
	for (unsigned code = 0x54; code < 0x80; code++) {
		sprintf(hex, "%02x 00 00", code);
		ck_assert_int_eq(open_hex(hex, &value), -EBADMSG);
		hex[2] = 0;
		ck_assert_int_eq(open_hex(hex, &value), -EBADMSG);
	}
	ck_assert_int_eq(open_hex("0f", &value), -EBADMSG);
	ck_assert_int_eq(open_hex("", &value), -EBADMSG);
}
END_TEST

START_TEST(headers_that_cannot_be_true_do_not_open)
{
	static const char *const bad[] = {"00", "01 00",
		"03 00 00 00 00 00 00 00", /* cut short */
		"21", "18", "18 02 'a'", "19 00",
		"1b ff ff ff ff ff ff ff ff 'a'", /* lengths that wrap */
		"1b ff ff ff ff ff ff ff f7 'a'", "40", "40 00", "48", "48 01",
		"43 ff ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00",
		"43 ff ff ff ff ff ff ff f0 00 00 00 00 00 00 00 01",
		"40 01 02 80",       /* two elements in one byte */
		"49 00",             /* one in none */
		"50 01 01 80",       /* a key without a value */
		"50 03 02 80 80 80", /* two entries in three bytes */
		"53 00 00 00 00 00 00 00 02 80 00 00 00 00 00 00 01 80 80",
		"44 00 00",                   /* an array without a code */
		"44 01 01 00",                /* one number in no byte */
		"44 03 01 00 01 02",          /* and in two */
		"44 04 01 01 00 01 02",       /* u16 in three */
		"44 01 01 0c", "44 01 05 80", /* elements of no size */
		"44 01 00 0c", "44 01 00 20",
		"44 07 02 22 'abcdef'", /* six bytes for two texts of two */
		"44 02 01 0f 00", "44 02 01 54 00",
		"47 00 00 00 00 00 00 00 01 ff ff ff ff ff ff ff ff 80",
		"80 80", /* two values */
		"20 20", "40 00 00 00"};
	struct tau_value value;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(open_hex(bad[i], &value) == -EBADMSG, "%s opens",
			bad[i]);
}
END_TEST

START_TEST(a_view_is_of_one_kind_alone)
{
	struct tau_value value = good("24 'text'");
	int64_t number = 7;
	uint64_t size = 7;
	double real = 7;
	int truth = 7;
	char name[8];
	ck_assert_int_eq(tau_value_int(&value, &number), -EINVAL);
	ck_assert_int_eq(tau_value_uint(&value, &size), -EINVAL);
	ck_assert_int_eq(tau_value_float(&value, &real), -EINVAL);
	ck_assert_int_eq(tau_value_bool(&value, &truth), -EINVAL);
	ck_assert_int_eq(tau_value_symbol(&value, name), -EINVAL);
	ck_assert_int_eq(tau_value_cycle(&value, &size), -EINVAL);
	ck_assert_int_eq(number, 7);
	ck_assert_uint_eq(size, 7);
	ck_assert_int_eq(truth, 7);
	const char *text;
	const uint8_t *body;
	size_t bytes;
	ck_assert_int_eq(tau_value_text(&value, &text, &bytes), 0);
	ck_assert_int_eq(tau_value_bytes(&value, &body, &bytes), 0);
	ck_assert_uint_eq(bytes, 4);
	ck_assert_int_eq(memcmp(text, "text", 4), 0);
	value = good("31 00");
	ck_assert_int_eq(tau_value_text(&value, &text, &bytes), -EINVAL);
	ck_assert_int_eq(tau_value_bytes(&value, &body, &bytes), 0);
	ck_assert_uint_eq(bytes, 1);
}
END_TEST

START_TEST(numbers_convert_only_when_they_fit)
{
	int64_t number;
	uint64_t size;
	double real;
	struct tau_value value = good("03 ff ff ff ff ff ff ff ff");
	ck_assert_int_eq(tau_value_int(&value, &number), -ERANGE);
	ck_assert_int_eq(tau_value_uint(&value, &size), 0);
	ck_assert_uint_eq(size, UINT64_MAX);
	ck_assert_int_eq(tau_value_float(&value, &real), 0);
	ck_assert_double_eq(real, 18446744073709551616.0);
	value = good("04 80");
	ck_assert_int_eq(tau_value_int(&value, &number), 0);
	ck_assert_int_eq(number, -128);
	ck_assert_int_eq(tau_value_uint(&value, &size), -ERANGE);
	ck_assert_int_eq(tau_value_float(&value, &real), 0);
	ck_assert_double_eq(real, -128);
	value = good("09 40 45 00 00 00 00 00 00"); /* 42.0 */
	ck_assert_int_eq(tau_value_int(&value, &number), 0);
	ck_assert_int_eq(number, 42);
	ck_assert_int_eq(tau_value_uint(&value, &size), 0);
	ck_assert_uint_eq(size, 42);
	value = good("08 bf c0 00 00"); /* -1.5f */
	ck_assert_int_eq(tau_value_int(&value, &number), -ERANGE);
	ck_assert_int_eq(tau_value_uint(&value, &size), -ERANGE);
	ck_assert_int_eq(tau_value_float(&value, &real), 0);
	ck_assert_double_eq(real, -1.5);
	value = good("09 7f f8 00 00 00 00 00 00"); /* NaN */
	ck_assert_int_eq(tau_value_int(&value, &number), -ERANGE);
	ck_assert_int_eq(tau_value_uint(&value, &size), -ERANGE);
	value = good("09 43 e0 00 00 00 00 00 00"); /* 2^63 */
	ck_assert_int_eq(tau_value_int(&value, &number), -ERANGE);
	ck_assert_int_eq(tau_value_uint(&value, &size), 0);
	ck_assert_uint_eq(size, UINT64_C(1) << 63);
}
END_TEST

START_TEST(signals_and_symbols_carry_what_they_say)
{
	uint64_t number = 9;
	char name[8];
	struct tau_value value = good("14");
	ck_assert_int_eq(tau_value_cycle(&value, &number), -ENOENT);
	value = good("15 01 02");
	ck_assert_int_eq(tau_value_cycle(&value, &number), 0);
	ck_assert_uint_eq(number, 0x102);
	value = good("0a 'eight ch'");
	ck_assert_int_eq(tau_value_symbol(&value, name), 0);
	ck_assert_int_eq(memcmp(name, "eight ch", 8), 0);
	int truth = 7;
	value = good("0d");
	ck_assert_int_eq(tau_value_bool(&value, &truth), 0);
	ck_assert_int_eq(truth, 0);
	value = good("0e");
	ck_assert_int_eq(tau_value_bool(&value, &truth), 0);
	ck_assert_int_eq(truth, 1);
}
END_TEST

START_TEST(a_record_gives_its_value)
{
	static const uint8_t body[] = {0x85};
	struct tau_record record = {body, 1, TAU_VALUE, TAU_STATIC};
	struct tau_value value;
	int64_t number;
	ck_assert_int_eq(tau_record_value(&record, &value), 0);
	ck_assert_int_eq(tau_value_int(&value, &number), 0);
	ck_assert_int_eq(number, 5);
	record.type = TAU_UTF8;
	ck_assert_int_eq(tau_record_value(&record, &value), -EINVAL);
}
END_TEST

static Suite *value_suite(void)
{
	Suite *suite = suite_create("value");
	TCase *tests = test_case(suite, "views");
	tcase_add_checked_fixture(tests, NULL, release);
	tcase_add_test(tests, every_code_has_its_kind);
	tcase_add_test(tests, other_bytes_are_no_code);
	tcase_add_test(tests, headers_that_cannot_be_true_do_not_open);
	tcase_add_test(tests, a_view_is_of_one_kind_alone);
	tcase_add_test(tests, numbers_convert_only_when_they_fit);
	tcase_add_test(tests, signals_and_symbols_carry_what_they_say);
	tcase_add_test(tests, a_record_gives_its_value);
	return suite;
}

TEST_MAIN(value_suite)
