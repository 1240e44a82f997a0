/* stop.output */
#include "plugin.h"
#include <tau/value.h>
DESCRIBE({
	"name": "relay",
	"in": [ {"name": "in", "type": "value"} ],
	"out": [ {"name": "out"} ],
	"params": {"field": {"type": "field", "default": "/user/name"}}
});
struct self {
	uint8_t last[256];
	size_t bytes;
};
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct self));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "there is no memory left");
}
static void destroy(struct tau_op *op)
{
	free(op->self);
}
/* The field of the record before is in no state. */
static int run(struct tau_op *op)
{
	struct tau_text field = op->params[0].value.s;
	struct self *self = op->self;
	const struct tau_record *r;
	struct tau_value whole, at, last;

	while ((r = tau_read(op, IN))) {
		if (r->type != TAU_VALUE || tau_record_value(r, &whole) ||
			tau_value_at(&whole, field.text, field.bytes, &at) ||
			r->bytes > sizeof self->last) {
			tau_consume(op, IN);
			continue;
		}
		if (self->bytes && !tau_value_open(self->last, self->bytes, &last) &&
			tau_value_equal(&last, &whole)) {
			tau_consume(op, IN);
			continue;
		}
		memcpy(self->last, r->body, self->bytes = r->bytes);
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	}
	return 0;
}
OPERATOR(.create = create, .destroy = destroy, .run = run);
