/* description: what a plugin says about itself, read and judged. */
#include "core/catalogue/description.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#define HEAD "\"abi\":\"1.0\",\"name\":\"acme\",\"version\":\"1.2.3\""
#define PLUGIN(operators) "{" HEAD ",\"operators\":[" operators "]}"
#define OPERATOR(rest) PLUGIN("{\"name\":\"shout\"" rest "}")
#define PARAM(rest) OPERATOR(",\"params\":{\"p\":{" rest "}}")

static struct description *good(const char *text)
{
	struct description *description;
	struct error error = ERROR_NONE;

	description_create(&description, "acme.so", text, strlen(text), &error);
	ck_assert_msg(description != NULL, "%s", error.text);
	return description;
}

START_TEST(everything_left_out_has_its_default)
{
	struct description *description = good(
		PLUGIN("{\"name\":\"shout\",\"in\":[{\"name\":\"in\"}],"
		       "\"out\":[{\"name\":\"out\"},{\"name\":\"bad\"}]}"));
	const struct operator_description *shout =
		description_operator(description, "shout");

	ck_assert_str_eq(description->name, "acme");
	ck_assert_str_eq(description->version, "1.2.3");
	ck_assert_str_eq(description->license, "");
	ck_assert_uint_eq(description->abi_major, 1);
	ck_assert_uint_eq(description->operator_count, 1);
	ck_assert_ptr_eq(shout->plugin, description);
	ck_assert_int_eq(shout->style, OPERATOR_COROUTINE);
	ck_assert_int_eq(shout->stdio, OPERATOR_STDIO_NONE);
	ck_assert(!shout->effects);
	ck_assert_uint_eq(shout->stack_bytes, 65536);
	ck_assert_uint_eq(shout->state.version, 0);
	ck_assert_uint_eq(shout->param_count, 0);
	ck_assert_uint_eq(shout->in_count, 1);
	ck_assert(shout->in[0].required);
	ck_assert_int_eq(shout->in[0].type, PORT_ANY);
	ck_assert_uint_eq(shout->out_count, 2);
	ck_assert(shout->out[0].required);
	ck_assert(!shout->out[1].required);
	ck_assert_uint_eq(shout->out[1].partner, PORT_NO_INDEX);
	description_destroy(&description);
	ck_assert_ptr_null(description);
}
END_TEST

START_TEST(params_keep_their_order_and_carry_their_bounds)
{
	struct description *description = good(OPERATOR(
		",\"params\":{\"zeta\":{\"type\":\"size\",\"default\":"
		"\"64KiB\",\"min\":512,\"max\":\"1MiB\"},\"alpha\":{\"type\":"
		"\"list\",\"of\":\"enum\",\"values\":[\"a\",\"b\"],"
		"\"required\":true,\"doc\":\"which\"},\"mid\":{\"type\":"
		"\"float\",\"min\":-0.5}}"));
	const struct operator_description *shout = description->operators;

	ck_assert_uint_eq(shout->param_count, 3);
	ck_assert_str_eq(shout->params[0].name, "zeta");
	ck_assert_int_eq(shout->params[0].type, PARAM_SIZE);
	ck_assert_int_eq(shout->params[0].of, PARAM_SIZE);
	ck_assert(shout->params[0].min.set);
	ck_assert_int_eq(shout->params[0].min.integer, 512);
	ck_assert_int_eq(shout->params[0].max.integer, 1048576);
	ck_assert_ptr_nonnull(shout->params[0].default_value);
	ck_assert_str_eq(shout->params[1].name, "alpha");
	ck_assert_int_eq(shout->params[1].of, PARAM_ENUM);
	ck_assert(shout->params[1].required);
	ck_assert_uint_eq(shout->params[1].value_count, 2);
	ck_assert_str_eq(shout->params[1].values[1], "b");
	ck_assert_str_eq(shout->params[1].doc, "which");
	ck_assert_ptr_eq(description_param(shout, "mid"), &shout->params[2]);
	ck_assert(shout->params[2].min.real < -0.4);
	ck_assert(!shout->params[2].max.set);
	ck_assert_ptr_null(description_param(shout, "nobody"));
	description_destroy(&description);
}
END_TEST

