/* variables_test: which value wins, how it is put in, what it taints. */
#include "core/plan/variables.h"

#include <jansson.h>

#include "core/text/pretty.h"
#include "tests/plans.h"

/* A manifest with these variables, whose one param `p` has this value. */
static char *manifest_with(const char *variables, const char *value)
{
	struct text text = {0};
	text_format(&text,
		"{\"tau\": 1, \"vars\": {%s}, \"nodes\": {\"n\": "
		"{\"operators\": "
		"{\"a\": {\"type\": \"t\", \"params\": {\"p\": %s}}}}}}",
		variables, value);
	return text_take(&text);
}

static const struct manifest_param *param_of(const struct planned *planned)
{
	return &planned->manifest.nodes[0].operators[0].params[0];
}

/* What `value` becomes, as JSON in one line. */
static void check_value(const char *variables, const char *value,
	const struct variables_input *input, const char *expected)
{
	struct planned planned;
	struct text shown = {0};
	char *text = manifest_with(variables, value);
	planned_begin(&planned, text);
	manifest_parse(
		&planned.manifest, &planned.source, &planned.diagnostics);
	variables_apply(&planned.manifest, input, &planned.diagnostics);
	planned_say(&planned);
	ck_assert_uint_eq(planned.diagnostics.count, 0);
	pretty_line(param_of(&planned)->value, &shown);
	ck_assert_str_eq(text_string(&shown), expected);
	text_release(&shown);
	planned_release(&planned);
	free(text);
}

static const struct variables_input none = {.folder = "/current"};

START_TEST(a_setting_beats_the_environment_which_beats_the_default)
{
	char other[] = "PORTS=3", port[] = "PORT=2";
	char *environment[] = {other, port, NULL};
	const char *settings[] = {"port=4", "port=1"};
	struct variables_input input = {.folder = "/current"};
	const char *variables = "\"port\": {\"type\": \"int\", \"default\": 9, "
				"\"env\": \"PORT\"}";
	check_value(variables, "\"${port}\"", &input, "9");
	input.environment = environment;
	check_value(variables, "\"${port}\"", &input, "2");
	input.settings = settings;
	input.setting_count = 2;
	check_value(variables, "\"${port}\"", &input, "1");
}
END_TEST

START_TEST(alone_a_variable_keeps_its_type_and_in_text_it_is_text)
{
	const char *variables =
		"\"n\": {\"type\": \"int\", \"default\": 5}, "
		"\"t\": {\"type\": \"bool\", \"default\": true}, "
		"\"l\": {\"type\": \"list\", \"default\": [\"a\", \"b\"]}, "
		"\"s\": {\"type\": \"string\", \"default\": \"x${n}\"}";
	check_value(variables, "\"${n}\"", &none, "5");
	check_value(variables, "\"${l}\"", &none, "[\"a\", \"b\"]");
	check_value(variables, "\"${n}${t}\"", &none, "\"5true\"");
	check_value(
		variables, "\"<${l}>\"", &none, "\"<[\\\"a\\\",\\\"b\\\"]>\"");
	check_value(variables, "[1, {\"${n}\": \"${n}\"}, \"-${s}\"]", &none,
		"[1, {\"${n}\": 5}, \"-x${n}\"]");
}
END_TEST

START_TEST(what_was_put_in_is_not_read_again)
{
	const char *settings[] = {"a=${b}"};
	struct variables_input input = {settings, 1, NULL, "/current"};
	check_value("\"a\": {\"type\": \"string\"}", "\"${a}/${a}\"", &input,
		"\"${b}/${b}\"");
}
END_TEST

START_TEST(dollars_are_literal_unless_they_open_a_brace)
{
	check_value("", "\"$${a} $ $$ $a }\"", &none, "\"${a} $ $$ $a }\"");
	check_value("", "\"$$${a}\"", &none, "\"$${a}\"");
}
END_TEST

START_TEST(text_from_outside_is_read_by_the_type)
{
	const char *settings[] = {"b=false", "f=2.5", "s=5", "z=64KiB", "d=1m",
		"l=1,2", "j={\"x\": [1]}", "m={\"k\": 1}", "e=up", "ls=a",
		"j2=word"};
	struct variables_input input = {settings, 11, NULL, "/current"};
	const char *variables =
		"\"b\": {\"type\": \"bool\"}, \"f\": {\"type\": \"float\"}, "
		"\"s\": {\"type\": \"string\"}, \"z\": {\"type\": \"size\"}, "
		"\"d\": {\"type\": \"duration\"}, "
		"\"l\": {\"type\": \"list\", \"of\": \"int\"}, "
		"\"j\": {\"type\": \"json\"}, "
		"\"m\": {\"type\": \"map\", \"of\": \"int\"}, "
		"\"e\": {\"type\": \"enum\", \"values\": [\"up\"]}, "
		"\"ls\": {\"type\": \"list\"}, \"j2\": {\"type\": \"json\"}";
	check_value(variables,
		"[\"${b}\", \"${f}\", \"${s}\", \"${z}\", \"${d}\", \"${l}\", "
		"\"${j}\", \"${m}\", \"${e}\", \"${ls}\", \"${j2}\"]",
		&input,
		"[false, 2.5, \"5\", \"64KiB\", \"1m\", [1, 2], {\"x\": [1]}, "
		"{\"k\": 1}, \"up\", [\"a\"], \"word\"]");
}
END_TEST

