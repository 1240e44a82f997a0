/* stop.output */
#include "plugin.h"
/* What it knows of its second in port is in no state. It asks the first one
 * first, also once that has ended. */
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "utf8"}, {"name": "other", "type": "utf8"} ],
	"out": [ {"name": "out"} ]
});
enum { OTHER = 1 };
static int create(struct tau_op *op)
{
	op->self = calloc(1, 1);
	return op->self ? 0 : tau_fail(op, -ENOMEM, "there is no memory left");
}
static void destroy(struct tau_op *op)
{
	free(op->self);
}
static int run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_IN(IN) | TAU_IN(OTHER)};
	int flow = TAU_OK;

	while (flow == TAU_OK) {
		if (tau_peek(op, IN)) {
			tau_consume(op, IN);
		} else if (tau_peek(op, OTHER)) {
			++*(char *)op->self;
			flow = tau_write(op, OUT, op->self, 1, TAU_BYTES);
			if (flow == TAU_OK)
				tau_consume(op, OTHER);
		} else if (tau_ended(op, IN) && tau_ended(op, OTHER)) {
			break;
		} else {
			flow = tau_wait(op, &want, NULL);
		}
	}
	return flow < 0 ? flow : 0;
}
OPERATOR(.create = create, .destroy = destroy, .run = run);
