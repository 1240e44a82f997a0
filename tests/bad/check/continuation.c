/* none */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"style": "continuation",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out"} ]
});
static int on_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)ready;
	while (tau_peek(op, IN)) {
		int flow = tau_pass(op, IN, OUT);

		if (flow == TAU_END)
			return TAU_OK;
		if (flow == TAU_WAIT)
			want->all = TAU_OUT(OUT);
		if (flow != TAU_OK)
			return flow < 0 ? flow : TAU_WAIT;
	}
	want->any = TAU_IN(IN);
	return tau_ended(op, IN) ? TAU_OK : TAU_WAIT;
}
OPERATOR(.on_ready = on_ready);
