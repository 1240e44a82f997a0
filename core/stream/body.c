/* body: references that records hold on their bodies. See the header. */
#include "core/stream/body.h"

#include <errno.h>

#include "core/base/check.h"
#include "core/record/descriptor.h"

static void extend(struct body_run *run, const struct tau_record *at,
	const struct tau_record *limit);
static bool is_live(const struct chunks *chunks, uint32_t slot);

struct body_run body_run(const struct chunks *chunks,
	const struct tau_record *first, const struct tau_record *limit)
{
	struct body_run run = {CHUNK_NONE, 0, 0, first};
	const struct tau_record *at = first;

	while (at < limit && at->bytes == 0 && at->type != TAU_FD)
		at++;
	if (at < limit) {
		run.slot = chunk_slot(chunks, at->body);
		run.count = 1;
		run.bytes = at->bytes;
		at++;
	}
	if (run.slot != CHUNK_NONE)
		extend(&run, at, limit);
	else
		run.end = at;
	return run;
}

/* Takes in what follows in the same slot, four records at a time while they
 * all do: the arena begins at a multiple of CHUNK_BYTES, so two addresses lie
 * in one slot when they differ in the lower bits only. */
static void extend(struct body_run *run, const struct tau_record *at,
	const struct tau_record *limit)
{
	const struct tau_record *begin = at;
	uintptr_t first = (uintptr_t)at[-1].body;

	while (limit - at >= 4) {
		uintptr_t differ = (((uintptr_t)at[0].body ^ first) |
				    ((uintptr_t)at[1].body ^ first) |
				    ((uintptr_t)at[2].body ^ first) |
				    ((uintptr_t)at[3].body ^ first));
		uint32_t empty = (at[0].bytes - 1) | (at[1].bytes - 1) |
				 (at[2].bytes - 1) | (at[3].bytes - 1);

		if (differ >= CHUNK_BYTES || empty >> 31)
			break;
		run->bytes += (uint64_t)at[0].bytes + at[1].bytes +
			      at[2].bytes + at[3].bytes;
		at += 4;
	}
	for (; at < limit; at++) {
		if (((uintptr_t)at->body ^ first) >= CHUNK_BYTES ||
			at->bytes == 0)
			break;
		run->bytes += at->bytes;
	}
	run->count += (uint32_t)(at - begin);
	run->end = at;
}

int body_hold(struct chunks *chunks, const struct body_run *run)
{
	const struct tau_record *last = run->end - 1;
	struct descriptor *cell;

	if (run->count == 0)
		return 0;
	if (run->slot != CHUNK_NONE) {
		if (!is_live(chunks, run->slot))
			return -EFAULT;
		chunk_hold(chunks, run->slot, run->count);
		return 0;
	}
	if (last->type == TAU_FD) {
		cell = descriptor_of(last);
		if (!cell || last->bytes != DESCRIPTOR_RECORD_BYTES)
			return -EFAULT;
		descriptor_hold(cell);
		return 0;
	}
	return last->flags & TAU_STATIC ? 0 : -EFAULT;
}

uint64_t body_drop(struct chunks *chunks, const struct tau_record *first,
	const struct tau_record *limit)
{
	uint64_t bytes = 0;

	while (first < limit) {
		struct body_run run = body_run(chunks, first, limit);
		const struct tau_record *last = run.end - 1;

		if (run.slot != CHUNK_NONE)
			chunk_drop(chunks, run.slot, run.count);
		else if (run.count && last->type == TAU_FD)
			descriptor_drop(descriptor_of(last));
		bytes += run.bytes;
		first = run.end;
	}
	return bytes;
}

static bool is_live(const struct chunks *chunks, uint32_t slot)
{
	return chunks->slots[chunks->slots[slot].head].references > 0;
}
