/*
 * library: bad plugins are refused with the sentences that stand in
 * tests/bad/plugins/sentences, good ones are loaded out of the store.
 */
#include "tests/loading.h"

#include <fcntl.h>

static struct bad_plugin bad[BAD_PLUGINS_MAX];
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
	ck_assert_uint_eq(status.st_mode & 07777, 0400);
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

	real(&meddler.os);
	meddler.real = meddler.os;
	meddler.os.openat = open_and_meddle;
	copy_to("good.so", "moving.so");
	ck_assert_int_eq(library_load(&library, &meddler.os, store,
				 bad_path("moving.so"), NULL, &error),
		-ESTALE);
	ck_assert_ptr_nonnull(strstr(error.text,
		"moving.so: the file was replaced while it was being loaded"));
	ck_assert_int_ne(access(bad_path("constructed"), F_OK), 0);
}
END_TEST

/* Puts other bytes, or the same anew, in place of the copy when the table's
 * `fstat` is asked about it the second time, just before it is mapped. */
struct swapper {
	struct os os;
	struct os real;
	const char *from;
	char copy[512];
	int asked;
};

static int fstat_and_swap(struct os *os, int fd, struct stat *status)
{
	struct swapper *swapper = (struct swapper *)os;
	char command[2000], path[64], file[512] = "";
	int result = swapper->real.fstat(&swapper->real, fd, status);

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (readlink(path, file, sizeof file - 1) < 0 ||
		strcmp(file, swapper->copy) != 0 || ++swapper->asked != 2)
		return result;
	snprintf(command, sizeof command, "cp %s/%s %s.new && mv %s.new %s",
		bad_folder, swapper->from, swapper->copy, swapper->copy,
		swapper->copy);
	ck_assert_int_eq(system(command), 0);
	return result;
}

static int load_swapped(const char *from, struct error *error)
{
	struct swapper swapper = {.from = from};
	struct library *library;
	int result;

	real(&swapper.os);
	stored_path(swapper.copy, "good.so");
	swapper.real = swapper.os;
	swapper.os.fstat = fstat_and_swap;
	result = library_load(
		&library, &swapper.os, store, bad_path("good.so"), NULL, error);
	ck_assert_int_ge(swapper.asked, 2);
	library_destroy(&library);
	return result;
}

START_TEST(a_copy_that_changes_under_the_loader_is_refused)
{
	struct error error = ERROR_NONE;

	ck_assert_int_eq(load_swapped("future.so", &error), -ESTALE);
	ck_assert_ptr_nonnull(
		strstr(error.text, "was changed while it was being loaded"));
}
END_TEST

START_TEST(a_copy_that_another_process_makes_anew_is_as_good)
{
	struct error error = ERROR_NONE;

	ck_assert_int_eq(load_swapped("good.so", &error), 0);
}
END_TEST

START_TEST(what_the_store_has_is_loaded_whatever_stands_at_the_path_now)
{
	char sha256[NOTE_SHA256_TEXT];
	struct library *library;
	struct error error = ERROR_NONE;
	struct os os;

	real(&os);
	copy_to("good.so", "passing.so");
	library = load(&os, "passing.so");
	note_sha256_text(library->identity.sha256, sha256);
	library_destroy(&library);
	copy_to("constructor.so", "passing.so");
	ck_assert_int_eq(library_load(&library, &os, store,
				 bad_path("passing.so"), sha256, &error),
		0);
	ck_assert_str_eq(library->description->name, "good");
	ck_assert_int_ne(access(bad_path("constructed"), F_OK), 0);
	library_destroy(&library);
	ck_assert_int_eq(library_load(&library, &os, store,
				 bad_path("passing.so"), "9f86", &error),
		-EINVAL);
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
	tcase_add_test(tests, a_copy_that_changes_under_the_loader_is_refused);
	tcase_add_test(
		tests, a_copy_that_another_process_makes_anew_is_as_good);
	tcase_add_test(tests,
		what_the_store_has_is_loaded_whatever_stands_at_the_path_now);
	return suite;
}

TEST_MAIN(library_suite)
