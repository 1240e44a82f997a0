/* changes_test: what becomes of nodes, operators and streams when one plan
 * follows another, and what is said of it. */
#include "core/plan/changes.h"

#include <jansson.h>

#include "core/text/text.h"
#include "tests/compared.h"

/* What is printed, with hashes as #s. */
static char *printed(const struct compared *compared)
{
	static const struct changes_style plain;
	struct text text = {0};
	changes_print(&compared->changes, &plain, &text);
	for (char *at = text.bytes; (at = strstr(at, "sha256 ")) != NULL; at++)
		for (int i = 0; i < 8; i++)
			at[7 + i] = at[7 + 8 + strlen(" → ") + (size_t)i] = '#';
	return text_take(&text);
}

START_TEST(the_same_manifest_changes_nothing_in_whatever_order_it_is)
{
	struct compared compared;
	compare(&compared, WEBLOG, 1,
		HEAD "\"stats\": {\"operators\": {\"bad\": {\"type\": "
		     "\"demo.sink\"}, \"out\": {\"type\": \"demo.printer\"}, "
		     "\"per\": {\"type\": \"acme.count\"}}}, \"ingest\": "
		     "{\"operators\": {\"parse\": {\"type\": \"demo.map\"}, "
		     "\"tail\": {\"type\": \"demo.source\"}}}}, "
		     "\"streams\": [\"parse.bad -> bad\", \"per -> out\", "
		     "\"parse -> per\", \"tail -> parse\"]}",
		1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert(changes_none(&compared.changes));
	char *text = printed(&compared);
	ck_assert_str_eq(text, "nothing to change\n");
	free(text);
	release(&compared);
}
END_TEST

START_TEST(a_new_version_of_a_plugin_touches_the_nodes_that_use_it)
{
	struct compared compared;
	compare(&compared, WEBLOG, 1, WEBLOG, 2);
	ck_assert_int_eq(compared.result, 0);
	ck_assert(!changes_none(&compared.changes));
	const struct changes_node *stats = &compared.changes.nodes[1];
	ck_assert_int_eq(compared.changes.nodes[0].action, CHANGES_NODE_KEPT);
	ck_assert_uint_eq(compared.changes.nodes[0].plan.operator_count, 0);
	ck_assert_int_eq(stats->action, CHANGES_NODE_UPGRADED);
	ck_assert_uint_eq(stats->plan.operator_count, 3);
	ck_assert_uint_eq(stats->operators[0].state_version, 1);
	ck_assert(stats->operators[0].replaced);
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ stats  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ ~ per  acme.count\n"
		"│      plugin acme 1.0.0 → 2.0.0, sha256 ######## → "
		"########\n"
		"│      every = \"10s\" → \"5s\"\n"
		"│      its state is carried, in version 1\n"
		"└─ 2 operators and 1 stream stay as they are\n"
		"  ingest  kept\n"
		"\n"
		"Of 2 nodes 1 is upgraded and 1 is kept.\n");
	free(text);
	release(&compared);
}
END_TEST

START_TEST(everything_that_can_change_is_told)
{
	struct compared compared;
	compare(&compared, WEBLOG, 2,
		"{\"tau\": 1, \"on_failure\": \"continue\", \"nodes\": {"
		"\"ingest\": {\"restart\": {\"on\": \"failure\"}, "
		"\"operators\": {\"tail\": {\"type\": \"demo.source\"}, "
		"\"parse\": {\"type\": \"demo.map\"}}}, "
		"\"stats\": {\"operators\": {\"per\": {\"type\": "
		"\"acme.count\", \"params\": {\"every\": \"1m\", \"token\": "
		"\"x\"}}, \"through\": {\"type\": \"demo.loose\"}, "
		"\"out\": {\"type\": \"demo.printer\"}, "
		"\"worse\": {\"type\": \"demo.sink\"}}}, "
		"\"archive\": {\"operators\": {\"all\": {\"type\": "
		"\"demo.loose\"}, \"file\": {\"type\": \"demo.sink\"}}}}, "
		"\"streams\": [{\"from\": \"tail\", \"to\": \"parse\", "
		"\"capacity\": \"1MiB\"}, \"parse -> per -> through -> out\", "
		"\"parse.bad -> worse\", \"all -> file\"]}",
		2);
	ck_assert_int_eq(compared.result, 0);
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ on_failure: stop → continue\n"
		"~ ingest  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ ~ restart, watchdog or limits: the supervisor takes them "
		"up\n"
		"├─ ~ stream tail → parse\n"
		"│      capacity 256KiB → 1MiB\n"
		"├─ ~ stream parse.bad → worse\n"
		"│      it led to bad, and what is in it goes along\n"
		"└─ 2 operators and 1 stream stay as they are\n"
		"~ stats  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ ~ per  acme.count\n"
		"│      every = \"5s\" → \"1m\"\n"
		"│      token = ***, which it had not\n"
		"│      its state is carried, in version 2\n"
		"├─ + through  demo.loose\n"
		"├─ + worse  demo.sink\n"
		"├─ - bad  demo.sink: it ends\n"
		"│      if worse is its new name: a renamed operator begins "
		"anew\n"
		"├─ ~ stream per → through\n"
		"│      it led to out, and what is in it goes along\n"
		"├─ + stream through → out\n"
		"└─ 1 operator stays as it is\n"
		"+ archive  added\n"
		"├─ + all  demo.loose\n"
		"├─ + file  demo.sink\n"
		"└─ + stream all → file\n"
		"\n"
		"Of 3 nodes 2 are upgraded and 1 is added.\n");
	free(text);
	struct text json = {0};
	changes_json(&compared.changes, &json);
	ck_assert_ptr_null(strstr(text_string(&json), "\"x\""));
	json_t *root = json_loads(text_string(&json), 0, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert(json_is_true(json_object_get(root, "changes")));
	json_decref(root);
	text_release(&json);
	release(&compared);
}
END_TEST

