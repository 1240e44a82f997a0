/* case.hang */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	for (volatile uint32_t turns = 0;; turns++)
		if (op->in_count != 1)
			return 0;
}
OPERATOR(.run = run);
