/*
 * note: a plugin's description, read from its ELF note as data.
 *
 * The file is never mapped executable and none of its code runs. Every offset
 * and length in it is a stranger's claim and is checked before use.
 *
 *     ELF header -> section headers -> .note.tau (SHT_NOTE):
 *         namesz 4 | descsz n | type 1 | "tau\0" | JSON text, NUL | pad to 4
 */
#ifndef TAU_CORE_PLAN_NOTE_H
#define TAU_CORE_PLAN_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct os;

#define NOTE_SHA256_BYTES 32
#define NOTE_SHA256_TEXT (2 * NOTE_SHA256_BYTES + 1)

/* Which file it was, and that it is still the same one. */
struct note_identity {
	char *path; /* as it was given; owned */
	uint64_t device, inode, size;
	int64_t modified_ns;
	unsigned char sha256[NOTE_SHA256_BYTES];
};

struct note {
	struct note_identity identity;
	char *text;   /* the JSON, NUL-terminated; owned */
	size_t bytes; /* without the NUL */
};

/* Reads the note of the plugin at `path` and the file's SHA-256. Refuses what
 * is not a regular file, what anybody may write (the file or its folder), what
 * is not a shared object for this machine, and what has no note, two notes or
 * a broken one: a negative errno and a sentence that begins with the path.
 * On success the note is the caller's to release. */
int note_read(struct note *note, struct os *os, const char *path,
	struct error *error);
void note_release(struct note *note);
void note_identity_release(struct note_identity *identity);

/* Finds the note in the bytes of a whole file; what `note_read` does once it
 * has them. `*text` points into `file` and is NUL-terminated. */
int note_find(const void *file, size_t file_bytes, const char *path,
	const char **text, size_t *bytes, struct error *error);

/* Writes 64 hexadecimal digits and a NUL. */
void note_sha256_text(
	const struct note_identity *identity, char text[NOTE_SHA256_TEXT]);

#endif
