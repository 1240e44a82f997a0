/*
 * layout: rows of named cells as aligned text.
 *
 *	path       count    columns in the order in which they first came;
 *	/index.html   17    those that hold numbers alone stand to the right,
 *	/cart          4    two blanks between columns, none at a line's end
 *
 * Cells are offsets into one buffer; a row is the cells from its first to the
 * next row's first.
 */
#ifndef TAU_PLUGINS_TEXT_LAYOUT_H
#define TAU_PLUGINS_TEXT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <tau/value.h>

#include "common/buffer.h"

struct layout_cell {
	size_t text, bytes; /* in texts */
	size_t width;
	size_t column;
};

struct layout_column {
	size_t text, bytes; /* its name, in texts */
	size_t width;
	bool other; /* holds something that is no number */
};

/* All zero: empty. */
struct layout {
	struct buffer texts, cells, columns, rows;
	size_t hint; /* the column that the next cell is likely in */
};

/* Adds a row: the entries of a map under their keys, the elements of a list
 * under their index, any other value under "value". 0, -ENOMEM or -EBADMSG. */
int layout_add(struct layout *layout, const struct tau_value *value);

/* Lines: 0 is the head, then one per row. The line's text replaces what `to`
 * holds. 0 or -ENOMEM. */
size_t layout_lines(const struct layout *layout);
int layout_line(const struct layout *layout, size_t line, struct buffer *to);

void layout_release(struct layout *layout);

#endif
