/* literal: which values a param takes, and what is said about others. */
#include "core/catalogue/literal.h"
#include "tests/test.h"

#include <string.h>

static const char *const words[] = {"asc", "desc"};

static const struct {
	struct param_description param;
	const char *value;    /* as JSON */
	const char *sentence; /* NULL: taken */
} cases[] = {
	{{.of = PARAM_BOOL}, "true", NULL},
	{{.of = PARAM_BOOL}, "1", "1 is not true or false"},
	{{.of = PARAM_INT}, "-7", NULL},
	{{.of = PARAM_INT}, "7.5", "7.5 is not a whole number"},
	{{.of = PARAM_INT}, "\"7\"", "\"7\" is not a whole number"},
	{{.of = PARAM_INT, .min = {.set = true, .integer = 0}}, "-1",
		"-1 is less than 0"},
	{{.of = PARAM_INT, .max = {.set = true, .integer = 65535}}, "70000",
		"70000 is more than 65535"},
	{{.of = PARAM_INT, .max = {.set = true, .integer = 65535}}, "65535",
		NULL},
	{{.of = PARAM_FLOAT}, "7", NULL},
	{{.of = PARAM_FLOAT}, "\"x\"", "\"x\" is not a number"},
	{{.of = PARAM_FLOAT, .min = {.set = true, .real = 0.5}}, "0.25",
		"0.25 is less than 0.5"},
	{{.of = PARAM_FLOAT, .max = {.set = true, .real = 0.5}}, "1",
		"1 is more than 0.5"},
	{{.of = PARAM_STRING}, "\"\"", NULL},
	{{.of = PARAM_STRING}, "null", "null is not a string"},
	{{.of = PARAM_PATH}, "\"a.log\"", NULL},
	{{.of = PARAM_PATH}, "\"\"", "\"\" is not a path"},
	{{.of = PARAM_REGEX}, "\"[a-z]+\"", NULL},
	{{.of = PARAM_SECRET}, "\"s\"", NULL},
	{{.of = PARAM_SECRET}, "4711", "a secret is a string"},
	{{.of = PARAM_SIZE}, "4096", NULL},
	{{.of = PARAM_SIZE}, "\"4KiB\"", NULL},
	{{.of = PARAM_SIZE}, "-1",
		"-1 is not a size: write a number of bytes, or one with KiB, "
		"MiB or GiB"},
	{{.of = PARAM_SIZE, .max = {.set = true, .integer = 4096}}, "\"5KiB\"",
		"\"5KiB\" is more than 4KiB"},
	{{.of = PARAM_DURATION}, "0", NULL},
	{{.of = PARAM_DURATION}, "\"1m30s\"", NULL},
	{{.of = PARAM_DURATION}, "10",
		"10 is not a duration: write a number with ns, us, ms, s, m or "
		"h"},
	{{.of = PARAM_DURATION, .min = {.set = true, .integer = 1000000000}},
		"\"10ms\"", "\"10ms\" is less than 1s"},
	{{.of = PARAM_ENUM}, "\"desc\"", NULL},
	{{.of = PARAM_ENUM}, "\"dsec\"",
		"\"dsec\" is not one of asc, desc; did you mean \"desc\"?"},
	{{.of = PARAM_ENUM}, "\"up\"", "\"up\" is not one of asc, desc"},
	{{.of = PARAM_ENUM}, "1", "1 is not one of asc, desc"},
	{{.of = PARAM_FIELD}, "\"\"", NULL},
	{{.of = PARAM_FIELD}, "\"/a~1b/0\"", NULL},
	{{.of = PARAM_FIELD}, "\"status\"",
		"\"status\" is not a field: write a JSON pointer, "
		"\"/status\""},
	{{.of = PARAM_FIELD}, "\"/a~2\"",
		"\"/a~2\" is not a field: write a JSON pointer such as "
		"\"/status\""},
	{{.of = PARAM_FIELD}, "3",
		"3 is not a field: write a JSON pointer such as \"/status\""},
	{{.of = PARAM_REGEX}, "\"(?<text>.*)\"", NULL},
	{{.of = PARAM_REGEX}, "\"(?<text.*\"",
		"\"(?<text.*\" is no regular expression: syntax error in "
		"subpattern name (missing terminator?), at character 8"},
	{{.of = PARAM_REGEX}, "\"a{\u00fc}(\"",
		"\"a{\u00fc}(\" is no regular expression: missing closing "
		"parenthesis, at character 7"},
	{{.of = PARAM_REGEX}, "3", "3 is not a string"},
	{{.of = PARAM_SIGNATURE}, "\"int abs(int x)\"", NULL},
	{{.of = PARAM_SIGNATURE}, "\"int abs(int\"",
		"\")\" comes after the arguments, not the end"},
	{{.of = PARAM_SIGNATURE}, "3",
		"3 is not a signature: write a string such as \"size "
		"strlen(string in)\""},
	{{.of = PARAM_JSON}, "[null, {\"a\": 1}]", NULL},
	{{.type = PARAM_LIST, .of = PARAM_INT}, "[1, 2]", NULL},
	{{.type = PARAM_LIST, .of = PARAM_INT}, "[]", NULL},
	{{.type = PARAM_LIST, .of = PARAM_INT}, "3", "3 is not a list"},
	{{.type = PARAM_LIST, .of = PARAM_INT}, "[1, \"b\"]",
		"\"b\" is not a whole number"},
	{{.type = PARAM_LIST,
		 .of = PARAM_INT,
		 .max = {.set = true, .integer = 4}},
		"[1, 5]", "5 is more than 4"},
	{{.type = PARAM_MAP, .of = PARAM_STRING}, "{\"a\": \"b\"}", NULL},
	{{.type = PARAM_MAP, .of = PARAM_STRING}, "{\"a\": 1}",
		"1 is not a string"},
	{{.type = PARAM_MAP, .of = PARAM_STRING}, "[]", "[] is not a map"},
};

