/* store: copies of plugins under their SHA-256. */
#include "tests/loading.h"

#include <fcntl.h>
#include <time.h>

START_TEST(a_spoilt_copy_in_the_store_is_made_again)
{
	struct library *library;
	struct stat before, after;
	char path[512];
	struct os os;
	int fd;

	real(&os);
	library = load(&os, "good.so");
	library_destroy(&library);
	stored_path(path, "good.so");
	ck_assert_int_eq(stat(path, &before), 0);
	library = load(&os, "good.so");
	library_destroy(&library);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	/* A file that is mapped here must not be written in place. */
	ck_assert_int_eq(unlink(path), 0);
	fd = creat(path, 0600);
	ck_assert_int_eq(write(fd, "spoilt", 6), 6);
	close(fd);
	library = load(&os, "good.so");
	library_destroy(&library);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_gt(after.st_size, 6);
}
END_TEST

static uint64_t reads_of_a_load(const char *name)
{
	struct error error = ERROR_NONE;
	struct library *library;
	struct fake_os fake;

	fake_os_init(&fake);
	library_load(&library, &fake.os, store, bad_path(name), NULL, &error);
	ck_assert_msg(library != NULL, "%s", error.text);
	library_destroy(&library);
	return fake.calls[OS_CALL(pread)];
}

START_TEST(a_copy_is_hashed_when_somebody_could_have_written_to_it)
{
	struct stat status;
	char path[512];
	uint64_t reads;
	struct os os;

	real(&os);
	(void)reads_of_a_load("good.so");
	stored_path(path, "good.so");
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0400);
	reads = reads_of_a_load("good.so");
	ck_assert_int_eq(chmod(path, 0600), 0);
	ck_assert_uint_gt(reads_of_a_load("good.so"), reads);
}
END_TEST

START_TEST(a_copy_that_is_trusted_and_spoilt_is_made_again)
{
	struct stat status;
	char path[512];
	struct os os;
	int fd;

	real(&os);
	(void)reads_of_a_load("good.so");
	stored_path(path, "good.so");
	ck_assert_int_eq(unlink(path), 0);
	fd = creat(path, 0400);
	ck_assert_int_eq(write(fd, "spoilt", 6), 6);
	close(fd);
	(void)reads_of_a_load("good.so");
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_gt(status.st_size, 6);
}
END_TEST

START_TEST(a_store_that_others_may_enter_is_refused)
{
	struct library *library;
	struct error error = ERROR_NONE;
	char sentence[600];
	struct os os;

	real(&os);
	library = load(&os, "good.so");
	library_destroy(&library);
	ck_assert_int_eq(chmod(store, 0755), 0);
	ck_assert_int_eq(library_load(&library, &os, store, bad_path("good.so"),
				 NULL, &error),
		-EPERM);
	snprintf(sentence, sizeof sentence,
		"%s: it cannot be copied into the plugin store %s: others may "
		"enter it, or own it; it must be yours, with mode 0700",
		bad_path("good.so"), store);
	ck_assert_str_eq(error.text, sentence);
}
END_TEST

START_TEST(the_store_is_where_xdg_says)
{
	struct error error = ERROR_NONE;
	char folder[64];

	ck_assert_int_eq(
		store_folder(folder, sizeof folder, "/s", "/h", &error), 0);
	ck_assert_str_eq(folder, "/s/tau/store");
	ck_assert_int_eq(
		store_folder(folder, sizeof folder, NULL, "/h", &error), 0);
	ck_assert_str_eq(folder, "/h/.local/state/tau/store");
	ck_assert_int_eq(
		store_folder(folder, sizeof folder, "s", "/h", &error), 0);
	ck_assert_str_eq(folder, "/h/.local/state/tau/store");
	ck_assert_int_eq(
		store_folder(folder, sizeof folder, "", NULL, &error), -EINVAL);
	ck_assert_str_eq(error.text,
		"there is no place for the plugin store: neither "
		"XDG_STATE_HOME nor HOME is an absolute path; set one");
	error = ERROR_NONE;
	ck_assert_int_eq(
		store_folder(folder, 10, NULL, "/h", &error), -ENAMETOOLONG);
}
END_TEST