START_TEST(back_ports_stand_behind_the_declared_ports_of_the_other_side)
{
	struct description *description = good(OPERATOR(
		",\"in\":[{\"name\":\"a\",\"back\":\"optional\"},"
		"{\"name\":\"b\",\"back\":\"required\",\"variadic\":true}],"
		"\"out\":[{\"name\":\"o\",\"back\":\"optional\"}]"));
	const struct operator_description *shout = description->operators;

	ck_assert_uint_eq(shout->in_declared, 2);
	ck_assert_uint_eq(shout->in_count, 3);
	ck_assert_str_eq(shout->in[2].name, "o.back");
	ck_assert(shout->in[2].derived);
	ck_assert(!shout->in[2].required);
	ck_assert_uint_eq(shout->in[2].partner, 0);
	ck_assert_uint_eq(shout->out_count, 3);
	ck_assert_uint_eq(shout->out[0].partner, 2);
	ck_assert_str_eq(shout->out[1].name, "a.back");
	ck_assert_uint_eq(shout->in[0].partner, 1);
	ck_assert_str_eq(shout->out[2].name, "b.back");
	ck_assert(shout->out[2].required);
	ck_assert(shout->out[2].variadic);
	ck_assert_int_eq(shout->out[2].back, PORT_BACK_NONE);
	ck_assert_ptr_eq(
		description_port(shout->out, shout->out_count, "b.back"),
		&shout->out[2]);
	description_destroy(&description);
}
END_TEST

START_TEST(a_back_stream_goes_through_beside_other_ports)
{
	struct description *description = good(
		OPERATOR(",\"in\":[{\"name\":\"i\",\"back\":\"through\"}],"
			 "\"out\":[{\"name\":\"bad\",\"back\":\"optional\"},"
			 "{\"name\":\"o\",\"back\":\"through\"}]"));
	const struct operator_description *shout = description->operators;

	ck_assert_int_eq(shout->in[0].back, PORT_BACK_THROUGH);
	ck_assert_int_eq(shout->out[1].back, PORT_BACK_THROUGH);
	ck_assert_str_eq(shout->in[shout->out[1].partner].name, "o.back");
	ck_assert_str_eq(shout->out[shout->in[0].partner].name, "i.back");
	ck_assert(!shout->in[2].required && !shout->out[2].required);
	description_destroy(&description);
}
END_TEST

START_TEST(a_newer_plugin_may_say_what_we_do_not_know)
{
	struct description *description =
		good("{" HEAD ",\"requires\":[],\"colour\":{\"x\":[1]},"
		     "\"operators\":[{\"name\":\"shout\",\"mood\":7,\"in\":["
		     "{\"name\":\"in\",\"lane\":2}],\"params\":{\"p\":{"
		     "\"type\":\"int\",\"unit\":\"m\"}},\"state\":{\"version\":"
		     "3,\"reads\":[2,3],\"size\":9}}]}");
	const struct state_description *state =
		&description->operators[0].state;

	ck_assert_uint_eq(state->version, 3);
	ck_assert_uint_eq(state->read_count, 2);
	ck_assert_uint_eq(state->reads[0], 2);
	ck_assert_uint_eq(state->write_count, 1);
	ck_assert_uint_eq(state->writes[0], 3);
	description_destroy(&description);
}
END_TEST

