/*
 * cut: two operators that decide themselves when they run.
 *
 * `upper` is a cut-through mapper: it waits for all of {in readable, out
 * writable} and then works without ever waiting in the middle. `group` says by
 * `want` that fewer than `n` records are none: it runs once a group is whole,
 * or at the end.
 */
#include <tau/operator.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0", "name": "cut", "version": "1.0.0", "license": "MIT",
	"doc": "Operators that say when they are ready.",
	"operators": [
		{"name": "upper", "doc": "makes letters large", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8"}],
		 "out": [{"name": "out", "type": "utf8"}]},
		{"name": "group", "doc": "counts groups of records", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8"}],
		 "out": [{"name": "out", "type": "utf8"}],
		 "params": {"n": {"type": "int", "default": 7, "min": 1, "max": 100, "doc": "records in a group"}}}
	]
});
/* clang-format on */

enum { IN = 0, OUT = 0, N = 0 };

static void upper(uint8_t *to, const struct tau_record *record)
{
	const uint8_t *from = record->body;

	for (uint32_t i = 0; i < record->bytes; i++)
		to[i] = from[i] >= 'a' && from[i] <= 'z'
				? (uint8_t)(from[i] - 'a' + 'A')
				: from[i];
}

static int upper_run(struct tau_op *op)
{
	static const struct tau_want both = {.all = TAU_IN(IN) | TAU_OUT(OUT)};
	struct tau_out *out = op->out[OUT];
	int flow = TAU_OK;

	while (flow == TAU_OK) {
		const struct tau_record *record;

		flow = tau_wait(op, &both, NULL);
		while (flow == TAU_OK && (record = tau_peek(op, IN))) {
			/* No TAU_MAY_SUSPEND: this never waits. */
			flow = op->host->out_room(op, out, record->bytes, 0);
			if (flow != TAU_OK)
				break;
			upper(out->body, record);
			tau_commit(op, OUT, record->bytes, TAU_UTF8);
			tau_consume(op, IN);
		}
		if (flow == TAU_WAIT)
			flow = TAU_OK;
		if (tau_ended(op, IN))
			break;
	}
	return flow < 0 ? flow : 0;
}

static int tell(struct tau_op *op, uint32_t count)
{
	char text[32];
	int bytes = snprintf(text, sizeof text, "%u records", count);

	return tau_write(op, OUT, text, (uint32_t)bytes, TAU_UTF8);
}

static int group_run(struct tau_op *op)
{
	static const struct tau_want want = {.any = TAU_IN(IN)};
	uint32_t n = (uint32_t)op->params[N].value.i, count = 0;
	int flow = op->host->want_in(op, op->in[IN], n);

	while (flow == TAU_OK && !tau_ended(op, IN)) {
		flow = tau_wait(op, &want, NULL);
		while (flow == TAU_OK && count < n && tau_peek(op, IN)) {
			tau_consume(op, IN);
			count++;
		}
		if (flow == TAU_OK && count > 0) {
			flow = tell(op, count);
			count = 0;
		}
	}
	return flow < 0 ? flow : 0;
}

static const struct tau_operator upper_operator = {
	.size = sizeof upper_operator, .name = "upper", .run = upper_run};
static const struct tau_operator group_operator = {
	.size = sizeof group_operator, .name = "group", .run = group_run};

TAU_OPERATORS(&upper_operator, &group_operator);
