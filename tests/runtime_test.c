/*
 * runtime: one supervisor per name, in a folder that is ours.
 */
#include "core/fleet/runtime.h"

#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char base[] = "/tmp/tau-runtime-test-XXXXXX";
static struct os os;

static void set_up(void)
{
	os_linux_init(&os);
	ck_assert_ptr_nonnull(mkdtemp(base));
}

static void tear_down(void)
{
	char path[128];

	snprintf(path, sizeof path, "%s/tau", base);
	rmdir(path);
	ck_assert_int_eq(rmdir(base), 0);
}

START_TEST(a_name_is_held_once_and_given_back)
{
	struct runtime first, second;
	struct error error = ERROR_NONE;

	ck_assert_int_eq(runtime_init(&first, &os, base, "weblog", NULL), 0);
	ck_assert_int_eq(
		runtime_init(&second, &os, base, "weblog", &error), -EEXIST);
	ck_assert_str_eq(error.text,
		"weblog already runs; give the other one another name, or end "
		"it first");
	runtime_release(&second);
	ck_assert_int_eq(runtime_init(&second, &os, base, "other", NULL), 0);
	runtime_release(&second);
	runtime_release(&first);
	ck_assert_int_eq(runtime_init(&second, &os, base, "weblog", NULL), 0);
	runtime_release(&second);
	runtime_release(&second);
}
END_TEST

START_TEST(fifos_that_a_dead_one_left_go_with_the_folder)
{
	struct runtime runtime;
	char path[600];

	ck_assert_int_eq(runtime_init(&runtime, &os, base, "weblog", NULL), 0);
	snprintf(path, sizeof path, "%s/line.fifo", runtime.folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	runtime_release(&runtime);
	ck_assert_int_ne(access(runtime.folder, F_OK), 0);
}
END_TEST

START_TEST(a_lock_that_a_dead_one_left_is_taken)
{
	struct runtime runtime;
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/tau", base);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/tau/weblog", base);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/tau/weblog/lock", base);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(runtime_init(&runtime, &os, base, "weblog", NULL), 0);
	runtime_release(&runtime);
}
END_TEST

/* A pid that nobody has: of a child that has ended. */
static int dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return (int)pid;
}

START_TEST(what_dead_ones_left_is_swept_and_all_else_is_not)
{
	static const char *const formats[] = {
		"%s/tau/dead-%d", "%s/tau/chosen", "%s/tau/x-%dy"};
	struct runtime living, next;
	int pid = dead_pid();
	char path[128];
	struct stat status;

	ck_assert_int_eq(runtime_init(&living, &os, base, "living", NULL), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, formats[i], base, pid);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		strcat(path, "/lock");
		ck_assert_int_eq(close(creat(path, 0600)), 0);
	}
	ck_assert_int_eq(runtime_init(&next, &os, base, "next", NULL), 0);
	ck_assert_int_eq(stat(living.folder, &status), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, formats[i], base, pid);
		ck_assert_int_eq(stat(path, &status), i == 0 ? -1 : 0);
		strcat(path, "/lock");
		unlink(path);
		*strrchr(path, '/') = 0;
		rmdir(path);
	}
	runtime_release(&next);
	runtime_release(&living);
}
END_TEST

START_TEST(a_folder_that_others_may_write_is_refused)
{
	struct runtime runtime;
	struct error error = ERROR_NONE;
	char path[128];

	snprintf(path, sizeof path, "%s/tau", base);
	mkdir(path, 0700);
	chmod(path, 0777);
	ck_assert_int_eq(
		runtime_init(&runtime, &os, base, "weblog", &error), -EPERM);
	ck_assert_ptr_nonnull(strstr(error.text, "only you may write"));
	runtime_release(&runtime);
}
END_TEST

START_TEST(a_link_in_the_place_of_the_folder_is_refused)
{
	struct runtime runtime;
	char path[128];

	snprintf(path, sizeof path, "%s/tau", base);
	ck_assert_int_eq(symlink(base, path), 0);
	ck_assert_int_eq(
		runtime_init(&runtime, &os, base, "weblog", NULL), -EPERM);
	unlink(path);
}
END_TEST

START_TEST(unnamed_topologies_are_named_after_their_file)
{
	static const struct {
		const char *file, *name;
	} cases[] = {{"weblog.json", "weblog-42"},
		{"/a/b.c/web log.v2.json", "web_log_v2-42"}, {NULL, "tau-42"},
		{"-", "tau-42"}, {".json", "_json-42"},
		{"größe", "gr____e-42"}};
	char name[NAME_BYTES_MAX];
	char file[200];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		runtime_name(name, cases[i].file, 42);
		ck_assert_str_eq(name, cases[i].name);
	}
	memset(file, 'x', sizeof file - 1);
	file[sizeof file - 1] = 0;
	runtime_name(name, file, 42);
	ck_assert_uint_eq(strlen(name), NAME_BYTES_MAX - 1);
	ck_assert_ptr_nonnull(strstr(name, "x-42"));
}
END_TEST

static Suite *runtime_suite(void)
{
	Suite *suite = suite_create("runtime");
	TCase *tests = test_case(suite, "names");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_name_is_held_once_and_given_back);
	tcase_add_test(tests, fifos_that_a_dead_one_left_go_with_the_folder);
	tcase_add_test(tests, a_lock_that_a_dead_one_left_is_taken);
	tcase_add_test(tests, what_dead_ones_left_is_swept_and_all_else_is_not);
	tcase_add_test(tests, a_folder_that_others_may_write_is_refused);
	tcase_add_test(tests, a_link_in_the_place_of_the_folder_is_refused);
	tcase_add_test(tests, unnamed_topologies_are_named_after_their_file);
	return suite;
}

TEST_MAIN(runtime_suite)
