/*
 * error: the first cause of a failure, as a sentence.
 *
 * It allocates nothing, so that running out of memory can be told. Invariant:
 * while `code` is 0 the text is empty, and a set error's text always ends.
 */
#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

static void format_sentence(
	struct error *error, const char *format, va_list arguments);
static void mark_cut(char *text, size_t bytes);

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	CHECK(code < 0);
	if (!error || error->code)
		return code;
	error->code = code;
	va_start(arguments, format);
	format_sentence(error, format, arguments);
	va_end(arguments);
	return code;
}

int error_set_at(struct error *error, struct place place, int code,
	const char *format, ...)
{
	va_list arguments;

	CHECK(code < 0);
	if (!error || error->code)
		return code;
	error->code = code;
	error->place = place;
	va_start(arguments, format);
	format_sentence(error, format, arguments);
	va_end(arguments);
	return code;
}

const char *error_hint(int code)
{
	return code == -EMFILE ? "; raise the limit (ulimit -n)" : "";
}

static void format_sentence(
	struct error *error, const char *format, va_list arguments)
{
	int length =
		vsnprintf(error->text, sizeof error->text, format, arguments);

	CHECK(length >= 0);
	if ((size_t)length >= sizeof error->text)
		mark_cut(error->text, sizeof error->text);
}

/* Ends a full buffer in "…" instead of in half a character. */
static void mark_cut(char *text, size_t bytes)
{
	static const char mark[] = "…";
	size_t end = bytes - sizeof mark;

	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	memcpy(text + end, mark, sizeof mark);
}
