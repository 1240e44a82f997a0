/* life.children */
#include "plugin.h"
RELAY;
/* Both go on, and each of them forks again. */
static int run(struct tau_op *op)
{
	return fork() < 0 ? tau_fail(op, -errno, "no process") : pass(op);
}
OPERATOR(.run = run);
