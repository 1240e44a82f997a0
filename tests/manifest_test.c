/* manifest_test: what is written arrives in the structs, and prints back. */
#include "core/plan/manifest.h"

#include <jansson.h>

#include "core/text/locate.h"
#include "tests/plans.h"

/* Sizes and durations stand as they are printed. */
static const char *const everything =
	"{ \"$schema\": \"s\", \"tau\": 1, \"name\": \"weblog\", \"doc\": "
	"\"d\",\n"
	"  \"vars\": {\"v\": {\"type\": \"list\", \"of\": \"int\", "
	"\"default\": [1],"
	" \"env\": \"V\", \"doc\": \"d\"},\n"
	"    \"w\": {\"type\": \"int\", \"required\": true, \"min\": 1, "
	"\"max\": 2},\n"
	"    \"e\": {\"type\": \"enum\", \"values\": [\"a\"]}},\n"
	"  \"plugins\": {\"acme\": {\"path\": \"a.so\", \"version\": \"^1.0\","
	" \"sha256\": \"${v}\"}},\n"
	"  \"defaults\": {\"stream\": {\"capacity\": \"1MiB\", \"back\": "
	"false},\n"
	"    \"node\": {\"watchdog\": {\"warn\": \"1s\", \"report\": "
	"\"1s500ms\","
	" \"kill\": \"1m30s\", \"start\": 0}}},\n"
	"  \"nodes\": {\n"
	"    \"n\": {\"doc\": \"d\", \"operators\": {\"a\": {\"type\": \"t\","
	" \"params\": {\"p\": [1, {\"q\": \"${v}\"}]}, \"doc\": \"d\"}},\n"
	"      \"cwd\": \"x\", \"env\": {\"A\": \"${v}\"}, \"replicas\": 3,"
	" \"cpus\": [0, 2],\n"
	"      \"restart\": {\"on\": \"failure\", \"max\": 5, \"within\": "
	"\"30s\","
	" \"backoff\": [\"100ms\", \"5s\"]},\n"
	"      \"limits\": {\"memory\": \"256MiB\", \"files\": 99}},\n"
	"    \"c\": {\"command\": [\"python3\", \"${v}\"], \"in\": [{\"name\": "
	"\"i\","
	" \"type\": \"utf8\", \"required\": false, \"back\": \"optional\"}]},\n"
	"    \"r\": {\"remote\": \"tcp:h:1\", \"out\": [{\"name\": \"o\","
	" \"type\": \"any\", \"variadic\": true, \"doc\": \"d\"}]}},\n"
	"  \"streams\": [\"a -> c\", {\"chain\": \"r.o[1] -> a -> c.i\","
	" \"records\": 7},\n"
	"    {\"from\": \"a.x\", \"to\": \"b.y[2]\", \"capacity\": \"64KiB\","
	" \"records\": 9, \"atomic\": \"1KiB\", \"full\": \"drop-newest\","
	" \"shred\": true, \"fds\": true, \"feedback\": true,"
	" \"transport\": \"unix\", \"at\": \"${v}\", \"reconnect\": true,"
	" \"back\": {\"atomic\": 512}, \"doc\": \"d\"}],\n"
	"  \"on_failure\": \"continue\" }\n";

/* Tests are given the text, and look at what was read of it. */
static void read_text(struct planned *planned, const char *text)
{
	planned_begin(planned, text);
	manifest_parse(
		&planned->manifest, &planned->source, &planned->diagnostics);
	planned_say(planned);
	ck_assert_uint_eq(planned->diagnostics.count, 0);
}

START_TEST(every_key_arrives)
{
	struct planned planned;
	read_text(&planned, everything);
	const struct manifest *m = &planned.manifest;
	ck_assert_str_eq(m->name, "weblog");
	ck_assert_int_eq(m->on_failure, ON_FAILURE_CONTINUE);
	ck_assert_uint_eq(m->variable_count, 3);
	ck_assert_str_eq(m->variables[0].of, "int");
	ck_assert_str_eq(m->variables[0].environment, "V");
	ck_assert(m->variables[1].required);
	ck_assert_int_eq(json_integer_value(m->variables[1].max), 2);
	ck_assert_str_eq(m->plugins[0].version.text, "^1.0");
	ck_assert_uint_eq(m->stream_defaults.flow.capacity_bytes, 1u << 20);
	ck_assert(m->stream_defaults.back_off);
	ck_assert_int_eq(m->node_defaults.report_ns, 1500000000);
	ck_assert_int_eq(m->node_defaults.kill_ns, 90000000000);
	ck_assert_int_eq(m->node_defaults.start_ns, 0);
	ck_assert(m->node_defaults.set & NODE_WATCHDOG_START);
	planned_release(&planned);
}
END_TEST

