/* reserve.beyond */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		char *out = tau_reserve(op, OUT, 4);

		if (!out)
			break;
		memcpy(out, "five!", 5);
		tau_commit(op, OUT, 4, TAU_UTF8);
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
