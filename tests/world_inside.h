/*
 * world_inside: what the files of the world's operators share.
 */
#ifndef TESTS_WORLD_INSIDE_H
#define TESTS_WORLD_INSIDE_H

#include "tests/world.h"

enum { IN, OUT = 0 };

/* What most of them keep. */
struct self {
	uint64_t next, sum, pending;
	uint32_t version;
};

static inline struct self *self_of(struct tau_op *op)
{
	return op->self;
}

/* Writes a record down in a ledger. */
void note(uint32_t at, const struct tau_record *record);

int source_run(struct tau_op *op);
int large_run(struct tau_op *op);
int pass_run(struct tau_op *op);
int forward_run(struct tau_op *op);
int triple_run(struct tau_op *op);
int sum_run(struct tau_op *op);
int tee_run(struct tau_op *op);
int chain_run(struct tau_op *op);
int take_run(struct tau_op *op);
int broken_run(struct tau_op *op);
int sink_run(struct tau_op *op);
int sink2_run(struct tau_op *op);
int slow_run(struct tau_op *op);
int step_ready(struct tau_op *op, uint64_t ready, struct tau_want *want);

#endif
