/* read.again */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	const struct tau_record *r;

	while ((r = tau_read(op, IN)))
		if (tau_write(op, OUT, r->body, r->bytes, r->type) != TAU_OK)
			break;
	return 0;
}
OPERATOR(.run = run);
