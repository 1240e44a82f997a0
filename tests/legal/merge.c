/* Passes on what comes from whom. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "any", "variadic": true}
	],
	"out": [
		{"name": "out", "type": "any"}
	]
});
/* clang-format on */
static int run(struct tau_op *op)
{
	struct tau_want want = {.any = TAU_IN(0)};
	struct tau_in *member;
	int flow = TAU_OK;
	while (flow == TAU_OK) {
		flow = op->host->next_in(op, 0, &member);
		while (flow == TAU_OK && tau_peek_at(op, member))
			flow = tau_pass_at(op, member, op->out[0]);
		if (flow == TAU_WAIT)
			flow = tau_wait(op, &want, NULL);
	}
	return stop_for(flow);
}
OPERATOR(.run = run);
