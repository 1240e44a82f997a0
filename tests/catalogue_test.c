/* catalogue: plugins found in folders, and the types they offer. */
#include "core/catalogue/catalogue.h"
#include "core/base/os.h"
#include "core/catalogue/catalogue_parts.h"
#include "tests/bad_plugins.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>

static char standard[sizeof bad_folder + 16];
static char others[sizeof bad_folder + 16];

/* The search that every test begins with: standard plugins and two others. */
static struct catalogue_search usual(void)
{
	snprintf(standard, sizeof standard, "%s/standard", bad_folder);
	snprintf(others, sizeof others, "%s/others", bad_folder);
	return (struct catalogue_search){.option = others, .beside = standard};
}

static struct catalogue *search(const struct catalogue_search *where)
{
	struct catalogue *catalogue;
	struct error error = ERROR_NONE;
	struct os os;

	os_linux_init(&os);
	ck_assert_int_eq(catalogue_create(&catalogue, &os, where, &error), 0);
	return catalogue;
}

START_TEST(standard_types_stand_alone_and_others_behind_their_plugin)
{
	struct catalogue_search where = usual();
	struct catalogue *catalogue = search(&where);
	const struct catalogue_type *type = catalogue_find(catalogue, "merge");

	ck_assert_uint_eq(catalogue_refusal_count(catalogue), 0);
	ck_assert_uint_eq(catalogue_plugin_count(catalogue), 4);
	ck_assert_uint_eq(catalogue_type_count(catalogue), 6);
	ck_assert_str_eq(catalogue_type_at(catalogue, 0)->type, "acme.shout");
	ck_assert_str_eq(catalogue_type_at(catalogue, 5)->type, "merge");
	ck_assert_str_eq(
		catalogue_plugin_at(catalogue, 0)->description->name, "acme");
	ck_assert_ptr_nonnull(type);
	ck_assert(type->plugin->standard);
	ck_assert_int_eq(type->plugin->origin, CATALOGUE_BESIDE);
	ck_assert_str_eq(type->description->name, "merge");
	type = catalogue_find(catalogue, "acme.shout");
	ck_assert_ptr_nonnull(type);
	ck_assert(!type->plugin->standard);
	ck_assert_int_eq(type->plugin->origin, CATALOGUE_OPTION);
	ck_assert_ptr_null(catalogue_find(catalogue, "shout"));
	ck_assert_ptr_null(catalogue_find(catalogue, "tau-text.merge"));
	ck_assert_ptr_nonnull(catalogue_find(catalogue, "file.read"));
	ck_assert_uint_eq(catalogue_plugin_at(catalogue, 3)->hashed, 0);
	catalogue_destroy(&catalogue);
	ck_assert_ptr_null(catalogue);
}
END_TEST

START_TEST(bad_plugins_are_refused_and_hide_no_good_ones)
{
	static struct bad_plugin bad[BAD_PLUGINS_MAX];
	size_t count = bad_plugins_read(bad, "search");
	struct catalogue_search where = usual();
	struct catalogue *catalogue;
	char named[256];

	snprintf(named, sizeof named, "%s/named", bad_folder);
	where.option = named;
	catalogue = search(&where);
	ck_assert_uint_eq(catalogue_refusal_count(catalogue), count);
	for (size_t i = 0; i < count; i++) {
		size_t found = 0;

		for (size_t j = 0; j < count; j++) {
			const struct catalogue_refusal *refusal =
				catalogue_refusal_at(catalogue, j);

			found += (size_t)bad_matches(bad[i].sentence,
				refusal->error.text, refusal->path);
			ck_assert_uint_eq(refusal->at, UINT32_MAX);
		}
		ck_assert_msg(found == 1, "nobody says: %s", bad[i].sentence);
	}
	ck_assert_ptr_nonnull(catalogue_find(catalogue, "good.relay"));
	ck_assert_ptr_null(catalogue_find(catalogue, "tau-mine.relay"));
	ck_assert_ptr_null(catalogue_find(catalogue, "file.relay"));
	catalogue_destroy(&catalogue);
}
END_TEST

START_TEST(the_standard_folder_stays_standard_however_it_is_named)
{
	struct catalogue_search where = usual();
	struct catalogue *catalogue;
	char twice[256];

	snprintf(
		twice, sizeof twice, "%s/:%s/../standard:", standard, standard);
	where.option = twice;
	where.environment = others;
	catalogue = search(&where);
	ck_assert_uint_eq(catalogue_refusal_count(catalogue), 0);
	ck_assert_uint_eq(catalogue_plugin_count(catalogue), 4);
	ck_assert(catalogue_find(catalogue, "merge")->plugin->standard);
	ck_assert_int_eq(
		catalogue_find(catalogue, "acme.shout")->plugin->origin,
		CATALOGUE_ENVIRONMENT);
	catalogue_destroy(&catalogue);
}
END_TEST

