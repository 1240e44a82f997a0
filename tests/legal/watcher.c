/* Counts and tells, in metrics and the log. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "any"}
	],
	"out": [
		{"name": "out", "type": "any"}
	]
});
/* clang-format on */
static int run(struct tau_op *op)
{
	uint64_t *records = op->host->metric(op, "records", TAU_COUNTER);
	uint64_t *last = op->host->metric(op, "last_bytes", TAU_GAUGE);
	const struct tau_record *r;
	int flow = TAU_OK;
	if (!records || !last)
		return tau_fail(op, -ENOMEM, "no room for metrics");
	tau_log(op, TAU_NOTICE, "begins");
	while (flow == TAU_OK && (r = tau_read(op, 0))) {
		++*records;
		*last = r->bytes;
		if (r->bytes > 60000)
			tau_logf(
				op, TAU_WARNING, "%u bytes are many", r->bytes);
		flow = tau_pass(op, 0, 0);
	}
	return stop_for(flow);
}
OPERATOR(.run = run);
