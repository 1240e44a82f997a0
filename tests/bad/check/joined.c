/* body.consumed */
#include "plugin.h"
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "left", "type": "utf8"}, {"name": "right", "type": "utf8"} ],
	"out": [ {"name": "out"} ]
});
/* It consumes a record of one port, and then uses it at a call about another. */
static int run(struct tau_op *op)
{
	const struct tau_record *left, *right;
	int flow = TAU_OK;

	while (flow == TAU_OK && (left = tau_read(op, 0)) &&
		(right = tau_read(op, 1))) {
		tau_consume(op, 1);
		flow = tau_write(op, OUT, right->body, right->bytes, right->type);
		(void)left;
		tau_consume(op, 0);
	}
	return flow < 0 ? flow : 0;
}
OPERATOR(.run = run);
