/*
 * utf9: what is malformed is refused with the byte and the reason; what is
 * shown is exact.
 */
#include "core/record/utf9.h"

#include <errno.h>
#include <string.h>

#include <tau/writer.h>

#include "tests/hex.h"
#include "tests/test.h"

static int validate(const char *hex, unsigned flags, struct error *error)
{
	size_t bytes;
	uint8_t *block = hex_block(hex, &bytes);
	int code = utf9_validate(block, bytes, flags, error);
	free(block);
	return code;
}

START_TEST(each_refusal_names_its_byte_and_reason)
{
	static const struct {
		const char *hex, *text;
	} bad[] = {{"", "byte 0: there are no bytes"},
		{"54", "byte 0: this code is none of utf9"},
		{"0f", "byte 0: this code is none of utf9"},
		{"00", "byte 0: it goes on past the end of what holds it"},
		{"19 00", "byte 0: it goes on past the end of what holds it"},
		{"22 'a'", "byte 0: it goes on past the end of what holds it"},
		{"40 02", "byte 0: it goes on past the end of what holds it"},
		{"40 02 01 80",
			"byte 0: it goes on past the end of what holds it"},
		{"80 81", "byte 1: the value ends here, but more bytes follow"},
		{"40 01 02 80",
			"byte 0: it cannot hold as many elements as it says"},
		{"50 01 01 80",
			"byte 0: it cannot hold as many elements as it says"},
		{"44 02 02 00 01", "byte 0: its length does not fit its count "
				   "and element code"},
		{"4a 02 22 'a'",
			"byte 2: it goes on past the end of what holds it"},
		{"4a 02 21 'a'",
			"byte 4: its container ends before its last element"},
		{"4a 03 80 80 80",
			"byte 4: its container has bytes behind its last "
			"element"},
		{"50 05 01 21 'a' 4a 01 54",
			"byte 5: it cannot hold as many elements as it says"},
		{"49 03 49 01 54", "byte 4: this code is none of utf9"},
		{"44 03 01 18 02 'a'",
			"byte 4: it goes on past the end of what holds it"},
		{"0b 00 00 00 01 00 00 00 01",
			"byte 0: a file descriptor cannot leave its process "
			"here"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error error = ERROR_NONE;
		char text[200];
		ck_assert_int_eq(validate(bad[i].hex, 0, &error), -EBADMSG);
		snprintf(text, sizeof text, "the value is malformed at %s",
			bad[i].text);
		ck_assert_msg(strcmp(error.text, text) == 0, "%s: %s",
			bad[i].hex, error.text);
		ck_assert_int_eq(validate(bad[i].hex, 0, NULL), -EBADMSG);
	}
}
END_TEST

START_TEST(fds_may_be_allowed)
{
	ck_assert_int_eq(
		validate("0b 00 00 00 01 00 00 00 01", UTF9_ALLOW_FD, NULL), 0);
}
END_TEST

START_TEST(texts_are_checked_when_asked_for)
{
	static const char *const good[] = {"20", "21 'a'", "22 c3 a9",
		"23 e2 82 ac", "24 f0 9f 98 80", "23 ed 9f bf", "23 ee 80 80",
		"24 f4 8f bf bf", "21 00", "22 c2 80", "23 e0 a0 80",
		"24 f0 90 80 80"};
	static const char *const bad[] = {"21 80", "22 c0 80", "22 c1 bf",
		"21 c3", "23 e0 9f bf", "23 ed a0 80", "22 e2 82",
		"24 f0 8f bf bf", "24 f4 90 80 80", "24 f5 80 80 80", "21 ff",
		"22 c3 'a'", "23 e2 82 'a'", "24 f0 9f 98 'a'"};
	struct error error = ERROR_NONE;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(validate(good[i], UTF9_CHECK_TEXT, NULL) == 0,
			"%s is refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(validate(bad[i], 0, NULL), 0);
		ck_assert_msg(
			validate(bad[i], UTF9_CHECK_TEXT, NULL) == -EBADMSG,
			"%s is accepted", bad[i]);
	}
	validate("49 04 23 'a'80'b'", UTF9_CHECK_TEXT, &error);
	ck_assert_str_eq(error.text,
		"the value is malformed at byte 4: this is not UTF-8");
}
END_TEST

START_TEST(depth_is_bounded)
{
	uint8_t body[2 * TAU_VALUE_DEPTH + 2];
	struct error error = ERROR_NONE;
	for (int depth = TAU_VALUE_DEPTH; depth <= TAU_VALUE_DEPTH + 1;
		depth++) {
		size_t bytes = 0;
		for (int i = depth - 1; i >= 0; i--) {
			body[bytes++] = i ? 0x49 : 0x48;
			body[bytes++] = (uint8_t)(2 * i);
		}
		int wanted = depth > TAU_VALUE_DEPTH ? -EBADMSG : 0;
		ck_assert_int_eq(utf9_validate(body, bytes, 0, &error), wanted);
		int64_t shown = utf9_print(body, bytes, UTF9_TEXT, NULL, 0);
		ck_assert_int_eq(shown, wanted ? wanted : 2 * depth);
	}
	ck_assert_str_eq(error.text, "the value is malformed at byte 64: "
				     "containers nest deeper than 32");
}
END_TEST

static const struct {
	const char *hex, *text, *json;
} shown[] = {{"0c", "null", "null"}, {"0d", "false", "false"},
	{"0e", "true", "true"}, {"80", "0", "0"}, {"ff", "127", "127"},
	{"00 ff", "255", "255"}, {"04 ff", "-1", "-1"},
	{"03 ff ff ff ff ff ff ff ff", "18446744073709551615",
		"18446744073709551615"},
	{"07 80 00 00 00 00 00 00 00", "-9223372036854775808",
		"-9223372036854775808"},
	{"09 3f f0 00 00 00 00 00 00", "1.0", "1.0"},
	{"09 80 00 00 00 00 00 00 00", "-0.0", "-0.0"},
	{"09 3f b9 99 99 99 99 99 9a", "0.1", "0.1"},
	{"09 3f d5 55 55 55 55 55 55", "0.3333333333333333",
		"0.3333333333333333"},
	{"09 3f b9 99 99 99 99 99 9b", "0.10000000000000002",
		"0.10000000000000002"},
	{"09 7f ef ff ff ff ff ff ff", "1.7976931348623157e+308",
		"1.7976931348623157e+308"},
	{"09 00 00 00 00 00 00 00 01", "4.94065645841247e-324",
		"4.94065645841247e-324"},
	{"08 3d cc cc cd", "0.10000000149011612", "0.10000000149011612"},
	{"09 7f f8 00 00 00 00 00 00", "nan", "\"NaN\""},
	{"09 7f f0 00 00 00 00 00 00", "inf", "\"Infinity\""},
	{"09 ff f0 00 00 00 00 00 00", "-inf", "\"-Infinity\""},
	{"0a 'name' 00 00 00 00", "'name'", "\"name\""},
	{"0a 'it'27's' 00 00 00 00", "'it\\'s'", "\"it's\""},
	{"0b 00 00 00 07 00 00 00 03", "fd(pid 7, 3)",
		"{\"tau\":\"fd\",\"pid\":7,\"fd\":3}"},
	{"10", "alpha", "{\"tau\":\"alpha\"}"},
	{"11", "omega", "{\"tau\":\"omega\"}"},
	{"12", "iota", "{\"tau\":\"iota\"}"},
	{"13", "kappa", "{\"tau\":\"kappa\"}"},
	{"14", "tau", "{\"tau\":\"cycle\"}"},
	{"15 00 05", "tau(5)", "{\"tau\":\"cycle\",\"at\":5}"},
	{"20", "\"\"", "\"\""},
	{"27 'a'22'b'5c'c'0a 7f", "\"a\\\"b\\\\c\\n\\x7f\"",
		"\"a\\\"b\\\\c\\n\\u007f\""},
	{"26 08 09 0c 0d 00 1f", "\"\\b\\t\\f\\r\\x00\\x1f\"",
		"\"\\b\\t\\f\\r\\u0000\\u001f\""},
	{"25 c3 a9 ff 'x' c3", "\"\xc3\xa9\\xffx\\xc3\"",
		"\"\xc3\xa9\xef\xbf\xbdx\xef\xbf\xbd\""},
	{"30", "x''", "\"\""}, {"31 00", "x'00'", "\"AA==\""},
	{"32 00 ff", "x'00ff'", "\"AP8=\""},
	{"33 fb ef be", "x'fbefbe'", "\"++++\""},
	{"34 ff ff ff ff", "x'ffffffff'", "\"/////w==\""},
	{"48 00", "()", "[]"}, {"4a 03 81 21 'a'", "(1, \"a\")", "[1,\"a\"]"},
	{"44 03 02 04 01 ff", "[1, -1]", "[1,-1]"}, {"50 00 00", "{}", "{}"},
	{"50 07 02 21 'a' 81 85 49 01 0c", "{\"a\": 1, 5: (null)}",
		"{\"a\":1,\"5\":[null]}"},
	{"50 07 01 49 04 23 'a'22'b' 80", "{(\"a\\\"b\"): 0}",
		"{\"(\\\"a\\\\\\\"b\\\")\":0}"}};

START_TEST(values_are_shown_exactly)
{
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		char out[256];
		size_t bytes;
		uint8_t *block = hex_block(shown[i].hex, &bytes);
		int64_t length = utf9_print(
			block, bytes, UTF9_TEXT, out, sizeof out - 1);
		ck_assert_int_ge(length, 0);
		out[length] = 0;
		ck_assert_str_eq(out, shown[i].text);
		length = utf9_print(
			block, bytes, UTF9_JSON, out, sizeof out - 1);
		ck_assert_int_ge(length, 0);
		out[length] = 0;
		ck_assert_str_eq(out, shown[i].json);
		free(block);
	}
}
END_TEST