START_TEST(what_is_taken_away_is_said_with_what_is_lost)
{
	struct compared compared;
	compare(&compared, WEBLOG, 1,
		HEAD "\"ingest\": {\"operators\": {\"tail\": {\"type\": "
		     "\"demo.source\"}, \"gone\": {\"type\": "
		     "\"demo.bytes\"}}}}, \"streams\": [\"tail -> gone\"]}",
		1);
	ck_assert_int_eq(compared.result, 0);
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ ingest  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ + gone  demo.bytes\n"
		"├─ - parse  demo.map: it ends\n"
		"├─ ~ stream tail → gone\n"
		"│      it led to parse, and what is in it goes along\n"
		"├─ - stream parse → per: what is in it is dropped\n"
		"├─ - stream parse.bad → bad: what is in it is dropped\n"
		"└─ 1 operator stays as it is\n"
		"- stats  removed\n"
		"├─ - per  acme.count: it ends, and its state is dropped\n"
		"├─ - out  demo.printer: it ends\n"
		"├─ - bad  demo.sink: it ends\n"
		"└─ - stream per → out: what is in it is dropped\n"
		"\n"
		"Of 2 nodes 1 is upgraded and 1 is removed.\n");
	free(text);
	release(&compared);
}
END_TEST

START_TEST(a_change_of_one_operator_in_a_hundred_touches_one_node)
{
	struct compared compared;
	struct text texts[2] = {{0}};
	for (int side = 0; side < 2; side++) {
		text_add(&texts[side], HEAD);
		for (int i = 0; i < 100; i++) {
			if (i % 10 == 0)
				text_format(&texts[side],
					"%s\"n%d\": {\"operators\": {",
					i == 0 ? "" : ", ", i / 10);
			text_format(&texts[side],
				"\"o%d\": {\"type\": \"acme.%s\"%s}%s", i,
				i == 0 ? "relay" : "count",
				side == 1 && i == 55
					? ", \"params\": {\"every\": \"7s\"}"
					: "",
				i % 10 == 9 ? "}}" : ", ");
		}
		text_add(&texts[side],
			", \"z\": {\"operators\": {\"s\": {\"type\": "
			"\"demo.source\"}, \"end\": {\"type\": "
			"\"demo.sink\"}}}}, \"streams\": [\"s -> o0");
		for (int i = 1; i < 100; i++)
			text_format(&texts[side], " -> o%d", i);
		text_add(&texts[side], " -> end\"]}");
	}
	compare(&compared, text_string(&texts[0]), 1, text_string(&texts[1]),
		1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert_uint_eq(compared.changes.counts[CHANGES_NODE_UPGRADED], 1);
	ck_assert_uint_eq(compared.changes.counts[CHANGES_NODE_KEPT], 10);
	ck_assert_int_eq(
		compared.changes.nodes[5].action, CHANGES_NODE_UPGRADED);
	ck_assert_uint_eq(compared.changes.nodes[5].plan.operator_count, 10);
	release(&compared);
	for (int side = 0; side < 2; side++)
		text_release(&texts[side]);
}
END_TEST

START_TEST(an_operator_of_another_type_begins_anew)
{
	struct compared compared;
	compare(&compared,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}, \"b\": {\"type\": \"acme.count\"}, "
		     "\"c\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> b -> c\"]}",
		1,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}, \"b\": {\"type\": \"acme.relay\"}, "
		     "\"c\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> b -> c\"]}",
		1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert_uint_eq(
		compared.changes.nodes[0].operators[1].state_version, 0);
	ck_assert_str_eq(
		compared.changes.nodes[0].plan.operators[1].former, "");
	ck_assert_str_eq(
		compared.changes.nodes[0].plan.operators[0].former, "a");
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ n  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ ~ b  acme.count → acme.relay: it begins anew, and its "
		"state is dropped\n"
		"└─ 2 operators and 2 streams stay as they are\n"
		"\n"
		"Of 1 node 1 is upgraded.\n");
	free(text);
	release(&compared);
}
END_TEST

