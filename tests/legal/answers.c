/* Says over its back stream that each record came. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"effects": true,
	"in": [
		{"name": "in", "type": "any", "back": "optional"}
	]
});
/* clang-format on */
static int run(struct tau_op *op)
{
	int flow = TAU_OK;
	while (flow != TAU_STOPPED && flow >= 0 && tau_read(op, 0)) {
		tau_consume(op, 0);
		flow = tau_write(op, 0, "ok", 2, TAU_UTF8);
	}
	return stop_for(flow);
}
OPERATOR(.run = run);
