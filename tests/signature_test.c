/* signature: what is read out of C functions, and what is said of others. */
#include "core/catalogue/signature.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "tests/test.h"

/* A function's arguments as "name:use:type", which is what most rules touch. */
static const struct {
	const char *text, *function, *result, *arguments;
} good[] = {
	{"u64 XXH3_64bits(bytes in, size in)", "XXH3_64bits", "result:u64",
		"in:bytes:bytes in:length:u64"},
	{" size\tstrlen ( string in ) ; ", "strlen", "result:u64",
		"in:value:string"},
	{"unsigned long crc32(unsigned long = 0, const void *in, unsigned in)",
		"crc32", "result:u64",
		"argument1:constant:u64 in:bytes:bytes in:length:u32"},
	{"long unsigned int compressBound(long long unsigned n)",
		"compressBound", "result:u64", "n:value:u64"},
	{"double frexp(double x, int *exponent)", "frexp", "result:f64",
		"x:value:f64 exponent:out:i32"},
	{"i64 strtol(const char *in, null, int base = 10) errno", "strtol",
		"result:i64",
		"in:value:string argument2:null:pointer base:constant:i32"},
	{"bool f(char a, signed char b, unsigned char c, short d, int8_t e)",
		"f", "result:bool",
		"a:value:i8 b:value:i8 c:value:u8 d:value:i16 e:value:i8"},
	{"void qsort(f64 v[], size v, size = 8, compare f64 descending)",
		"qsort", "result:void",
		"v:items:f64 v:length:u64 argument3:constant:u64 "
		"argument4:compare:f64"},
	{"size out strftime(string out[80], size out)", "strftime", "out:u64",
		"out:buffer:string out:capacity:u64"},
	{"int compress(bytes out[4096], size *out, bytes in, size in) "
	 "bad if != 0",
		"compress", "result:i32",
		"out:buffer:bytes out:filled:u64 in:bytes:bytes in:length:u64"},
	{"int ftw(string in, event int entry(string path, pointer, int kind) "
	 "= 0, int = 16) errno if -1",
		"ftw", "result:i32",
		"in:value:string entry:event:i32 argument3:constant:i32"},
	{"time_t timegm(const struct {int second, int minute} *at)", "timegm",
		"result:i64", "at:in:{}"},
	{"int rand(void)", "rand", "result:i32", ""},
	{"f64 pow(f64 x, f64 x)", "pow", "result:f64",
		"x:value:f64 x:value:f64"},
	{"free string strdup(string in) errno if null", "strdup",
		"result:string", "in:value:string"},
};

static void add_type(char *to, const json_t *type)
{
	strcat(to, json_is_string(type) ? json_string_value(type) : "{}");
}

START_TEST(a_signature_is_read)
{
	struct error error = ERROR_NONE;
	json_t *json = signature_parse(
		good[_i].text, strlen(good[_i].text), &error, NULL);
	char said[400] = "";
	const json_t *result, *arguments;

	ck_assert_str_eq(error.text, "");
	ck_assert_ptr_nonnull(json);
	ck_assert_str_eq(json_string_value(json_object_get(json, "function")),
		good[_i].function);
	result = json_object_get(json, "result");
	strcat(said, json_string_value(json_object_get(result, "name")));
	strcat(said, ":");
	add_type(said, json_object_get(result, "type"));
	ck_assert_str_eq(said, good[_i].result);
	*said = '\0';
	arguments = json_object_get(json, "arguments");
	for (size_t i = 0; i < json_array_size(arguments); i++) {
		const json_t *argument = json_array_get(arguments, i);
		if (i > 0)
			strcat(said, " ");
		strcat(said,
			json_string_value(json_object_get(argument, "name")));
		strcat(said, ":");
		strcat(said,
			json_string_value(json_object_get(argument, "use")));
		strcat(said, ":");
		add_type(said, json_object_get(argument, "type"));
	}
	ck_assert_str_eq(said, good[_i].arguments);
	json_decref(json);
}
END_TEST

