/* case.exit */
#include "plugin.h"
RELAY;
/* As one ends that has tried all. */
static int run(struct tau_op *op)
{
	(void)op;
	_exit(84);
}
OPERATOR(.run = run);