START_TEST(everything_said_arrives)
{
	struct description *description = good(OPERATOR(
		",\"doc\":\"Loud text.\",\"style\":\"continuation\",\"stdio\":"
		"\"out\",\"effects\":true,\"stack\":\"1MiB\",\"example\":"
		"\"shout a\",\"in\":[{\"name\":\"i\",\"type\":\"utf8\","
		"\"doc\":\"text\",\"required\":false}]"));
	const struct operator_description *shout = description->operators;

	ck_assert_str_eq(shout->doc, "Loud text.");
	ck_assert_int_eq(shout->style, OPERATOR_CONTINUATION);
	ck_assert_int_eq(shout->stdio, OPERATOR_STDIO_OUT);
	ck_assert(shout->effects);
	ck_assert_uint_eq(shout->stack_bytes, 1048576);
	ck_assert_str_eq(shout->example, "shout a");
	ck_assert_int_eq(shout->in[0].type, PORT_UTF8);
	ck_assert_str_eq(description_port_type_name(PORT_UTF8), "utf8");
	ck_assert_str_eq(description_param_type_name(PARAM_SECRET), "secret");
	ck_assert_str_eq(
		description_param_type_name(PARAM_SIGNATURE), "signature");
	ck_assert_str_eq(shout->in[0].doc, "text");
	ck_assert(!shout->in[0].required);
	description_destroy(&description);
}
END_TEST

#define MEND                                                                   \
	"write \"abi\": \"1.0\" and build it against this tau's headers, or "  \
	"use "
