/* count: how many records there are of each kind; see totals.h. */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>

#include "totals.h"

enum { BY = 0, EVERY = 1 };

static int create(struct tau_op *op)
{
	struct totals *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->name = "count";
	return totals_init(op, self, BY, EVERY);
}

static void destroy(struct tau_op *op)
{
	if (op->self)
		totals_release(op->self);
	free(op->self);
}

static int run(struct tau_op *op)
{
	return totals_run(op, op->self);
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return totals_save(op, op->self, state);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	return totals_restore(op, op->self, state);
}

const struct tau_operator data_count = {.size = sizeof data_count,
	.name = "count",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
