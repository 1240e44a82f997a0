/* carry: bytes and fds for another process. See the header. */
#include "core/base/carry.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prefault.h"

#define FIRST_BYTES 4096

static void drop_lenders(struct carry *carry);
static size_t own_place(const struct carry *carry, size_t place);
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
	drop_lenders(carry);
	free(carry->fds);
	free(carry->bytes);
	carry_init(carry, carry->os);
}

void carry_expect(struct carry *carry, size_t bytes)
{
	if (grow(carry, bytes))
		prefault(carry->os, carry->bytes + carry->used - carry->lent,
			bytes);
}

uint8_t *carry_space(struct carry *carry, size_t bytes)
{
	uint8_t *to;

	if (!grow(carry, bytes))
		return NULL;
	to = carry->bytes + carry->used - carry->lent;
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

void carry_lend(struct carry *carry, const void *bytes, size_t count)
{
	if (carry->failure || count < CARRY_LENT_BYTES_MIN ||
		carry->piece_count == CARRY_PIECES_MAX) {
		carry_raw(carry, bytes, count);
		return;
	}
	if (!carry->pieces)
		carry->pieces = calloc(CARRY_PIECES_MAX, sizeof *carry->pieces);
	if (!carry->pieces) {
		carry->failure = -ENOMEM;
		return;
	}
	carry->pieces[carry->piece_count++] =
		(struct carry_piece){carry->used - carry->lent, bytes, count};
	carry->used += count;
	carry->lent += count;
}

void carry_keep(struct carry *carry, void (*drop)(void *lender), void *lender)
{
	struct carry_lender *grown = realloc(
		carry->lenders, (carry->lender_count + 1u) * sizeof *grown);

	if (!grown) {
		carry->failure = carry->failure ? carry->failure : -ENOMEM;
		drop(lender);
		return;
	}
	carry->lenders = grown;
	grown[carry->lender_count++] = (struct carry_lender){drop, lender};
}

void carry_whole(struct carry *carry)
{
	struct iovec parts[CARRY_PARTS_MAX];
	int count = carry_parts(carry, parts);
	uint8_t *whole = NULL, *to;

	if (!carry->failure && carry->lent > 0) {
		to = whole = malloc(carry->used);
		for (int i = 0; whole && i < count; i++) {
			memcpy(to, parts[i].iov_base, parts[i].iov_len);
			to += parts[i].iov_len;
		}
		if (whole) {
			free(carry->bytes);
			carry->bytes = whole;
			carry->room = carry->used;
			carry->lent = 0;
		} else {
			carry->failure = -ENOMEM;
		}
	}
	drop_lenders(carry);
}

int carry_parts(const struct carry *carry, struct iovec parts[CARRY_PARTS_MAX])
{
	size_t own = 0, own_end = carry->used - carry->lent;
	int count = 0;

	for (uint32_t i = 0; i <= carry->piece_count; i++) {
		const struct carry_piece *piece =
			i < carry->piece_count ? &carry->pieces[i] : NULL;
		size_t end = piece ? piece->at : own_end;

		if (end > own)
			parts[count++] =
				(struct iovec){carry->bytes + own, end - own};
		own = end;
		if (piece)
			parts[count++] = (struct iovec){
				(void *)(uintptr_t)piece->bytes, piece->count};
	}
	return count;
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
		memcpy(carry->bytes + own_place(carry, section) - sizeof bytes,
			&bytes, sizeof bytes);
}

struct carry_reader carry_read(struct carry *carry)
{
	carry_whole(carry);
	if (carry->failure)
		return (struct carry_reader){.cut = true};
	return (struct carry_reader){.next = carry->bytes,
		.limit = carry->bytes + carry->used,
		.fds = carry->fds,
		.fd_count = carry->fd_count};
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

/* Nothing is lent any more. */
static void drop_lenders(struct carry *carry)
{
	for (uint32_t i = 0; i < carry->lender_count; i++)
		carry->lenders[i].drop(carry->lenders[i].lender);
	free(carry->lenders);
	free(carry->pieces);
	carry->lenders = NULL;
	carry->pieces = NULL;
	carry->lender_count = carry->piece_count = 0;
}

/* Among `bytes`, of a place among all that are used. */
static size_t own_place(const struct carry *carry, size_t place)
{
	size_t before = 0;

	for (uint32_t i = 0;
		i < carry->piece_count && carry->pieces[i].at + before < place;
		i++)
		before += carry->pieces[i].count;
	return place - before;
}

static bool grow(struct carry *carry, size_t bytes)
{
	const size_t own = carry->used - carry->lent;
	size_t room = carry->room ? carry->room : FIRST_BYTES;
	uint8_t *grown;

	if (carry->failure)
		return false;
	if (carry->room - own >= bytes)
		return true;
	while (room - own < bytes)
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
