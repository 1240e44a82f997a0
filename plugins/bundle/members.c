/* members: see members.h. */
#include "members.h"

#include <stdlib.h>

#include "common/state.h"

enum { WORDS = sizeof(struct member) / sizeof(uint64_t) };

static size_t words(uint32_t version);
static uint8_t *put_member(
	uint8_t *to, const struct member *member, uint32_t version);
static void take_member(
	struct member *member, const uint8_t *from, uint32_t version);

int members_create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct members));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

void members_destroy(struct tau_op *op)
{
	struct members *self = op->self;

	if (self)
		buffer_release(&self->each);
	free(self);
}

int members_make(struct tau_op *op, struct members *members, uint32_t count)
{
	size_t bytes = count * sizeof(struct member);
	size_t more =
		bytes > members->each.bytes ? bytes - members->each.bytes : 0;
	uint8_t *fresh = buffer_reserve(&members->each, more);

	if (!fresh)
		return tau_fail(op, -ENOMEM, "no memory");
	memset(fresh, 0, more);
	members->each.bytes += more;
	return 0;
}

/* As bytes, big-endian, eight numbers of eight for each; in version 1, which is
 * read alone, seven, without the part. */
int members_save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct members *members = op->self;
	size_t count = members->each.bytes / sizeof(struct member);
	uint8_t *bytes = malloc(members->each.bytes + 1), *next = bytes;
	int code;

	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		next = put_member(next, members_at(members, i), version);
	code = state_save_bytes(op, state, bytes, (size_t)(next - bytes));
	free(bytes);
	return code;
}

int members_restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct members *members = op->self;
	struct buffer bytes = {NULL, 0, 0};
	int code = state_restore_bytes(op, state, &bytes);

	if (code == 0 && bytes.bytes % (words(version) * sizeof(uint64_t)))
		code = state_refuse(op);
	if (code == 0)
		code = members_make(op, members,
			(uint32_t)(bytes.bytes /
				   (words(version) * sizeof(uint64_t))));
	for (size_t at = 0, i = 0; code == 0 && at < bytes.bytes; i++) {
		struct member *member = members_at(members, i);

		take_member(member, bytes.start + at, version);
		at += words(version) * sizeof(uint64_t);
		if (member->ended > 1 || member->gone > 1)
			code = state_refuse(op);
	}
	buffer_release(&bytes);
	return code;
}

static size_t words(uint32_t version)
{
	return version < 2 ? WORDS - 1 : WORDS;
}

static uint8_t *put_member(
	uint8_t *to, const struct member *member, uint32_t version)
{
	for (size_t i = 0; i < words(version); i++, to += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)member + 8 * i, sizeof word);
		tau_store(to, word, sizeof word);
	}
	return to;
}

static void take_member(
	struct member *member, const uint8_t *from, uint32_t version)
{
	for (size_t i = 0; i < words(version); i++) {
		uint64_t word = 0;

		for (size_t b = 0; b < 8; b++)
			word = word << 8 | *from++;
		memcpy((uint8_t *)member + 8 * i, &word, sizeof word);
	}
}
