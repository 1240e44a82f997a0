/* run.result */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	(void)pass(op);
	return 17;
}
OPERATOR(.run = run);
