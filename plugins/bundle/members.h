/*
 * members: what mux and demux keep of each stream that they bundle, and as
 * operators do with it. It is op->self of both.
 */
#ifndef TAU_PLUGINS_BUNDLE_MEMBERS_H
#define TAU_PLUGINS_BUNDLE_MEMBERS_H

#include <tau/operator.h>

#include "common/buffer.h"

/* Counts since the stream's beginning. */
struct member {
	uint64_t bytes, records;             /* that went by */
	uint64_t limit_bytes, limit_records; /* that may */
	uint64_t atomic;                     /* the largest record */
	uint64_t ended, gone;                /* the writer, the reader */
	uint64_t part; /* of the head block, of which some was sent */
};

struct members {
	struct buffer each; /* of struct member */
};

/* As many as there are, with what was known of the first of them. 0 or
 * -ENOMEM with a sentence. */
int members_make(struct tau_op *op, struct members *members, uint32_t count);

static inline struct member *members_at(struct members *members, uint64_t at)
{
	return (struct member *)(void *)members->each.start + at;
}

/* For struct tau_operator. */
int members_create(struct tau_op *op);
void members_destroy(struct tau_op *op);
int members_save(struct tau_op *op, struct tau_out *state, uint32_t version);
int members_restore(struct tau_op *op, struct tau_in *state, uint32_t version);

#endif
