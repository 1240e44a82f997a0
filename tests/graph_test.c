/* graph_test: pictures of a topology, and names that look like syntax. */
#include "core/plan/graph.h"

#include <jansson.h>

#include "tests/plans.h"

static const char *const weblog =
	"{\"tau\": 1, \"name\": \"weblog\", \"nodes\": {\"n\": "
	"{\"operators\": {"
	"\"a\": {\"type\": \"demo.source\", \"params\": {\"path\": "
	"\"a<b>.log\", \"follow\": true}}, "
	"\"m\": {\"type\": \"demo.merge\"}, \"t\": {\"type\": \"demo.tee\"}, "
	"\"x\": {\"type\": \"demo.loose\"}, \"s\": {\"type\": \"demo.sink\"}, "
	"\"q\": {\"type\": \"demo.ask\"}, \"r\": {\"type\": \"demo.answer\"}, "
	"\"p\": {\"type\": \"demo.params\", \"params\": {\"number\": 1, "
	"\"token\": \"hunter2\"}}}}}, "
	"\"streams\": [\"a -> m -> t -> s\", {\"chain\": \"t -> x\", \"full\": "
	"\"drop-oldest\"}, {\"from\": \"x\", \"to\": \"m\", \"feedback\": "
	"true}, \"q -> r\"]}";

static void check_shown(void (*show)(const struct placement *, struct text *),
	const char *expected)
{
	struct planned planned;
	struct text text = {0};
	planned_place(&planned, weblog);
	show(&planned.placement, &text);
	ck_assert_str_eq(text_string(&text), expected);
	text_release(&text);
	planned_release(&planned);
}

START_TEST(a_tree_tells_each_operator_once)
{
	check_shown(graph_tree,
		"a  demo.source path=\"a<b>.log\" follow=true\n"
		"└─ m.in[0]  demo.merge\n"
		"   └─ t  demo.tee\n"
		"      ├─ out[0] → s  demo.sink\n"
		"      └─ out[1] → (drop-oldest) x  demo.loose\n"
		"         └─ (feedback) m.in[1] ↑\n"
		"q  demo.ask\n"
		"└─ ⇄ r  demo.answer\n"
		"p  demo.params number=1 token=***\n");
}
END_TEST

START_TEST(a_long_chain_is_told_in_several_trees)
{
	struct planned planned;
	struct text text = {0}, shown = {0};
	text_add(&text, "{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {");
	for (int i = 0; i < 60; i++)
		text_format(&text, "%s\"o%d\": {\"type\": \"demo.loose\"}",
			i == 0 ? "" : ", ", i);
	text_add(&text, "}}}, \"streams\": [\"o0");
	for (int i = 1; i < 60; i++)
		text_format(&text, " -> o%d", i);
	text_add(&text, "\"]}");
	planned_place(&planned, text_string(&text));
	graph_tree(&planned.placement, &shown);
	ck_assert_ptr_nonnull(strstr(shown.bytes, "└─ o24 ↓\no24  demo.loose"));
	ck_assert_ptr_nonnull(strstr(shown.bytes, "└─ o48 ↓\no48  demo.loose"));
	ck_assert_ptr_nonnull(strstr(shown.bytes, "└─ o59  demo.loose\n"));
	text_release(&shown);
	planned_release(&planned);
	text_release(&text);
}
END_TEST

START_TEST(mermaid_gets_labels_without_syntax)
{
	check_shown(graph_mermaid, "flowchart LR\n"
				   "  subgraph n0[\"n\"]\n"
				   "    o0[\"a<br/>demo.source\"]\n"
				   "    o1[\"m<br/>demo.merge\"]\n"
				   "    o2[\"t<br/>demo.tee\"]\n"
				   "    o3[\"x<br/>demo.loose\"]\n"
				   "    o4[\"s<br/>demo.sink\"]\n"
				   "    o5[\"q<br/>demo.ask\"]\n"
				   "    o6[\"r<br/>demo.answer\"]\n"
				   "    o7[\"p<br/>demo.params\"]\n"
				   "  end\n"
				   "  o0 -->|\"→in[0]\"| o1\n"
				   "  o1 --> o2\n"
				   "  o2 -->|\"out[0]\"| o4\n"
				   "  o2 -->|\"out[1] drop-oldest\"| o3\n"
				   "  o3 -.->|\"→in[1] feedback\"| o1\n"
				   "  o5 <--> o6\n");
}
END_TEST

START_TEST(graphviz_gets_escaped_labels_and_no_secret)
{
	struct planned planned;
	struct text text = {0};
	planned_place(&planned, weblog);
	graph_dot(&planned.placement, &text);
	const char *parts[] = {"digraph {\n", "label=<weblog>",
		"path=&quot;a&lt;b&gt;.log&quot;", "token=***",
		"o2 -> o3 [ taillabel=<out[1]> label=<drop-oldest> ];",
		"style=dashed", "o5 -> o6 [ dir=both ];"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		ck_assert_msg(strstr(text.bytes, parts[i]) != NULL,
			"%s is missing in:\n%s", parts[i], text.bytes);
	ck_assert_ptr_null(strstr(text.bytes, "hunter2"));
	text_release(&text);
	planned_release(&planned);
}
END_TEST

START_TEST(programs_get_everything_but_secrets)
{
	struct planned planned;
	struct text text = {0};
	planned_place(&planned, weblog);
	graph_json(&planned.placement, &text);
	json_t *json = json_loads(text.bytes, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_uint_eq(
		json_array_size(json_object_get(json, "operators")), 8);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "streams")), 7);
	ck_assert_ptr_nonnull(strstr(text.bytes, "\"/folder/a<b>.log\""));
	ck_assert_ptr_null(strstr(text.bytes, "hunter2"));
	json_decref(json);
	text_release(&text);
	planned_release(&planned);
}
END_TEST

static Suite *graph_suite(void)
{
	Suite *suite = suite_create("graph");
	TCase *tests = test_case(suite, "pictures");
	tcase_add_test(tests, a_tree_tells_each_operator_once);
	tcase_add_test(tests, a_long_chain_is_told_in_several_trees);
	tcase_add_test(tests, mermaid_gets_labels_without_syntax);
	tcase_add_test(tests, graphviz_gets_escaped_labels_and_no_secret);
	tcase_add_test(tests, programs_get_everything_but_secrets);
	return suite;
}

TEST_MAIN(graph_suite)
