/*
 * locate_text: the tokens of JSON text; private to the room locate.
 *
 * Nothing here reads beyond the end it was given, or beyond a string's closing
 * quote once locate_text_scalar has accepted the string.
 */
#ifndef TAU_CORE_TEXT_LOCATE_TEXT_H
#define TAU_CORE_TEXT_LOCATE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/arena.h"

/* Reads an accepted string byte by byte, escapes decoded. */
struct locate_text {
	const char *text;
	uint32_t at;          /* of what is read next */
	unsigned char out[4]; /* bytes of a decoded escape */
	uint32_t out_next, out_count;
};

/* `at` is the opening quote. */
struct locate_text locate_text_begin(const char *text, uint32_t at);

/* The next byte, or -1 at the closing quote. */
int locate_text_next(struct locate_text *reader);

/* The whole string, in the arena. */
char *locate_text_decode(const char *text, uint32_t at, struct arena *arena);
bool locate_text_equals(const char *text, uint32_t at, const char *other);

/* What is wrong with the text before any grammar: a byte order mark, a NUL
 * byte, bytes that are not UTF-8, emptiness. A sentence and its place, or
 * NULL. */
const char *locate_text_encoding(const char *text, size_t bytes, size_t *at);

/* Reads the string, number, true, false or null at `*at`: where it ends. When
 * it is none of them, `*sentence` says what is wrong and `*at` where. */
uint32_t locate_text_scalar(
	const char *text, uint32_t end, uint32_t *at, const char **sentence);

#endif