START_TEST(every_key_of_a_node_arrives)
{
	struct planned planned;
	read_text(&planned, everything);
	const struct manifest_node *node = planned.manifest.nodes;
	ck_assert_uint_eq(planned.manifest.node_count, 3);
	ck_assert_uint_eq(node->operator_count, 1);
	ck_assert_str_eq(node->operators[0].type, "t");
	ck_assert_str_eq(node->operators[0].params[0].name, "p");
	ck_assert_str_eq(node->cwd, "x");
	ck_assert_str_eq(node->environment[0].name, "A");
	ck_assert_uint_eq(node->replicas, 3);
	ck_assert_uint_eq(node->cpu_count, 2);
	ck_assert_uint_eq(node->cpus[1], 2);
	ck_assert_int_eq(node->options.restart_on, RESTART_FAILURE);
	ck_assert_uint_eq(node->options.restart_max, 5);
	ck_assert_int_eq(node->options.backoff_last_ns, 5000000000);
	ck_assert_uint_eq(node->options.memory_bytes, 256u << 20);
	ck_assert_uint_eq(node->options.files, 99);
	ck_assert_int_eq(node[1].kind, NODE_COMMAND);
	ck_assert_uint_eq(node[1].replicas, 1);
	ck_assert_str_eq(node[1].command[1].text, "${v}");
	ck_assert_str_eq(node[1].in[0].back, "optional");
	ck_assert(node[1].in[0].required_set && !node[1].in[0].required);
	ck_assert_int_eq(node[2].kind, NODE_REMOTE);
	ck_assert_str_eq(node[2].remote.text, "tcp:h:1");
	ck_assert(node[2].out[0].variadic);
	planned_release(&planned);
}
END_TEST

START_TEST(every_key_of_a_stream_arrives)
{
	struct planned planned;
	read_text(&planned, everything);
	const struct manifest_stream *stream = planned.manifest.streams;
	ck_assert_uint_eq(planned.manifest.stream_count, 3);
	ck_assert(stream[0].chain);
	ck_assert_uint_eq(stream[1].end_count, 3);
	ck_assert_uint_eq(stream[1].ends[0].member, 1);
	ck_assert_str_eq(stream[1].ends[2].port, "i");
	ck_assert_uint_eq(stream[1].options.flow.records, 7);
	const struct stream_options *options = &stream[2].options;
	ck_assert_str_eq(stream[2].ends[0].port, "x");
	ck_assert_uint_eq(stream[2].ends[0].member, MEMBER_NEXT);
	ck_assert_uint_eq(stream[2].ends[1].member, 2);
	ck_assert_uint_eq(options->flow.capacity_bytes, 65536);
	ck_assert_uint_eq(options->flow.atomic_bytes, 1024);
	ck_assert_int_eq(options->flow.full, FULL_DROP_NEWEST);
	ck_assert(options->shred && options->fds && options->feedback);
	ck_assert(options->reconnect && !options->back_off);
	ck_assert_int_eq(options->transport, TRANSPORT_UNIX);
	ck_assert_str_eq(options->address.text, "${v}");
	ck_assert_uint_eq(options->back.atomic_bytes, 512);
	planned_release(&planned);
}
END_TEST

START_TEST(places_are_those_of_the_text)
{
	struct planned planned;
	read_text(&planned, everything);
	const struct manifest *m = &planned.manifest;
	const char *text = everything;
	const struct manifest_param *param =
		&m->nodes[0].operators[0].params[0];
	ck_assert_ptr_eq(text + param->name_at, strstr(text, "\"p\""));
	ck_assert_ptr_eq(text + param->at, strstr(text, "[1, {\"q\""));
	const struct manifest_end *ends = m->streams[1].ends;
	ck_assert_ptr_eq(text + ends[0].at, strstr(text, "r.o[1]"));
	ck_assert_ptr_eq(text + ends[0].port_at, strstr(text, "o[1]"));
	ck_assert_ptr_eq(text + ends[0].member_at, strstr(text, "[1] ->"));
	ck_assert_ptr_eq(text + ends[1].at, strstr(text, "a -> c.i"));
	ck_assert_ptr_eq(text + m->streams[2].options.flow.full_at,
		strstr(text, "\"drop-newest\""));
	planned_release(&planned);
}
END_TEST

