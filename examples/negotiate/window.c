/*
 * window: two operators that agree on a window over the back stream, without
 * anybody between them. `receive` asks for 1, 2, 4, … records, up to `most`;
 * `send` answers with so many, at most its own `most`, and a cycle, which says
 * that the window is over. Nobody sends or asks ahead.
 */
#include <tau/operator.h>
#include <tau/writer.h>

#include <errno.h>
#include <stdlib.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0", "name": "window", "version": "1.0.0", "license": "MIT",
	"doc": "Two operators that negotiate a window.",
	"operators": [
		{"name": "send", "doc": "sends as much as it is asked for", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8"}],
		 "out": [{"name": "out", "type": "utf8", "back": "required"}],
		 "params": {"most": {"type": "int", "default": 100, "min": 1, "doc": "records in a window"}},
		 "state": {"version": 1}},
		{"name": "receive", "doc": "asks for more each time, and puts the window's number before each record", "style": "coroutine",
		 "in": [{"name": "in", "type": "utf8", "back": "required"}],
		 "out": [{"name": "out", "type": "utf8"}],
		 "params": {"most": {"type": "int", "default": 16, "min": 1, "doc": "records in a window"}},
		 "state": {"version": 1}}
	]
});
/* clang-format on */

enum { IN = 0, OUT = 0, SEND_BACK = 1, RECEIVE_BACK = 1, MOST = 0 };

/* What either has to know after a stop; all of it is its state. */
struct window {
	int64_t open;   /* send: a window was asked for; receive: has asked */
	int64_t left;   /* send: records until its end */
	int64_t size;   /* receive: what it has asked for */
	int64_t number; /* receive: of the window */
};

static int create(struct tau_op *op)
{
	struct window *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->size = self->number = 1;
	return 0;
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

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
	struct window *self = op->self;
	int flow = TAU_OK;

	while (flow == TAU_OK && (self->open || (self->left = asked(op)) > 0)) {
		self->open = 1;
		for (; self->left > 0 && tau_read(op, IN); self->left--) {
			flow = tau_pass(op, IN, OUT);
			if (flow != TAU_OK)
				return flow < 0 ? flow : 0;
		}
		if (self->left > 0)
			break; /* the end, or told to stop */
		flow = tau_write(op, OUT, "", 0, TAU_CYCLE);
		self->open = 0;
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
	struct window *self = op->self;
	int64_t most = op->params[MOST].value.i;
	int flow = self->open ? TAU_OK : ask(op, self->size);
	const struct tau_record *record;

	self->open = flow == TAU_OK;
	while (flow == TAU_OK && (record = tau_read(op, IN))) {
		if (record->type == TAU_CYCLE) {
			self->size =
				2 * self->size < most ? 2 * self->size : most;
			self->number++;
			flow = ask(op, self->size);
		} else {
			flow = number(op, self->number, record);
		}
		if (flow == TAU_OK)
			tau_consume(op, IN);
	}
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return tau_write_at(
		op, state, op->self, sizeof(struct window), TAU_BYTES);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct tau_record *record = tau_read_at(op, state);
	struct window *self = op->self;

	(void)version;
	if (!record || record->bytes != sizeof *self)
		return tau_fail(op, -EBADMSG, "the state is not one of window");
	memcpy(self, record->body, sizeof *self);
	if (self->left < 0 || self->size < 1 || self->number < 1)
		return tau_fail(
			op, -EBADMSG, "the state of window contradicts itself");
	tau_consume_at(op, state);
	return 0;
}

static const struct tau_operator send_operator = {.size = sizeof send_operator,
	.name = "send",
	.create = create,
	.destroy = destroy,
	.run = send_run,
	.save = save,
	.restore = restore};
static const struct tau_operator receive_operator = {
	.size = sizeof receive_operator,
	.name = "receive",
	.create = create,
	.destroy = destroy,
	.run = receive_run,
	.save = save,
	.restore = restore};

TAU_OPERATORS(&send_operator, &receive_operator);
