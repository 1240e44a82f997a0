/* fail.ignored */
#include "plugin.h"
RELAY;
static int take(struct tau_op *op, const struct tau_record *record)
{
	if (record->bytes == 3)
		return tau_fail(op, -EINVAL, "three is too few");
	return tau_pass(op, IN, OUT);
}
static int run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN)))
		if (take(op, record) != TAU_OK)
			break;
	return 0;
}
OPERATOR(.run = run);
