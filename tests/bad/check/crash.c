/* case.crash */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	*(volatile int *)(uintptr_t)(op->in_count - 1) = 1;
	return 0;
}
OPERATOR(.run = run);
