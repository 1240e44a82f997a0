/* carry: bytes and fds for another process. See the header. */
#include "core/base/carry.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prefault.h"

#define FIRST_BYTES 4096

static bool grow(struct carry *carry, size_t bytes);

void carry_init(struct carry *carry, struct os *os)
{
	*carry = (struct carry){.os = os};
}

void carry_release(struct carry *carry)
{
	for (uint32_t i = 0; i < carry->fd_count; i++)
		if (carry->fds[i] >= 0)
			carry->os->close(carry->os, carry->fds[i]);
	free(carry->fds);
	free(carry->bytes);
	carry_init(carry, carry->os);
}

void carry_expect(struct carry *carry, size_t bytes)
{
	if (grow(carry, bytes))
		prefault(carry->os, carry->bytes + carry->used, bytes);
}

uint8_t *carry_space(struct carry *carry, size_t bytes)
{
	uint8_t *to;

	if (!grow(carry, bytes))
		return NULL;
	to = carry->bytes + carry->used;
	carry->used += bytes;
	return to;
}

void carry_raw(struct carry *carry, const void *bytes, size_t count)
{
	uint8_t *to = carry_space(carry, count);

	if (to && count > 0)
		memcpy(to, bytes, count);
}

void carry_u32(struct carry *carry, uint32_t value)
{
	value = htole32(value);
	carry_raw(carry, &value, sizeof value);
}

void carry_u64(struct carry *carry, uint64_t value)
{
	value = htole64(value);
	carry_raw(carry, &value, sizeof value);
}

void carry_text(struct carry *carry, const char *text)
{
	carry_blob(carry, text, (uint32_t)strlen(text));
}

void carry_blob(struct carry *carry, const void *bytes, uint32_t count)
{
	carry_u32(carry, count);
	carry_raw(carry, bytes, count);
}

uint32_t carry_fd(struct carry *carry, int fd)
{
	uint32_t room = carry->fd_room ? carry->fd_room * 2 : 16;
	int *grown;
	int copy;

	if (fd < 0 || carry->failure)
		return CARRY_NO_FD;
	if (carry->fd_count == carry->fd_room) {
		grown = realloc(carry->fds, room * sizeof *grown);
		if (!grown) {
			carry->failure = -ENOMEM;
			return CARRY_NO_FD;
		}
		carry->fds = grown;
		carry->fd_room = room;
	}
	copy = carry->os->duplicate(carry->os, fd, 0);
	if (copy < 0) {
		carry->failure = copy;
		return CARRY_NO_FD;
	}
	carry->fds[carry->fd_count] = copy;
	return carry->fd_count++;
}

size_t carry_begin(struct carry *carry, uint32_t kind)
{
	carry_u32(carry, kind);
	carry_u32(carry, 0);
	carry_u64(carry, 0);
	return carry->used;
}

void carry_end(struct carry *carry, size_t section)
{
	uint64_t bytes = htole64(carry->used - section);

	if (!carry->failure)
		memcpy(carry->bytes + section - sizeof bytes, &bytes,
			sizeof bytes);
}

const uint8_t *carry_take(struct carry_reader *reader, size_t bytes)
{
	const uint8_t *at = reader->next;

	if (reader->cut || (size_t)(reader->limit - at) < bytes) {
		reader->cut = true;
		return NULL;
	}
	reader->next += bytes;
	return at;
}

uint32_t carry_take_u32(struct carry_reader *reader)
{
	const uint8_t *at = carry_take(reader, sizeof(uint32_t));
	uint32_t value = 0;

	if (at)
		memcpy(&value, at, sizeof value);
	return le32toh(value);
}

uint64_t carry_take_u64(struct carry_reader *reader)
{
	const uint8_t *at = carry_take(reader, sizeof(uint64_t));
	uint64_t value = 0;

	if (at)
		memcpy(&value, at, sizeof value);
	return le64toh(value);
}

const uint8_t *carry_take_blob(struct carry_reader *reader, uint32_t *bytes)
{
	const uint8_t *at;

	*bytes = carry_take_u32(reader);
	at = carry_take(reader, *bytes);
	if (!at)
		*bytes = 0;
	return at;
}

bool carry_take_is(struct carry_reader *reader, const char *text)
{
	uint32_t bytes;
	const uint8_t *at = carry_take_blob(reader, &bytes);

	return at && bytes == strlen(text) && memcmp(at, text, bytes) == 0;
}

int carry_take_fd(struct carry_reader *reader, uint32_t place)
{
	int fd;

	if (place == CARRY_NO_FD)
		return -1;
	if (place >= reader->fd_count || reader->fds[place] < 0) {
		reader->cut = true;
		return -1;
	}
	fd = reader->fds[place];
	reader->fds[place] = -1;
	return fd;
}

uint32_t carry_take_section(
	struct carry_reader *reader, struct carry_reader *section)
{
	uint32_t kind;
	uint64_t bytes;

	*section = *reader;
	section->limit = section->next;
	if (reader->next == reader->limit)
		return 0;
	kind = carry_take_u32(reader);
	if (carry_take_u32(reader) != 0)
		reader->cut = true;
	bytes = carry_take_u64(reader);
	section->next = carry_take(reader, bytes);
	if (!section->next)
		return 0;
	section->limit = section->next + bytes;
	return kind;
}

static bool grow(struct carry *carry, size_t bytes)
{
	size_t room = carry->room ? carry->room : FIRST_BYTES;
	uint8_t *grown;

	if (carry->failure)
		return false;
	if (carry->room - carry->used >= bytes)
		return true;
	while (room - carry->used < bytes)
		room *= 2;
	grown = realloc(carry->bytes, room);
	if (!grown) {
		carry->failure = -ENOMEM;
		return false;
	}
	carry->bytes = grown;
	carry->room = room;
	return true;
}
