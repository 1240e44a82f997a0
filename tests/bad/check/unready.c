/* save.failed */
#include "plugin.h"
STATEFUL;
static int run(struct tau_op *op)
{
	op->self = op;
	return pass(op);
}
/* Not before it ran. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return op->self ? tau_write_at(op, state, "x", 1, TAU_BYTES)
			: tau_fail(op, -EINVAL, "it has not run");
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	if (!tau_read_at(op, state))
		return tau_fail(op, -EINVAL, "that is no state");
	tau_consume_at(op, state);
	op->self = op;
	return 0;
}
OPERATOR(.run = run, .save = save, .restore = restore);