START_TEST(what_was_printed_says_what_was_written)
{
	struct planned first, second;
	struct text printed = {0}, again = {0};
	read_text(&first, everything);
	manifest_print(&first.manifest, &printed);
	read_text(&second, text_string(&printed));
	manifest_print(&second.manifest, &again);
	ck_assert_str_eq(text_string(&printed), text_string(&again));
	json_t *one = json_loads(everything, 0, NULL);
	json_t *other = json_loads(text_string(&printed), 0, NULL);
	ck_assert_msg(json_equal(one, other), "not what was written:\n%s",
		printed.bytes);
	json_decref(one);
	json_decref(other);
	text_release(&again);
	planned_release(&second);
	text_release(&printed);
	planned_release(&first);
}
END_TEST

START_TEST(the_literal_text_of_a_one_liner_is_escaped)
{
	struct planned planned;
	struct text printed = {0};
	read_text(&planned, everything);
	/* A manifest without places comes from a one-liner. */
	locate_destroy(&planned.manifest.locate);
	manifest_print(&planned.manifest, &printed);
	ck_assert_ptr_nonnull(strstr(
		printed.bytes, "\"params\": {\"p\": [1, {\"q\": \"$${v}\"}]}"));
	text_release(&printed);
	planned_release(&planned);
}
END_TEST

START_TEST(a_secrets_default_is_not_printed)
{
	struct planned planned;
	struct text printed = {0};
	read_text(&planned,
		"{\"tau\": 1, \"vars\": {\"s\": {\"type\": \"secret\", "
		"\"default\": \"hunter2\"}}, \"nodes\": {\"n\": "
		"{\"operators\": {\"a\": {\"type\": \"t\"}}}}}");
	manifest_print(&planned.manifest, &printed);
	ck_assert_ptr_null(strstr(printed.bytes, "hunter2"));
	ck_assert_ptr_nonnull(strstr(printed.bytes, "\"***\""));
	text_release(&printed);
	planned_release(&planned);
}
END_TEST

static void check_end(
	const char *text, const char *name, const char *port, uint32_t member)
{
	struct planned planned;
	struct manifest_end end;
	planned_begin(&planned, text);
	ck_assert_int_eq(manifest_read_end(&end, &planned.manifest.arena, text,
				 strlen(text), 0, &planned.diagnostics),
		0);
	ck_assert_str_eq(end.name, name);
	ck_assert_pstr_eq(end.port, port);
	ck_assert_uint_eq(end.member, member);
	planned_release(&planned);
}

START_TEST(ends_are_read)
{
	check_end("a", "a", NULL, MEMBER_NEXT);
	check_end("a-b_C9.out", "a-b_C9", "out", MEMBER_NEXT);
	check_end("a.out[65535]", "a", "out", 65535);
}
END_TEST

static void check_no_end(const char *text, uint32_t at)
{
	struct planned planned;
	struct manifest_end end;
	planned_begin(&planned, text);
	ck_assert_int_ne(manifest_read_end(&end, &planned.manifest.arena, text,
				 strlen(text), 100, &planned.diagnostics),
		0);
	ck_assert_uint_eq(planned.diagnostics.count, 1);
	ck_assert_uint_eq(planned.diagnostics.items[0].at, 100 + at);
	planned_release(&planned);
}

START_TEST(what_is_no_end_is_refused_where_it_goes_wrong)
{
	check_no_end("", 0);
	check_no_end(".out", 0);
	check_no_end("a.", 2);
	check_no_end("a b", 1);
	check_no_end("a.b.c", 3);
	check_no_end("a.b c", 3);
	check_no_end("a[0]", 1);
	check_no_end("a.b[", 3);
	check_no_end("a.b[]", 3);
	check_no_end("a.b[1]x", 3);
	check_no_end("a.b[65536]", 4);
	check_no_end("a.b[99999999999999999999]", 4);
	check_no_end("\xc3\xa4", 0);
}
END_TEST

static Suite *manifest_suite(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tests = test_case(suite, "keys");
	tcase_add_test(tests, every_key_arrives);
	tcase_add_test(tests, every_key_of_a_node_arrives);
	tcase_add_test(tests, every_key_of_a_stream_arrives);
	tcase_add_test(tests, places_are_those_of_the_text);
	tests = test_case(suite, "print");
	tcase_add_test(tests, what_was_printed_says_what_was_written);
	tcase_add_test(tests, the_literal_text_of_a_one_liner_is_escaped);
	tcase_add_test(tests, a_secrets_default_is_not_printed);
	tests = test_case(suite, "ends");
	tcase_add_test(tests, ends_are_read);
	tcase_add_test(tests, what_is_no_end_is_refused_where_it_goes_wrong);
	return suite;
}

TEST_MAIN(manifest_suite)
