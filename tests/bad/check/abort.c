/* case.crash */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	(void)op;
	abort();
}
OPERATOR(.run = run);
