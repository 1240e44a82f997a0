/* shape: which values a C type takes, exactly, and what is said of others. */
#include "shape.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

/* A value out of a few words: "i:5", "u:5", "f:0.5", "t:text", "b:true". */
static size_t make(const char *text, uint8_t *to, size_t room)
{
	struct tau_writer writer;

	tau_writer_init(&writer, to, room);
	switch (text[0]) {
	case 'i':
		tau_write_int(&writer, strtoll(text + 2, NULL, 10));
		break;
	case 'u':
		tau_write_uint(&writer, strtoull(text + 2, NULL, 10));
		break;
	case 'f':
		tau_write_float(&writer, strtod(text + 2, NULL));
		break;
	case 'b':
		tau_write_bool(&writer, text[2] == 't');
		break;
	default:
		tau_write_text(&writer, text + 2, strlen(text + 2));
		break;
	}
	return (size_t)tau_writer_finish(&writer);
}

static const struct {
	const char *type, *value;
	const char *reason; /* NULL: taken, and comes out as `out` */
	const char *out;
} cases[] = {
	{"i8", "i:-128", NULL, "i:-128"},
	{"i8", "i:-129", "-129 does not fit i8", NULL},
	{"i8", "i:128", "128 does not fit i8", NULL},
	{"u8", "f:255.0", NULL, "i:255"},
	{"u8", "f:255.5", "255.5 does not fit u8", NULL},
	{"i16", "i:32767", NULL, "i:32767"},
	{"i16", "i:32768", "32768 does not fit i16", NULL},
	{"u16", "i:65535", NULL, "i:65535"},
	{"u16", "i:65536", "65536 does not fit u16", NULL},
	{"i32", "i:-2147483648", NULL, "i:-2147483648"},
	{"i32", "i:-2147483649", "-2147483649 does not fit i32", NULL},
	{"u32", "i:4294967295", NULL, "i:4294967295"},
	{"u32", "i:4294967296", "4294967296 does not fit u32", NULL},
	{"i64", "i:-9223372036854775808", NULL, "i:-9223372036854775808"},
	{"i64", "u:9223372036854775808", "9223372036854775808 does not fit i64",
		NULL},
	{"i64", "f:9223372036854775807",
		"9.223372036854776e+18 does not fit i64", NULL},
	{"u64", "u:18446744073709551615", NULL, "u:18446744073709551615"},
	{"u64", "f:18446744073709551616",
		"1.8446744073709552e+19 does not fit u64", NULL},
	{"u64", "i:-1", "-1 does not fit u64", NULL},
	{"u64", "f:-0.0", NULL, "i:0"},
	{"u64", "t:18446744073709551615", NULL, "u:18446744073709551615"},
	{"u64", "t:18446744073709551616",
		"\"18446744073709551616\" does not fit u64", NULL},
	{"f64", "i:9007199254740992", NULL, "f:9007199254740992"},
	{"f64", "i:9007199254740993", "9007199254740993 does not fit f64",
		NULL},
	{"f64", "i:9223372036854775807", "9223372036854775807 does not fit f64",
		NULL},
	{"f64", "u:18446744073709551615",
		"18446744073709551615 does not fit f64", NULL},
	{"f64", "u:9223372036854775808", NULL, "f:9223372036854775808"},
	{"f64", "f:inf", NULL, "f:inf"},
	{"f64", "f:nan", NULL, "f:nan"},
	{"f32", "f:0.1", NULL, "f:0.10000000149011612"},
	{"f32", "i:16777217", "16777217 does not fit f32", NULL},
	{"f32", "f:1e39", "1e+39 does not fit f32", NULL},
	{"f32", "f:-inf", NULL, "f:-inf"},
	{"bool", "b:true", NULL, "b:true"},
	{"bool", "i:0", NULL, "b:false"},
	{"bool", "i:2", "2 is neither true nor false, for bool", NULL},
	{"i32", "t:", "\"\" is no number for i32", NULL},
	{"i32", "b:true", "true is no number for i32", NULL},
};

START_TEST(a_value_fits_exactly_or_not_at_all)
{
	uint8_t type_bytes[64], bytes[64], out[64], expected[64], memory[16];
	char reason[REASON_BYTES] = "", words[64];
	struct tau_writer writer;
	struct tau_value type, value;
	struct shape shape;
	size_t size;
	bool taken;

	snprintf(words, sizeof words, "t:%s", cases[_i].type);
	size = make(words, type_bytes, sizeof type_bytes);
	ck_assert_int_eq(tau_value_open(type_bytes, size, &type), 0);
	ck_assert_int_eq(shape_init(&shape, &type), 0);
	size = make(cases[_i].value, bytes, sizeof bytes);
	ck_assert_int_eq(tau_value_open(bytes, size, &value), 0);
	memset(memory, 0xaa, sizeof memory);
	taken = shape_store(&shape, &value, memory, reason);
	ck_assert_str_eq(reason, cases[_i].reason ? cases[_i].reason : "");
	ck_assert_int_eq(taken, cases[_i].reason == NULL);
	for (size_t i = shape_bytes(&shape); i < sizeof memory; i++)
		ck_assert_uint_eq(memory[i], 0xaa);
	if (taken) {
		struct tau_value came, wanted;

		tau_writer_init(&writer, out, sizeof out);
		shape_write(&shape, memory, &writer);
		size = (size_t)tau_writer_finish(&writer);
		ck_assert_int_eq(tau_value_open(out, size, &came), 0);
		size = make(cases[_i].out, expected, sizeof expected);
		ck_assert_int_eq(tau_value_open(expected, size, &wanted), 0);
		ck_assert(tau_value_equal(&came, &wanted));
	}
	shape_release(&shape);
}
END_TEST

static Suite *shape_suite(void)
{
	Suite *suite = suite_create("ffi shape");
	TCase *tests = test_case(suite, "values");

	tcase_add_loop_test(tests, a_value_fits_exactly_or_not_at_all, 0,
		sizeof cases / sizeof *cases);
	return suite;
}

TEST_MAIN(shape_suite)
