/* The plugin that hop.sh measures with: a source of 64-byte records, operators
 * that pass them on or copy them, and a sink that tells how long they took. It
 * is a plugin like any other: built against <tau/operator.h> alone, loaded at
 * run time, each operator with a stream to the next. */
#include <time.h>

#include <tau/operator.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0",
	"name": "hop",
	"version": "1.0.0",
	"license": "MIT",
	"doc": "Measures what a hop costs.",
	"operators": [
		{
			"name": "source",
			"doc": "Writes records of 64 bytes.",
			"out": [{"name": "out", "type": "bytes"}],
			"params": {"count": {"type": "int", "required": true, "min": 1}}
		},
		{
			"name": "forward",
			"doc": "Passes records on.",
			"in": [{"name": "in", "type": "bytes"}],
			"out": [{"name": "out", "type": "bytes"}]
		},
		{
			"name": "copy",
			"doc": "Writes each record anew.",
			"in": [{"name": "in", "type": "bytes"}],
			"out": [{"name": "out", "type": "bytes"}]
		},
		{
			"name": "sink",
			"doc": "Says how many records came, how many nanoseconds of the processor they took since the first, and a sum of their bytes.",
			"in": [{"name": "in", "type": "bytes"}],
			"out": [{"name": "out", "type": "utf8"}]
		}
	]
});
/* clang-format on */

enum { IN, OUT = 0, COUNT = 0, BODY_BYTES = 64 };

static int source_run(struct tau_op *op)
{
	int64_t count = op->params[COUNT].value.i;

	for (int64_t i = 0; i < count; i++) {
		uint8_t *body = tau_reserve(op, OUT, BODY_BYTES);

		if (!body)
			break;
		for (size_t at = 0; at < BODY_BYTES; at += sizeof i)
			memcpy(body + at, &i, sizeof i);
		tau_commit(op, OUT, BODY_BYTES, TAU_BYTES);
	}
	return 0;
}

static int forward_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}

static int copy_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		void *body = tau_reserve(op, OUT, record->bytes);

		if (!body)
			break;
		/* One size is what a compiler would know of a struct. */
		if (record->bytes == BODY_BYTES)
			memcpy(body, record->body, BODY_BYTES);
		else
			memcpy(body, record->body, record->bytes);
		tau_commit(op, OUT, record->bytes, record->type);
		tau_consume(op, IN);
	}
	return 0;
}

/* Of the processor's time: the node has one thread, and what other processes
 * take of a busy machine does not count. */
static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Reads each record, as a sink that does something would. */
static int sink_run(struct tau_op *op)
{
	const struct tau_record *record = tau_read(op, IN);
	int64_t began_ns = now_ns();
	uint64_t count = 0, sum = 0;
	char text[64];

	for (; record; record = tau_read(op, IN)) {
		sum += *(const uint8_t *)record->body;
		count++;
		tau_consume(op, IN);
	}
	if (!tau_ended(op, IN))
		return 0;
	int bytes = snprintf(text, sizeof text, "%llu %lld %llu",
		(unsigned long long)count, (long long)(now_ns() - began_ns),
		(unsigned long long)sum);
	tau_write(op, OUT, text, (uint32_t)bytes, TAU_UTF8);
	return 0;
}

static const struct tau_operator source = {
	.size = sizeof source, .name = "source", .run = source_run};
static const struct tau_operator forward = {
	.size = sizeof forward, .name = "forward", .run = forward_run};
static const struct tau_operator copy = {
	.size = sizeof copy, .name = "copy", .run = copy_run};
static const struct tau_operator sink = {
	.size = sizeof sink, .name = "sink", .run = sink_run};
TAU_OPERATORS(&source, &forward, &copy, &sink);
