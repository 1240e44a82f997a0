/* members: see members.h. */
#include "members.h"

#include <stdlib.h>

#include "common/state.h"

enum { WORDS = sizeof(struct member) / sizeof(uint64_t) };

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

/* As bytes, big-endian, seven numbers of eight for each. */
int members_save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	const struct members *members = op->self;
	size_t count = members->each.bytes / sizeof(uint64_t);
	uint8_t *bytes = malloc(members->each.bytes + 1);
	int code;

	(void)version;
	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		uint64_t word;

		memcpy(&word, members->each.start + 8 * i, 8);
		tau_store(bytes + 8 * i, word, 8);
	}
	code = state_save_bytes(op, state, bytes, members->each.bytes);
	free(bytes);
	return code;
}

int members_restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct members *members = op->self;
	int code = state_restore_bytes(op, state, &members->each);

	(void)version;
	if (code)
		return code;
	if (members->each.bytes % (WORDS * sizeof(uint64_t)))
		return state_refuse(op);
	for (size_t i = 0; i < members->each.bytes; i += 8) {
		uint64_t word = 0;

		for (size_t b = 0; b < 8; b++)
			word = word << 8 | members->each.start[i + b];
		memcpy(members->each.start + i, &word, 8);
	}
	for (size_t i = 0; i < members->each.bytes / sizeof(struct member);
		i++) {
		const struct member *member = members_at(members, i);

		if (member->ended > 1 || member->gone > 1)
			return state_refuse(op);
	}
	return 0;
}
