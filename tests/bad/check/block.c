/* case.hang */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	(void)op;
	(void)pause();
	return 0;
}
OPERATOR(.run = run);
