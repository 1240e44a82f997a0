/*
 * link_fuzz: a link whose peer says HELLO, then anything. The first byte says
 * in how large pieces the rest arrives. Whatever comes, records that are read
 * are whole and in chunks, and nothing is left when the link has gone.
 */
#include "tests/fuzz/far_side.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* HELLO, and alpha for each stream. */
static void begin_talk(struct fuzzed *fuzzed)
{
	say_notice(fuzzed, &(struct notice){.kind = NOTICE_HELLO,
				   .version = FRAME_VERSION,
				   .packet_bytes = LINK_PACKET_BYTES_MIN});
	for (uint32_t i = 0; i < STREAMS; i++)
		say_notice(fuzzed, &(struct notice){.kind = NOTICE_ALPHA,
					   .stream = i,
					   .writes = i < STREAMS - 1,
					   .atomic_bytes = 1024});
	CHECK(link_is_open(fuzzed->link));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct link_settings link = {.name = "one", .peer = "the other"};
	static struct fuzzed fuzzed;
	volatile uint8_t sum = 0; /* so that the reading is not left out */
	size_t at = 1, piece = bytes > 0 ? data[0] + 1u : 1;

	begin(&fuzzed, &link);
	turn(&fuzzed);
	begin_talk(&fuzzed);
	for (; at < bytes; at += piece) {
		if (piece > bytes - at)
			piece = bytes - at;
		say(&fuzzed, data + at, piece);
		sum = (uint8_t)(sum ^ read_all(&fuzzed));
	}
	end(&fuzzed);
	return 0;
}
