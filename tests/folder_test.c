/* folder: what `tau new` makes is there whole, or not at all. */
#include "core/cli/folder.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const struct folder_file files[] = {
	{"first", "one\n"}, {"second", ""}, {"third", "the last of three\n"}};
enum { FILES = sizeof files / sizeof *files };

/* Each test runs in a folder of its own. */
static char place[] = "/tmp/tau-folder-XXXXXX";

static void begin(void)
{
	ck_assert_ptr_nonnull(mkdtemp(place));
	ck_assert_int_eq(chdir(place), 0);
}

static void tidy(void)
{
	for (size_t i = 0; i < FILES; i++) {
		char path[64];

		snprintf(path, sizeof path, "new/%s", files[i].name);
		unlink(path);
	}
	rmdir("new");
}

static void end(void)
{
	tidy();
	ck_assert_int_eq(rmdir(place), 0);
}

static void expect_file(const char *path, const char *text)
{
	char found[64] = "";
	int fd = open(path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(read(fd, found, sizeof found - 1), 0);
	close(fd);
	ck_assert_str_eq(found, text);
}

START_TEST(a_folder_has_its_files_also_when_writes_are_short)
{
	struct error error = ERROR_NONE;
	struct fake_os fake;

	begin();
	fake_os_init(&fake);
	fake_os_cut(&fake, OS_CALL(write), 2, 1);
	fake_os_fail(&fake, OS_CALL(write), 3, EINTR);
	ck_assert_int_eq(folder_make(&fake.os, "new", files, FILES, &error), 0);
	ck_assert_uint_eq(fake.fired, 2);
	expect_file("new/first", "one\n");
	expect_file("new/second", "");
	expect_file("new/third", "the last of three\n");
	end();
}
END_TEST

START_TEST(what_is_there_is_not_touched)
{
	struct error error = ERROR_NONE;
	struct fake_os fake;

	begin();
	fake_os_init(&fake);
	ck_assert_int_eq(mkdir("new", 0700), 0);
	ck_assert_int_eq(
		folder_make(&fake.os, "new", files, FILES, &error), -EEXIST);
	ck_assert_str_eq(error.text,
		"new is there already, and stays as it is; take another name, "
		"or move it away first");
	ck_assert_int_eq(rmdir("new"), 0);
	end();
}
END_TEST

START_TEST(where_nothing_may_be_made_it_says_so)
{
	struct error error = ERROR_NONE;
	struct fake_os fake;

	begin();
	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(mkdirat), 1, EACCES);
	ck_assert_int_eq(
		folder_make(&fake.os, "new", files, FILES, &error), -EACCES);
	ck_assert_str_eq(error.text,
		"cannot make the folder new here: Permission denied; go where "
		"you may write");
	end();
}
END_TEST

START_TEST(whichever_call_fails_nothing_is_left)
{
	unsigned nth = 1;

	begin();
	for (;; nth++) {
		struct error error = ERROR_NONE;
		struct fake_os fake;
		int code;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, ENOSPC);
		code = folder_make(&fake.os, "new", files, FILES, &error);
		if (!fake.fired)
			break;
		if (code == 0) { /* the close of the folder itself */
			expect_file("new/third", "the last of three\n");
			tidy();
			continue;
		}
		ck_assert_int_eq(code, -ENOSPC);
		ck_assert_ptr_nonnull(strstr(error.text, "No space left"));
		ck_assert_int_eq(access("new", F_OK), -1);
	}
	ck_assert_uint_ge(nth, 10);
	end();
}
END_TEST

START_TEST(what_cannot_be_taken_back_is_said)
{
	struct error error = ERROR_NONE;
	struct fake_os fake;

	begin();
	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(write), 2, EIO);
	fake_os_fail(&fake, OS_CALL(unlinkat), FAKE_ALWAYS, EROFS);
	ck_assert_int_eq(
		folder_make(&fake.os, "new", files, FILES, &error), -EIO);
	ck_assert_str_eq(error.text,
		"cannot write new/third: Input/output error; what was made of "
		"it is still there: remove it");
	end();
}
END_TEST

static Suite *folder_suite(void)
{
	Suite *suite = suite_create("folder");
	TCase *tests = test_case(suite, "making");

	tcase_add_test(
		tests, a_folder_has_its_files_also_when_writes_are_short);
	tcase_add_test(tests, what_is_there_is_not_touched);
	tcase_add_test(tests, where_nothing_may_be_made_it_says_so);
	tcase_add_test(tests, whichever_call_fails_nothing_is_left);
	tcase_add_test(tests, what_cannot_be_taken_back_is_said);
	return suite;
}
TEST_MAIN(folder_suite)
