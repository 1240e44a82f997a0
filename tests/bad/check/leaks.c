/* life.memory */
#include "plugin.h"
RELAY;
/* It keeps a copy of each record, and knows no more where. */
static int run(struct tau_op *op)
{
	static char *volatile kept;
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		if (!(kept = malloc(record->bytes + 1)))
			return tau_fail(op, -ENOMEM, "there is no memory left");
		memcpy(kept, record->body, record->bytes);
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	}
	return 0;
}
OPERATOR(.run = run);