START_TEST(paths_are_relative_to_where_they_were_written)
{
	char entry[] = "E=e.log";
	char *environment[] = {entry, NULL};
	const char *settings[] = {"s=s.log", "a=/abs.log"};
	struct variables_input input = {settings, 2, environment, "/current"};
	const char *variables =
		"\"d\": {\"type\": \"path\", \"default\": \"d.log\"}, "
		"\"e\": {\"type\": \"path\", \"env\": \"E\"}, "
		"\"s\": {\"type\": \"path\"}, \"a\": {\"type\": \"path\"}, "
		"\"l\": {\"type\": \"list\", \"of\": \"path\", "
		"\"default\": [\"x\", \"/y\"]}";
	check_value(variables,
		"[\"${d}\", \"${e}\", \"${s}\", \"${a}\", \"${l}\"]", &input,
		"[\"/folder/d.log\", \"/current/e.log\", \"/current/s.log\", "
		"\"/abs.log\", [\"/folder/x\", \"/y\"]]");
}
END_TEST

START_TEST(a_secret_taints_each_text_that_it_enters)
{
	struct planned planned;
	const char *text =
		"{\"tau\": 1, \"vars\": {\"t\": {\"type\": \"secret\", "
		"\"default\": \"x\"}}, \"nodes\": {\"n\": {\"operators\": "
		"{\"a\": {\"type\": \"t\", \"params\": {\"p\": [\"a\", "
		"\"-${t}\"], \"q\": \"a\"}}}, \"env\": {\"A\": \"${t}\", "
		"\"B\": \"b\"}}}, \"streams\": [{\"from\": \"a\", \"to\": "
		"\"b\", \"at\": \"${t}\"}]}";
	planned_begin(&planned, text);
	manifest_parse(
		&planned.manifest, &planned.source, &planned.diagnostics);
	ck_assert_int_eq(
		variables_apply(&planned.manifest, &none, &planned.diagnostics),
		0);
	const struct manifest_node *node = planned.manifest.nodes;
	ck_assert(node->operators[0].params[0].secret);
	ck_assert(!node->operators[0].params[1].secret);
	ck_assert(node->environment[0].secret);
	ck_assert(!node->environment[1].secret);
	ck_assert(planned.manifest.streams[0].options.address.secret);
	ck_assert_str_eq(planned.manifest.streams[0].options.address.text, "x");
	planned_release(&planned);
}
END_TEST

START_TEST(a_wrong_secret_is_not_shown)
{
	struct planned planned;
	const char *settings[] = {"l={hunter2"};
	struct variables_input input = {settings, 1, NULL, "/current"};
	char *text = manifest_with(
		"\"l\": {\"type\": \"map\", \"of\": \"secret\"}", "1");
	struct text said = {0};
	planned_begin(&planned, text);
	manifest_parse(
		&planned.manifest, &planned.source, &planned.diagnostics);
	ck_assert_int_ne(variables_apply(&planned.manifest, &input,
				 &planned.diagnostics),
		0);
	diagnostics_print(&planned.diagnostics, &said);
	ck_assert_ptr_null(strstr(said.bytes, "hunter2"));
	text_release(&said);
	planned_release(&planned);
	free(text);
}
END_TEST

START_TEST(text_from_outside_that_is_not_utf8_is_refused)
{
	struct planned planned;
	const char *settings[] = {"s=\xff"};
	struct variables_input input = {settings, 1, NULL, "/current"};
	char *text = manifest_with("\"s\": {\"type\": \"string\"}", "\"${s}\"");
	planned_begin(&planned, text);
	manifest_parse(
		&planned.manifest, &planned.source, &planned.diagnostics);
	ck_assert_int_ne(variables_apply(&planned.manifest, &input,
				 &planned.diagnostics),
		0);
	ck_assert_uint_eq(planned.diagnostics.count, 1);
	ck_assert_ptr_nonnull(
		strstr(planned.diagnostics.items[0].text, "not UTF-8"));
	planned_release(&planned);
	free(text);
}
END_TEST

static Suite *variables_suite(void)
{
	Suite *suite = suite_create("variables");
	TCase *tests = test_case(suite, "values");
	tcase_add_test(
		tests, a_setting_beats_the_environment_which_beats_the_default);
	tcase_add_test(tests, text_from_outside_is_read_by_the_type);
	tcase_add_test(tests, paths_are_relative_to_where_they_were_written);
	tcase_add_test(tests, text_from_outside_that_is_not_utf8_is_refused);
	tests = test_case(suite, "texts");
	tcase_add_test(
		tests, alone_a_variable_keeps_its_type_and_in_text_it_is_text);
	tcase_add_test(tests, what_was_put_in_is_not_read_again);
	tcase_add_test(tests, dollars_are_literal_unless_they_open_a_brace);
	tests = test_case(suite, "secrets");
	tcase_add_test(tests, a_secret_taints_each_text_that_it_enters);
	tcase_add_test(tests, a_wrong_secret_is_not_shown);
	return suite;
}

TEST_MAIN(variables_suite)
