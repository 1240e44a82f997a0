/* body.written */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	const struct tau_record *r;

	while ((r = tau_read(op, IN))) {
		if (r->bytes)
			*(char *)(uintptr_t)r->body = 'X';
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
