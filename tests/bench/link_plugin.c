/* The plugin that link.sh measures with: a source and a sink that stand in two
 * nodes, a pair that plays ping-pong, and one that gives its node a place. */
#include <errno.h>
#include <sched.h>
#include <time.h>

#include <tau/operator.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "link",
	"version": "1.0.0",
	"license": "MIT",
	"doc": "Measures what a stream between nodes costs.",
	"operators": [
		{
			"name": "source",
			"doc": "Writes records.",
			"out": [{"name": "out", "type": "bytes"}],
			"params": {
				"count": {"type": "int", "required": true, "min": 1},
				"bytes": {"type": "int", "required": true, "min": 1}
			}
		},
		{
			"name": "sink",
			"doc": "Says how many records came, and in how many nanoseconds.",
			"in": [{"name": "in", "type": "bytes"}],
			"out": [{"name": "out", "type": "utf8"}]
		},
		{
			"name": "ping",
			"doc": "Once started, writes a record when the one before has come back.",
			"in": [{"name": "in", "type": "bytes"}, {"name": "start", "type": "bytes"}],
			"out": [{"name": "out", "type": "bytes"}, {"name": "said", "type": "utf8"}],
			"params": {"count": {"type": "int", "required": true, "min": 1}}
		},
		{
			"name": "pong",
			"doc": "Passes records on.",
			"in": [{"name": "in", "type": "bytes"}],
			"out": [{"name": "out", "type": "bytes"}]
		},
		{
			"name": "place",
			"doc": "Keeps its node on one CPU.",
			"params": {"cpu": {"type": "int", "required": true, "min": 0}}
		}
	]
});
/* clang-format on */

enum { IN, START, OUT = 0, SAID = 1, COUNT = 0, BYTES = 1, CPU = 0 };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int say(struct tau_op *op, uint32_t port, int64_t count, int64_t ns)
{
	char text[64];
	int bytes = snprintf(text, sizeof text, "%lld %lld", (long long)count,
		(long long)ns);

	tau_write(op, port, text, (uint32_t)bytes, TAU_UTF8);
	return 0;
}

/* Bodies are touched once, as cheaply as possible: it is the way of a record
 * that is measured. */
static int source_run(struct tau_op *op)
{
	int64_t count = op->params[COUNT].value.i;
	uint32_t bytes = (uint32_t)op->params[BYTES].value.i;

	for (int64_t i = 0; i < count; i++) {
		uint8_t *body = tau_reserve(op, OUT, bytes);

		if (!body)
			break;
		body[0] = (uint8_t)i;
		tau_commit(op, OUT, bytes, TAU_BYTES);
	}
	return 0;
}

static int sink_run(struct tau_op *op)
{
	const struct tau_record *record = tau_read(op, IN);
	int64_t began_ns = now_ns();
	int64_t count = 0;

	for (; record; record = tau_read(op, IN)) {
		if (*(const uint8_t *)record->body != (uint8_t)count++)
			return tau_fail(op, -1, "another record came");
		tau_consume(op, IN);
	}
	if (!tau_ended(op, IN))
		return 0;
	return say(op, OUT, count, now_ns() - began_ns);
}

static int ping_run(struct tau_op *op)
{
	int64_t count = op->params[COUNT].value.i;
	int64_t began_ns, i = 0;

	if (!tau_read(op, START))
		return 0;
	tau_consume(op, START);
	began_ns = now_ns();
	for (; i < count; i++) {
		uint8_t *body = tau_reserve(op, OUT, 64);

		if (!body)
			return 0;
		body[0] = (uint8_t)i;
		tau_commit(op, OUT, 64, TAU_BYTES);
		if (!tau_read(op, IN))
			return 0;
		tau_consume(op, IN);
	}
	return say(op, SAID, i, now_ns() - began_ns);
}

static int pong_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}

static int place_run(struct tau_op *op)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)op->params[CPU].value.i, &set);
	if (sched_setaffinity(0, sizeof set, &set) < 0)
		return tau_fail(op, -errno, "cannot move to that CPU");
	return 0;
}

static const struct tau_operator source = {
	.size = sizeof source, .name = "source", .run = source_run};
static const struct tau_operator sink = {
	.size = sizeof sink, .name = "sink", .run = sink_run};
static const struct tau_operator ping = {
	.size = sizeof ping, .name = "ping", .run = ping_run};
static const struct tau_operator pong = {
	.size = sizeof pong, .name = "pong", .run = pong_run};
static const struct tau_operator place = {
	.size = sizeof place, .name = "place", .run = place_run};
TAU_OPERATORS(&source, &sink, &ping, &pong, &place);
