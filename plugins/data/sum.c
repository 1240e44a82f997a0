/* sum: a number of each record, added up per kind; see totals.h. */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>

#include "totals.h"

enum { FIELD = 0, BY = 1, EVERY = 2 };

struct sum {
	struct totals totals;
	struct field field;
};

static int create(struct tau_op *op)
{
	struct sum *self = calloc(1, sizeof *self);
	const struct tau_text *pointer = &op->params[FIELD].value.s;

	op->self = self;
	if (!self || field_init(&self->field, pointer->text, pointer->bytes))
		return tau_fail(op, -ENOMEM, "no memory");
	self->totals.name = "sum";
	self->totals.what = &self->field;
	return totals_init(op, &self->totals, BY, EVERY);
}

static void destroy(struct tau_op *op)
{
	struct sum *self = op->self;

	if (self) {
		totals_release(&self->totals);
		field_release(&self->field);
	}
	free(self);
}

static int run(struct tau_op *op)
{
	struct sum *self = op->self;

	return totals_run(op, &self->totals);
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct sum *self = op->self;

	(void)version;
	return totals_save(op, &self->totals, state);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct sum *self = op->self;

	(void)version;
	return totals_restore(op, &self->totals, state);
}

const struct tau_operator data_sum = {.size = sizeof data_sum,
	.name = "sum",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
