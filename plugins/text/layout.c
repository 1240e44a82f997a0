/* layout: see layout.h. */
#include "layout.h"

#include <string.h>

#include "common/json.h"
#include "common/number.h"
#include "width.h"

static struct layout_column *column_at(const struct layout *layout, size_t i)
{
	return (struct layout_column *)(void *)layout->columns.start + i;
}

static size_t column_count(const struct layout *layout)
{
	return layout->columns.bytes / sizeof(struct layout_column);
}

static bool is_named(const struct layout *layout, size_t column,
	const uint8_t *name, size_t bytes)
{
	const struct layout_column *at = column_at(layout, column);

	return at->bytes == bytes &&
	       (bytes == 0 || memcmp(layout->texts.start + at->text, name,
				      bytes) == 0);
}

/* Text with its control characters made visible: a cell is one line. */
static int append_visible(struct buffer *to, const uint8_t *text, size_t bytes)
{
	static const char hexadecimal[] = "0123456789abcdef";
	uint8_t *next = buffer_reserve(to, 4 * bytes);

	if (!next)
		return -ENOMEM;
	for (size_t i = 0; i < bytes; i++) {
		uint8_t byte = text[i];

		if (byte >= 0x20 && byte != 0x7f) {
			*next++ = byte;
			continue;
		}
		*next++ = '\\';
		*next++ = 'x';
		*next++ = (uint8_t)hexadecimal[byte >> 4];
		*next++ = (uint8_t)hexadecimal[byte & 15];
	}
	to->bytes = (size_t)(next - to->start);
	return 0;
}

/* The column of that name, made if it is new. 0 or -ENOMEM. */
static int find_column(struct layout *layout, const uint8_t *name, size_t bytes,
	size_t *column)
{
	struct layout_column fresh = {.text = layout->texts.bytes};
	size_t count = column_count(layout);

	*column = layout->hint;
	if (*column >= count || !is_named(layout, *column, name, bytes)) {
		*column = 0;
		while (*column < count &&
			!is_named(layout, *column, name, bytes))
			++*column;
	}
	layout->hint = *column + 1;
	if (*column < count)
		return 0;
	fresh.bytes = bytes;
	fresh.width = width_of(name, bytes);
	if (buffer_append(&layout->texts, name, bytes))
		return -ENOMEM;
	return buffer_append(&layout->columns, &fresh, sizeof fresh);
}

static int append_cell_text(struct buffer *to, const struct tau_value *value)
{
	switch (tau_value_kind(value)) {
	case TAU_KIND_NULL:
		return buffer_byte(to, '-');
	case TAU_KIND_TEXT:
		return append_visible(
			to, value->body, (size_t)(value->limit - value->body));
	default:
		return json_append_value(to, value);
	}
}

static int add_cell(struct layout *layout, const uint8_t *name, size_t bytes,
	const struct tau_value *value)
{
	struct layout_cell cell;
	struct layout_column *column;
	int kind = tau_value_kind(value);
	int code = find_column(layout, name, bytes, &cell.column);

	cell.text = layout->texts.bytes;
	if (code == 0)
		code = append_cell_text(&layout->texts, value);
	if (code)
		return code;
	cell.bytes = layout->texts.bytes - cell.text;
	cell.width = width_of(layout->texts.start + cell.text, cell.bytes);
	column = column_at(layout, cell.column);
	if (cell.width > column->width)
		column->width = cell.width;
	if (kind != TAU_KIND_INT && kind != TAU_KIND_FLOAT &&
		kind != TAU_KIND_NULL)
		column->other = true;
	return buffer_append(&layout->cells, &cell, sizeof cell);
}

/* The name of an entry: its key, or the key's JSON if it is no text. Such a
 * name is built behind the texts and not kept there. */
