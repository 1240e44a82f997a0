/*
 * store: plugins under their SHA-256, so that what is mapped never changes.
 *
 *     STORE/                      0700, ours
 *         9f86…d015.so            0400, ours, never written again
 *         .9f86…d015.so.4711      a copy under way, by process 4711
 *
 * A copy that has the right hash is made read-only before it gets its name, so
 * that what is read-only need not be hashed at each start: who spoils it does
 * so on purpose. What cannot be loaded is looked at more closely.
 */
#ifndef TAU_CORE_HOST_STORE_H
#define TAU_CORE_HOST_STORE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/catalogue/note.h"

struct os;

/* Writes the store's folder: $XDG_STATE_HOME/tau/store, else
 * $HOME/.local/state/tau/store. Both arguments may be NULL; relative ones are
 * ignored, as the rules of XDG say. Returns 0, or -EINVAL with a sentence. */
int store_folder(char *folder, size_t folder_bytes, const char *state_home,
	const char *home, struct error *error);

/* How closely a copy is looked at. */
enum store_trust {
	STORE_TRUSTED, /* hashed when it was made */
	STORE_HASHED,  /* hashed now */
};

/* Opens the store's copy of the plugin with the identity's SHA-256. Where it is
 * not there, or is not right, the plugin at the identity's path is copied,
 * after the checks of note_open, and refused when its bytes have another hash.
 * Returns an fd of a copy that was hashed, and its absolute path in `*stored`;
 * both are the caller's. While the fd is open the copy is not swept away. Or a
 * negative errno, with a sentence that begins with the plugin's path. */
int store_open(struct os *os, const char *folder,
	const struct note_identity *identity, enum store_trust trust,
	char **stored, struct error *error);

#endif
