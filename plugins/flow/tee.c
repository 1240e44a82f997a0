/*
 * tee: every record to every reader, by reference. It goes at the pace of the
 * slowest; a reader that is gone is left out from then on.
 *
 * One record goes to all readers before the next one: any send may suspend,
 * and a stop that is asked for meanwhile cuts the in window to its head.
 */
#include "operators.h"

enum { IN = 0, OUT = 0 };

/* The head record to all who still read. Flow as tau_send, never TAU_END. */
static int send_head(struct tau_op *op, const struct tau_group *group,
	const struct tau_record *record)
{
	for (uint32_t i = 0; i < group->count; i++) {
		int flow = tau_send_at(op, group->out[i], record);

		if (flow != TAU_OK && flow != TAU_END)
			return flow;
	}
	return TAU_OK;
}

static int run(struct tau_op *op)
{
	const struct tau_group *group = &op->out_group[OUT];
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		int flow = send_head(op, group, record);

		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	return 0;
}

const struct tau_operator flow_tee = {
	.size = sizeof flow_tee, .name = "tee", .run = run};
