/* run.result */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	if (pass(op) < 0 || close(-1) == 0)
		return 0;
	if (tau_write(op, OUT, "it fails", 8, TAU_UTF8) != TAU_OK)
		return 0;
	return tau_fail(op, -errno, "there is no such file");
}
OPERATOR(.run = run);
