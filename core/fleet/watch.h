/*
 * watch: tells when files have come to be others than before: written and
 * closed, replaced by a rename or a link, or there again.
 *
 *     /home/me/build/acme.so      the folder is watched, not the file, so that
 *     `---- folder --´ name       a new file under the old name is seen
 *
 *     /home/me/build is gone:     /home/me is watched until it is back
 *
 * What is being written is told of when its writer closes it, not before. The
 * content is not looked at; a file that was merely touched is told of too. It
 * asks nothing by the clock: `fd` is readable when there may be something.
 */
#ifndef TAU_CORE_FLEET_WATCH_H
#define TAU_CORE_FLEET_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/os.h"

struct watch_file {
	char *path;    /* absolute */
	char *folder;  /* the one watched: the file's, or one above it */
	char *awaited; /* the name in it that matters */
	int number;  /* the kernel's, of the folder; -1: none can be watched */
	bool direct; /* `awaited` is the file, not a folder on the way to it */
};

/* Zeroed, but for an fd of -1, is none. */
struct watch {
	struct os *os;
	int fd;
	struct watch_file *files;
	size_t count, room;
};

/* -errno with a sentence. To be released either way. */
int watch_init(struct watch *watch, struct os *os, struct error *error);
void watch_release(struct watch *watch);

/* Watches these files in the place of those before, and where a path is a
 * symbolic link, all that it leads to. Paths are absolute and copied; a file
 * need not be there. To be called again when something has changed: links may
 * lead elsewhere then. -errno with a sentence when one cannot be watched; the
 * others are. */
int watch_set(struct watch *watch, const char *const *paths, size_t count,
	struct error *error);

/* Whether any of them has changed since it was asked last. Never blocks. */
bool watch_changed(struct watch *watch);

#endif
