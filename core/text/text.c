/*
 * text: grows by doubling; want of memory is a CHECK, as in the arena.
 */
#include "core/text/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

/* Makes room for `bytes` more and a NUL. */
static void make_room(struct text *text, size_t bytes)
{
	size_t needed = text->count + bytes + 1;
	CHECK(needed > bytes);
	if (needed <= text->capacity)
		return;
	size_t capacity = text->capacity == 0 ? 256 : text->capacity;
	while (capacity < needed)
		capacity *= 2;
	text->bytes = realloc(text->bytes, capacity);
	CHECK(text->bytes != NULL);
	text->capacity = capacity;
}

void text_add_bytes(struct text *text, const char *piece, size_t bytes)
{
	make_room(text, bytes);
	if (bytes > 0)
		memcpy(text->bytes + text->count, piece, bytes);
	text->count += bytes;
	text->bytes[text->count] = '\0';
}

void text_add(struct text *text, const char *piece)
{
	text_add_bytes(text, piece, strlen(piece));
}

void text_add_byte(struct text *text, char byte)
{
	text_add_bytes(text, &byte, 1);
}

void text_add_repeated(struct text *text, char byte, size_t times)
{
	make_room(text, times);
	memset(text->bytes + text->count, byte, times);
	text->count += times;
	text->bytes[text->count] = '\0';
}

void text_format(struct text *text, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	int bytes = vsnprintf(NULL, 0, format, list);
	va_end(list);
	CHECK(bytes >= 0);
	make_room(text, (size_t)bytes);
	va_start(list, format);
	vsnprintf(text->bytes + text->count, (size_t)bytes + 1, format, list);
	va_end(list);
	text->count += (size_t)bytes;
}

const char *text_string(const struct text *text)
{
	return text->bytes == NULL ? "" : text->bytes;
}

char *text_take(struct text *text)
{
	char *bytes = text->bytes == NULL ? calloc(1, 1) : text->bytes;
	CHECK(bytes != NULL);
	*text = (struct text){0};
	return bytes;
}

void text_release(struct text *text)
{
	free(text->bytes);
	*text = (struct text){0};
}
