/*
 * text: a text that grows while it is put together.
 *
 * The core prints nothing by itself; whoever holds the terminal writes out
 * what was gathered here.
 */
#ifndef TAU_CORE_TEXT_TEXT_H
#define TAU_CORE_TEXT_TEXT_H

#include <stddef.h>

/* Zeroed is empty. `bytes` has a NUL behind `count` bytes, or is NULL while
 * nothing was added. */
struct text {
	char *bytes;
	size_t count, capacity;
};

void text_add(struct text *text, const char *piece);
void text_add_bytes(struct text *text, const char *piece, size_t bytes);
void text_add_byte(struct text *text, char byte);
void text_add_repeated(struct text *text, char byte, size_t times);
void text_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What was gathered, "" when nothing was. Lives until the next change. */
const char *text_string(const struct text *text);

/* Takes the bytes out, to be freed by the caller; the text is empty again. */
char *text_take(struct text *text);

void text_release(struct text *text);

#endif
