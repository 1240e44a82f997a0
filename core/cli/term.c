/* term: colours and width. See the header. */
#include "core/cli/term.h"

#include <stdarg.h>
#include <string.h>

#define WRAP_MIN 20u /* a narrower space than this is not worth wrapping in */

void term_init(struct term *term, struct os *os, FILE *file, int fd)
{
	uint16_t columns = 0;
	uint16_t rows = 0;

	*term = (struct term){.file = file};
	term->terminal = os->is_terminal(os, fd);
	if (term->terminal && os->terminal_size(os, fd, &columns, &rows) == 0)
		term->columns = columns;
}

void term_set_color(struct term *term, enum term_color color,
	const char *no_color, const char *type)
{
	switch (color) {
	case TERM_COLOR_ALWAYS:
		term->color = true;
		break;
	case TERM_COLOR_NEVER:
		term->color = false;
		break;
	case TERM_COLOR_AUTO:
		term->color = term->terminal && !(no_color && *no_color) &&
			      type && strcmp(type, "dumb") != 0;
		break;
	}
}

const char *term_on(const struct term *term, enum term_style style)
{
	static const char *const codes[TERM_STYLES] = {[TERM_PLAIN] = "",
		[TERM_STRONG] = "\033[1m",
		[TERM_HEADING] = "\033[4m",
		[TERM_FAINT] = "\033[2m",
		[TERM_GOOD] = "\033[32m",
		[TERM_BAD] = "\033[31m"};

	return term->color ? codes[style] : "";
}

const char *term_off(const struct term *term)
{
	return term->color ? "\033[0m" : "";
}

void term_print(
	const struct term *term, enum term_style style, const char *format, ...)
{
	va_list arguments;

	fputs(term_on(term, style), term->file);
	va_start(arguments, format);
	vfprintf(term->file, format, arguments);
	va_end(arguments);
	if (style != TERM_PLAIN)
		fputs(term_off(term), term->file);
}

size_t term_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			width++;
	return width;
}

void term_wrap(const struct term *term, size_t at, const char *text)
{
	size_t column = at;
	bool fits = term->columns == 0 || at + WRAP_MIN > term->columns;

	while (*text) {
		size_t bytes = strcspn(text, " ");
		char word[256];
		size_t width;

		snprintf(word, sizeof word, "%.*s", (int)bytes, text);
		width = term_width(word);
		if (!fits && column > at &&
			column + 1 + width > term->columns) {
			fprintf(term->file, "\n%*s", (int)at, "");
			column = at;
		} else if (column > at) {
			fputc(' ', term->file);
			column++;
		}
		fwrite(text, 1, bytes, term->file);
		column += width;
		text += bytes;
		text += strspn(text, " ");
	}
}