/* The whole of one, as operators get it. */
START_TEST(a_signature_is_written_as_the_header_says)
{
	static const char text[] =
		"enum {ok, short = -5, more} f(struct {int quot, struct {f32 "
		"x} at} s, string m = 'a b', u64 = 18446744073709551615, i8 = "
		"-128, enum {a = 7} e = a, bool = true, f32 = -0.5, const i16 "
		"v[], size v) errno if < ok";
	static const char expected[] =
		"{\"function\":\"f\",\"result\":{\"name\":\"result\",\"use\":"
		"\"value\",\"type\":{\"enum\":[[\"ok\",0],[\"short\",-5],["
		"\"more\",-4]]}},\"arguments\":[{\"name\":\"s\",\"use\":"
		"\"value\",\"type\":{\"struct\":[[\"quot\",\"i32\"],[\"at\",{"
		"\"struct\":[[\"x\",\"f32\"]]}]]}},{\"name\":\"m\",\"use\":"
		"\"constant\",\"type\":\"string\",\"value\":\"a b\"},{"
		"\"name\":\"argument3\",\"use\":\"constant\",\"type\":\"u64\","
		"\"value\":-1},{\"name\":\"argument4\",\"use\":\"constant\","
		"\"type\":\"i8\",\"value\":-128},{\"name\":\"e\",\"use\":"
		"\"constant\",\"type\":{\"enum\":[[\"a\",7]]},\"value\":7},{"
		"\"name\":\"argument6\",\"use\":\"constant\",\"type\":"
		"\"bool\",\"value\":true},{\"name\":\"argument7\",\"use\":"
		"\"constant\",\"type\":\"f32\",\"value\":-0.5},{\"name\":\"v\""
		",\"use\":\"items\",\"type\":\"i16\",\"changes\":false},{"
		"\"name\":\"v\",\"use\":\"length\",\"type\":\"u64\"}],"
		"\"fails\":{\"if\":\"<\",\"value\":0,\"errno\":true}}";
	json_t *json = signature_parse(text, strlen(text), NULL, NULL);
	char *said;

	ck_assert_ptr_nonnull(json);
	said = json_dumps(json, JSON_COMPACT);
	ck_assert_str_eq(said, expected);
	free(said);
	json_decref(json);
}
END_TEST

