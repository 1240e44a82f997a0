/* in.window */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
