/* Says at the end what it has seen. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "utf8"}
	],
	"out": [
		{"name": "out", "type": "value"}
	],
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
struct self {
	int64_t bytes;
};
PLAIN_SELF
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	const struct tau_record *r;
	while ((r = tau_read(op, 0))) {
		self->bytes += r->bytes;
		tau_consume(op, 0);
	}
	return tau_ended(op, 0) ? stop_for(write_number(op, self->bytes)) : 0;
}
OPERATOR(PLAIN);
