/* case.exit */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	(void)op;
	exit(0);
}
OPERATOR(.run = run);