START_TEST(of_two_places_the_first_wins)
{
	struct catalogue_search where = usual();
	struct catalogue_named named = {
		.name = "good", .path = bad_path("good.so"), .at = 7};
	struct catalogue *catalogue;
	const struct catalogue_type *type;

	where.named = &named;
	where.named_count = 1;
	where.installed = standard;
	catalogue = search(&where);
	ck_assert_uint_eq(catalogue_refusal_count(catalogue), 0);
	type = catalogue_find(catalogue, "good.relay");
	ck_assert_int_eq(type->plugin->origin, CATALOGUE_MANIFEST);
	ck_assert_uint_eq(type->plugin->at, 7);
	ck_assert_str_eq(type->plugin->identity.path, bad_path("good.so"));
	ck_assert_int_eq(catalogue_find(catalogue, "merge")->plugin->origin,
		CATALOGUE_BESIDE);
	catalogue_destroy(&catalogue);
}
END_TEST

START_TEST(only_a_folder_that_was_asked_for_must_be_there)
{
	struct catalogue_search where = {
		.option = "/nonexistent/a:/nonexistent/b",
		.beside = "/nonexistent/c",
		.installed = "/nonexistent/d"};
	struct catalogue *catalogue = search(&where);

	ck_assert_uint_eq(catalogue_type_count(catalogue), 0);
	ck_assert_ptr_null(catalogue_find(catalogue, "merge"));
	ck_assert_uint_eq(catalogue_refusal_count(catalogue), 2);
	ck_assert_str_eq(catalogue_refusal_at(catalogue, 1)->error.text,
		"/nonexistent/b: plugins cannot be looked for there: No such "
		"file or directory");
	catalogue_destroy(&catalogue);
}
END_TEST

static const struct {
	struct catalogue_named named;
	const char *sentence; /* NULL: taken */
} manifests[] = {
	{{"good", NULL, "1.0.0", NULL, 3}, NULL},
	{{"good", NULL, "^1", NULL, 3}, NULL},
	{{"good", NULL, "^1.0.0", NULL, 3}, NULL},
	{{"other", NULL, NULL, NULL, 3},
		"@: it is the plugin \"good\" and the manifest calls it "
		"\"other\"; write \"good\" there"},
	{{"good", NULL, "1.0", NULL, 3},
		"@: its version is 1.0.0 and the manifest asks for 1.0"},
	{{"good", NULL, "^1.0.1", NULL, 3},
		"@: its version is 1.0.0 and the manifest asks for ^1.0.1"},
	{{"good", NULL, "^2", NULL, 3},
		"@: its version is 1.0.0 and the manifest asks for ^2"},
	{{"good", NULL, "^0.9", NULL, 3},
		"@: its version is 1.0.0 and the manifest asks for ^0.9"},
	{{"good", NULL, "latest", NULL, 3},
		"@: the version \"latest\" is neither exact, \"1.2.3\", nor a "
		"beginning, \"^1.2\""},
	{{"good", NULL, NULL, "9f86", 3},
		"@: its SHA-256 is ################################ and the "
		"manifest asks for 9f86"},
};

START_TEST(a_plugin_must_be_what_the_manifest_says)
{
	struct catalogue_named named = manifests[_i].named;
	struct catalogue_search where = {.named = &named, .named_count = 1};
	struct catalogue *catalogue;
	const struct catalogue_refusal *refusal;

	named.path = bad_path("good.so");
	catalogue = search(&where);
	if (manifests[_i].sentence == NULL) {
		ck_assert_uint_eq(catalogue_refusal_count(catalogue), 0);
		ck_assert_ptr_nonnull(catalogue_find(catalogue, "good.relay"));
	} else {
		ck_assert_uint_eq(catalogue_refusal_count(catalogue), 1);
		refusal = catalogue_refusal_at(catalogue, 0);
		ck_assert_uint_eq(refusal->at, 3);
		if (named.sha256 == NULL)
			ck_assert_msg(bad_matches(manifests[_i].sentence,
					      refusal->error.text, named.path),
				"%s", refusal->error.text);
		else
			ck_assert_ptr_nonnull(strstr(refusal->error.text,
				" and the manifest asks for 9f86"));
	}
	catalogue_destroy(&catalogue);
}
END_TEST

static const struct {
	const char *written, *version;
	bool fits;
} versions[] = {
	{"1.2.3", "1.2.3", true},
	{"1.2.3", "1.2.4", false},
	{"1.2.3", "1.2.3-beta", false},
	{"^1.2", "1.2.0", true},
	{"^1.2", "1.10.0", true},
	{"^1.2.3", "1.2.10", true},
	{"^1.2.3", "1.2.2", false},
	{"^1.2.3", "1.1.9", false},
	{"^1.2", "2.0.0", false},
	{"^2", "1.9.9", false},
	{"^0.2", "0.2.7", true},
	{"^0.2", "0.3.0", false},
	{"^0.0.3", "0.0.3", true},
	{"^0.0.3", "0.0.4", false},
	{"^1", "1", true},
	{"^1.2", "1.2.5-rc1+x", true},
	{"^1.2", "junk", false},
	{"^", "1.0.0", false},
	{"", "1.0.0", false},
	{"^1.2.3.4", "1.2.3", false},
};

