/*
 * shred: what has come of records and not yet been put together, for another
 * process.
 *
 *	| bytes not looked at | finished, midway: 2 u32 | counts 7 u64
 *	| writers u32, each: expected u64, number, reason, begun, total, type:
 *	|	5 u32, what of a record has come
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/stream/shred_private.h"

static int adopt_writer(struct shred_joiner *joiner, struct carry_reader *from);

void shred_joiner_carry(const struct shred_joiner *joiner, struct carry *to)
{
	const struct shred_counts *counts = &joiner->counts;

	carry_blob(to, joiner->bytes + joiner->start,
		(uint32_t)(joiner->end - joiner->start));
	carry_u32(to, joiner->finished);
	carry_u32(to, joiner->midway);
	carry_u64(to, counts->alien_bytes);
	carry_u64(to, counts->alien_blocks);
	carry_u64(to, counts->repeated);
	carry_u64(to, counts->missing);
	carry_u64(to, counts->torn);
	carry_u64(to, counts->oversized);
	carry_u64(to, counts->broken);
	carry_u32(to, joiner->writer_count);
	for (uint32_t i = 0; i < joiner->writer_count; i++) {
		const struct shred_writer *writer = &joiner->writers[i];

		carry_u64(to, writer->expected);
		carry_u32(to, writer->number);
		carry_u32(to, writer->reason);
		carry_u32(to, writer->begun);
		carry_u32(to, writer->total);
		carry_u32(to, writer->type);
		carry_blob(to, writer->begun ? writer->body : shred_magic,
			writer->begun ? writer->came : 0);
	}
}

int shred_joiner_adopt(struct shred_joiner *joiner, struct carry_reader *from)
{
	struct shred_counts *counts = &joiner->counts;
	uint32_t bytes, finished, midway, writers;
	const uint8_t *came = carry_take_blob(from, &bytes);
	int result = 0;

	finished = carry_take_u32(from);
	midway = carry_take_u32(from);
	counts->alien_bytes = carry_take_u64(from);
	counts->alien_blocks = carry_take_u64(from);
	counts->repeated = carry_take_u64(from);
	counts->missing = carry_take_u64(from);
	counts->torn = carry_take_u64(from);
	counts->oversized = carry_take_u64(from);
	counts->broken = carry_take_u64(from);
	writers = carry_take_u32(from);
	if (from->cut || bytes > joiner->limit || finished > 1 || midway > 1 ||
		writers > SHRED_WRITERS_MAX)
		return -EBADMSG;
	memcpy(joiner->bytes, came, bytes);
	joiner->end = bytes;
	joiner->finished = finished;
	joiner->midway = midway;
	for (uint32_t i = 0; i < writers && result == 0; i++)
		result = adopt_writer(joiner, from);
	return result;
}

static int adopt_writer(struct shred_joiner *joiner, struct carry_reader *from)
{
	struct shred_writer *writer = &joiner->writers[joiner->writer_count];
	uint32_t reason, begun, type, bytes;
	const uint8_t *came;

	writer->expected = carry_take_u64(from);
	writer->number = carry_take_u32(from);
	reason = carry_take_u32(from);
	begun = carry_take_u32(from);
	writer->total = carry_take_u32(from);
	type = carry_take_u32(from);
	came = carry_take_blob(from, &bytes);
	if (from->cut || reason > STREAM_CLOSED || begun > 1 ||
		type > TAU_CYCLE || (bytes > 0 && !begun) ||
		(begun && (bytes >= writer->total ||
				  writer->total > joiner->record_bytes)))
		return -EBADMSG;
	joiner->writer_count++;
	writer->reason = (enum stream_reason)reason;
	writer->begun = begun;
	writer->type = (uint16_t)type;
	writer->came = bytes;
	if (!begun)
		return 0;
	writer->body = malloc(bytes + 1);
	if (!writer->body)
		return -ENOMEM;
	memcpy(writer->body, came, bytes);
	writer->room = bytes;
	return 0;
}
