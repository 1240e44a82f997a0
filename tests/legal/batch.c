/* Gathers records until they are many, or time is up. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "utf8"}
	],
	"out": [
		{"name": "out", "type": "value"}
	],
	"params": {
		"size": {"type": "int", "default": 3, "min": 1},
		"within": {"type": "duration", "default": "1s", "min": "1ms"}
	},
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
struct self {
	int64_t count, due;
};
PLAIN_SELF
static int flush(struct tau_op *op, struct self *self)
{
	int flow = self->count ? write_number(op, self->count) : TAU_OK;
	if (flow == TAU_OK)
		self->count = self->due = 0;
	return flow;
}
static int take(struct tau_op *op, struct self *self)
{
	int flow = TAU_OK;
	while (flow == TAU_OK && tau_peek(op, 0)) {
		tau_consume(op, 0);
		if (!self->count++)
			self->due = op->host->now(op) + op->params[1].value.i;
		if (self->count >= op->params[0].value.i)
			flow = flush(op, self);
	}
	return flow;
}
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	int flow = take(op, self);
	while (flow == TAU_OK && !tau_ended(op, 0)) {
		struct tau_want want = {
			.any = TAU_IN(0), .deadline_ns = self->due};
		flow = tau_wait(op, &want, NULL);
		if (flow == TAU_END)
			flow = TAU_OK;
		if (flow == TAU_OK && self->due &&
			op->host->now(op) >= self->due)
			flow = flush(op, self);
		if (flow == TAU_OK)
			flow = take(op, self);
	}
	return stop_for(flow == TAU_OK ? flush(op, self) : flow);
}
OPERATOR(PLAIN);
