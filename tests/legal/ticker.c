/* Counts the ticks of a timer, for ever by default. */
#include "plugin.h"

#include <stdbool.h>

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"out": [
		{"name": "out", "type": "value"}
	],
	"params": {
		"every": {"type": "duration", "default": "1s", "min": "1ms"},
		"count": {"type": "int", "default": 0, "min": 0}
	},
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
struct self {
	int64_t ticks, next;
	bool due;
};
PLAIN_SELF
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	int64_t every = op->params[0].value.i, count = op->params[1].value.i;
	struct tau_want want = {.any = TAU_SLOT(0)};
	int flow;
	if (!self->next)
		self->next = op->host->now(op) + every;
	flow = op->host->timer(op, 0, self->next, every);
	if (flow < 0)
		return tau_fail(op, flow, "the timer cannot be set");
	while (flow == TAU_OK && (!count || self->ticks < count)) {
		uint64_t ready = 0;
		if (!self->due)
			flow = tau_wait(op, &want, &ready);
		if (ready & TAU_SLOT(0))
			self->due = true;
		if (flow == TAU_OK && self->due)
			flow = write_number(op, self->ticks + 1);
		if (flow == TAU_OK && self->due) {
			self->due = false;
			self->ticks++;
			self->next += every;
		}
	}
	return stop_for(flow);
}
OPERATOR(PLAIN);
