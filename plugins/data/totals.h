/*
 * totals: what count and sum share. Records are put into groups by their
 * fields; each group has a total, to which every record adds 1, or a number.
 *
 * Totals go out, one map per group, in the order in which the groups first
 * came: at the end of the input; on a cycle, which is passed on behind them;
 * and every so often, with a cycle of our own behind them. After that all
 * starts anew. Where all records are of one group, an input without any has the
 * total 0, as an empty column has.
 */
#ifndef TAU_PLUGINS_DATA_TOTALS_H
#define TAU_PLUGINS_DATA_TOTALS_H

#include <stdbool.h>

#include <tau/operator.h>

#include "common/field.h"
#include "groups.h"

enum { TOTALS_IN = 0, TOTALS_OUT = 0, TOTALS_BAD = 1 };

struct totals {
	const char *name; /* the operator's: "count" */
	struct field *by;
	size_t by_count;
	struct field *what; /* the field to be added, or NULL: add 1 */
	int64_t every_ns;   /* 0: never */
	int64_t armed;      /* the timer runs; the host carries it */
	int64_t sent;       /* totals have been sent before */
	struct groups groups;
	struct buffer key; /* of the present record */
	size_t name_bytes; /* all names together */
};

/* Reads the params `by` and `every`. 0 or -errno, with a sentence. */
int totals_init(
	struct tau_op *op, struct totals *totals, uint32_t by, uint32_t every);
void totals_release(struct totals *totals);

int totals_run(struct tau_op *op, struct totals *totals);
int totals_save(
	struct tau_op *op, struct totals *totals, struct tau_out *state);
int totals_restore(
	struct tau_op *op, struct totals *totals, struct tau_in *state);

#endif