START_TEST(versions_fit_exactly_or_from_a_beginning)
{
	struct error error = ERROR_NONE;
	int result = catalogue_check_version(
		versions[_i].written, versions[_i].version, &error);

	ck_assert_int_eq(result == 0, versions[_i].fits);
	ck_assert_int_eq(error.code, result);
}
END_TEST

START_TEST(a_pinned_hash_is_taken_in_either_case)
{
	struct catalogue_named named = {.name = "good"};
	struct catalogue_search where = {.named = &named, .named_count = 1};
	struct catalogue *catalogue;
	char sha256[NOTE_SHA256_TEXT];
	struct note note;
	struct os os;

	os_linux_init(&os);
	named.path = bad_path("good.so");
	ck_assert_int_eq(note_read(&note, &os, named.path, NULL), 0);
	note_sha256_text(note.identity.sha256, sha256);
	note_release(&note);
	for (char *at = sha256; *at != '\0'; at++)
		*at = (char)toupper((unsigned char)*at);
	named.sha256 = sha256;
	catalogue = search(&where);
	ck_assert_uint_eq(catalogue_refusal_count(catalogue), 0);
	catalogue_destroy(&catalogue);
}
END_TEST

static const struct {
	const char *type, *sentence;
} explained[] = {
	{"file.raed", "there is no operator type \"file.raed\"; did you mean "
		      "\"file.read\"?"},
	{"acme.shuot", "the plugin \"acme\" has no operator \"shuot\"; did you "
		       "mean \"acme.shout\"?"},
	{"acme.nothing", "the plugin \"acme\" has no operator \"nothing\"; tau "
			 "inspect %/others/acme.so shows those it has"},
	{"elsewhere.turn",
		"there is no operator type \"elsewhere.turn\", nor a plugin "
		"\"elsewhere\"; name its file under \"plugins\", or its folder "
		"with --plugin-path"},
	{"shout", "there is no operator type \"shout\"; did you mean "
		  "\"acme.shout\"?"},
	{"frobnicate", "there is no operator type \"frobnicate\"; tau ls shows "
		       "those there are"},
};

START_TEST(a_plugin_that_is_not_where_the_manifest_says_is_explained)
{
	struct catalogue_named named = {
		.name = "delta", .path = "/nowhere/other.so", .at = 7};
	struct catalogue_search where = {.named = &named, .named_count = 1};
	struct catalogue *catalogue = search(&where);
	struct error error = ERROR_NONE;

	catalogue_explain(catalogue, "delta.diff", &error);
	ck_assert_ptr_nonnull(strstr(error.text, "its plugin was refused: "
						 "/nowhere/other.so: "));
	catalogue_destroy(&catalogue);
}
END_TEST

START_TEST(what_was_not_found_is_explained)
{
	struct catalogue_search where = usual();
	struct catalogue *catalogue = search(&where);
	struct error error = ERROR_NONE;

	ck_assert_int_eq(
		catalogue_explain(catalogue, explained[_i].type, &error),
		-ENOENT);
	ck_assert_msg(
		bad_matches(explained[_i].sentence, error.text, bad_path("x")),
		"%s", error.text);
	catalogue_destroy(&catalogue);
}
END_TEST

START_TEST(a_type_of_a_refused_plugin_says_why)
{
	struct catalogue_search where = {.option = bad_folder};
	struct catalogue *catalogue = search(&where);
	struct error error = ERROR_NONE;

	catalogue_explain(catalogue, "foreign.relay", &error);
	ck_assert_msg(
		bad_matches("there is no operator type \"foreign.relay\": its "
			    "plugin was refused: @: it was built for AArch64 "
			    "(machine 183) and this is x86-64 (machine 62); "
			    "build it for this machine",
			error.text, bad_path("foreign.so")),
		"%s", error.text);
	catalogue_destroy(&catalogue);
}
END_TEST

static Suite *catalogue_suite(void)
{
	Suite *suite = suite_create("catalogue");
	TCase *tests = test_case(suite, "plugins");

	tcase_add_unchecked_fixture(
		tests, bad_plugins_build, bad_plugins_remove);
	tcase_add_test(tests,
		standard_types_stand_alone_and_others_behind_their_plugin);
	tcase_add_test(tests, bad_plugins_are_refused_and_hide_no_good_ones);
	tcase_add_test(
		tests, the_standard_folder_stays_standard_however_it_is_named);
	tcase_add_test(tests, of_two_places_the_first_wins);
	tcase_add_test(tests, only_a_folder_that_was_asked_for_must_be_there);
	tcase_add_loop_test(tests, a_plugin_must_be_what_the_manifest_says, 0,
		sizeof manifests / sizeof *manifests);
	tcase_add_loop_test(tests, versions_fit_exactly_or_from_a_beginning, 0,
		sizeof versions / sizeof *versions);
	tcase_add_test(tests, a_pinned_hash_is_taken_in_either_case);
	tcase_add_test(tests,
		a_plugin_that_is_not_where_the_manifest_says_is_explained);
	tcase_add_loop_test(tests, what_was_not_found_is_explained, 0,
		sizeof explained / sizeof *explained);
	tcase_add_test(tests, a_type_of_a_refused_plugin_says_why);
	return suite;
}

TEST_MAIN(catalogue_suite)
