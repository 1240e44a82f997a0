/* stop.ignored close.ignored */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	for (;;) {
		if (tau_read(op, IN))
			(void)tau_pass(op, IN, OUT);
		else if (tau_ended(op, IN))
			return 0;
	}
}
OPERATOR(.run = run);
