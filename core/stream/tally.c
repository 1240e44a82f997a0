/* tally: what the records under way in a stream hold. See the header. */
#include "core/stream/tally.h"

#include "core/base/check.h"

static struct tally_entry *entry_at(struct tally *tally, uint32_t index);

void tally_add(
	struct tally *tally, const struct body_run *run, uint32_t records)
{
	struct tally_entry *last = NULL;

	if (tally->count > 0)
		last = entry_at(tally, tally->count - 1);
	if (last && (last->slot == run->slot || last->slot == CHUNK_NONE)) {
		last->records += records;
		last->references += run->count;
		last->bytes += run->bytes;
		return;
	}
	if (tally->count == TALLY_ENTRIES) {
		last->slot = CHUNK_NONE;
		last->records += records;
		return;
	}
	*entry_at(tally, tally->count++) = (struct tally_entry){
		records, run->slot, run->count, run->bytes};
}

uint64_t tally_drop(struct tally *tally, struct chunks *chunks,
	const struct tau_record *first, const struct tau_record *limit)
{
	uint64_t bytes = 0;

	while (first < limit) {
		struct tally_entry *entry = entry_at(tally, 0);
		uint32_t count = (uint32_t)(limit - first);

		CHECK(tally->count > 0);
		if (entry->slot != CHUNK_NONE && entry->records <= count) {
			chunk_drop(chunks, entry->slot, entry->references);
			bytes += entry->bytes;
			count = entry->records;
		} else {
			if (count > entry->records)
				count = entry->records;
			bytes += body_drop(chunks, first, first + count);
			entry->slot = CHUNK_NONE;
		}
		entry->records -= count;
		first += count;
		if (entry->records == 0) {
			tally->first = (tally->first + 1) % TALLY_ENTRIES;
			tally->count--;
		}
	}
	return bytes;
}

static struct tally_entry *entry_at(struct tally *tally, uint32_t index)
{
	return &tally->entries[(tally->first + index) % TALLY_ENTRIES];
}
