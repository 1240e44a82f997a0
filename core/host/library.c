/*
 * library: see library.h. Everything before dlopen is data; everything after
 * it is a table of the plugin's, read once and copied.
 */
#include "core/host/library.h"

#include "core/base/os.h"
#include "core/host/store.h"
#include "core/host/table.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(DESCRIPTION_ABI_MAJOR == TAU_MAJOR &&
		       DESCRIPTION_ABI_MINOR == TAU_MINOR,
	"descriptions are judged by the ABI that the headers declare");

static int identify(struct library *library, struct os *os, const char *path,
	const char *sha256, struct error *error);
static int load_stored(struct library *library, struct os *os,
	const char *store, struct error *error);
static int open_and_load(struct library *library, struct os *os,
	const char *store, enum store_trust trust, struct error *error);
static void leave(struct library *library);
static int load(struct library *library, struct os *os, struct error *error);

int library_load(struct library **library, struct os *os, const char *store,
	const char *path, const char *sha256, struct error *error)
{
	struct library *made = calloc(1, sizeof *made);
	int result;

	*library = NULL;
	if (made == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory", path);
	made->os = os;
	made->stored_fd = -1;
	result = identify(made, os, path, sha256, error);
	if (result == 0)
		result = load_stored(made, os, store, error);
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
	leave(made);
	note_identity_release(&made->identity);
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

bool library_folder(const void *address, char *folder, size_t bytes)
{
	Dl_info info;
	const char *slash;
	size_t count;

	if (dladdr(address, &info) == 0 || info.dli_fname[0] != '/')
		return false;
	slash = strrchr(info.dli_fname, '/');
	count = (size_t)(slash - info.dli_fname);
	if (count >= bytes)
		return false;
	memcpy(folder, info.dli_fname, count);
	folder[count] = '\0';
	return true;
}

bool library_has(const struct library *library, const char *symbol)
{
	return dlsym(library->handle, symbol) != NULL;
}

/* Path and hash; what the path leads to is looked at only when it must be. */
static int identify(struct library *library, struct os *os, const char *path,
	const char *sha256, struct error *error)
{
	struct note_identity *identity = &library->identity;
	struct note note;
	int result;

	if (sha256 == NULL) {
		result = note_read(&note, os, path, error);
		*identity = note.identity;
		note.identity.path = NULL;
		note_release(&note);
		return result;
	}
	if (note_sha256_read(identity->sha256, sha256) != 0)
		return error_set(error, -EINVAL,
			"%s: \"%.80s\" is no SHA-256 in 64 digits", path,
			sha256);
	identity->path = strdup(path);
	if (identity->path == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory", path);
	return 0;
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

static int describe(struct library *library, struct os *os, uint64_t size,
	struct error *error)
{
	const char *path = library->identity.path;
	char *text;
	size_t bytes;
	int result = note_take(
		os, library->stored_fd, size, path, &text, &bytes, error);

	if (result != 0)
		return result;
	result = description_create(
		&library->description, path, text, bytes, error);
	free(text);
	return result;
}

static bool is_unchanged(const struct stat *before, const struct stat *after)
{
	return after->st_dev == before->st_dev &&
	       after->st_ino == before->st_ino &&
	       after->st_size == before->st_size &&
	       after->st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       after->st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	       after->st_ctim.tv_sec == before->st_ctim.tv_sec &&
	       after->st_ctim.tv_nsec == before->st_ctim.tv_nsec;
}

/* What was mapped by its path must be what was hashed and read: the same file,
 * or one of equal bytes that another process has just put in its place. */
static int check_again(struct library *library, struct os *os,
	const struct stat *before, struct error *error)
{
	const struct note_identity *wanted = &library->identity;
	struct stat after;
	struct note note;
	bool right = false;

	if (os->fstatat(os, AT_FDCWD, library->stored, &after,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
		is_unchanged(before, &after))
		return 0;
	if (note_read(&note, os, library->stored, NULL) == 0)
		right = memcmp(note.identity.sha256, wanted->sha256,
				sizeof wanted->sha256) == 0;
	note_release(&note);
	if (right)
		return 0;
	return error_set(error, -ESTALE,
		"%s: its copy in the plugin store, %s, was changed while it "
		"was being loaded; start again",
		wanted->path, library->stored);
}

static int take_table(
	struct library *library, void *handle, struct error *error)
{
	const struct tau_plugin *plugin = dlsym(handle, "tau_plugin_v1");
	const struct description *description = library->description;

	if (plugin == NULL)
		return error_set(error, -ENOEXEC,
			"%s: it does not export tau_plugin_v1; end its source "
			"with TAU_OPERATORS(...)",
			library->identity.path);
	library->operators =
		calloc(description->operator_count, sizeof *library->operators);
	if (library->operators == NULL)
		return error_set(error, -ENOMEM, "%s: out of memory",
			library->identity.path);
	return table_take(library->operators, description, plugin,
		library->identity.path, error);
}

/* What the store trusts and cannot be loaded may be spoilt: then it is hashed,
 * and made again. Once it is mapped its name leads the loader to no other. */
static int load_stored(struct library *library, struct os *os,
	const char *store, struct error *error)
{
	struct error first = ERROR_NONE;
	int result = open_and_load(library, os, store, STORE_TRUSTED, &first);

	if (result == 0)
		return 0;
	if (library->mapped)
		return error_set(error, result, "%s", first.text);
	leave(library);
	return open_and_load(library, os, store, STORE_HASHED, error);
}

static int open_and_load(struct library *library, struct os *os,
	const char *store, enum store_trust trust, struct error *error)
{
	library->stored_fd = store_open(
		os, store, &library->identity, trust, &library->stored, error);
	return library->stored_fd < 0 ? library->stored_fd
				      : load(library, os, error);
}

/* Undoes open_and_load, as far as it came. */
static void leave(struct library *library)
{
	if (library->stored_fd >= 0)
		library->os->close(library->os, library->stored_fd);
	library->stored_fd = -1;
	description_destroy(&library->description);
	free(library->operators);
	library->operators = NULL;
	free(library->stored);
	library->stored = NULL;
}

static int load(struct library *library, struct os *os, struct error *error)
{
	struct stat status;
	void *handle;
	int result = os->fstat(os, library->stored_fd, &status);

	if (result < 0)
		return error_set(error, result, "%s: cannot be examined: %s",
			library->stored, strerror(-result));
	result = describe(library, os, (uint64_t)status.st_size, error);
	if (result != 0)
		return result;
	handle = dlopen(library->stored, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return refuse_load(library, error);
	library->mapped = true;
	library->handle = handle;
	result = check_again(library, os, &status, error);
	return result != 0 ? result : take_table(library, handle, error);
}
