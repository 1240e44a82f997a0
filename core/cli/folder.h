/*
 * folder: a new folder with files in it, made whole or not at all.
 *
 * It never touches what is there already, and takes back what it has made when
 * it cannot go on.
 */
#ifndef TAU_CORE_CLI_FOLDER_H
#define TAU_CORE_CLI_FOLDER_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/os.h"

struct folder_file {
	const char *name; /* in the folder */
	const char *text;
};

/* Makes the folder `name` in the current one. 0; -EEXIST when something is
 * there under that name; else why it could not be made, and nothing is left of
 * it, or the sentence says that something is. */
int folder_make(struct os *os, const char *name,
	const struct folder_file *files, size_t count, struct error *error);

#endif
