/*
 * loading: what the tests of the library and its store share: plugins loaded
 * into a store of the test's own, under the folder of bad_plugins.
 */
#ifndef TESTS_LOADING_H
#define TESTS_LOADING_H

#include <errno.h>
#include <sys/stat.h>

#include "core/base/os.h"
#include "core/host/library.h"
#include "core/host/store.h"
#include "tests/bad_plugins.h"
#include "tests/fake_os.h"
#include "tests/test.h"

/* Of this test alone; set by `real`. */
static char store[sizeof bad_folder + 32];

static inline void real(struct os *os)
{
	os_linux_init(os);
	if (store[0] == '\0')
		snprintf(store, sizeof store, "%s/store/%d", bad_folder,
			getpid());
}

static inline struct library *load(struct os *os, const char *name)
{
	struct library *library;
	struct error error = ERROR_NONE;

	library_load(&library, os, store, bad_path(name), NULL, &error);
	ck_assert_msg(library != NULL, "%s", error.text);
	return library;
}

static inline void copy_to(const char *from, const char *to)
{
	char command[600];

	snprintf(command, sizeof command, "cp %s/%s %s/%s", bad_folder, from,
		bad_folder, to);
	ck_assert_int_eq(system(command), 0);
}

static inline void stored_path(char path[512], const char *name)
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

#endif
