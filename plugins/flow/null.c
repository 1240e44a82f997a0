/* null: takes records and does nothing with them but count. */
#include "operators.h"

enum { IN = 0 };

static int run(struct tau_op *op)
{
	uint64_t *records = op->host->metric(op, "records", TAU_COUNTER);
	struct tau_in *in = op->in[IN];

	while (tau_read_at(op, in)) {
		if (records)
			*records += (uint64_t)(in->limit - in->next);
		in->next = in->limit;
	}
	return 0;
}

const struct tau_operator flow_null = {
	.size = sizeof flow_null, .name = "null", .run = run};
