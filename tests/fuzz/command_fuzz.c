/*
 * command_fuzz: any bytes as a packet. What is decoded is encoded again to the
 * same bytes, with texts that lie within the packet.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/wire/command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static uint8_t packet[COMMAND_PACKET_BYTES];
	struct error error = ERROR_NONE;
	struct command command;
	bool more;
	size_t next;

	if (command_decode(data, bytes, &command, &more, &error) < 0) {
		CHECK(error.text[0] != 0);
		return 0;
	}
	CHECK(command_encode(&command, 0, packet, &next) == bytes);
	CHECK(next == 0);
	packet[3] = more;
	CHECK(memcmp(packet, data, bytes) == 0);
	return 0;
}
