/* store: copies of plugins under their SHA-256. */
#include "tests/loading.h"

#include <fcntl.h>

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

static Suite *store_suite(void)
{
	Suite *suite = suite_create("store");
	TCase *tests = test_case(suite, "copies");

	tcase_add_unchecked_fixture(
		tests, bad_plugins_build, bad_plugins_remove);
	tcase_add_test(tests, a_spoilt_copy_in_the_store_is_made_again);
	tcase_add_test(tests, a_store_that_others_may_enter_is_refused);
	tcase_add_test(tests, the_store_is_where_xdg_says);
	tcase_add_test(tests, whatever_call_fails_nothing_half_done_is_left);
	return suite;
}

TEST_MAIN(store_suite)
