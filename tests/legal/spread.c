/* Gives records to whoever has room. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "any"}
	],
	"out": [
		{"name": "out", "type": "any", "variadic": true}
	]
});
/* clang-format on */
static int run(struct tau_op *op)
{
	struct tau_want want = {.any = TAU_OUT(0)};
	struct tau_out *member;
	int flow = TAU_OK;
	while (flow == TAU_OK && tau_read(op, 0)) {
		flow = op->host->next_out(op, 0, &member);
		if (flow == TAU_OK)
			flow = tau_pass_at(op, op->in[0], member);
		if (flow == TAU_WAIT)
			flow = tau_wait(op, &want, NULL);
	}
	return stop_for(flow);
}
OPERATOR(.run = run);
