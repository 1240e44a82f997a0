/*
 * library: see library.h. Everything before dlopen is data; everything after
 * it is a table of the plugin's, read once and copied.
 */
#include "core/host/library.h"

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/base/os.h"
#include "core/host/store.h"
#include "core/host/table.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(DESCRIPTION_ABI_MAJOR == TAU_MAJOR &&
		       DESCRIPTION_ABI_MINOR == TAU_MINOR,
	"descriptions are judged by the ABI that the headers declare");

static int read_plugin(struct library *library, struct os *os, const char *path,
	const char *sha256, struct error *error);
static int store_plugin(struct library *library, struct os *os,
	const char *store, struct error *error);
static int map_plugin(
	struct library *library, struct os *os, struct error *error);

int library_load(struct library **library, struct os *os, const char *store,
	const char *path, const char *sha256, struct error *error)
{
	struct library *made = calloc(1, sizeof *made);
	int result;

	*library = NULL;
	if (made == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory", path);
	result = read_plugin(made, os, path, sha256, error);
	if (result == 0)
		result = store_plugin(made, os, store, error);
	if (result == 0)
		result = map_plugin(made, os, error);
	if (result == 0)
		*library = made;
	else
		library_destroy(&made);
	return result;
}

void library_destroy(struct library **library)
{
	struct library *made = *library;

	if (made == NULL)
		return;
	note_identity_release(&made->identity);
	description_destroy(&made->description);
	free(made->operators);
	free(made->stored);
	free(made);
	*library = NULL;
}

const struct library_operator *library_operator(
	const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->description->operator_count; i++)
		if (strcmp(library->operators[i].description->name, name) == 0)
			return &library->operators[i];
	return NULL;
}

static int refuse_changed(const char *path, const char *found,
	const char *former, struct error *error)
{
	return error_set(error, -ESTALE,
		"%s: the file was replaced while it was being loaded: its "
		"SHA-256 is %s and was %s; start again",
		path, found, former);
}

static int read_plugin(struct library *library, struct os *os, const char *path,
	const char *sha256, struct error *error)
{
	char found[NOTE_SHA256_TEXT];
	struct note note;
	int result = note_read(&note, os, path, error);

	if (result != 0)
		return result;
	note_sha256_text(note.identity.sha256, found);
	if (sha256 != NULL && strcmp(sha256, found) != 0)
		result = refuse_changed(path, found, sha256, error);
	else
		result = description_create(&library->description, path,
			note.text, note.bytes, error);
	library->identity = note.identity;
	note.identity.path = NULL;
	note_release(&note);
	return result;
}

/* The file is opened again: its hash, taken while it is copied, says whether
 * it is still the one whose note was read. */
static int store_plugin(struct library *library, struct os *os,
	const char *store, struct error *error)
{
	struct note_identity again;
	int fd = note_open(&again, os, library->identity.path, error);
	int result;

	if (fd < 0)
		return fd;
	result = store_put(
		os, store, &library->identity, fd, &library->stored, error);
	os->close(os, fd);
	note_identity_release(&again);
	return result;
}

/* The loader's words without the store's path, which tells a person nothing. */
static int refuse_load(const struct library *library, struct error *error)
{
	const char *why = dlerror();
	size_t bytes = strlen(library->stored);

	if (why == NULL)
		why = "the loader does not say why";
	if (strncmp(why, library->stored, bytes) == 0 &&
		strncmp(why + bytes, ": ", 2) == 0)
		why += bytes + 2;
	return error_set(error, -ENOEXEC, "%s: it cannot be loaded: %s",
		library->identity.path, why);
}

/* What is mapped must be what was described. */
static int check_again(
	struct library *library, struct os *os, struct error *error)
{
	char found[NOTE_SHA256_TEXT], former[NOTE_SHA256_TEXT];
	struct note note;
	int result = note_read(&note, os, library->stored, error);

	if (result != 0)
		return result;
	note_sha256_text(note.identity.sha256, found);
	note_sha256_text(library->identity.sha256, former);
	if (strcmp(found, former) != 0)
		result = refuse_changed(library->stored, found, former, error);
	note_release(&note);
	return result;
}

static int map_plugin(
	struct library *library, struct os *os, struct error *error)
{
	void *handle = dlopen(library->stored, RTLD_NOW | RTLD_LOCAL);
	const struct tau_plugin *plugin;
	int result;

	if (handle == NULL)
		return refuse_load(library, error);
	result = check_again(library, os, error);
	if (result != 0)
		return result;
	plugin = dlsym(handle, "tau_plugin_v1");
	if (plugin == NULL)
		return error_set(error, -ENOEXEC,
			"%s: it does not export tau_plugin_v1; end its source "
			"with TAU_OPERATORS(...)",
			library->identity.path);
	library->operators = calloc(library->description->operator_count,
		sizeof *library->operators);
	if (library->operators == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory",
			library->identity.path);
	return table_take(library->operators, library->description, plugin,
		library->identity.path, error);
}
