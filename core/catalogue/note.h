/*
 * note: a plugin's description, read from its ELF note as data.
 *
 * The file is never mapped and none of its code runs. Every offset and length
 * in it is a stranger's claim and is checked before use.
 *
 *     ELF header -> section headers -> each section of type SHT_NOTE:
 *         4 | n | 1 | "tau\0" | n bytes of JSON text with a NUL | pad to 4
 */
#ifndef TAU_CORE_CATALOGUE_NOTE_H
#define TAU_CORE_CATALOGUE_NOTE_H

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
 * is not a regular file, what anybody may write (the file, or its folder
 * unless that is sticky and the file ours or root's), what is not a shared
 * object for this machine, and what has no note, two notes or a broken one: a
 * negative errno and a sentence that begins with the path. On success the note
 * is the caller's to release; on failure it is zeroed. */
int note_read(struct note *note, struct os *os, const char *path,
	struct error *error);

/* The same without the SHA-256, which is left zeroed: a small part of the file
 * is read, where note_read reads all of it. */
int note_peek(struct note *note, struct os *os, const char *path,
	struct error *error);

/* Fills in the SHA-256, if the file is still the one whose note was read:
 * else -ESTALE with a sentence. */
int note_hash(
	struct note_identity *identity, struct os *os, struct error *error);

/* Opens the plugin for reading, after the same checks of the file and its
 * folder. Returns the fd, which is the caller's, and fills the identity but
 * for its hash; or a negative errno with a sentence. */
int note_open(struct note_identity *identity, struct os *os, const char *path,
	struct error *error);

/* Reads the note out of an open file of `size` bytes; sentences name `path`.
 * `*text` is the caller's to free. */
int note_take(struct os *os, int fd, uint64_t size, const char *path,
	char **text, size_t *bytes, struct error *error);

void note_release(struct note *note);
void note_identity_release(struct note_identity *identity);

/* Bytes of a file, wherever they are. `read` fills all of `buffer` and
 * returns 0, or a negative errno; it is only asked for bytes before `size`. */
struct note_source {
	int (*read)(void *context, void *buffer, size_t bytes, uint64_t offset);
	void *context;
	uint64_t size;
};

/* Finds the one note in a file: `*text` is NUL-terminated and the caller's to
 * free, `*bytes` counts without the NUL. `path` is named in sentences. */
int note_find(const struct note_source *source, const char *path, char **text,
	size_t *bytes, struct error *error);

/* Writes 64 hexadecimal digits and a NUL. */
void note_sha256_text(const unsigned char sha256[NOTE_SHA256_BYTES],
	char text[NOTE_SHA256_TEXT]);

/* Reads 64 hexadecimal digits of either case. 0, or -EINVAL. */
int note_sha256_read(unsigned char sha256[NOTE_SHA256_BYTES], const char *text);

#endif