START_TEST(a_value_is_taken_or_answered_with_a_sentence)
{
	struct param_description param = cases[_i].param;
	struct error error = ERROR_NONE;
	json_t *value = json_loads(cases[_i].value, JSON_DECODE_ANY, NULL);
	int result;

	if (param.type != PARAM_LIST && param.type != PARAM_MAP)
		param.type = param.of;
	if (param.of == PARAM_ENUM) {
		param.values = (const char **)(uintptr_t)words;
		param.value_count = 2;
	}
	ck_assert_ptr_nonnull(value);
	result = description_check_value(&param, value, &error);
	ck_assert_int_eq(result, error.code);
	ck_assert_str_eq(error.text,
		cases[_i].sentence != NULL ? cases[_i].sentence : "");
	json_decref(value);
}
END_TEST

START_TEST(a_long_value_is_cut_between_code_points)
{
	char shown[LITERAL_SHOWN_BYTES], text[200] = "";
	json_t *value;

	for (int i = 0; i < 60; i++)
		strcat(text, "\xc3\xa9");
	value = json_string(text);
	literal_show(shown, value);
	ck_assert_uint_lt(strlen(shown), sizeof shown);
	ck_assert_str_eq(shown + strlen(shown) - 3, "\xe2\x80\xa6");
	ck_assert_int_eq(memcmp(shown + strlen(shown) - 5, "\xc3\xa9", 2), 0);
	json_decref(value);
}
END_TEST

static Suite *literal_suite(void)
{
	Suite *suite = suite_create("literal");
	TCase *tests = test_case(suite, "values");

	tcase_add_loop_test(tests, a_value_is_taken_or_answered_with_a_sentence,
		0, sizeof cases / sizeof *cases);
	tcase_add_test(tests, a_long_value_is_cut_between_code_points);
	return suite;
}

TEST_MAIN(literal_suite)
