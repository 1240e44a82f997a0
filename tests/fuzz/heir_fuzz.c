/*
 * heir_fuzz: a link whose far side may be followed by others, and says anything
 * to any of them. The input is packets: a byte below 128 is HELLO, with two
 * bytes behind it for the incarnation and the one that it answers (0 to 3; 1 is
 * the link's); any other is a packet of so many bytes less 128, times 4.
 * Whatever comes, records that are read are whole and in chunks, and nothing is
 * left when the link has gone.
 */
#include "tests/fuzz/far_side.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void say_hello(struct fuzzed *fuzzed, uint8_t incarnation, uint8_t heard)
{
	say_notice(fuzzed, &(struct notice){.kind = NOTICE_HELLO,
				   .version = FRAME_VERSION,
				   .packet_bytes = LINK_PACKET_BYTES_MIN,
				   .incarnation = 10u + incarnation % 4u,
				   .heard = heard % 4u});
	if (!link_is_open(fuzzed->link))
		return;
	for (uint32_t i = 0; i < STREAMS; i++)
		say_notice(fuzzed, &(struct notice){.kind = NOTICE_ALPHA,
					   .stream = i,
					   .writes = i < STREAMS - 1,
					   .atomic_bytes = 1024});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct link_settings link = {.name = "one",
		.peer = "the other",
		.packets = true,
		.heirs = true,
		.patient = true,
		.incarnation = 1};
	static struct fuzzed fuzzed;
	volatile uint8_t sum = 0; /* so that the reading is not left out */
	size_t at = 0;

	begin(&fuzzed, &link);
	turn(&fuzzed);
	while (at < bytes) {
		size_t rest = bytes - at - 1, piece = (data[at] & 127u) * 4u;
		bool hello = data[at++] < 128;

		if (hello && rest < 2)
			break;
		if (hello)
			piece = 2;
		if (piece > rest)
			piece = rest;
		if (hello)
			say_hello(&fuzzed, data[at], data[at + 1]);
		else if (piece > 0)
			say(&fuzzed, data + at, piece);
		at += piece;
		sum = (uint8_t)(sum ^ read_all(&fuzzed));
	}
	end(&fuzzed);
	return 0;
}
