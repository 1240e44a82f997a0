/*
 * frame_fuzz: any bytes as a packet. What is read lies within it, adds up, and
 * is what our own heads, tables and parts would have said.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_records(const struct frame *frame, const uint8_t *limit)
{
	struct frame_records records;
	struct tau_record record;
	uint8_t entry[FRAME_ENTRY_BYTES];
	const uint8_t *next = frame->body;
	uint32_t count = 0;

	frame_records_init(&records, frame);
	while (frame_record(&records, &record)) {
		const uint8_t *at = frame->table + count++ * FRAME_ENTRY_BYTES;

		CHECK(record.body == next);
		next += frame_padded(record.bytes);
		CHECK(next <= limit);
		frame_put_entry(entry, &record);
		CHECK(memcmp(entry, at, sizeof entry) == 0);
	}
	CHECK(count == frame->count);
	CHECK(next == frame->body + frame->body_bytes);
}

static void check_part(const struct frame *frame)
{
	uint8_t part[FRAME_PART_BYTES];
	const struct tau_record record = {
		.bytes = frame->total_bytes, .type = frame->type};

	CHECK((uint64_t)frame->offset + frame->body_bytes <=
		frame->total_bytes);
	frame_put_part(part, &record, frame->offset);
	CHECK(memcmp(part, frame->body - sizeof part, sizeof part) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct error error = ERROR_NONE;
	struct frame_reader reader;
	struct frame frame;
	int result;

	frame_reader_init(&reader, data, bytes);
	while ((result = frame_next(&reader, &frame, &error)) == 1) {
		CHECK(frame.body >= data + FRAME_HEAD_BYTES);
		CHECK(frame.body + frame.body_bytes <= data + bytes);
		if (frame.kind == FRAME_RECORDS)
			check_records(&frame, data + bytes);
		if (frame.kind == FRAME_PART)
			check_part(&frame);
	}
	CHECK((result == 0) == (error.text[0] == 0));
	return 0;
}