START_TEST(a_member_that_shifts_is_the_same_stream)
{
	struct compared compared;
	compare(&compared,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.asks\"}, \"x\": {\"type\": \"demo.sink\"}, "
		     "\"y\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> x\", \"a -> y\"]}",
		1,
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.asks\"}, \"y\": {\"type\": \"demo.sink\"}}}}, "
		     "\"streams\": [\"a -> y\"]}",
		1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert_str_eq(
		compared.changes.nodes[0].plan.streams[0].former, "a.out[1]");
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ n  upgraded: a new process takes over, with state and "
		"records\n"
		"├─ - x  demo.sink: it ends\n"
		"├─ ~ stream a.out[0] → y\n"
		"│      it was called a.out[1]\n"
		"├─ - stream a.out[0] → x: what is in it is dropped\n"
		"└─ 2 operators stay as they are\n"
		"\n"
		"Of 1 node 1 is upgraded.\n");
	free(text);
	release(&compared);
}
END_TEST

START_TEST(a_program_of_somebody_elses_is_restarted)
{
	static const char *const form =
		HEAD "\"n\": {\"operators\": {\"a\": {\"type\": "
		     "\"demo.source\"}}}, \"p\": {\"command\": [\"%s\"], "
		     "\"in\": [{\"name\": \"i\", \"type\": \"any\"}]}}, "
		     "\"streams\": [{\"from\": \"a\", \"to\": \"p\", "
		     "\"records\": %d}]}";
	struct compared compared;
	char before[1024], word[1024], stream[1024];
	snprintf(before, sizeof before, form, "cat", 8);
	snprintf(word, sizeof word, form, "tac", 8);
	snprintf(stream, sizeof stream, form, "cat", 9);
	compare(&compared, before, 1, word, 1);
	ck_assert_int_eq(compared.result, 0);
	ck_assert_int_eq(compared.changes.nodes[0].action, CHANGES_NODE_KEPT);
	ck_assert_int_eq(
		compared.changes.nodes[1].action, CHANGES_NODE_RESTARTED);
	ck_assert_str_eq(compared.changes.nodes[1].plan.command[0], "tac");
	char *text = printed(&compared);
	ck_assert_str_eq(text,
		"~ p  restarted: what the program knows is lost\n"
		"  n  kept\n"
		"\n"
		"Of 2 nodes 1 is restarted and 1 is kept.\n");
	free(text);
	release(&compared);
	compare(&compared, before, 1, stream, 1);
	ck_assert_int_eq(
		compared.changes.nodes[0].action, CHANGES_NODE_UPGRADED);
	ck_assert_int_eq(
		compared.changes.nodes[1].action, CHANGES_NODE_RESTARTED);
	release(&compared);
}
END_TEST

static Suite *changes_suite(void)
{
	Suite *suite = suite_create("changes");
	TCase *tests = test_case(suite, "what changes");
	tcase_add_test(tests,
		the_same_manifest_changes_nothing_in_whatever_order_it_is);
	tcase_add_test(
		tests, a_new_version_of_a_plugin_touches_the_nodes_that_use_it);
	tcase_add_test(tests, everything_that_can_change_is_told);
	tcase_add_test(tests, what_is_taken_away_is_said_with_what_is_lost);
	tcase_add_test(
		tests, a_change_of_one_operator_in_a_hundred_touches_one_node);
	tcase_add_test(tests, an_operator_of_another_type_begins_anew);
	tcase_add_test(tests, a_member_that_shifts_is_the_same_stream);
	tcase_add_test(tests, a_program_of_somebody_elses_is_restarted);
	return suite;
}

TEST_MAIN(changes_suite)