START_TEST(what_does_not_fit_is_counted_and_not_written)
{
	static const uint8_t body[] = {
		0x4a, 7, 0x81, 0x25, 'h', 'e', 'l', 'l', 'o'};
	static const char whole[] = "(1, \"hello\")";
	char out[20];
	for (size_t room = 0; room < sizeof out; room++) {
		memset(out, '.', sizeof out);
		ck_assert_int_eq(
			utf9_print(body, sizeof body, UTF9_TEXT, out, room),
			sizeof whole - 1);
		size_t fits = room < sizeof whole ? room : sizeof whole - 1;
		ck_assert_int_eq(memcmp(out, whole, fits), 0);
		for (size_t i = fits; i < sizeof out; i++)
			ck_assert_int_eq(out[i], '.');
	}
}
END_TEST

START_TEST(malformed_values_are_not_shown)
{
	static const char *const bad[] = {"", "54", "4a 02 21 'a'",
		"50 05 01 4a 02 21 'a'", "50 03 01 21 'k' 21", "80 80"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		size_t bytes;
		uint8_t *block = hex_block(bad[i], &bytes);
		ck_assert_int_eq(
			utf9_print(block, bytes, UTF9_TEXT, NULL, 0), -EBADMSG);
		ck_assert_int_eq(
			utf9_print(block, bytes, UTF9_JSON, NULL, 0), -EBADMSG);
		free(block);
	}
}
END_TEST

