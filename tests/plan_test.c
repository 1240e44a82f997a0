/* plan_test: from files, fd 0 and one-liners to placed topologies. */
#include "core/plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/os.h"
#include "tests/fake_os.h"
#include "tests/test.h"

static const char *const good =
	"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {"
	"\"a\": {\"type\": \"demo.source\", \"params\": {\"path\": "
	"\"x.log\"}}, "
	"\"b\": {\"type\": \"demo.sink\"}}}}, \"streams\": [\"a -> b\"]}";

static char folder[] = "/tmp/tau-plan-XXXXXX";
static char file[64];
static char fixtures[4096];

static void make_folder(void)
{
	const char *builddir = getenv("top_builddir");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof file, "%s/m.json", folder);
	snprintf(fixtures, sizeof fixtures, "%s/tests/fixtures",
		builddir ? builddir : ".");
}

static void remove_folder(void)
{
	unlink(file);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static struct plan_request request_for(const char *path)
{
	return (struct plan_request){.file = path,
		.variables = {.folder = "/current"},
		.search = {.option = fixtures}};
}

/* The path param of the first operator. */
static const char *path_of(const struct plan *plan)
{
	return plan->topology.operators[0].params[0].text;
}

START_TEST(a_file_becomes_a_placed_topology)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for(file);
	char expected[128];
	os_linux_init(&os);
	write_file(good);
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), 0);
	ck_assert(plan.placed);
	ck_assert_uint_eq(plan.placement.node_count, 1);
	/* Paths are relative to the manifest, not to the current folder. */
	snprintf(expected, sizeof expected, "%s/x.log", folder);
	ck_assert_str_eq(path_of(&plan), expected);
	plan_release(&plan);
	plan_release(&plan);
}
END_TEST

START_TEST(a_relative_file_stands_in_the_current_folder)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for("m.json");
	char expected[128];
	os_linux_init(&os);
	write_file(good);
	request.variables.folder = folder;
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), 0);
	snprintf(expected, sizeof expected, "%s/x.log", folder);
	ck_assert_str_eq(path_of(&plan), expected);
	ck_assert_str_eq(plan.source.name, "m.json");
	plan_release(&plan);
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(fd_0_is_read_for_a_dash_and_stays_open)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for("-");
	os_linux_init(&os);
	write_file(good);
	int fd = open(file, O_RDONLY | O_CLOEXEC), before = dup(0);
	ck_assert_int_eq(dup2(fd, 0), 0);
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), 0);
	ck_assert_str_eq(path_of(&plan), "/current/x.log");
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
	dup2(before, 0);
	close(before);
	close(fd);
	plan_release(&plan);
}
END_TEST

START_TEST(a_one_liner_becomes_a_placed_topology)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for(NULL);
	os_linux_init(&os);
	request.expression = "demo.source a.log ! demo.sink";
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), 0);
	ck_assert_str_eq(path_of(&plan), "/current/a.log");
	plan_release(&plan);
	request.expression = "demo.sorce a.log ! demo.sink";
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), -EINVAL);
	ck_assert_uint_ge(plan.diagnostics.count, 1);
	ck_assert(!plan.placed);
	plan_release(&plan);
}
END_TEST

START_TEST(an_invalid_manifest_has_sentences_and_no_error)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for(file);
	os_linux_init(&os);
	write_file("{\"tau\": 2}");
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), -EINVAL);
	ck_assert_uint_eq(plan.diagnostics.count, 2);
	ck_assert_int_eq(error.code, 0);
	plan_release(&plan);
	write_file("{");
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), -EINVAL);
	ck_assert_uint_eq(plan.diagnostics.count, 1);
	plan_release(&plan);
}
END_TEST

START_TEST(a_missing_file_is_an_error_with_a_sentence)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for("/nowhere/m.json");
	os_linux_init(&os);
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), -ENOENT);
	ck_assert_str_eq(error.text,
		"the manifest /nowhere/m.json cannot be opened: No such file "
		"or directory");
	plan_release(&plan);
}
END_TEST

START_TEST(a_plugin_that_the_manifest_names_is_taken_or_refused)
{
	struct plan plan = {0};
	struct os os;
	struct error error = ERROR_NONE;
	struct plan_request request = request_for(file);
	struct text text = {0};
	char path[4200];
	os_linux_init(&os);
	snprintf(path, sizeof path, "%s/demo.so", fixtures);
	request.search.option = NULL;
	text_format(&text,
		"{\"tau\": 1, \"plugins\": {\"demo\": {\"path\": \"${p}\", "
		"\"version\": \"^1.2\"}}, \"vars\": {\"p\": {\"type\": "
		"\"path\", \"default\": \"%s\"}}, %s",
		path, good + strlen("{\"tau\": 1,"));
	write_file(text_string(&text));
	int result = plan_make(&plan, &os, &request, &error);
	ck_assert_int_eq(result, 0);
	plan_release(&plan);
	*strstr(text.bytes, "^1.2") = '9';
	write_file(text_string(&text));
	ck_assert_int_eq(plan_make(&plan, &os, &request, &error), -EINVAL);
	struct place place =
		source_place(&plan.source, plan.diagnostics.items[0].at);
	ck_assert_uint_eq(place.line, 1);
	ck_assert_uint_eq(place.column, 24);
	plan_release(&plan);
	text_release(&text);
}
END_TEST

START_TEST(whatever_system_call_fails_nothing_is_lost)
{
	write_file(good);
	for (unsigned nth = 1;; nth++) {
		struct plan plan = {0};
		struct fake_os fake;
		struct error error = ERROR_NONE;
		struct plan_request request = request_for(file);
		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, EIO);
		int result = plan_make(&plan, &fake.os, &request, &error);
		ck_assert_msg(result != 0 || plan.placed, "call %u", nth);
		if (result < 0 && result != -EINVAL)
			ck_assert_msg(error.text[0] != '\0', "call %u", nth);
		plan_release(&plan);
		if (!fake.fired)
			break;
	}
}
END_TEST

static Suite *plan_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *tests = test_case(suite, "sources");
	tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
	tcase_add_test(tests, a_file_becomes_a_placed_topology);
	tcase_add_test(tests, a_relative_file_stands_in_the_current_folder);
	tcase_add_test(tests, fd_0_is_read_for_a_dash_and_stays_open);
	tcase_add_test(tests, a_one_liner_becomes_a_placed_topology);
	tcase_add_test(tests, an_invalid_manifest_has_sentences_and_no_error);
	tcase_add_test(tests, a_missing_file_is_an_error_with_a_sentence);
	tcase_add_test(
		tests, a_plugin_that_the_manifest_names_is_taken_or_refused);
	tcase_add_test(tests, whatever_system_call_fails_nothing_is_lost);
	return suite;
}

TEST_MAIN(plan_suite)
