/*
 * library: bad plugins are refused with the sentences that stand in
 * tests/bad/plugins/sentences, good ones are loaded out of the store.
 */
#include "core/host/library.h"
#include "core/base/os.h"
#include "core/host/store.h"
#include "tests/bad_plugins.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static struct bad_plugin bad[BAD_PLUGINS_MAX];
static char store[sizeof bad_folder + 32];

static void real(struct os *os)
{
	os_linux_init(os);
	snprintf(store, sizeof store, "%s/store/%d", bad_folder, getpid());
}

static void expect(const struct bad_plugin *plugin, const struct error *error,
	const char *path)
{
	ck_assert_msg(bad_matches(plugin->sentence, error->text, path),
		"%s\n  is answered: %s\n  and not:     %s", plugin->name,
		error->text, plugin->sentence);
	ck_assert_int_lt(error->code, 0);
}

static void path_of(char path[256], const struct bad_plugin *plugin)
{
	char file[80];

	snprintf(file, sizeof file, "%.63s.so", plugin->name);
	snprintf(path, 256, "%s", bad_path(file));
}

START_TEST(each_bad_file_is_refused_without_being_loaded)
{
	size_t count = bad_plugins_read(bad, "read");
	struct os os;

	real(&os);
	ck_assert_uint_ge(count, 15);
	for (size_t i = 0; i < count; i++) {
		struct description *description = NULL;
		struct error error = ERROR_NONE;
		struct note note;
		char path[256];

		path_of(path, &bad[i]);
		if (note_read(&note, &os, path, &error) == 0)
			description_create(&description, path, note.text,
				note.bytes, &error);
		expect(&bad[i], &error, path);
		ck_assert_ptr_null(description);
		note_release(&note);
	}
}
END_TEST

START_TEST(each_bad_library_is_refused_with_its_sentence)
{
	size_t count = bad_plugins_read(bad, "load");
	struct os os;

	real(&os);
	ck_assert_uint_ge(count, 10);
	for (size_t i = 0; i < count; i++) {
		struct library *library;
		struct error error = ERROR_NONE;
		char path[256];

		path_of(path, &bad[i]);
		library_load(&library, &os, store, path, NULL, &error);
		ck_assert_msg(library == NULL, "%s was loaded", bad[i].name);
		expect(&bad[i], &error, path);
	}
}
END_TEST

static struct library *load(struct os *os, const char *name)
{
	struct library *library;
	struct error error = ERROR_NONE;

	library_load(&library, os, store, bad_path(name), NULL, &error);
	ck_assert_msg(library != NULL, "%s", error.text);
	return library;
}

