/*
 * window: two operators that agree on a window over the back stream, without
 * anybody between them. `receive` asks for 1, 2, 4, … records, up to `most`;
 * `send` answers with so many, at most its own `most`, and a cycle, which says
 * that the window is over. Nobody sends or asks ahead.
 */
#include <tau/operator.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0", "name": "window", "version": "1.0.0", "license": "MIT",
	"doc": "Two operators that negotiate a window.",
	"operators": [
		{"name": "send", "doc": "sends as much as it is asked for", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8"}],
		 "out": [{"name": "out", "type": "utf8", "back": "required"}],
		 "params": {"most": {"type": "int", "default": 100, "min": 1, "doc": "records in a window"}}},
		{"name": "receive", "doc": "asks for more each time, and puts the window's number before each record", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8", "back": "required"}],
		 "out": [{"name": "out", "type": "utf8"}],
		 "params": {"most": {"type": "int", "default": 16, "min": 1, "doc": "records in a window"}}}
	]
});
/* clang-format on */

enum { IN = 0, OUT = 0, SEND_BACK = 1, RECEIVE_BACK = 1, MOST = 0 };

/* The number that was asked for; 0: nobody asks any more. */
static int64_t asked(struct tau_op *op)
{
	const struct tau_record *record = tau_read(op, SEND_BACK);
	struct tau_value value;
	int64_t count = 0;

	if (!record || tau_record_value(record, &value) ||
		tau_value_int(&value, &count))
		return 0;
	tau_consume(op, SEND_BACK);
	return count < op->params[MOST].value.i ? count
						: op->params[MOST].value.i;
}

static int send_run(struct tau_op *op)
{
	int flow = TAU_OK;
	int64_t left;

	while (flow == TAU_OK && (left = asked(op)) > 0) {
		for (; left > 0 && flow == TAU_OK && tau_read(op, IN); left--)
			flow = tau_pass(op, IN, OUT);
		if (flow == TAU_OK && left > 0)
			break; /* the end */
		if (flow == TAU_OK)
			flow = tau_write(op, OUT, "", 0, TAU_CYCLE);
	}
	return flow < 0 ? flow : 0;
}

static int ask(struct tau_op *op, int64_t count)
{
	uint8_t space[16];
	struct tau_writer writer;

	tau_writer_init(&writer, space, sizeof space);
	tau_write_int(&writer, count);
	return tau_write(op, RECEIVE_BACK, space,
		(uint32_t)tau_writer_finish(&writer), TAU_VALUE);
}

static int number(
	struct tau_op *op, int64_t window, const struct tau_record *record)
{
	char *space = tau_reserve(op, OUT, record->bytes + 24);
	int bytes;

	if (!space)
		return (int)op->out[OUT]->state;
	bytes = snprintf(space, 24, "%lld ", (long long)window);
	memcpy(space + bytes, record->body, record->bytes);
	tau_commit(op, OUT, (uint32_t)bytes + record->bytes, TAU_UTF8);
	return TAU_OK;
}

static int receive_run(struct tau_op *op)
{
	int64_t most = op->params[MOST].value.i, size = 1, window = 1;
	int flow = ask(op, size);
	const struct tau_record *record;

	while (flow == TAU_OK && (record = tau_read(op, IN))) {
		if (record->type == TAU_CYCLE) {
			size = 2 * size < most ? 2 * size : most;
			window++;
			flow = ask(op, size);
		} else {
			flow = number(op, window, record);
		}
		if (flow == TAU_OK)
			tau_consume(op, IN);
	}
	return flow < 0 ? flow : 0;
}

static const struct tau_operator send_operator = {
	.size = sizeof send_operator, .name = "send", .run = send_run};
static const struct tau_operator receive_operator = {
	.size = sizeof receive_operator, .name = "receive", .run = receive_run};

TAU_OPERATORS(&send_operator, &receive_operator);
