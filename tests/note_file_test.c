/* note: files on disk, and system calls that fail in turn. */
#include "core/catalogue/note.h"
#include "tests/bad_plugins.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

START_TEST(each_system_call_that_fails_is_said)
{
	bool fired = true;
	unsigned nth = 1;

	for (; fired; nth++) {
		struct error error = ERROR_NONE;
		struct fake_os fake;
		struct note note;
		int result;

		fake_os_init(&fake);
		fake_os_fail_nth(&fake, nth, EIO);
		result =
			note_read(&note, &fake.os, bad_path("good.so"), &error);
		fired = fake.fired > 0;
		ck_assert_int_eq(result, error.code);
		ck_assert((result == 0) == (note.text != NULL));
		ck_assert(result == 0 ||
			  strncmp(error.text, bad_path("good.so"),
				  strlen(bad_path("good.so"))) == 0);
		note_release(&note);
	}
	ck_assert_uint_gt(nth, 10);
}
END_TEST

START_TEST(short_and_interrupted_reads_are_gone_on_with)
{
	struct note whole, pieces;
	struct fake_os fake;
	struct error error = ERROR_NONE;

	fake_os_init(&fake);
	ck_assert_int_eq(
		note_read(&whole, &fake.os, bad_path("good.so"), &error), 0);
	fake_os_cut(&fake, OS_CALL(pread), 1, 3);
	fake_os_cut(&fake, OS_CALL(pread), 3, 1);
	fake_os_fail(&fake, OS_CALL(pread), 5, EINTR);
	ck_assert_int_eq(
		note_read(&pieces, &fake.os, bad_path("good.so"), &error), 0);
	ck_assert_uint_eq(fake.fired, 3);
	ck_assert_str_eq(whole.text, pieces.text);
	ck_assert_mem_eq(whole.identity.sha256, pieces.identity.sha256,
		NOTE_SHA256_BYTES);
	note_release(&whole);
	note_release(&pieces);
}
END_TEST

START_TEST(the_hash_is_sha256_and_reads_back)
{
	unsigned char again[NOTE_SHA256_BYTES];
	char text[NOTE_SHA256_TEXT], line[256], command[320];
	struct os os;
	struct note note;
	FILE *sum;

	os_linux_init(&os);
	ck_assert_int_eq(note_read(&note, &os, bad_path("good.so"), NULL), 0);
	note_sha256_text(note.identity.sha256, text);
	ck_assert_int_eq(note_sha256_read(again, text), 0);
	ck_assert_mem_eq(again, note.identity.sha256, sizeof again);
	snprintf(command, sizeof command, "sha256sum %s", bad_path("good.so"));
	sum = popen(command, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof line, sum));
	ck_assert_int_eq(pclose(sum), 0);
	ck_assert_int_eq(strncmp(line, text, NOTE_SHA256_TEXT - 1), 0);
	ck_assert_int_eq(note_sha256_read(again, "9f86"), -EINVAL);
	text[5] = 'g';
	ck_assert_int_eq(note_sha256_read(again, text), -EINVAL);
	note_release(&note);
}
END_TEST

START_TEST(a_file_that_changed_since_its_note_was_read_is_not_hashed)
{
	struct error error = ERROR_NONE;
	char command[600];
	struct os os;
	struct note note;

	os_linux_init(&os);
	snprintf(command, sizeof command, "cp %s/good.so %s/hashed.so",
		bad_folder, bad_folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(
		note_peek(&note, &os, bad_path("hashed.so"), &error), 0);
	ck_assert_int_eq(note_hash(&note.identity, &os, &error), 0);
	snprintf(command, sizeof command, "cp %s/future.so %s/hashed.so",
		bad_folder, bad_folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(note_hash(&note.identity, &os, &error), -ESTALE);
	ck_assert_ptr_nonnull(strstr(error.text,
		"the file was replaced while it was being read; start again"));
	note_release(&note);
}
END_TEST

START_TEST(a_sticky_folder_of_everybody_keeps_our_file_ours)
{
	struct error error = ERROR_NONE;
	char path[256], command[700];
	struct os os;
	struct note note;

	os_linux_init(&os);
	snprintf(command, sizeof command,
		"mkdir %s/sticky && cp %s/good.so %s/sticky/ && chmod 1777 "
		"%s/sticky && ln -s open/good.so %s/link.so",
		bad_folder, bad_folder, bad_folder, bad_folder, bad_folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(
		note_peek(&note, &os, bad_path("sticky/good.so"), &error), 0);
	note_release(&note);
	/* A link from a good folder does not make the file's own good. */
	ck_assert_int_eq(
		note_peek(&note, &os, bad_path("link.so"), &error), -EPERM);
	snprintf(path, sizeof path, "anybody may write its folder %s/open,",
		bad_folder);
	ck_assert_ptr_nonnull(strstr(error.text, path));
}
END_TEST

static Suite *note_file_suite(void)
{
	Suite *suite = suite_create("note_file");
	TCase *tests;

	tests = test_case(suite, "files");
	tcase_add_unchecked_fixture(
		tests, bad_plugins_build_few, bad_plugins_remove);
	tcase_add_test(tests, each_system_call_that_fails_is_said);
	tcase_add_test(tests, short_and_interrupted_reads_are_gone_on_with);
	tcase_add_test(tests, the_hash_is_sha256_and_reads_back);
	tcase_add_test(tests,
		a_file_that_changed_since_its_note_was_read_is_not_hashed);
	tcase_add_test(tests, a_sticky_folder_of_everybody_keeps_our_file_ours);
	return suite;
}

TEST_MAIN(note_file_suite)
