/*
 * merge: several streams become one, in the order in which records arrive; of
 * those that are ready at once, each in turn.
 *
 * A cycle at the head of an input holds that input until all others that have
 * not ended hold one too: then one cycle goes out and all go on. A held cycle
 * is not consumed, so the streams keep it over a stop, and there is no state
 * but what `run` finds there.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { IN = 0, OUT = 0 };

struct merge {
	bool *held; /* by member */
	uint32_t holding;
};

static int create(struct tau_op *op)
{
	struct merge *self = calloc(1, sizeof *self);

	op->self = self;
	return self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	struct merge *self = op->self;

	if (self)
		free(self->held);
	free(self);
}

static bool has_cycle(const struct tau_in *in)
{
	return in->next < in->limit && in->next->type == TAU_CYCLE;
}

/* Passes what stands in the member's window, up to a cycle. Flow. */
static int pass_window(struct tau_op *op, struct merge *self, struct tau_in *in)
{
	while (in->next < in->limit) {
		int flow;

		if (in->next->type == TAU_CYCLE) {
			self->held[in->member] = true;
			self->holding++;
			return op->host->want_in(op, in, TAU_OFF);
		}
		flow = tau_pass_at(op, in, op->out[OUT]);
		if (flow != TAU_OK)
			return flow;
	}
	return TAU_OK;
}

/* How many members have not ended. */
static uint32_t members_left(const struct tau_group *group)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < group->count; i++)
		left += group->in[i]->state != TAU_END;
	return left;
}

/* Sends one cycle for all, and lets the members go on. Flow. */
static int pass_cycle(struct tau_op *op, struct merge *self)
{
	const struct tau_group *group = &op->in_group[IN];
	bool sent = false;

	for (uint32_t i = 0; i < group->count; i++) {
		struct tau_in *in = group->in[i];
		int flow;

		if (!self->held[i])
			continue;
		if (!sent && has_cycle(in)) {
			flow = tau_send_at(op, op->out[OUT], in->next);
			if (flow != TAU_OK)
				return flow;
			sent = true;
		}
		if (has_cycle(in))
			tau_consume_at(op, in);
		self->held[i] = false;
		flow = op->host->want_in(op, in, 0);
		if (flow)
			return flow;
	}
	self->holding = 0;
	return TAU_OK;
}

/* One member's turn, or a wait for one. TAU_END: all have ended. */
static int turn(struct tau_op *op, struct merge *self)
{
	struct tau_in *in;
	int flow = op->host->next_in(op, IN, &in);

	if (flow == TAU_OK && !self->held[in->member] && tau_peek_at(op, in))
		return pass_window(op, self, in);
	if (flow == TAU_WAIT) {
		struct tau_want want = {.any = TAU_IN(IN)};

		return tau_wait(op, &want, NULL);
	}
	return flow;
}

static int run(struct tau_op *op)
{
	struct merge *self = op->self;
	const struct tau_group *group = &op->in_group[IN];
	int flow = TAU_OK;

	free(self->held);
	self->holding = 0;
	self->held = calloc(group->count ? group->count : 1, sizeof(bool));
	if (!self->held)
		return tau_fail(op, -ENOMEM, "no memory");
	for (uint32_t i = 0; i < group->count && flow == TAU_OK; i++)
		flow = op->host->want_in(op, group->in[i], 0);
	while (flow == TAU_OK) {
		flow = turn(op, self);
		if (flow == TAU_OK && self->holding &&
			self->holding >= members_left(group))
			flow = pass_cycle(op, self);
	}
	return flow < 0 ? flow : 0;
}

const struct tau_operator flow_merge = {.size = sizeof flow_merge,
	.name = "merge",
	.create = create,
	.destroy = destroy,
	.run = run};
