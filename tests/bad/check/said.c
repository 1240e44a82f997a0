/* case.crash */
#include "plugin.h"
RELAY;
/* What it says is no text. */
static int run(struct tau_op *op)
{
	(void)op;
	(void)!write(2, "\xff\x1b[2J\n", 6);
	abort();
}
OPERATOR(.run = run);
