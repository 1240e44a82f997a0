/* choice_test: plugins taken from files that somebody chose. */
#include "core/plan/choice.h"

#include <errno.h>

#include "core/plan/changes.h"
#include "tests/plans.h"

static const char *const two_counts =
	"{\"tau\": 1, \"plugins\": {\"acme\": {\"path\": \"old.so\"}}, "
	"\"nodes\": {"
	"\"n\": {\"operators\": {\"s\": {\"type\": \"demo.source\"}, "
	"\"a\": {\"type\": \"acme.count\"}}}, "
	"\"m\": {\"operators\": {\"b\": {\"type\": \"acme.count\"}, "
	"\"z\": {\"type\": \"demo.sink\"}}}}, "
	"\"streams\": [\"s -> a -> b -> z\"]}";

/* tests/fixtures/versions/acme_N.so; of each call another text. */
static const char *acme(int version)
{
	static char paths[4][4096];
	const char *builddir = getenv("top_builddir");
	snprintf(paths[version], sizeof *paths,
		"%s/tests/fixtures/versions/acme_%d.so",
		builddir ? builddir : ".", version);
	return paths[version];
}

static void resolve(struct planned *planned, const char *version,
	const struct catalogue_choice *choices, size_t count)
{
	struct catalogue_named named = {
		.name = "acme", .path = acme(1), .version = version, .at = 9};
	struct variables_input input = {.folder = "/current"};
	planned_resolve_with(planned, two_counts, &input,
		(struct catalogue_search){.choices = choices,
			.choice_count = count,
			.named = &named,
			.named_count = 1});
	placement_make(&planned->placement, &planned->topology);
}

static const char *version_of(const struct planned *planned, uint32_t index)
{
	const struct catalogue_type *type =
		planned->topology.operators[index].type;
	ck_assert_ptr_nonnull(type);
	return type->plugin->description->version;
}

START_TEST(a_node_may_have_another_file_than_the_others)
{
	struct catalogue_choice choice = {.path = acme(2), .node = "m"};
	struct planned planned;
	struct node_plan plans[2] = {{.topology = NULL}};
	resolve(&planned, NULL, &choice, 1);
	ck_assert_str_eq(version_of(&planned, 1), "1.0.0");
	ck_assert_str_eq(version_of(&planned, 2), "2.0.0");
	for (uint32_t i = 0; i < 2; i++)
		placement_node_plan(&planned.placement, i, "t", "/", &plans[i]);
	ck_assert_str_ne(
		plans[0].operators[1].sha256, plans[1].operators[0].sha256);
	ck_assert_ptr_nonnull(strstr(plans[1].operators[0].path, "acme_2.so"));
	for (uint32_t i = 0; i < 2; i++)
		node_plan_release(&plans[i]);
	planned_release(&planned);
}
END_TEST

START_TEST(the_last_choice_counts)
{
	struct catalogue_choice choices[] = {
		{.path = acme(2), .node = "m"},
		{.path = acme(3), .node = NULL},
		{.path = acme(1), .node = "n"},
		{.path = acme(2), .node = "n"},
	};
	struct planned planned;
	resolve(&planned, NULL, choices, 4);
	ck_assert_str_eq(version_of(&planned, 1), "2.0.0");
	ck_assert_str_eq(version_of(&planned, 2), "3.0.0");
	planned_release(&planned);
}
END_TEST

START_TEST(what_the_manifest_asks_for_holds_for_a_chosen_file_too)
{
	char sentence[5000];
	struct catalogue_choice choice = {.path = acme(2)};
	struct planned planned;
	resolve(&planned, "^1.0", &choice, 1);
	ck_assert_uint_eq(catalogue_refusal_count(planned.catalogue), 1);
	const struct catalogue_refusal *refusal =
		catalogue_refusal_at(planned.catalogue, 0);
	snprintf(sentence, sizeof sentence,
		"%s: its version is 2.0.0 and the manifest asks for ^1.0",
		acme(2));
	ck_assert_str_eq(refusal->error.text, sentence);
	ck_assert_int_eq(refusal->origin, CATALOGUE_CHOSEN);
	ck_assert_uint_eq(refusal->at, 9);
	planned_release(&planned);
}
END_TEST

