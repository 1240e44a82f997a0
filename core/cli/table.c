/* table: columns that line up. See the header. */
#include "core/cli/table.h"

#include "core/base/check.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2       /* blanks between columns */
#define LAST_MIN 24 /* columns that the last one is worth */

static void measure(const struct table *table, size_t *widths);
static void print_row(const struct table *table, const struct term *term,
	size_t indent, const size_t *widths, const char *const *cells,
	enum term_style first, enum term_style others);
static bool below(
	const struct term *term, size_t at, size_t indent, size_t width);

void table_add(struct table *table, const char *const *texts)
{
	CHECK(table->columns > 0 && table->columns <= TABLE_COLUMNS_MAX);
	if (table->row_count == table->row_room) {
		size_t room = table->row_room * 2 + 16;

		table->cells = realloc(table->cells,
			room * table->columns * sizeof *table->cells);
		CHECK(table->cells != NULL);
		table->row_room = room;
	}
	for (size_t i = 0; i < table->columns; i++) {
		char *copy = strdup(texts[i] ? texts[i] : "");

		CHECK(copy != NULL);
		table->cells[table->row_count * table->columns + i] = copy;
	}
	table->row_count++;
}

void table_print(
	const struct table *table, const struct term *term, size_t indent)
{
	size_t widths[TABLE_COLUMNS_MAX];

	measure(table, widths);
	if (table->headings[0])
		print_row(table, term, indent, widths, table->headings,
			TERM_HEADING, TERM_HEADING);
	for (size_t row = 0; row < table->row_count; row++)
		print_row(table, term, indent, widths,
			(const char *const *)table->cells +
				row * table->columns,
			TERM_STRONG, TERM_PLAIN);
}

void table_release(struct table *table)
{
	for (size_t i = 0; i < table->row_count * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){0};
}

/* The widest cell of each column; 0 for one that is empty throughout. */
static void measure(const struct table *table, size_t *widths)
{
	for (size_t column = 0; column < table->columns; column++) {
		size_t widest = 0;

		for (size_t row = 0; row < table->row_count; row++) {
			size_t width = term_width(
				table->cells[row * table->columns + column]);

			widest = width > widest ? width : widest;
		}
		if (widest && table->headings[0] &&
			term_width(table->headings[column]) > widest)
			widest = term_width(table->headings[column]);
		widths[column] = widest;
	}
}

static void print_row(const struct table *table, const struct term *term,
	size_t indent, const size_t *widths, const char *const *cells,
	enum term_style first, enum term_style others)
{
	size_t at = indent;  /* where the next cell begins */
	size_t due = indent; /* blanks that only a later cell asks for */

	for (size_t i = 0; i < table->columns; i++) {
		enum term_style style = i == 0 ? first : others;
		size_t width = term_width(cells[i]);
		bool last = i + 1 == table->columns;

		if (widths[i] == 0)
			continue;
		if (width) {
			if (last && below(term, at, indent, width)) {
				at = indent + 2 * GAP;
				due = at;
				fputc('\n', term->file);
			}
			fprintf(term->file, "%*s%s", (int)due, "",
				term_on(term, style));
			if (last)
				term_wrap(term, at, cells[i]);
			else
				fputs(cells[i], term->file);
			if (style != TERM_PLAIN)
				fputs(term_off(term), term->file);
			due = 0;
		}
		due += widths[i] - width + GAP;
		at += widths[i] + GAP;
	}
	fputc('\n', term->file);
}

/* Whether a terminal leaves no room for the last cell beside the others. */
static bool below(
	const struct term *term, size_t at, size_t indent, size_t width)
{
	return at > indent && term->columns && at + width > term->columns &&
	       at + LAST_MIN > term->columns;
}
