/*
 * body: references that records hold on their bodies, counted in runs.
 *
 * A body lies in a chunk (counted per chunk), in a descriptor cell (counted
 * per cell), or is static; an empty body holds nothing. Records that lie one
 * after the other in a window mostly share a chunk, so counts move once per
 * run and not once per record.
 */
#ifndef TAU_CORE_STREAM_BODY_H
#define TAU_CORE_STREAM_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/record.h>

#include "core/record/chunk.h"

/* One run: records of one chunk, or a single one that is in none. */
struct body_run {
	uint32_t slot;  /* of the chunk, or CHUNK_NONE */
	uint32_t count; /* records in the run that hold a reference */
	uint64_t bytes;
	const struct tau_record *end; /* behind the run's last record */
};

/* The run that starts at `first`; empty bodies go along in any run. */
struct body_run body_run(const struct chunks *chunks,
	const struct tau_record *first, const struct tau_record *limit);

/* Holds a run's bodies. -EFAULT when a body lies in no live chunk, is no
 * descriptor and is not static: the plugin that sent it has a bug. */
int body_hold(struct chunks *chunks, const struct body_run *run);

/* Drops the bodies of records [first, limit); gives their bytes. */
uint64_t body_drop(struct chunks *chunks, const struct tau_record *first,
	const struct tau_record *limit);

#endif
