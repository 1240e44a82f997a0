/* none */
#include "plugin.h"
STATEFUL;
struct self {
	uint32_t at;
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
	const struct tau_record *r;

	while ((r = tau_read(op, IN))) {
		if (self->at == r->bytes) {
			self->at = 0;
			tau_consume(op, IN);
			continue;
		}
		if (tau_write(op, OUT, (const char *)r->body + self->at, 1,
			    TAU_BYTES) != TAU_OK)
			break;
		self->at++;
	}
	return 0;
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	const struct tau_record *r = tau_read_at(op, state);

	(void)version;
	if (!r || r->bytes != sizeof self->at)
		return tau_fail(op, -EINVAL, "the state is not one of mine");
	memcpy(&self->at, r->body, sizeof self->at);
	tau_consume_at(op, state);
	return 0;
}
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;

	(void)version;
	return tau_write_at(op, state, &self->at, sizeof self->at, TAU_BYTES);
}
OPERATOR(.create = create, .destroy = destroy, .run = run, .save = save,
	.restore = restore);
