/* run.spins */
#include "plugin.h"
RELAY;
static int rest(struct tau_op *op)
{
	const int64_t until = op->host->now(op) + 20000000;
	struct tau_want want = {.any = TAU_SLOT(0), .deadline_ns = 20000000};
	uint64_t ready;

	while (op->host->now(op) < until)
		if (tau_wait(op, &want, &ready) != TAU_OK)
			return TAU_STOPPED;
	return TAU_OK;
}
static int run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (rest(op) != TAU_OK || tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}
OPERATOR(.run = run);
