/*
 * take: the first records of a stream, and then its end, upstream too. A cycle
 * passes and does not count.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/state.h"

enum { IN = 0, OUT = 0, COUNT = 0 };

struct take {
	int64_t left;
	int64_t of; /* the count that this is the rest of */
};

static void change(struct tau_op *op, int64_t former);

static int create(struct tau_op *op)
{
	struct take *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->left = self->of = op->params[COUNT].value.i;
	return 0;
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

static int run(struct tau_op *op)
{
	struct take *self = op->self;
	const struct tau_record *record;

	while (self->left > 0 && (record = tau_read(op, IN))) {
		bool counts = record->type != TAU_CYCLE;
		int flow = tau_pass(op, IN, OUT);

		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		self->left -= counts;
	}
	return 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct take *self = op->self;
	const struct state_entry entries[] = {
		{"left", &self->left}, {"of", &self->of}};

	(void)version;
	return state_save(op, state, entries, 2);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct take *self = op->self;
	int64_t of = self->of;
	int64_t former = -1; /* states of before have none */
	const struct state_entry entries[] = {{"left", &self->left}};
	int code;

	(void)version;
	state_look_up(op, state, "of", &former);
	code = state_restore(op, state, entries, 1);
	if (code)
		return code;
	if (former >= 0 && self->left > former)
		return state_refuse(op);
	if (former >= 0 && former != of)
		change(op, former);
	return 0;
}

/* What has passed counts on, also where another count was asked for. */
static void change(struct tau_op *op, int64_t former)
{
	struct take *self = op->self;
	int64_t passed = former - self->left;

	self->left = self->of > passed ? self->of - passed : 0;
	tau_logf(op, TAU_NOTICE,
		"%lld of %lld records had passed, which counts on; it takes "
		"%lld now, so that %lld more pass",
		(long long)passed, (long long)former, (long long)self->of,
		(long long)self->left);
}

const struct tau_operator flow_take = {.size = sizeof flow_take,
	.name = "take",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
