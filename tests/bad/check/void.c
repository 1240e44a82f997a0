/* reserve.void */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	char *out = tau_reserve(op, OUT, 4);

	(void)tau_read(op, IN);
	if (out)
		memcpy(out, "late", 4);
	return 0;
}
OPERATOR(.run = run);
