/*
 * shred_fuzz: any bytes as they may come from a FIFO, split at the place that
 * the first byte says. Every byte is accounted for, no record is larger than
 * allowed, and those that come out are the same without the split.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/stream/shred.h"

#define BLOCK 96u
#define RECORD_MAX 300u
#define SPACE_BYTES (32u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static uint32_t mix(uint32_t digest, const void *from, size_t count)
{
	const uint8_t *byte = from;

	for (size_t i = 0; i < count; i++)
		digest = (digest ^ byte[i]) * 16777619u;
	return digest;
}

static uint32_t join(struct shred_joiner *joiner, uint32_t digest)
{
	struct shred_piece piece;
	int flow;

	while ((flow = shred_join(joiner, &piece)) > 0) {
		digest = mix(digest, &piece.writer, sizeof piece.writer);
		digest = mix(digest, &piece.reason, sizeof piece.reason);
		if (flow != SHRED_RECORD)
			continue;
		CHECK(piece.record.bytes <= RECORD_MAX);
		digest = mix(digest, piece.record.body, piece.record.bytes);
	}
	CHECK(flow == SHRED_MORE);
	return digest;
}

static uint32_t digest_of(const uint8_t *data, size_t bytes, size_t split)
{
	struct shred_joiner joiner;
	uint32_t digest = 2166136261u;

	CHECK(shred_joiner_init(&joiner, 1, BLOCK, RECORD_MAX) == 0);
	for (int half = 0; half < 2; half++) {
		size_t count = half ? bytes - split : split, room;
		uint8_t *to = shred_joiner_space(&joiner, &room);

		CHECK(room >= count);
		if (count > 0)
			memcpy(to, half ? data + split : data, count);
		shred_joiner_came(&joiner, count);
		digest = join(&joiner, digest);
	}
	shred_joiner_finish(&joiner);
	digest = join(&joiner, digest);
	digest = mix(digest, &joiner.counts, sizeof joiner.counts);
	CHECK(joiner.start == joiner.end);
	CHECK(joiner.counts.alien_bytes <= bytes);
	shred_joiner_release(&joiner);
	return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	if (bytes == 0 || bytes > SPACE_BYTES)
		return 0;
	CHECK(digest_of(data + 1, bytes - 1, 0) ==
		digest_of(data + 1, bytes - 1, data[0] % bytes));
	return 0;
}
