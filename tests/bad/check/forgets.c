/* stop.output */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	uint32_t count = 0;

	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		count++;
	}
	if (tau_ended(op, IN))
		(void)tau_write(op, OUT, &count, sizeof count, TAU_BYTES);
	return 0;
}
OPERATOR(.run = run);
