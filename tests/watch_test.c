/*
 * watch: what it tells of, with real files: what editors, linkers and tidy
 * builds do to them.
 */
#include "core/fleet/watch.h"

#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64];
static char path[128], other[128];
static struct fake_os fake;
static struct watch watch;

static void shell(const char *command)
{
	char text[512];

	snprintf(text, sizeof text, "cd %s && %s", base, command);
	ck_assert_int_eq(system(text), 0);
}

static void set_up(void)
{
	strcpy(base, "/tmp/tau-watch-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	snprintf(path, sizeof path, "%s/build/acme.so", base);
	snprintf(other, sizeof other, "%s/words.json", base);
	shell("mkdir build && echo 1 >build/acme.so && echo 1 >words.json");
	fake_os_init(&fake);
	ck_assert_int_eq(watch_init(&watch, &fake.os, NULL), 0);
}

static void begin(void)
{
	const char *const paths[] = {path, other};

	ck_assert_int_eq(watch_set(&watch, paths, 2, NULL), 0);
	ck_assert(!watch_changed(&watch));
}

static void tear_down(void)
{
	watch_release(&watch);
	shell("rm -r * && rmdir ../${PWD##*/}");
}

START_TEST(a_file_that_is_written_has_changed_when_it_is_closed)
{
	FILE *file;

	begin();
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fputs("half", file) < 0, 0);
	ck_assert_int_eq(fflush(file), 0);
	ck_assert(!watch_changed(&watch));
	fclose(file);
	ck_assert(watch_changed(&watch));
	ck_assert(!watch_changed(&watch));
}
END_TEST

START_TEST(a_file_that_is_replaced_has_changed)
{
	begin();
	shell("echo 2 >build/new && mv build/new build/acme.so");
	ck_assert(watch_changed(&watch));
	shell("echo 3 >words.json");
	ck_assert(watch_changed(&watch));
	shell("echo 4 >new && rm words.json && ln new words.json");
	ck_assert(watch_changed(&watch));
}
END_TEST

START_TEST(its_neighbours_and_readers_are_nothing)
{
	begin();
	shell("echo 2 >build/other && cat build/acme.so && mv build/other x");
	shell("rm build/acme.so");
	ck_assert(!watch_changed(&watch));
}
END_TEST

START_TEST(a_file_that_is_made_anew_has_changed_when_it_is_closed)
{
	FILE *file;

	begin();
	shell("rm build/acme.so");
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert(!watch_changed(&watch));
	fclose(file);
	ck_assert(watch_changed(&watch));
}
END_TEST

START_TEST(a_folder_may_go_and_come_again)
{
	begin();
	shell("rm -r build");
	ck_assert(!watch_changed(&watch));
	shell("mkdir build");
	ck_assert(!watch_changed(&watch));
	shell("echo 2 >build/acme.so");
	ck_assert(watch_changed(&watch));
	shell("mkdir next && echo 3 >next/acme.so && mv build old && "
	      "mv next build");
	ck_assert(watch_changed(&watch));
	shell("echo 4 >old/acme.so");
	ck_assert(!watch_changed(&watch));
	shell("echo 5 >build/acme.so");
	ck_assert(watch_changed(&watch));
}
END_TEST

START_TEST(folders_that_are_not_there_yet_are_waited_for)
{
	char deep[128];
	const char *const paths[] = {deep};

	snprintf(deep, sizeof deep, "%s/a/b/c.so", base);
	ck_assert_int_eq(watch_set(&watch, paths, 1, NULL), 0);
	shell("mkdir a");
	ck_assert(!watch_changed(&watch));
	shell("mkdir a/b");
	ck_assert(!watch_changed(&watch));
	shell("echo 1 >a/b/c.so");
	ck_assert(watch_changed(&watch));
	shell("rm -r a");
	ck_assert(!watch_changed(&watch));
	shell("mkdir -p a/b && echo 2 >a/b/c.so");
	ck_assert(watch_changed(&watch));
}
END_TEST

START_TEST(links_are_followed_and_may_lead_elsewhere)
{
	shell("mkdir real && mv build/acme.so real/ && "
	      "ln -s ../real/acme.so build/acme.so");
	begin();
	shell("echo 2 >real/acme.so");
	ck_assert(watch_changed(&watch));
	shell("echo 3 >real/two && ln -sfn ../real/two build/acme.so");
	ck_assert(watch_changed(&watch));
	begin();
	shell("echo 4 >real/acme.so");
	ck_assert(!watch_changed(&watch));
	shell("echo 5 >real/two");
	ck_assert(watch_changed(&watch));
}
END_TEST

START_TEST(links_in_a_circle_are_no_harm)
{
	shell("rm build/acme.so && ln -s acme.so build/acme.so");
	begin();
	shell("rm build/acme.so && echo 1 >build/acme.so");
	ck_assert(watch_changed(&watch));
}
END_TEST

/* The kernel keeps so many events and no more. */
START_TEST(what_was_lost_counts_as_a_change)
{
	struct inotify_event lost = {.wd = -1, .mask = IN_Q_OVERFLOW};
	int fds[2], notify;

	begin();
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], &lost, sizeof lost), sizeof lost);
	close(fds[1]);
	notify = watch.fd;
	watch.fd = fds[0];
	ck_assert(watch_changed(&watch));
	watch.fd = notify;
	close(fds[0]);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_said)
{
	struct error error = ERROR_NONE;
	struct watch none;
	const char *const paths[] = {other, path};

	fake_os_fail(&fake, OS_CALL(notify_create), 1, EMFILE);
	ck_assert_int_eq(watch_init(&none, &fake.os, &error), -EMFILE);
	ck_assert_str_eq(error.text,
		"cannot watch files: Too many open files "
		"(/proc/sys/fs/inotify/max_user_instances)");
	watch_release(&none);
	error = ERROR_NONE;
	fake_os_fail(&fake, OS_CALL(notify_add), FAKE_ALWAYS, ENOSPC);
	ck_assert_int_eq(watch_set(&watch, paths, 2, &error), -ENOSPC);
	ck_assert_msg(strstr(error.text, "words.json: No space left on device "
					 "(/proc/sys/fs/inotify/"
					 "max_user_watches)") != NULL,
		"%s", error.text);
}
END_TEST

static Suite *watch_suite(void)
{
	Suite *suite = suite_create("watch");
	TCase *tests = test_case(suite, "changes");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(
		tests, a_file_that_is_written_has_changed_when_it_is_closed);
	tcase_add_test(tests, a_file_that_is_replaced_has_changed);
	tcase_add_test(tests, its_neighbours_and_readers_are_nothing);
	tcase_add_test(
		tests, a_file_that_is_made_anew_has_changed_when_it_is_closed);
	tcase_add_test(tests, a_folder_may_go_and_come_again);
	tcase_add_test(tests, folders_that_are_not_there_yet_are_waited_for);
	tcase_add_test(tests, links_are_followed_and_may_lead_elsewhere);
	tcase_add_test(tests, links_in_a_circle_are_no_harm);
	tcase_add_test(tests, what_was_lost_counts_as_a_change);
	tcase_add_test(tests, what_the_kernel_refuses_is_said);
	return suite;
}
TEST_MAIN(watch_suite)
