/* out.body */
#include "plugin.h"
RELAY;
static int run(struct tau_op *op)
{
	char text[] = "on the stack";
	struct tau_record record = {
		.body = text, .bytes = sizeof text, .type = TAU_UTF8};

	while (tau_read(op, IN)) {
		if (tau_send(op, OUT, &record) != TAU_OK)
			break;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(.run = run);
