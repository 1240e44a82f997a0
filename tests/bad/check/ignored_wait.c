/* fail.ignored */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"style": "continuation",
	"in": [ {"name": "in", "type": "utf8"} ],
	"out": [ {"name": "out"} ]
});
static int on_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	int flow = TAU_OK;

	(void)ready;
	while (flow == TAU_OK && tau_peek(op, IN))
		flow = tau_peek(op, IN)->bytes == 3
			       ? tau_fail(op, -EINVAL, "three is too few")
			       : tau_pass(op, IN, OUT);
	want->any = TAU_IN(IN) | TAU_OUT(OUT);
	return flow == TAU_END || tau_ended(op, IN) ? TAU_OK : TAU_WAIT;
}
OPERATOR(.on_ready = on_ready);
