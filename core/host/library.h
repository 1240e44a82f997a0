/*
 * library: a plugin's code in this process. The only room that calls dlopen.
 *
 *     SHA-256 -> copy in the store, made of the file where it is missing
 *             -> note (data) -> dlopen -> tau_plugin_v1, held against the note
 *
 * What is mapped is the store's copy: overwriting a mapped file crashes the
 * process, and the loader answers a replaced path with the old library. What
 * was loaded stays until the process ends: a new version is a new process.
 *
 * All that the plugin says about itself is checked; a refusal is a sentence
 * that begins with the plugin's path.
 */
#ifndef TAU_CORE_HOST_LIBRARY_H
#define TAU_CORE_HOST_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include <tau/operator.h>

#include "core/base/error.h"
#include "core/catalogue/description.h"
#include "core/catalogue/note.h"

struct os;

/* One operator type of a loaded plugin. `table` is the host's own copy: what
 * the plugin's is too short for is NULL. */
struct library_operator {
	const struct operator_description *description;
	struct tau_operator table;
};

struct library {
	struct note_identity identity; /* its path and hash, as asked for */
	char *stored;                  /* the copy that is mapped */
	struct os *os;
	int stored_fd; /* open, so that the copy stays in the store; or -1 */
	bool mapped;   /* its constructors have run */
	void *handle;  /* the loader's, once it is mapped */
	struct description *description;
	/* In the order of the description, as many as it has. */
	struct library_operator *operators;
};

/* Loads the plugin at `path` out of the store (an absolute folder, made when
 * it is not there; it must be ours, and ours alone). `sha256` is what an
 * earlier reader found the file to have, 64 hexadecimal digits: what is loaded
 * has it, whatever stands at the path by now. NULL when nobody looked: then
 * the file is read first. The plugin's constructors run. On success the
 * library is the caller's, to be destroyed; its code stays mapped for ever. */
int library_load(struct library **library, struct os *os, const char *store,
	const char *path, const char *sha256, struct error *error);
void library_destroy(struct library **library);

/* The operator of that name, or NULL. */
const struct library_operator *library_operator(
	const struct library *library, const char *name);

/* The folder of the file that this address of ours was loaded from, absolute;
 * false when the loader does not say, or it does not fit. */
bool library_folder(const void *address, char *folder, size_t bytes);

/* Whether the plugin or a library that it was linked with has that symbol;
 * what this program has does not count. */
bool library_has(const struct library *library, const char *symbol);

#endif
