/* tapped: copies of records as a text. See the header. */
#include "core/wire/tapped.h"

#include <string.h>

size_t tapped_add(uint8_t *bytes, size_t used, size_t room,
	const struct tau_record *record)
{
	uint32_t length = record->type == TAU_FD ? 0 : record->bytes;
	uint16_t type = record->type;
	uint8_t *at = bytes + used;

	if (room - used < TAPPED_HEAD_BYTES ||
		room - used - TAPPED_HEAD_BYTES < length)
		return 0;
	memset(at, 0, TAPPED_HEAD_BYTES);
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(length >> 8 * i);
	at[4] = (uint8_t)type;
	at[5] = (uint8_t)(type >> 8);
	if (length > 0)
		memcpy(at + TAPPED_HEAD_BYTES, record->body, length);
	return used + TAPPED_HEAD_BYTES + length;
}

bool tapped_next(struct command_text *rest, struct tau_record *record)
{
	const uint8_t *at = (const uint8_t *)rest->text;
	uint32_t length = 0;

	if (rest->bytes < TAPPED_HEAD_BYTES)
		return false;
	for (unsigned i = 0; i < 4; i++)
		length |= (uint32_t)at[i] << 8 * i;
	if (rest->bytes - TAPPED_HEAD_BYTES < length)
		return false;
	*record = (struct tau_record){.body = at + TAPPED_HEAD_BYTES,
		.bytes = length,
		.type = (uint16_t)(at[4] | at[5] << 8)};
	rest->text += TAPPED_HEAD_BYTES + length;
	rest->bytes -= TAPPED_HEAD_BYTES + length;
	return true;
}
