/* A continuation that wants one, the other, both, or room. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"style": "continuation",
	"in": [
		{"name": "left", "type": "utf8"},
		{"name": "right", "type": "utf8"}
	],
	"out": [
		{"name": "out", "type": "value"}
	]
});
/* clang-format on */
static int on_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	(void)ready;
	for (;;) {
		const struct tau_record *left = tau_peek(op, 0),
					*right = tau_peek(op, 1);
		int flow;
		if ((!left && tau_ended(op, 0)) || (!right && tau_ended(op, 1)))
			return TAU_OK;
		want->all = (left ? 0 : TAU_IN(0)) | (right ? 0 : TAU_IN(1));
		if (want->all)
			return TAU_WAIT;
		flow = write_number(op, left->bytes + right->bytes);
		if (flow == TAU_END)
			return TAU_OK;
		want->all = TAU_OUT(0);
		if (flow != TAU_OK)
			return flow < 0 ? flow : TAU_WAIT;
		tau_consume(op, 0);
		tau_consume(op, 1);
	}
}
OPERATOR(.on_ready = on_ready);