/* Each sentence was written down before the code that says it. */
static const struct {
	const char *text, *sentence;
} bad[] = {
	{"", "acme.so: the description is not JSON: line 1, column 0: '[' or "
	     "'{' expected near end of file"},
	{"{\"abi\":\n\"1.0\",}",
		"acme.so: the description is not JSON: line 2, column 7: "
		"string or '}' expected near '}'"},
	{"{\"abi\":\"1.0\",\"abi\":\"1.0\"}",
		"acme.so: the description is not JSON: line 1, column 18: "
		"duplicate object key near '\"abi\"'"},
	{"[1]", "acme.so: the description is not a JSON object"},
	{"{}", "acme.so: the key \"abi\" is missing"},
	{"{\"abi\":1.0}", "acme.so: abi: 1.0 is not a string"},
	{"{\"abi\":\"one\"}",
		"acme.so: abi: \"one\" is not an ABI version such as \"1.0\""},
	{"{\"abi\":\"2.0\"}", "acme.so: it was made for ABI 2.0 and this tau "
			      "offers 1.0; " MEND "a newer tau"},
	{"{\"abi\":\"1.99\"}", "acme.so: it was made for ABI 1.99 and this tau "
			       "offers 1.0; " MEND "a newer tau"},
	{"{\"abi\":\"0.9\"}", "acme.so: it was made for ABI 0.9 and this tau "
			      "offers 1.0; " MEND "an older tau"},
	{"{" HEAD ",\"requires\":[\"tau.gpu/1\"]}",
		"acme.so: it requires \"tau.gpu/1\", which this tau does not "
		"have; use a newer tau"},
	{"{\"abi\":\"1.0\"}", "acme.so: the key \"name\" is missing"},
	{"{\"abi\":\"1.0\",\"name\":\"Acme\"}",
		"acme.so: name: \"Acme\" is not a plugin's name: a-z, 0-9, _ "
		"and -, at most 64"},
	{"{\"abi\":\"1.0\",\"name\":\"a\"}",
		"acme.so: the key \"version\" is missing"},
	{"{\"abi\":\"1.0\",\"name\":\"a\",\"version\":\"new\"}",
		"acme.so: version: \"new\" is not a version such as \"1.0.0\""},
	{"{" HEAD "}", "acme.so: the plugin describes no operators"},
	{"{" HEAD ",\"operators\":{}}", "acme.so: operators: {} is not a list"},
	{PLUGIN("7"), "acme.so: operators[0]: an operator is described by an "
		      "object"},
	{PLUGIN("{}"), "acme.so: operators[0]: the key \"name\" is missing"},
	{PLUGIN("{\"name\":\"a..b\"}"),
		"acme.so: operators[0].name: \"a..b\" is not an operator's "
		"name: letters, digits, _, - and dots between them, at most "
		"64"},
	{PLUGIN("{\"name\":\"a\"},{\"name\":\"a\"}"),
		"acme.so: operators[1]: there are two operators named \"a\""},
	{OPERATOR(",\"style\":\"thread\""),
		"acme.so: operators[0].style: \"thread\" is not one of "
		"coroutine, continuation"},
	{OPERATOR(",\"doc\":\"\\u001b[2J\""),
		"acme.so: operators[0].doc: \"\\u001B[2J\" is not text: it has "
		"a control character"},
	{OPERATOR(",\"stack\":\"1KiB\""),
		"acme.so: operators[0].stack: \"1KiB\" is less than 16KiB"},
	{OPERATOR(",\"effects\":1"),
		"acme.so: operators[0].effects: 1 is not true or false"},
	{OPERATOR(",\"in\":[{\"name\":\"i\",\"type\":\"text\"}]"),
		"acme.so: operators[0].in[0].type: \"text\" is not one of "
		"bytes, utf8, value, fd, any"},
	{OPERATOR(",\"in\":[{\"name\":\"i.o\"}]"),
		"acme.so: operators[0].in[0].name: \"i.o\" is not a name: "
		"letters, digits, _ and -, at most 64"},
	{OPERATOR(",\"out\":[{\"name\":\"o\"},{\"name\":\"o\"}]"),
		"acme.so: operators[0].out[1]: there are two out ports named "
		"\"o\""},
	{OPERATOR(",\"in\":[{\"name\":\"i\",\"back\":\"through\"}]"),
		"acme.so: operators[0]: a back stream goes \"through\" from "
		"one out port to one in port, neither of them variadic; write "
		"it at both"},
	{OPERATOR(",\"in\":[{\"name\":\"i\",\"variadic\":true,"
		  "\"back\":\"through\"}],\"out\":[{\"name\":\"o\","
		  "\"back\":\"through\"}]"),
		"acme.so: operators[0]: a back stream goes \"through\" from "
		"one out port to one in port, neither of them variadic; write "
		"it at both"},
	{OPERATOR(",\"state\":{\"reads\":[1]}"),
		"acme.so: operators[0].state: the key \"version\" is missing"},
	{OPERATOR(",\"state\":{\"version\":0}"),
		"acme.so: operators[0].state.version: 0 is not a version (a "
		"whole number from 1 on)"},
	{OPERATOR(",\"state\":{\"version\":2,\"writes\":[1]}"),
		"acme.so: operators[0].state: version 2 is not among those it "
		"writes"},
	{OPERATOR(",\"params\":{\"a b\":{}}"),
		"acme.so: operators[0].params.?: params are named with "
		"letters, digits, _ and -, at most 64"},
	{PARAM(""), "acme.so: operators[0].params.p: the key \"type\" is "
		    "missing"},
	{PARAM("\"type\":\"number\""),
		"acme.so: operators[0].params.p.type: \"number\" is not one of "
		"bool, int, float, string, path, size, duration, enum, regex, "
		"field, list, map, json, secret, "
		"signature"},
	{PARAM("\"type\":\"list\",\"of\":\"map\""),
		"acme.so: operators[0].params.p.of: \"map\" is not the type of "
		"a single value"},
	{PARAM("\"type\":\"enum\""),
		"acme.so: operators[0].params.p: an enum needs a list of "
		"\"values\""},
	{PARAM("\"type\":\"bool\",\"min\":1"),
		"acme.so: operators[0].params.p.min: a bool has no bounds"},
	{PARAM("\"type\":\"int\",\"max\":\"x\""),
		"acme.so: operators[0].params.p.max: \"x\" is not a whole "
		"number"},
	{PARAM("\"type\":\"int\",\"default\":\"x\""),
		"acme.so: operators[0].params.p.default: \"x\" is not a whole "
		"number"},
	{PARAM("\"type\":\"int\",\"max\":4,\"default\":5"),
		"acme.so: operators[0].params.p.default: 5 is more than 4"},
	{PARAM("\"type\":\"int\",\"required\":true,\"default\":5"),
		"acme.so: operators[0].params.p.default: a required param has "
		"no default"},
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	struct description *description;
	struct error error = ERROR_NONE;

	ck_assert_int_eq(description_create(&description, "acme.so",
				 bad[_i].text, strlen(bad[_i].text), &error),
		-EINVAL);
	ck_assert_ptr_null(description);
	ck_assert_str_eq(error.text, bad[_i].sentence);
	ck_assert_int_eq(error.code, -EINVAL);
}
END_TEST

