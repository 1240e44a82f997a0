/* stop.output */
#include <stdio.h>

#include "plugin.h"
RELAY;
/* What it prints in the case of the finding stands under the finding. */
static int run(struct tau_op *op)
{
	uint32_t count = 0;

	for (; tau_read(op, IN); count++)
		tau_consume(op, IN);
	(void)printf("counted %u%s\n", count, tau_ended(op, IN) ? "" : ", stopped");
	if (tau_ended(op, IN))
		(void)tau_write(op, OUT, &count, sizeof count, TAU_BYTES);
	return 0;
}
OPERATOR(.run = run);