static int add_entry(struct layout *layout, const struct tau_value *key,
	const struct tau_value *value)
{
	struct buffer name = {NULL, 0, 0};
	int code = 0;

	if (tau_value_kind(key) == TAU_KIND_TEXT)
		code = append_visible(
			&name, key->body, (size_t)(key->limit - key->body));
	else
		code = json_append_value(&name, key);
	if (code == 0)
		code = add_cell(layout, name.start, name.bytes, value);
	buffer_release(&name);
	return code;
}

static int add_items(struct layout *layout, struct tau_items *items, bool map)
{
	struct tau_value key, value;
	char digits[24];
	int flow, code = 0;

	for (int64_t i = 0; code == 0; i++) {
		flow = map ? tau_value_next_entry(items, &key, &value)
			   : tau_value_next(items, &value);
		if (flow != 1)
			return flow;
		code = map ? add_entry(layout, &key, &value)
			   : add_cell(layout, (uint8_t *)digits,
				     json_digits(digits, i), &value);
	}
	return code;
}

int layout_add(struct layout *layout, const struct tau_value *value)
{
	size_t first = layout->cells.bytes / sizeof(struct layout_cell);
	struct tau_items items;

	layout->hint = 0;
	if (buffer_append(&layout->rows, &first, sizeof first))
		return -ENOMEM;
	if (tau_value_items(value, &items) == 0)
		return add_items(
			layout, &items, tau_value_kind(value) == TAU_KIND_MAP);
	return add_cell(layout, (const uint8_t *)"value", 5, value);
}

size_t layout_lines(const struct layout *layout)
{
	return layout->rows.bytes ? 1 + layout->rows.bytes / sizeof(size_t) : 0;
}

static int append_blanks(struct buffer *to, size_t count)
{
	uint8_t *next = buffer_reserve(to, count);

	if (!next)
		return -ENOMEM;
	memset(next, ' ', count);
	to->bytes += count;
	return 0;
}

static int append_cell(const struct layout *layout, size_t column,
	const struct layout_cell *cell, struct buffer *to)
{
	const struct layout_column *at = column_at(layout, column);
	size_t blanks = at->width - cell->width;
	int code = column ? append_blanks(to, 2) : 0;

	if (code == 0 && !at->other)
		code = append_blanks(to, blanks);
	if (code == 0)
		code = buffer_append(
			to, layout->texts.start + cell->text, cell->bytes);
	if (code == 0 && at->other)
		code = append_blanks(to, blanks);
	return code;
}

/* The cell of a row in a column; of two the first, of none an empty one. */
static struct layout_cell cell_of(
	const struct layout *layout, size_t row, size_t column)
{
	const struct layout_cell *cells = (void *)layout->cells.start;
	const size_t *rows = (void *)layout->rows.start;
	size_t next = rows[row];
	size_t limit = (row + 1) * sizeof(size_t) < layout->rows.bytes
			       ? rows[row + 1]
			       : layout->cells.bytes / sizeof *cells;

	if (next + column < limit && cells[next + column].column == column)
		return cells[next + column];
	for (; next < limit; next++)
		if (cells[next].column == column)
			return cells[next];
	return (struct layout_cell){0, 0, 0, column};
}

int layout_line(const struct layout *layout, size_t line, struct buffer *to)
{
	int code = 0;

	to->bytes = 0;
	for (size_t i = 0; code == 0 && i < column_count(layout); i++) {
		const struct layout_column *column = column_at(layout, i);
		struct layout_cell cell = {column->text, column->bytes,
			width_of(layout->texts.start + column->text,
				column->bytes),
			i};

		if (line)
			cell = cell_of(layout, line - 1, i);
		code = append_cell(layout, i, &cell, to);
	}
	while (to->bytes && to->start[to->bytes - 1] == ' ')
		to->bytes--;
	return code;
}

void layout_release(struct layout *layout)
{
	buffer_release(&layout->texts);
	buffer_release(&layout->cells);
	buffer_release(&layout->columns);
	buffer_release(&layout->rows);
}
