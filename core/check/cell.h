/*
 * cell: memory for one body, with a page behind it that nobody may touch, so
 * that each byte too far is a fault, as is each one after its time.
 *
 *	| unused | body ... | guard |
 *	                    ^ end of a page
 *
 * What a voided cell was for can be told by an address in it, also in a signal
 * handler; the oldest of the voided ones are forgotten.
 */
#ifndef TAU_CORE_CHECK_CELL_H
#define TAU_CORE_CHECK_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/os.h"

#define CELLS_MAX 512

enum cell_kind {
	CELL_NONE,
	CELL_IN,  /* a record's body, which is only read */
	CELL_OUT, /* a reservation, which is written */
};

struct cell {
	enum cell_kind kind;
	bool voided;
	uint8_t *pages, *body;
	size_t page_bytes, bytes; /* with the guard; of the body */
};

struct cells {
	struct os *os;
	struct cell cell[CELLS_MAX];
	size_t next; /* where one is looked for first */
};

/* Room for a body, or NULL: no memory. */
struct cell *cell_take(struct cells *cells, enum cell_kind kind, size_t bytes);
/* From now on it can only be read. */
void cell_seal(struct cells *cells, struct cell *cell);
/* From now on each touch of it is a fault. */
void cell_void(struct cells *cells, struct cell *cell);
void cells_release(struct cells *cells);

/* The cell that the address lies in, its guard included, or NULL. Safe in a
 * signal handler. */
const struct cell *cell_at(const struct cells *cells, uintptr_t address);

#endif
