/* back: see back.h. */
#include "common/back.h"

#include <stdbool.h>

enum { IN = 0, BACK = 1 };

static bool is_connected(const struct tau_op *op);
static struct tau_out *before(const struct tau_op *op);
static int pass_on(struct tau_op *op);
static int make_room(struct tau_op *op, const struct tau_record *record);
static uint64_t can_pass(const struct tau_op *op);

const struct tau_record *back_wait(struct tau_op *op)
{
	struct tau_in *in = op->in[IN];

	if (!is_connected(op))
		return tau_read_at(op, in);
	for (;;) {
		struct tau_want want = {.any = TAU_IN(IN)};

		if (pass_on(op) < 0)
			return NULL;
		if (tau_peek_at(op, in))
			return in->next;
		if (in->state != TAU_WAIT)
			return NULL;
		want.all = can_pass(op);
		if (tau_wait(op, &want, NULL) == TAU_STOPPED)
			return NULL;
	}
}

int back_finish(struct tau_op *op, int flow)
{
	if (flow == TAU_OK && is_connected(op) && tau_ended(op, IN))
		for (uint32_t i = 0; i + 1 < op->out_count && flow == TAU_OK;
			i++)
			flow = op->host->end(op, op->out[i]);
	while (flow == TAU_OK && is_connected(op) && tau_ended(op, IN)) {
		struct tau_want want = {0};

		flow = pass_on(op);
		want.all = can_pass(op);
		if (flow != TAU_OK || !want.all)
			break;
		flow = tau_wait(op, &want, NULL);
	}
	return flow < 0 ? flow : 0;
}

/* Whether somebody may still write back. */
static bool is_connected(const struct tau_op *op)
{
	return op->in_count > BACK && op->in[BACK]->state != TAU_END;
}

static struct tau_out *before(const struct tau_op *op)
{
	return op->out[op->out_count - 1];
}

/* Passes on what has come and fits. TAU_OK or, an error, negative. */
static int pass_on(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_peek(op, BACK))) {
		int flow = make_room(op, record);

		if (flow == TAU_END)
			tau_consume(op, BACK);
		else if (flow == TAU_OK)
			flow = tau_pass_at(op, op->in[BACK], before(op));
		if (flow < 0)
			return flow;
		if (flow != TAU_OK && flow != TAU_END)
			break;
	}
	return TAU_OK;
}

/* Flow as tau_send, which after TAU_OK does not suspend. */
static int make_room(struct tau_op *op, const struct tau_record *record)
{
	struct tau_out *out = before(op);
	int flow;

	if (out->next < out->limit && record->bytes <= out->credit &&
		record->bytes <= out->atomic)
		return TAU_OK;
	flow = op->host->out_room(op, out, record->bytes, TAU_BY_REFERENCE);
	if (flow == TAU_WAIT) /* not for a whole atomic: it would do */
		op->host->want_out(op, out, record->bytes ? record->bytes : 1);
	return flow;
}

/* What must be ready for the next record to go on; 0: none will come. */
static uint64_t can_pass(const struct tau_op *op)
{
	uint64_t in = TAU_IN(BACK);

	if (op->in[BACK]->state == TAU_END)
		return 0;
	if (before(op)->state == TAU_END) /* it is dropped */
		return in;
	return in | TAU_OUT(op->out_count - 1);
}
