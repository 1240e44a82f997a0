/* command: messages as bytes, and back. See the header. */
#include "core/wire/command.h"

#include "core/base/check.h"

#include <errno.h>
#include <string.h>

#define MAGIC_BYTE 't'

/* Which parts of a packet a kind uses. */
enum part {
	PART_CODE = 1,
	PART_RECORDS = 2,
	PART_BYTES = 4,
	PART_NAME = 8,
	PART_PLUGIN = 16,
	PART_TEXT = 32,
	PART_KIND = 64, /* that there is such a kind */
};

/* The parts that each kind may use; a kind that is not here is none. */
static const uint8_t parts_of[] = {
	[COMMAND_PLAN] =
		PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES | PART_TEXT,
	[COMMAND_RUN] = PART_KIND,
	[COMMAND_DRAIN] = PART_KIND,
	[COMMAND_CLOSE] = PART_KIND,
	[COMMAND_ASK] = PART_KIND,
	[COMMAND_EXPLAIN] = PART_KIND,
	[COMMAND_FREEZE] = PART_KIND | PART_CODE | PART_RECORDS | PART_TEXT,
	[COMMAND_THAW] = PART_KIND,
	[COMMAND_RESTORE] = PART_KIND | PART_CODE | PART_RECORDS | PART_TEXT,
	[COMMAND_TAP] = PART_KIND | PART_CODE | PART_RECORDS | PART_NAME,
	[COMMAND_STATE] = PART_KIND | PART_RECORDS | PART_NAME,
	[COMMAND_LINK] = PART_KIND | PART_CODE | PART_RECORDS,
	[COMMAND_PROCEED] = PART_KIND,
	[COMMAND_LOOK] = PART_KIND | PART_RECORDS,
	[COMMAND_READY] = PART_KIND,
	[COMMAND_FAILED] =
		PART_KIND | PART_CODE | PART_NAME | PART_PLUGIN | PART_TEXT,
	[COMMAND_COUNT] =
		PART_KIND | PART_CODE | PART_RECORDS | PART_NAME | PART_TEXT,
	[COMMAND_DEADLOCK] = PART_KIND | PART_NAME | PART_TEXT,
	[COMMAND_PROGRESS] = PART_KIND | PART_RECORDS | PART_BYTES,
	[COMMAND_DONE] = PART_KIND,
	[COMMAND_QUIET] = PART_KIND | PART_RECORDS | PART_TEXT,
	[COMMAND_FROZEN] =
		PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES | PART_TEXT,
	[COMMAND_RESTORED] = PART_KIND | PART_CODE | PART_RECORDS | PART_TEXT,
	[COMMAND_REFUSED] = PART_KIND | PART_CODE | PART_RECORDS | PART_NAME |
			    PART_PLUGIN | PART_TEXT,
	[COMMAND_FDS] = PART_KIND | PART_RECORDS,
	[COMMAND_SHOWN] = PART_KIND | PART_CODE | PART_RECORDS | PART_TEXT,
	[COMMAND_SEEN] = PART_KIND | PART_RECORDS | PART_TEXT,
	[COMMAND_BEGUN] = PART_KIND | PART_NAME | PART_TEXT,
	[COMMAND_AWAKE] = PART_KIND,
	[COMMAND_SHUT] = PART_KIND | PART_CODE,
	[COMMAND_REQUEST] = PART_KIND | PART_NAME | PART_TEXT,
	[COMMAND_LINE] = PART_KIND | PART_TEXT,
	[COMMAND_RESULT] = PART_KIND | PART_CODE | PART_TEXT,
	[COMMAND_RECORDS] =
		PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES | PART_TEXT,
	[COMMAND_SPAWN] = PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES |
			  PART_NAME | PART_TEXT,
	[COMMAND_CRASHED] = PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES |
			    PART_NAME | PART_PLUGIN | PART_TEXT,
	[COMMAND_STANDS] = PART_KIND | PART_CODE | PART_RECORDS | PART_BYTES |
			   PART_NAME | PART_PLUGIN | PART_TEXT,
};

static int kind_parts(unsigned kind);
static void put16(uint8_t *at, size_t value);
static void put32(uint8_t *at, uint32_t value);
static void put64(uint8_t *at, uint64_t value);
static size_t get16(const uint8_t *at);
static uint32_t get32(const uint8_t *at);
static uint64_t get64(const uint8_t *at);
static size_t put_text(uint8_t *at, struct command_text text, size_t most);
static int check_head(const uint8_t *packet, size_t bytes, struct error *error);
static int check_parts(const uint8_t *packet, struct error *error);

struct command_text command_text(const char *text)
{
	return (struct command_text){text, text ? strlen(text) : 0};
}

