/*
 * rows: records that an operator keeps, in the order in which they came, each
 * a copy in memory of its own.
 */
#ifndef TAU_PLUGINS_COMMON_ROWS_H
#define TAU_PLUGINS_COMMON_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include <tau/operator.h>

#include "common/number.h"

/* What a row is ordered by, besides its place; see row_key. */
enum row_class {
	ROW_NULL,
	ROW_FALSE,
	ROW_TRUE,
	ROW_NUMBER, /* also text that is one */
	ROW_TEXT,   /* bytes of `record`, from `text` on */
};

struct row {
	struct tau_record record; /* owns its body */
	uint64_t place;           /* in the order of arrival */
	enum row_class class;
	struct number number;
	const uint8_t *text;
	size_t text_bytes;
};

/* All zero: none. */
struct rows {
	struct row *row;
	size_t count, room;
	uint64_t next_place;
};

/* A copy of the record as the last row, with a key of ROW_NULL. NULL: out of
 * memory. */
struct row *rows_add(struct rows *rows, const struct tau_record *record);
void row_release(struct row *row);
void rows_clear(struct rows *rows);
void rows_release(struct rows *rows);

/* The key of a row from a value that lies in the row's own record. 0, or
 * -EINVAL when it has no place in an order (lists, maps, NaN). */
int row_key(struct row *row, const struct tau_value *value);

/* By key alone: null, false, true, numbers, text. Below, equal, above 0. */
int row_compare(const struct row *one, const struct row *other);

/* Writes all rows in their present order and clears them; after a flow other
 * than TAU_OK they are all still there. Flow. Suspends. [run] */
int rows_send(struct tau_op *op, uint32_t port, struct rows *rows);

/* How many there are, and one record each, in the present order; restoring
 * gives each record to `take`, which adds it. 0 or -errno. [create] */
int rows_save(
	struct tau_op *op, struct tau_out *state, const struct rows *rows);
int rows_restore(struct tau_op *op, struct tau_in *state,
	int (*take)(struct tau_op *op, const struct tau_record *record));

#endif
