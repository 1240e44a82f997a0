/* run.spins */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (!tau_ended(op, IN) && op->in[IN]->state != TAU_STOPPED)
		if (tau_peek(op, IN) && tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}
OPERATOR(.run = run);