/* ^ in the text marks the byte that the sentence is about. */
static const struct {
	const char *text, *sentence;
} bad[] = {
	{"^", "the signature is empty: write a C function such as \"size "
	      "strlen(string in)\""},
	{"^in strlen(string in)",
		"there is no type \"in\"; did you mean \"int\"?"},
	{"u64 f(^uInt n)", "there is no type \"uInt\"; did you mean \"u32\"?"},
	{"u64 f(^uLong n)",
		"there is no type \"uLong\"; did you mean \"unsigned long\"?"},
	{"u64 f(u64 crc, const unsigned char *^buf, unsigned int len)",
		"this points to one u8, and a whole number follows; did you "
		"mean \"bytes buf, size buf\"?"},
	{"int f(char *^to, size n)",
		"this points to one i8, and a whole number follows; did you "
		"mean \"bytes to[SIZE], size to\"?"},
	{"^quux f()", "there is no type \"quux\"; types are i8 to i64, u8 to "
		      "u64, f32, f64, bool, string, bytes, struct {...}, enum "
		      "{...} and C's own"},
	{"^(int x)", "a type stands here, not \"(\""},
	{"int^", "the function's name stands here, not the end"},
	{"int ^(int x)", "the function's name stands here, not \"(\""},
	{"int abs int ^x", "\"(\" comes after the function's name, not "
			   "\"x\""},
	{"int f(int x^", "\")\" comes after the arguments, not the end"},
	{"int f(int x ^int y)", "\")\" comes after the arguments, not \"int\""},
	{"int f(int x,^)", "a type stands here, not \")\""},
	{"^long double sqrtl(f64 x)",
		"there is no \"long double\"; a function that takes or "
		"returns one cannot be called"},
	{"int f(int x, ^long double)",
		"there is no \"long double\"; a function that takes or "
		"returns one cannot be called"},
	{"^double complex csqrt(f64 x)",
		"complex numbers are written \"struct {f64 re, f64 im}\""},
	{"f32 cabsf(^float _Complex z)",
		"complex numbers are written \"struct {f32 re, f32 im}\""},
	{"int printf(string format, ^...)",
		"a function that takes any number of arguments (\"...\") "
		"cannot be called"},
	{"int f(int x) ^g", "the signature ends before \"g\""},
	{"int f(int x) ^é", "the signature ends before \"é\""},
	{"^bytes f()", "a pointer cannot be a result, except a string"},
	{"^int *f()", "a pointer cannot be a result, except a string"},
	{"void ^out f()", "what is void has no name"},
	{"int f(^void *p)", "void * says neither in nor out: write bytes NAME "
			    "for data that goes in, bytes NAME[SIZE] for what "
			    "comes out, or null"},
	{"int f(int *^*p)", "a pointer to a pointer cannot be passed"},
	{"int f(bytes ^in)", "\"in\" is passed without its length: add an "
			     "argument size in"},
	{"int f(f64 ^v[])",
		"\"v\" is passed without its length: add an argument size v"},
	{"int f(^bytes, size)",
		"data needs a name, which its length has too: bytes in, size "
		"in"},
	{"int f(bytes in, f64 ^in)",
		"\"in\" is data already; beside it stands its length, a whole "
		"number"},
	{"int f(bytes out[9], f64 *^out)",
		"\"out\" is data already; beside it stands its length, a whole "
		"number or a pointer to one"},
	{"int f(bytes out[^0])", "room for 0 bytes is not between 1 and "
				 "16777216"},
	{"int f(bytes out[^16777217])",
		"room for 16777217 bytes is not between 1 and 16777216"},
	{"int f(bytes out[^n])", "a whole number stands here, not \"n\""},
	{"int f(bytes out[9^)", "\"]\" comes after the size, not \")\""},
	{"int f(int ^out[9])", "only bytes and string come out by size: write "
			       "bytes NAME[SIZE]"},
	{"int f(string ^v[], size v)", "an array is made of numbers or bools"},
	{"int f(u8 = ^256)", "256 does not fit u8"},
	{"int f(u8 = ^-1)", "-1 does not fit u8"},
	{"int f(i8 = ^-129)", "-129 does not fit i8"},
	{"int f(u64 = ^18446744073709551616)",
		"18446744073709551616 does not fit u64"},
	{"int f(i64 = ^9223372036854775808)",
		"9223372036854775808 does not fit i64"},
	{"int f(i64 = ^12x)", "12x is not a whole number"},
	{"int f(i64 = ^- 1)", "a whole number stands here, not a sign alone"},
	{"int f(f64 = ^e5)", "a number stands here, not \"e5\""},
	{"int f(bool = ^1)", "true or false stands here, not \"1\""},
	{"int f(string = ^r)", "text in quotes stands here, not \"r\""},
	{"int f(string = ^'r)", "the text does not end"},
	{"int f(enum {a} e = ^b)", "the enum has no \"b\""},
	{"int f(int *x = ^5)", "only numbers, bools, enums and strings have "
			       "constants"},
	{"int f(struct ^x)", "\"{\" comes after struct, not \"x\""},
	{"int f(struct {int a, int ^a} s)", "two members are called \"a\""},
	{"int f(struct {^string a} s)",
		"a struct is made of numbers, bools and structs"},
	{"int f(struct {int^} s)", "a member of a struct needs a name, not "
				   "\"}\""},
	{"int f(struct {struct {struct {struct {struct ^{int a} b} c} d} e} s)",
		"structs stand at most 4 deep in each other"},
	{"enum {a = 2147483647, ^b} f()",
		"the number of \"b\" does not fit i32"},
	{"enum {a, ^a} f()", "two members are called \"a\""},
	{"int f(int *x, int *^x)",
		"two arguments are called \"x\", and one of them comes out"},
	{"int x f(int *^x)", "the result is called \"x\" too"},
	{"int f(int *^result)", "the result is called \"result\" too"},
	{"f64 ^out f(bytes out[9])",
		"the result is called as the buffer \"out\" is, so it says its "
		"length and is a whole number"},
	{"int f(int x) bad ^= 0", "\"if\" comes after bad, not \"=\""},
	{"int f(int x) errno if ^null", "only a string can be null"},
	{"f64 f(int x) errno if ^0",
		"only whole numbers, enums and strings are compared"},
	{"string f(int x) errno if ^-1",
		"a string can only be compared with null"},
	{"int f(pointer ^p)", "pointers that mean nothing to us stand in "
			      "events alone; write null"},
	{"int f(event int ^(int x))", "an event needs a name, not \"(\""},
	{"int f(event int g(int x)^)",
		"say what \"g\" answers: = and a constant"},
	{"int f(event ^string g(int x))",
		"an event answers void, a number or a bool"},
	{"int f(event void g(^event void h()))",
		"an event takes no callbacks itself"},
	{"int f(event void g(int *^x))",
		"an event is given values, const pointers, bytes with their "
		"length, and pointers"},
	{"int f(compare ^string)", "only numbers and bools are compared"},
	{"int f(^free string x)", "only a string that is returned is freed"},
	{"int f(^void x)", "an argument cannot be void"},
};

