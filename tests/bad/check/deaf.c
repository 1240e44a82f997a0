/* stop.ignored close.ignored */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	for (;;) {
		if (tau_read(op, IN)) {
			int flow = tau_pass(op, IN, OUT);

			if (flow < 0 || flow == TAU_END)
				return 0;
		} else if (tau_ended(op, IN))
			return 0;
	}
}
OPERATOR(.run = run);
