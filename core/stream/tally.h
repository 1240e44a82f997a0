/*
 * tally: what the records under way in a stream hold, in their order, so that
 * retiring a whole run needs no second look at its records.
 *
 *	records   | r r r r r r r r | r r r | r r r r r r … |
 *	entries   |  slot 7         | slot 9|  by walking   |
 *
 * Few entries are kept: when there is no room for one more, the rest goes into
 * a last entry that is walked, record by record, as is the rest of a run that
 * was retired in part.
 */
#ifndef TAU_CORE_STREAM_TALLY_H
#define TAU_CORE_STREAM_TALLY_H

#include <stdint.h>

#include "core/stream/body.h"

#define TALLY_ENTRIES 4 /* a power of two */

struct tally_entry {
	uint32_t records;
	uint32_t slot; /* of the chunk, or CHUNK_NONE: to be walked */
	uint32_t references;
	uint64_t bytes;
};

struct tally {
	struct tally_entry entries[TALLY_ENTRIES];
	uint32_t first, count;
};

/* Appends a run of so many records whose bodies are held now. */
void tally_add(
	struct tally *tally, const struct body_run *run, uint32_t records);

/* Drops the bodies of the oldest records, [first, limit); gives their bytes. */
uint64_t tally_drop(struct tally *tally, struct chunks *chunks,
	const struct tau_record *first, const struct tau_record *limit);

#endif
