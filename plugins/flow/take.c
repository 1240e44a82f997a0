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
};

static int create(struct tau_op *op)
{
	struct take *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->left = op->params[COUNT].value.i;
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
	const struct state_entry entries[] = {{"left", &self->left}};

	(void)version;
	return state_save(op, state, entries, 1);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct take *self = op->self;
	const struct state_entry entries[] = {{"left", &self->left}};

	(void)version;
	return state_restore(op, state, entries, 1);
}

const struct tau_operator flow_take = {.size = sizeof flow_take,
	.name = "take",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
