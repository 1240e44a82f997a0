/* close.ignored */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		for (int tries = 0; tries < 9000; tries++)
			if (tau_send(op, OUT, op->in[IN]->next) != TAU_STOPPED)
				break;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
