/* case.stack */
#include "plugin.h"
RELAY;
static int descend(struct tau_op *op, int depth)
{
	volatile char some[1024];

	memset((char *)(uintptr_t)some, depth, sizeof some);
	return depth ? descend(op, depth - 1) + some[depth % 7] : pass(op);
}
static int run(struct tau_op *op)
{
	return descend(op, 500) ? 0 : 0;
}
OPERATOR(.run = run);
