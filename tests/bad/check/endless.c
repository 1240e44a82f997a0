/* out.endless */
#include "plugin.h"
STATEFUL;
struct self {
	uint32_t count, saved;
};
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct self));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "there is no memory left");
}
static void destroy(struct tau_op *op)
{
	free(op->self);
}
static int run(struct tau_op *op)
{
	struct self *self = op->self;

	while (tau_read(op, IN)) {
		self->count++;
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	}
	return 0;
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	const struct tau_record *r = tau_read_at(op, state);

	(void)version;
	if (!r || r->bytes != sizeof self->count)
		return tau_fail(op, -EINVAL, "the state is not one of mine");
	memcpy(&self->count, r->body, sizeof self->count);
	tau_consume_at(op, state);
	return 0;
}
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;

	(void)version;
	for (;;)
		(void)tau_write_at(op, state, &self->count,
			sizeof self->count, TAU_BYTES);
}
OPERATOR(.create = create, .destroy = destroy, .run = run, .save = save,
	.restore = restore);