/* life.process */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	return chdir("/") < 0 ? tau_fail(op, -errno, "no way out") : pass(op);
}
OPERATOR(.run = run);
