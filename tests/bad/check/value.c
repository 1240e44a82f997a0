/* out.value */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		if (tau_write(op, OUT, "\377\377", 2, TAU_VALUE) != TAU_OK)
			break;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
