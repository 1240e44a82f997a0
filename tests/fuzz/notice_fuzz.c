/*
 * notice_fuzz: any bytes as a notice. What is understood is told again in a
 * notice that means the same.
 */
#include <string.h>

#include "core/base/check.h"
#include "core/wire/notice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static uint8_t value[NOTICE_BYTES_MAX];
	struct error error = ERROR_NONE;
	struct notice notice, again;
	size_t told;

	if (notice_decode(&notice, data, bytes, &error) < 0) {
		CHECK(error.text[0] != 0);
		return 0;
	}
	if (notice.kind == NOTICE_OTHER)
		return 0;
	told = notice_encode(&notice, value);
	CHECK(told <= sizeof value);
	CHECK(notice_decode(&again, value, told, &error) == 0);
	CHECK(again.kind == notice.kind);
	CHECK(again.stream == notice.stream);
	CHECK(again.version == notice.version);
	CHECK(again.packet_bytes == notice.packet_bytes);
	CHECK(again.incarnation == notice.incarnation);
	CHECK(again.writes == notice.writes);
	CHECK(again.atomic_bytes == notice.atomic_bytes);
	CHECK(again.bytes == notice.bytes);
	CHECK(again.records == notice.records);
	CHECK(again.reason == notice.reason);
	CHECK(strcmp(again.text, notice.text) == 0);
	return 0;
}
