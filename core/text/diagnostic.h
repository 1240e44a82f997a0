/*
 * diagnostic: everything that is wrong with one text, said at once.
 *
 * Rooms that judge a manifest or a one-liner add sentences with a byte offset
 * into the source; printing sorts them by place and shows each as
 *
 *     weblog.json:12:20: unknown key "capcity"; did you mean "capacity"?
 *       {"from": "a", "to": "b", "capcity": 5}
 *                                ^
 *
 * The caret line repeats the tabs before the place, so that it points right
 * however wide a tab is. Lines and columns are 1-based and count code points;
 * LF and CRLF end a line.
 */
#ifndef TAU_CORE_TEXT_DIAGNOSTIC_H
#define TAU_CORE_TEXT_DIAGNOSTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/text/arena.h"
#include "core/text/text.h"

#define AT_NONE UINT32_MAX /* a sentence about no place in the text */

/* The text that was read and how to call it; owned by the caller. */
struct source {
	const char *name; /* "weblog.json", "-e", "-" */
	const char *text;
	size_t bytes;
	const char *folder; /* absolute; what relative paths are relative to */
};

struct diagnostic {
	uint32_t at;
	uint32_t order; /* keeps what was said first first, at one place */
	const char *text;
};

struct diagnostics {
	struct arena arena;
	const struct source *source;
	struct diagnostic *items; /* at most MANIFEST_ERRORS_MAX */
	uint32_t count;           /* of all that was said, kept or not */
	bool warnings; /* that is what they are called then; a line for each */
};

/* The source outlives the diagnostics. */
void diagnostics_init(
	struct diagnostics *diagnostics, const struct source *source);

/* One sentence; those beyond MANIFEST_ERRORS_MAX are only counted. */
void diagnostics_add(struct diagnostics *diagnostics, uint32_t at,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For sentences that cost something to make: when no more are kept, counts one
 * and returns true; else does nothing. */
bool diagnostics_skip(struct diagnostics *diagnostics);

/* Prints all, sorted by place; those without a place come first, as
 * "NAME: sentence". At the end "and 17 more errors" where some were only
 * counted. */
void diagnostics_print(
	const struct diagnostics *diagnostics, struct text *text);

void diagnostics_release(struct diagnostics *diagnostics);

/* Where an offset stands. An offset beyond the end means the end. */
struct place source_place(const struct source *source, uint32_t at);

/* Which of `count` words was probably meant: the nearest one within a third
 * of its length in edits (a swap of neighbours is one), or NULL. */
const char *diagnostic_nearest(
	const char *word, const char *const *words, size_t count);

/* How a sentence about a wrong word goes on: `; did you mean "NEAREST"?` in
 * the arena, or `otherwise` where no word is near. */
const char *diagnostic_meant(struct arena *arena, const char *word,
	const char *const *words, size_t count, const char *otherwise);

/* "from, to and doc", or "none"; in the arena. */
const char *diagnostic_list(
	struct arena *arena, const char *const *words, size_t count);

#endif