START_TEST(a_good_plugin_is_loaded_out_of_the_store)
{
	const struct library_operator *relay;
	struct library *library;
	struct stat status;
	struct os os;

	real(&os);
	library = load(&os, "good.so");
	ck_assert_int_eq(strncmp(library->stored, store, strlen(store)), 0);
	ck_assert_int_eq(stat(library->stored, &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(store, &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0700);
	relay = library_operator(library, "relay");
	ck_assert_ptr_eq(relay, &library->operators[0]);
	ck_assert_ptr_nonnull(relay->table.run);
	ck_assert_int_eq(relay->table.run(NULL), 0);
	ck_assert_ptr_null(library_operator(library, "other"));
	library_destroy(&library);
	ck_assert_ptr_null(library);
}
END_TEST

START_TEST(a_plugin_of_a_later_minor_is_taken_as_far_as_we_know_it)
{
	struct library *library;
	struct os os;

	real(&os);
	library = load(&os, "future.so");
	ck_assert_uint_gt(
		library->operators[0].table.size, sizeof(struct tau_operator));
	ck_assert_int_eq(library->operators[0].table.run(NULL), 0);
	ck_assert_ptr_null(library->operators[0].table.on_ready);
	ck_assert_ptr_null(library->operators[0].table.ext);
	library_destroy(&library);
}
END_TEST

START_TEST(looking_at_a_plugin_runs_none_of_its_code)
{
	struct library *library;
	struct error error = ERROR_NONE;
	struct note note;
	struct os os;

	real(&os);
	ck_assert_int_eq(
		note_read(&note, &os, bad_path("constructor.so"), &error), 0);
	note_release(&note);
	ck_assert_int_ne(access(bad_path("constructed"), F_OK), 0);
	library = load(&os, "constructor.so");
	/* Else the line before it would prove nothing. */
	ck_assert_int_eq(access(bad_path("constructed"), F_OK), 0);
	ck_assert_int_eq(unlink(bad_path("constructed")), 0);
	library_destroy(&library);
}
END_TEST

static void copy_to(const char *from, const char *to)
{
	char command[600];

	snprintf(command, sizeof command, "cp %s/%s %s/%s", bad_folder, from,
		bad_folder, to);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_plugin_replaced_since_it_was_read_is_refused)
{
	char former[NOTE_SHA256_TEXT], now[NOTE_SHA256_TEXT], sentence[1024];
	struct library *library;
	struct error error = ERROR_NONE;
	struct note note;
	struct os os;

	real(&os);
	copy_to("good.so", "changing.so");
	ck_assert_int_eq(
		note_read(&note, &os, bad_path("changing.so"), &error), 0);
	note_sha256_text(note.identity.sha256, former);
	note_release(&note);
	copy_to("constructor.so", "changing.so");
	ck_assert_int_eq(
		note_read(&note, &os, bad_path("changing.so"), &error), 0);
	note_sha256_text(note.identity.sha256, now);
	note_release(&note);
	ck_assert_int_eq(library_load(&library, &os, store,
				 bad_path("changing.so"), former, &error),
		-ESTALE);
	snprintf(sentence, sizeof sentence,
		"%s: the file was replaced while it was being loaded: its "
		"SHA-256 is %s and was %s; start again",
		bad_path("changing.so"), now, former);
	ck_assert_str_eq(error.text, sentence);
	ck_assert_int_ne(access(bad_path("constructed"), F_OK), 0);
}
END_TEST

/* Replaces the plugin just before it is opened for the second time. */
struct meddler {
	struct os os;
	struct os real;
	int opened;
};

static int open_and_meddle(
	struct os *os, int folder_fd, const char *path, int flags, mode_t mode)
{
	struct meddler *meddler = (struct meddler *)os;

	if (strcmp(path, bad_path("moving.so")) == 0 && ++meddler->opened == 2)
		copy_to("constructor.so", "moving.so");
	return meddler->real.openat(
		&meddler->real, folder_fd, path, flags, mode);
}

START_TEST(a_plugin_replaced_between_its_note_and_its_copy_is_refused)
{
	struct meddler meddler = {.opened = 0};
	struct library *library;
	struct error error = ERROR_NONE;
	char sentence[512];

	real(&meddler.os);
	meddler.real = meddler.os;
	meddler.os.openat = open_and_meddle;
	copy_to("good.so", "moving.so");
	ck_assert_int_eq(library_load(&library, &meddler.os, store,
				 bad_path("moving.so"), NULL, &error),
		-ESTALE);
	snprintf(sentence, sizeof sentence,
		"%s: the file was changed while it was being loaded; try again "
		"when it is written",
		bad_path("moving.so"));
	ck_assert_str_eq(error.text, sentence);
	ck_assert_int_ne(access(bad_path("constructed"), F_OK), 0);
}
END_TEST

static void stored_path(char path[512], const char *name)
{
	char sha256[NOTE_SHA256_TEXT];
	struct error error = ERROR_NONE;
	struct note note;
	struct os os;

	real(&os);
	ck_assert_int_eq(note_read(&note, &os, bad_path(name), &error), 0);
	note_sha256_text(note.identity.sha256, sha256);
	snprintf(path, 512, "%s/%s.so", store, sha256);
	note_release(&note);
}

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

static Suite *library_suite(void)
{
	Suite *suite = suite_create("library");
	TCase *tests = test_case(suite, "plugins");

	tcase_add_unchecked_fixture(
		tests, bad_plugins_build, bad_plugins_remove);
	tcase_add_test(tests, each_bad_file_is_refused_without_being_loaded);
	tcase_add_test(tests, each_bad_library_is_refused_with_its_sentence);
	tcase_add_test(tests, a_good_plugin_is_loaded_out_of_the_store);
	tcase_add_test(
		tests, a_plugin_of_a_later_minor_is_taken_as_far_as_we_know_it);
	tcase_add_test(tests, looking_at_a_plugin_runs_none_of_its_code);
	tcase_add_test(tests, a_plugin_replaced_since_it_was_read_is_refused);
	tcase_add_test(tests,
		a_plugin_replaced_between_its_note_and_its_copy_is_refused);
	tcase_add_test(tests, a_spoilt_copy_in_the_store_is_made_again);
	tcase_add_test(tests, a_store_that_others_may_enter_is_refused);
	tcase_add_test(tests, the_store_is_where_xdg_says);
	tcase_add_test(tests, whatever_call_fails_nothing_half_done_is_left);
	return suite;
}

TEST_MAIN(library_suite)