/* Each system call of a load fails in turn: a sentence, and no copy half
 * done. */
START_TEST(whatever_call_fails_nothing_half_done_is_left)
{
	static const int codes[] = {EIO, ENOSPC, EACCES, EMFILE};
	unsigned nth = 1;
	bool fired = true;

	for (; fired; nth++) {
		struct fake_os fake;
		struct library *library;
		struct error error = ERROR_NONE;
		char command[600];

		fake_os_init(&fake);
		snprintf(store, sizeof store, "%s/store/%d-%u", bad_folder,
			getpid(), nth);
		fake_os_fail_nth(&fake, nth, codes[nth % 4]);
		library_load(&library, &fake.os, store, bad_path("good.so"),
			NULL, &error);
		ck_assert((library != NULL) == (error.code == 0));
		ck_assert(library != NULL || strlen(error.text) > 0);
		library_destroy(&library);
		fired = fake.fired > 0;
		snprintf(command, sizeof command,
			"test -z \"$(find %s -name '.*' 2>/dev/null)\"", store);
		if (codes[nth % 4] != EIO) /* it also strikes unlinkat */
			ck_assert_int_eq(system(command), 0);
	}
	ck_assert_uint_gt(nth, 20);
}
END_TEST

static void make_file(const char *name, int days_old)
{
	struct timespec times[2] = {{0}};
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/%s", store, name);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	clock_gettime(CLOCK_REALTIME, &times[1]);
	times[1].tv_sec -= days_old * 86400;
	times[0] = times[1];
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
}

static bool is_there(const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", store, name);
	return access(path, F_OK) == 0;
}

START_TEST(a_new_copy_sweeps_those_away_that_nobody_needs)
{
#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
	struct library *used, *fresh;
	char path[512], *name;
	struct os os;

	real(&os);
	used = load(&os, "good.so");
	stored_path(path, "good.so");
	name = strrchr(path, '/') + 1;
	make_file(name, 30);
	make_file(DIGITS "1.so", 8);
	make_file(DIGITS "2.so", 6);
	make_file("." DIGITS "3.so.4711", 8);
	make_file("notes-of-mine.so", 30);
	fresh = load(&os, "future.so");
	ck_assert(is_there(name));
	ck_assert(!is_there(DIGITS "1.so"));
	ck_assert(is_there(DIGITS "2.so"));
	ck_assert(!is_there("." DIGITS "3.so.4711"));
	ck_assert(is_there("notes-of-mine.so"));
	library_destroy(&used);
	library_destroy(&fresh);
	/* Nobody holds it any more: the next new copy takes it away. */
	fresh = load(&os, "constructor.so");
	ck_assert(!is_there(name));
	library_destroy(&fresh);
	ck_assert_int_eq(unlink(bad_path("constructed")), 0);
}
END_TEST

static Suite *store_suite(void)
{
	Suite *suite = suite_create("store");
	TCase *tests = test_case(suite, "copies");

	tcase_add_unchecked_fixture(
		tests, bad_plugins_build_few, bad_plugins_remove);
	tcase_add_test(tests, a_spoilt_copy_in_the_store_is_made_again);
	tcase_add_test(
		tests, a_copy_is_hashed_when_somebody_could_have_written_to_it);
	tcase_add_test(tests, a_copy_that_is_trusted_and_spoilt_is_made_again);
	tcase_add_test(tests, a_store_that_others_may_enter_is_refused);
	tcase_add_test(tests, a_new_copy_sweeps_those_away_that_nobody_needs);
	tcase_add_test(tests, the_store_is_where_xdg_says);
	tcase_add_test(tests, whatever_call_fails_nothing_half_done_is_left);
	return suite;
}

TEST_MAIN(store_suite)