START_TEST(what_is_no_signature_is_answered_with_a_sentence_and_a_place)
{
	const char *mark = strchr(bad[_i].text, '^');
	struct error error = ERROR_NONE;
	char text[200];
	size_t at = 9999, where = (size_t)(mark - bad[_i].text);

	memcpy(text, bad[_i].text, where);
	strcpy(text + where, mark + 1);
	ck_assert_ptr_null(signature_parse(text, strlen(text), &error, &at));
	ck_assert_str_eq(error.text, bad[_i].sentence);
	ck_assert_int_eq(error.code, -EINVAL);
	ck_assert_uint_eq(at, where);
}
END_TEST

/* Every beginning of what is good, which needs no NUL behind it. */
START_TEST(a_beginning_is_read_or_refused)
{
	const char *text = good[_i].text;

	for (size_t i = 0; i < strlen(text); i++) {
		struct error error = ERROR_NONE;
		size_t at = 0;
		char *copy = malloc(i + 1);
		memcpy(copy, text, i);
		json_t *json = signature_parse(copy, i, &error, &at);

		ck_assert_int_eq(json == NULL, error.code != 0);
		ck_assert_uint_le(at, i);
		json_decref(json);
		free(copy);
	}
}
END_TEST

START_TEST(limits_are_said)
{
	struct error error = ERROR_NONE;
	char text[SIGNATURE_BYTES_MAX + 2];
	size_t at;

	memset(text, ' ', sizeof text);
	ck_assert_ptr_null(
		signature_parse(text, SIGNATURE_BYTES_MAX + 1, &error, &at));
	ck_assert_str_eq(error.text, "a signature has at most 4096 bytes");
	error = ERROR_NONE;
	strcpy(text, "int f(int");
	for (int i = 1; i < SIGNATURE_ARGUMENTS_MAX; i++)
		strcat(text, ",int");
	at = strlen(text) + 1;
	json_t *json = NULL;
	strcat(text, ")");
	json = signature_parse(text, strlen(text), &error, &at);
	ck_assert_ptr_nonnull(json);
	json_decref(json);
	text[strlen(text) - 1] = '\0';
	strcat(text, ",int)");
	ck_assert_ptr_null(signature_parse(text, strlen(text), &error, &at));
	ck_assert_str_eq(
		error.text, "a function takes at most 32 arguments here");
	error = ERROR_NONE;
	strcpy(text, "enum {a0");
	for (int i = 1; i <= SIGNATURE_MEMBERS_MAX; i++)
		sprintf(text + strlen(text), ",a%d", i);
	strcat(text, "} f()");
	ck_assert_ptr_null(signature_parse(text, strlen(text), &error, &at));
	ck_assert_str_eq(error.text, "an enum has at most 64 members");
}
END_TEST

static Suite *signature_suite(void)
{
	Suite *suite = suite_create("signature");
	TCase *tests = test_case(suite, "texts");

	tcase_add_loop_test(
		tests, a_signature_is_read, 0, sizeof good / sizeof *good);
	tcase_add_test(tests, a_signature_is_written_as_the_header_says);
	tcase_add_loop_test(tests,
		what_is_no_signature_is_answered_with_a_sentence_and_a_place, 0,
		sizeof bad / sizeof *bad);
	tcase_add_loop_test(tests, a_beginning_is_read_or_refused, 0,
		sizeof good / sizeof *good);
	tcase_add_test(tests, limits_are_said);
	return suite;
}

TEST_MAIN(signature_suite)