size_t command_encode(const struct command *message, size_t from,
	uint8_t *packet, size_t *next)
{
	size_t at = COMMAND_HEAD_BYTES;
	size_t left = message->text.bytes - from;
	size_t name_bytes = 0;
	size_t plugin_bytes = 0;

	CHECK(kind_parts(message->kind) >= 0);
	CHECK(from <= message->text.bytes);
	memset(packet, 0, COMMAND_HEAD_BYTES);
	packet[0] = MAGIC_BYTE;
	packet[1] = COMMAND_VERSION;
	packet[2] = (uint8_t)message->kind;
	if (from == 0) {
		put32(packet + 4, (uint32_t)message->code);
		put64(packet + 8, message->records);
		put64(packet + 16, message->bytes);
		name_bytes = put_text(
			packet + at, message->name, COMMAND_NAME_BYTES_MAX);
		at += name_bytes;
		plugin_bytes = put_text(
			packet + at, message->plugin, COMMAND_NAME_BYTES_MAX);
		at += plugin_bytes;
	}
	put16(packet + 24, name_bytes);
	put16(packet + 26, plugin_bytes);
	if (left > COMMAND_PACKET_BYTES - at)
		left = COMMAND_PACKET_BYTES - at;
	put32(packet + 28, (uint32_t)left);
	if (left)
		memcpy(packet + at, message->text.text + from, left);
	*next = from + left == message->text.bytes ? 0 : from + left;
	packet[3] = *next != 0;
	return at + left;
}

int command_decode(const uint8_t *packet, size_t bytes, struct command *message,
	bool *more, struct error *error)
{
	const char *at = (const char *)packet + COMMAND_HEAD_BYTES;
	int code = check_head(packet, bytes, error);

	if (code < 0)
		return code;
	*message = (struct command){.kind = (enum command_kind)packet[2]};
	message->code = (int)get32(packet + 4);
	message->records = get64(packet + 8);
	message->bytes = get64(packet + 16);
	message->name = (struct command_text){at, get16(packet + 24)};
	at += message->name.bytes;
	message->plugin = (struct command_text){at, get16(packet + 26)};
	at += message->plugin.bytes;
	message->text = (struct command_text){at, get32(packet + 28)};
	*more = packet[3];
	return 0;
}

/* The head must be of our making and its lengths must add up exactly. */
static int check_head(const uint8_t *packet, size_t bytes, struct error *error)
{
	if (bytes < COMMAND_HEAD_BYTES || bytes > COMMAND_PACKET_BYTES)
		return error_set(error, -EPROTO,
			"a command of %zu bytes arrived; one has %d to %u",
			bytes, COMMAND_HEAD_BYTES, COMMAND_PACKET_BYTES);
	if (packet[0] != MAGIC_BYTE || packet[1] != COMMAND_VERSION)
		return error_set(error, -EPROTO,
			"a command begins with bytes %02x %02x instead of %02x "
			"%02x: the other process is no tau of this version",
			packet[0], packet[1], MAGIC_BYTE, COMMAND_VERSION);
	if (kind_parts(packet[2]) < 0 || packet[3] > 1)
		return error_set(error, -EPROTO,
			"a command is of the unknown kind %d", packet[2]);
	if (get16(packet + 24) > COMMAND_NAME_BYTES_MAX ||
		get16(packet + 26) > COMMAND_NAME_BYTES_MAX)
		return error_set(error, -EPROTO,
			"a command has a name of more than %d bytes",
			COMMAND_NAME_BYTES_MAX);
	if ((uint64_t)COMMAND_HEAD_BYTES + get16(packet + 24) +
			get16(packet + 26) + get32(packet + 28) !=
		bytes)
		return error_set(error, -EPROTO,
			"the lengths in a command of %zu bytes do not add up",
			bytes);
	return check_parts(packet, error);
}

/* What the kind does not use must be zero, so that it can be used one day. */
static int check_parts(const uint8_t *packet, struct error *error)
{
	int used = 0;

	used |= get32(packet + 4) ? PART_CODE : 0;
	used |= get64(packet + 8) ? PART_RECORDS : 0;
	used |= get64(packet + 16) ? PART_BYTES : 0;
	used |= get16(packet + 24) ? PART_NAME : 0;
	used |= get16(packet + 26) ? PART_PLUGIN : 0;
	used |= get32(packet + 28) || packet[3] ? PART_TEXT : 0;
	if (used & ~kind_parts(packet[2]))
		return error_set(error, -EPROTO,
			"a command of kind %d carries what its kind has not",
			packet[2]);
	return 0;
}

/* The parts that a kind may use, or -1 when there is no such kind. */
static int kind_parts(unsigned kind)
{
	if (kind >= sizeof parts_of / sizeof *parts_of || !parts_of[kind])
		return -1;
	return parts_of[kind] & ~PART_KIND;
}

static size_t put_text(uint8_t *at, struct command_text text, size_t most)
{
	size_t bytes = text.bytes < most ? text.bytes : most;

	if (bytes)
		memcpy(at, text.text, bytes);
	return bytes;
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value & 0xffff);
	put16(at + 2, value >> 16);
}

static void put64(uint8_t *at, uint64_t value)
{
	put32(at, (uint32_t)value);
	put32(at + 4, (uint32_t)(value >> 32));
}

static size_t get16(const uint8_t *at)
{
	return (size_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}
