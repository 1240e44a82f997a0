/* out.atomic */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		if (!tau_reserve(op, OUT, 1))
			break;
		tau_commit(op, OUT, 1u << 20, TAU_UTF8);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
