/*
 * table: rows of text in columns that line up.
 *
 *     TYPE        IN     OUT    DOC
 *     file.read   -      bytes  what stands in a file
 *
 * The last column is wrapped at a terminal's edge; columns that are empty in
 * every row are left out.
 */
#ifndef TAU_CORE_CLI_TABLE_H
#define TAU_CORE_CLI_TABLE_H

#include <stddef.h>

#include "core/cli/term.h"

#define TABLE_COLUMNS_MAX 10

/* Zeroed but for `columns` is empty. */
struct table {
	size_t columns;
	const char *headings[TABLE_COLUMNS_MAX]; /* all NULL: none */
	char **cells;                            /* row by row, owned */
	size_t row_count, row_room;
};

/* Appends a row of `columns` texts, which are copied; NULL is empty. */
void table_add(struct table *table, const char *const *texts);

/* Prints every row behind `indent` blanks, the first column in bold. */
void table_print(
	const struct table *table, const struct term *term, size_t indent);

void table_release(struct table *table);

#endif
