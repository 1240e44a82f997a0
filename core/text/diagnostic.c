/*
 * diagnostic: sentences with places, kept in the order they were said and
 * printed in the order of their places.
 */
#include "core/text/diagnostic.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

/* How much of a long line is shown on each side of its caret. */
#define EXCERPT_BEFORE_BYTES 80u
#define EXCERPT_AFTER_BYTES 60u

/* What is printed of one line: text[begin, end). */
struct excerpt {
	size_t begin, end;
	bool cut_before, cut_after;
};

void diagnostics_init(
	struct diagnostics *diagnostics, const struct source *source)
{
	*diagnostics = (struct diagnostics){.source = source};
	diagnostics->items = arena_allocate(&diagnostics->arena,
		MANIFEST_ERRORS_MAX, sizeof *diagnostics->items);
}

/* How many bytes a control character has here, C0 or C1; 0: it is none. What
 * stands in a manifest must not steer the terminal that shows it. */
static size_t control_bytes(const char *text, size_t left)
{
	unsigned char byte = (unsigned char)text[0];
	if (byte < 0x20 || byte == 0x7f)
		return 1;
	if (byte != 0xc2 || left < 2)
		return 0;
	unsigned char next = (unsigned char)text[1];
	return next >= 0x80 && next < 0xa0 ? 2 : 0;
}

/* Writes `?` for each control character but, where wanted, tabs. */
static void add_shown(
	struct text *text, const char *from, size_t bytes, bool tabs)
{
	for (size_t i = 0; i < bytes;) {
		size_t control = control_bytes(from + i, bytes - i);
		bool tab = tabs && from[i] == '\t';
		text_add_byte(text, control == 0 || tab ? from[i] : '?');
		i += control == 0 ? 1 : control;
	}
}

bool diagnostics_skip(struct diagnostics *diagnostics)
{
	if (diagnostics->count < MANIFEST_ERRORS_MAX)
		return false;
	diagnostics->count++;
	return true;
}

void diagnostics_add(
	struct diagnostics *diagnostics, uint32_t at, const char *format, ...)
{
	struct text shown = {0};
	if (diagnostics_skip(diagnostics))
		return;
	uint32_t order = diagnostics->count++;
	va_list list;
	va_start(list, format);
	char *text = arena_format_list(&diagnostics->arena, format, list);
	va_end(list);
	add_shown(&shown, text, strlen(text), false);
	diagnostics->items[order] = (struct diagnostic){at, order,
		arena_copy(&diagnostics->arena, text_string(&shown))};
	text_release(&shown);
}

/* Those without a place come first: AT_NONE + 1 is 0. */
static int compare(const void *left, const void *right)
{
	const struct diagnostic *a = left, *b = right;
	uint32_t first = a->at + 1, second = b->at + 1;
	if (first != second)
		return first < second ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static uint32_t kept(const struct diagnostics *diagnostics)
{
	return diagnostics->count < MANIFEST_ERRORS_MAX ? diagnostics->count
							: MANIFEST_ERRORS_MAX;
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

struct place source_place(const struct source *source, uint32_t at)
{
	struct place place = {source->name, 1, 1};
	size_t end = at < source->bytes ? at : source->bytes;
	const char *line = source->text, *limit = source->text + end;
	for (;;) {
		const char *feed =
			end == 0 ? NULL
				 : memchr(line, '\n', (size_t)(limit - line));
		if (feed == NULL)
			break;
		place.line++;
		line = feed + 1;
	}
	for (; line < limit; line++)
		place.column += !continues(*line);
	return place;
}

static struct excerpt excerpt_around(const struct source *source, size_t at)
{
	const char *text = source->text;
	struct excerpt excerpt = {at, at, false, false};
	while (excerpt.begin > 0 && text[excerpt.begin - 1] != '\n')
		excerpt.begin--;
	while (excerpt.end < source->bytes && text[excerpt.end] != '\n')
		excerpt.end++;
	if (excerpt.end > excerpt.begin && text[excerpt.end - 1] == '\r')
		excerpt.end--;
	if (excerpt.end - excerpt.begin <=
		EXCERPT_BEFORE_BYTES + EXCERPT_AFTER_BYTES)
		return excerpt;
	if (at - excerpt.begin > EXCERPT_BEFORE_BYTES) {
		excerpt.begin = at - EXCERPT_BEFORE_BYTES;
		excerpt.cut_before = true;
	}
	if (excerpt.end > at && excerpt.end - at > EXCERPT_AFTER_BYTES) {
		excerpt.end = at + EXCERPT_AFTER_BYTES;
		excerpt.cut_after = true;
	}
	while (excerpt.begin < at && continues(text[excerpt.begin]))
		excerpt.begin++;
	while (excerpt.cut_after && excerpt.end > at &&
		continues(text[excerpt.end]))
		excerpt.end--;
	return excerpt;
}

static void print_excerpt(
	const struct source *source, size_t at, struct text *text)
{
	struct excerpt excerpt = excerpt_around(source, at);
	text_add(text, excerpt.cut_before ? "  …" : "  ");
	add_shown(text, source->text + excerpt.begin,
		excerpt.end - excerpt.begin, true);
	text_add(text, excerpt.cut_after ? "…\n" : "\n");
	text_add(text, excerpt.cut_before ? "   " : "  ");
	for (size_t i = excerpt.begin; i < at; i++) {
		char byte = source->text[i];
		if (!continues(byte))
			text_add_byte(text, byte == '\t' ? '\t' : ' ');
	}
	text_add(text, "^\n");
}

static void print_one(const struct diagnostics *diagnostics,
	const struct diagnostic *item, struct text *text)
{
	const struct source *source = diagnostics->source;
	const char *kind = diagnostics->warnings ? "warning: " : "";
	if (item->at == AT_NONE) {
		text_format(text, "%s: %s%s\n", source->name, kind, item->text);
		return;
	}
	struct place place = source_place(source, item->at);
	text_format(text, "%s:%u:%u: %s%s\n", place.file, place.line,
		place.column, kind, item->text);
	if (diagnostics->warnings)
		return;
	print_excerpt(source,
		item->at < source->bytes ? item->at : source->bytes, text);
}

void diagnostics_print(const struct diagnostics *diagnostics, struct text *text)
{
	struct diagnostic sorted[MANIFEST_ERRORS_MAX];
	uint32_t count = kept(diagnostics);
	if (count > 0)
		memcpy(sorted, diagnostics->items, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare);
	for (uint32_t i = 0; i < count; i++)
		print_one(diagnostics, &sorted[i], text);
	if (diagnostics->count > count)
		text_format(text, "%s: and %u more %s%s\n",
			diagnostics->source->name, diagnostics->count - count,
			diagnostics->warnings ? "warning" : "error",
			diagnostics->count - count == 1 ? "" : "s");
}

void diagnostics_release(struct diagnostics *diagnostics)
{
	arena_release(&diagnostics->arena);
	*diagnostics = (struct diagnostics){0};
}
