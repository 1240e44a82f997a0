/*
 * deal: each record to one reader: in turn, among those that have room. Who
 * reads slowly gets less, and who is gone nothing more. A cycle goes to all.
 *
 * Nothing is held back: a record stays in its stream until one took it.
 */
#include "operators.h"

enum { IN = 0, OUT = 0 };

/* A reader that has room, or is gone. Flow; TAU_END: all are gone. */
static int next_reader(struct tau_op *op, struct tau_out **out)
{
	const struct tau_want want = {.any = TAU_OUT(OUT)};
	int flow;

	while ((flow = op->host->next_out(op, OUT, out)) == TAU_WAIT) {
		flow = tau_wait(op, &want, NULL);
		if (flow != TAU_OK)
			return flow;
	}
	return flow;
}

/* The head record to one. Flow; TAU_END: all are gone. */
static int send_to_one(struct tau_op *op, const struct tau_record *record)
{
	struct tau_out *out;
	int flow;

	while ((flow = next_reader(op, &out)) == TAU_OK) {
		flow = out->state == TAU_END ? TAU_END
					     : tau_send_at(op, out, record);
		if (flow != TAU_END)
			break;
	}
	return flow;
}

/* The head record to all who still read. Flow, never TAU_END. */
static int send_to_all(struct tau_op *op, const struct tau_record *record)
{
	const struct tau_group *group = &op->out_group[OUT];

	for (uint32_t i = 0; i < group->count; i++) {
		int flow = tau_send_at(op, group->out[i], record);

		if (flow != TAU_OK && flow != TAU_END)
			return flow;
	}
	return TAU_OK;
}

static int run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		int flow = record->type == TAU_CYCLE ? send_to_all(op, record)
						     : send_to_one(op, record);

		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	return 0;
}

const struct tau_operator flow_deal = {
	.size = sizeof flow_deal, .name = "deal", .run = run};