START_TEST(what_runs_is_pinned_whatever_lies_in_folders_now)
{
	struct catalogue_choice choice = {.path = acme(2), .node = "m"};
	struct arena arena = {0};
	struct planned runs, again;
	struct changes changes = {0};
	size_t count;
	resolve(&runs, NULL, &choice, 1);
	struct catalogue_choice *pins =
		choice_pin(&runs.placement, NULL, &arena, &count);
	ck_assert_uint_eq(count, 3);
	ck_assert_ptr_null(pins[1].node);
	ck_assert_str_eq(pins[2].node, "m");
	resolve(&again, NULL, pins, count);
	placement_follow(&again.placement, &runs.placement);
	ck_assert_int_eq(
		changes_make(&changes, &runs.placement, &again.placement, "t",
			"/", &again.diagnostics),
		0);
	ck_assert(changes_none(&changes));
	changes_release(&changes);
	planned_release(&again);

	pins = choice_add(pins, &count,
		(struct catalogue_choice){.path = acme(2)}, &arena);
	resolve(&again, NULL, pins, count);
	placement_follow(&again.placement, &runs.placement);
	ck_assert_int_eq(
		changes_make(&changes, &runs.placement, &again.placement, "t",
			"/", &again.diagnostics),
		0);
	ck_assert_int_eq(changes.nodes[0].action, CHANGES_NODE_UPGRADED);
	ck_assert_int_eq(changes.nodes[1].action, CHANGES_NODE_KEPT);
	changes_release(&changes);
	pins = choice_pin(&again.placement, "/store", &arena, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(
		strlen(pins[1].path), strlen("/store/") + 64 + strlen(".so"));
	planned_release(&again);
	planned_release(&runs);
	arena_release(&arena);
}
END_TEST

/* Nothing else is looked for then, and no file is read for its hash. */
START_TEST(what_was_chosen_may_be_all_there_is)
{
	static const char sha256[] = "00112233445566778899aabbccddeeff"
				     "00112233445566778899aabbccddeeff";
	const char *builddir = getenv("top_builddir");
	char folder[4096], found[NOTE_SHA256_TEXT];
	struct catalogue_named named = {
		.name = "gone", .path = "/nowhere/gone.so"};
	struct catalogue_choice choice = {.path = acme(2), .sha256 = sha256};
	struct catalogue_search search = {.choices = &choice,
		.choice_count = 1,
		.named = &named,
		.named_count = 1,
		.beside = folder};
	struct error error = ERROR_NONE;
	struct catalogue *catalogue;
	struct os os;
	os_linux_init(&os);
	snprintf(
		folder, sizeof folder, "%s/plugins", builddir ? builddir : ".");
	for (int alone = 0; alone < 2; alone++) {
		search.chosen_alone = alone;
		ck_assert_int_eq(
			catalogue_create(&catalogue, &os, &search, &error), 0);
		const struct catalogue_type *type =
			catalogue_find(catalogue, "acme.count");
		ck_assert_ptr_nonnull(type);
		ck_assert_str_eq(type->plugin->description->version, "2.0.0");
		ck_assert_int_eq(
			catalogue_sha256(type->plugin, found, &error), 0);
		ck_assert_str_eq(found, sha256);
		ck_assert(alone == (catalogue_plugin_count(catalogue) == 1));
		ck_assert_uint_eq(catalogue_refusal_count(catalogue), !alone);
		catalogue_destroy(&catalogue);
	}
}
END_TEST

START_TEST(a_standard_plugin_comes_with_tau)
{
	const char *builddir = getenv("top_builddir");
	char folder[4096], path[5000];
	snprintf(
		folder, sizeof folder, "%s/plugins", builddir ? builddir : ".");
	snprintf(path, sizeof path, "%s/tau-text.so", folder);
	struct catalogue_choice choice = {.path = path};
	struct catalogue_search search = {
		.choices = &choice, .choice_count = 1};
	struct catalogue *catalogue;
	struct error error = ERROR_NONE;
	struct os os;
	os_linux_init(&os);
	for (int i = 0; i < 3; i++) {
		search.beside = i == 1 ? folder : NULL;
		choice.standard = i == 2;
		ck_assert_int_eq(
			catalogue_create(&catalogue, &os, &search, &error), 0);
		ck_assert_uint_eq(catalogue_refusal_count(catalogue), i == 0);
		if (i > 0)
			ck_assert(catalogue_find(catalogue, "lines")
					  ->plugin->standard);
		catalogue_destroy(&catalogue);
	}
}
END_TEST

static const struct {
	const char *plugin, *node, *sentence;
} checks[] = {
	{"acme", NULL, NULL},
	{"acme", "m", NULL},
	{"tau-text", NULL,
		"no operator is of the plugin tau-text; they are of demo and "
		"acme"},
	{"demos", "m",
		"no operator of node m is of the plugin demos; they are of "
		"acme and demo"},
	{"acme", "x", "no node \"x\" runs; there are n and m"},
};

START_TEST(a_program_uses_no_plugin)
{
	struct planned planned;
	struct error error = ERROR_NONE;
	planned_resolve_with(&planned,
		"{\"tau\": 1, \"nodes\": {\"p\": {\"command\": [\"x\"]}}, "
		"\"streams\": []}",
		&(struct variables_input){.folder = "/current"},
		(struct catalogue_search){0});
	placement_make(&planned.placement, &planned.topology);
	ck_assert_int_eq(
		choice_check(&planned.placement, "acme", "p", &error), -ENOENT);
	ck_assert_str_eq(error.text,
		"node p has only programs of somebody else's (command or "
		"remote), which use no plugins");
	planned_release(&planned);
}
END_TEST

START_TEST(a_plugin_that_nobody_uses_is_not_upgraded)
{
	struct planned planned;
	struct error error = ERROR_NONE;
	resolve(&planned, NULL, NULL, 0);
	int result = choice_check(
		&planned.placement, checks[_i].plugin, checks[_i].node, &error);
	ck_assert_int_eq(result, checks[_i].sentence ? -ENOENT : 0);
	if (checks[_i].sentence)
		ck_assert_str_eq(error.text, checks[_i].sentence);
	planned_release(&planned);
}
END_TEST

START_TEST(the_line_of_the_manifest_to_change_is_said)
{
	struct planned planned;
	struct text text = {0};
	struct catalogue_choice choice = {.path = "/new/acme.so"};
	resolve(&planned, NULL, NULL, 0);
	choice_advise(
		planned.catalogue, &planned.manifest, "acme", &choice, &text);
	choice_advise(
		planned.catalogue, &planned.manifest, "demo", &choice, &text);
	choice.node = "m";
	choice_advise(
		planned.catalogue, &planned.manifest, "acme", &choice, &text);
	ck_assert_str_eq(text_string(&text),
		"t.json:1:41: so that a start takes the new one, write "
		"\"path\": \"/new/acme.so\" here instead of \"old.so\"\n"
		"t.json: it does not name demo, which was found in a folder of "
		"plugins; so that a start takes the new one, put it there, or "
		"add \"plugins\": {\"demo\": {\"path\": \"/new/acme.so\"}}\n"
		"t.json: a manifest names one file of acme for all nodes; "
		"started anew, node m has that of the others again\n");
	text_release(&text);
	planned_release(&planned);
}
END_TEST

START_TEST(a_manifest_that_means_the_file_already_needs_no_change)
{
	struct planned planned;
	struct text text = {0}, path = {0};
	struct catalogue_choice choice = {0};
	resolve(&planned, NULL, NULL, 0);
	text_format(&path, "%s/old.so", planned.manifest.source->folder);
	choice.path = text_string(&path);
	choice_advise(
		planned.catalogue, &planned.manifest, "acme", &choice, &text);
	ck_assert_uint_eq(text.count, 0);
	text_release(&path);
	text_release(&text);
	planned_release(&planned);
}
END_TEST

START_TEST(a_manifest_may_write_the_file_in_another_way)
{
	struct planned planned;
	struct text text = {0}, manifest = {0};
	struct catalogue_choice choice = {.path = acme(1)};
	struct variables_input input = {.folder = "/current"};
	text_format(&manifest,
		"{\"tau\": 1, \"nodes\": {}, \"streams\": [], \"plugins\": "
		"{\"acme\": {\"path\": "
		"\"%s/versions/../versions/acme_1.so\"}}}",
		planned_fixtures());
	planned_resolve_with(&planned, text_string(&manifest), &input,
		(struct catalogue_search){0});
	choice_advise(
		planned.catalogue, &planned.manifest, "acme", &choice, &text);
	ck_assert_uint_eq(text.count, 0);
	choice.path = acme(2);
	choice_advise(
		planned.catalogue, &planned.manifest, "acme", &choice, &text);
	ck_assert_ptr_nonnull(strstr(text_string(&text), "acme_2.so"));
	text_release(&manifest);
	text_release(&text);
	planned_release(&planned);
}
END_TEST

static Suite *choice_suite(void)
{
	Suite *suite = suite_create("choice");
	TCase *tests = test_case(suite, "choices");
	tcase_add_test(tests, a_node_may_have_another_file_than_the_others);
	tcase_add_test(tests, the_last_choice_counts);
	tcase_add_test(
		tests, what_the_manifest_asks_for_holds_for_a_chosen_file_too);
	tcase_add_test(tests, what_runs_is_pinned_whatever_lies_in_folders_now);
	tcase_add_test(tests, what_was_chosen_may_be_all_there_is);
	tcase_add_test(tests, a_standard_plugin_comes_with_tau);
	tcase_add_test(tests, a_program_uses_no_plugin);
	tcase_add_loop_test(tests, a_plugin_that_nobody_uses_is_not_upgraded, 0,
		sizeof checks / sizeof *checks);
	tcase_add_test(tests, the_line_of_the_manifest_to_change_is_said);
	tcase_add_test(
		tests, a_manifest_that_means_the_file_already_needs_no_change);
	tcase_add_test(tests, a_manifest_may_write_the_file_in_another_way);
	return suite;
}

TEST_MAIN(choice_suite)