START_TEST(broken_json_has_a_line_and_a_column)
{
	static const char text[] = "{\"abi\":\n\"1.0\",}";
	struct description *description;
	struct error error = ERROR_NONE;

	description_create(
		&description, "acme.so", text, sizeof text - 1, &error);
	ck_assert_str_eq(error.place.file, "acme.so");
	ck_assert_uint_eq(error.place.line, 2);
	ck_assert_uint_eq(error.place.column, 7);
}
END_TEST

/* `count` in ports, of which the first `back` have a back stream. */
static int create_ports(int count, int back, struct error *error)
{
	char text[8192] = "{" HEAD ",\"operators\":[{\"name\":\"s\",\"in\":[";
	struct description *description;
	int result;

	for (int i = 0; i < count; i++)
		snprintf(text + strlen(text), 100,
			"%s{\"name\":\"i%d\",\"back\":\"%s\"}",
			i > 0 ? "," : "", i, i < back ? "optional" : "none");
	strcat(text, "],\"out\":[{\"name\":\"o\"}]}]}");
	result = description_create(
		&description, "acme.so", text, strlen(text), error);
	description_destroy(&description);
	return result;
}

START_TEST(there_are_24_ports_a_side_with_the_back_ports)
{
	struct error error = ERROR_NONE;

	ck_assert_int_eq(create_ports(24, 23, &error), 0);
	ck_assert_int_eq(create_ports(25, 0, &error), -EINVAL);
	ck_assert_str_eq(
		error.text, "acme.so: operators[0]: 25 in ports; at most 24");
	error = ERROR_NONE;
	ck_assert_int_eq(create_ports(24, 24, &error), -EINVAL);
	ck_assert_str_eq(error.text,
		"acme.so: operators[0]: 25 out ports with the back ports; at "
		"most 24");
}
END_TEST

START_TEST(names_keep_to_their_letters)
{
	char long_name[66];

	memset(long_name, 'a', 65);
	long_name[65] = '\0';
	ck_assert(!description_is_name(long_name));
	long_name[64] = '\0';
	ck_assert(description_is_name(long_name));
	ck_assert(description_is_plugin_name("tau-text_2"));
	ck_assert(!description_is_plugin_name(""));
	ck_assert(!description_is_plugin_name("a.b"));
	ck_assert(!description_is_plugin_name("../x"));
	ck_assert(description_is_name("A-z_0"));
	ck_assert(!description_is_name("a.b"));
	ck_assert(description_is_operator_name("file.read"));
	ck_assert(!description_is_operator_name(".read"));
	ck_assert(!description_is_operator_name("read."));
	ck_assert(!description_is_operator_name("a b"));
}
END_TEST

static Suite *description_suite(void)
{
	Suite *suite = suite_create("description");
	TCase *tests = test_case(suite, "good");

	tcase_add_test(tests, everything_left_out_has_its_default);
	tcase_add_test(tests, params_keep_their_order_and_carry_their_bounds);
	tcase_add_test(tests, a_back_stream_goes_through_beside_other_ports);
	tcase_add_test(tests,
		back_ports_stand_behind_the_declared_ports_of_the_other_side);
	tcase_add_test(tests, a_newer_plugin_may_say_what_we_do_not_know);
	tcase_add_test(tests, everything_said_arrives);
	tests = test_case(suite, "bad");
	tcase_add_loop_test(tests, what_is_wrong_is_said_with_its_place, 0,
		sizeof bad / sizeof *bad);
	tcase_add_test(tests, broken_json_has_a_line_and_a_column);
	tcase_add_test(tests, there_are_24_ports_a_side_with_the_back_ports);
	tcase_add_test(tests, names_keep_to_their_letters);
	return suite;
}

TEST_MAIN(description_suite)
