/* Has a few records on the way, until its back stream says that one came. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "any"}
	],
	"out": [
		{"name": "out", "type": "any", "back": "optional"}
	],
	"params": {
		"window": {"type": "int", "default": 4, "min": 1, "max": 1000}
	},
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
enum { IN, BACK };
struct self {
	int64_t sent, come;
};
PLAIN_SELF
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	struct tau_want want = {.any = TAU_IN(BACK)};
	int flow = TAU_OK;
	while (flow == TAU_OK) {
		for (; tau_peek(op, BACK); self->come++)
			tau_consume(op, BACK);
		if (self->sent - self->come >= op->params[0].value.i &&
			!tau_ended(op, BACK)) {
			flow = tau_wait(op, &want, NULL);
			if (flow == TAU_END)
				flow = TAU_OK;
			continue;
		}
		if (!tau_read(op, IN))
			return 0;
		flow = tau_pass(op, IN, 0);
		self->sent += flow == TAU_OK;
	}
	return stop_for(flow);
}
OPERATOR(PLAIN);
