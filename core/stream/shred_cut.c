/* shred: records cut into blocks, and the sum over one. See the header. */
#include "core/stream/shred.h"

#include <endian.h>
#include <string.h>

#include "core/base/check.h"
#include "core/stream/shred_private.h"

#define SUM_POLYNOMIAL 0xedb88320u

const uint8_t shred_magic[4] = {'T', 'a', 'u', 'B'};

static uint32_t put_block(
	struct shred_cutter *cutter, struct block_head *head, uint8_t *to);

void shred_cutter_init(struct shred_cutter *cutter, uint32_t writer,
	uint32_t stream, uint32_t block_bytes)
{
	CHECK(block_bytes > SHRED_HEAD_BYTES);
	*cutter = (struct shred_cutter){
		.writer = writer, .stream = stream, .block_bytes = block_bytes};
	shred_sum_init(&cutter->sum);
}

uint32_t shred_cut(struct shred_cutter *cutter, const struct tau_record *record,
	uint32_t *offset, uint8_t *to)
{
	uint32_t most = cutter->block_bytes - SHRED_HEAD_BYTES;
	uint32_t left = record->bytes - *offset;
	uint32_t bytes = left < most ? left : most;
	struct block_head head = {.total = htole32(record->bytes),
		.offset = htole32(*offset),
		.bytes = htole32(bytes),
		.type = htole16((uint16_t)record->type),
		.kind = htole16(KIND_PIECE)};

	if (bytes > 0)
		memcpy(to + SHRED_HEAD_BYTES,
			(const uint8_t *)record->body + *offset, bytes);
	*offset += bytes;
	return put_block(cutter, &head, to);
}

uint32_t shred_cut_end(
	struct shred_cutter *cutter, enum stream_reason reason, uint8_t *to)
{
	struct block_head head = {
		.type = htole16((uint16_t)reason), .kind = htole16(KIND_END)};

	return put_block(cutter, &head, to);
}

uint32_t shred_cut_anew(struct shred_cutter *cutter, uint8_t *to)
{
	struct block_head head = {.kind = htole16(KIND_ANEW)};

	return put_block(cutter, &head, to);
}

void shred_sum_init(struct shred_sum *sum)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? SUM_POLYNOMIAL : 0);
		sum->table[i] = value;
	}
}

uint32_t shred_sum_of(
	const struct shred_sum *sum, const uint8_t *bytes, size_t count)
{
	const size_t at = offsetof(struct block_head, sum);
	uint32_t value = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		uint8_t byte = i - at < sizeof(uint32_t) ? 0 : bytes[i];

		value = value >> 8 ^ sum->table[(value ^ byte) & 0xff];
	}
	return ~value;
}

static uint32_t put_block(
	struct shred_cutter *cutter, struct block_head *head, uint8_t *to)
{
	uint32_t bytes = SHRED_HEAD_BYTES + le32toh(head->bytes);

	memcpy(head->magic, shred_magic, sizeof shred_magic);
	head->sequence = htole64(cutter->sequence++);
	head->writer = htole32(cutter->writer);
	head->stream = htole32(cutter->stream);
	memcpy(to, head, sizeof *head);
	head->sum = htole32(shred_sum_of(&cutter->sum, to, bytes));
	memcpy(to, head, sizeof *head);
	return bytes;
}