/* What the writer wrote is valid, and each prefix and each wrong byte of it
 * is survived. */
START_TEST(every_damage_to_a_value_is_survived)
{
	uint8_t body[512];
	static const int64_t numbers[] = {1, 2, 3};
	struct tau_writer writer;
	tau_writer_init(&writer, body, sizeof body);
	struct tau_mark map = tau_write_map_begin(&writer, 0);
	tau_write_text(&writer, "numbers", 7);
	tau_write_int_array(&writer, numbers, 3);
	tau_write_text(&writer, "tuple", 5);
	struct tau_mark tuple = tau_write_tuple_begin(&writer, 300);
	tau_write_text(&writer, "a rather long text", 18);
	tau_write_float(&writer, 0.5);
	tau_write_end(&writer, tuple);
	tau_write_end(&writer, map);
	size_t bytes = (size_t)tau_writer_finish(&writer);
	ck_assert_int_eq(utf9_validate(body, bytes, UTF9_CHECK_TEXT, NULL), 0);
	for (size_t i = 0; i < bytes; i++) {
		uint8_t *block = malloc(i ? i : 1);
		memcpy(block, body, i);
		ck_assert_int_eq(utf9_validate(block, i, 0, NULL), -EBADMSG);
		free(block);
	}
	uint8_t *block = malloc(bytes);
	for (size_t i = 0; i < bytes; i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			memcpy(block, body, bytes);
			block[i] = (uint8_t)byte;
			int code = utf9_validate(
				block, bytes, UTF9_ALLOW_FD, NULL);
			int64_t length =
				utf9_print(block, bytes, UTF9_JSON, NULL, 0);
			ck_assert_int_eq(length < 0, code < 0);
		}
	}
	free(block);
}
END_TEST

static Suite *utf9_suite(void)
{
	Suite *suite = suite_create("utf9");
	TCase *tests = test_case(suite, "validate");
	tcase_add_test(tests, each_refusal_names_its_byte_and_reason);
	tcase_add_test(tests, fds_may_be_allowed);
	tcase_add_test(tests, texts_are_checked_when_asked_for);
	tcase_add_test(tests, depth_is_bounded);
	tcase_add_test(tests, every_damage_to_a_value_is_survived);
	tests = test_case(suite, "print");
	tcase_add_test(tests, values_are_shown_exactly);
	tcase_add_test(tests, what_does_not_fit_is_counted_and_not_written);
	tcase_add_test(tests, malformed_values_are_not_shown);
	return suite;
}

TEST_MAIN(utf9_suite)
