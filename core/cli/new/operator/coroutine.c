/*
 * newname: counts the words of texts. It is a plugin to begin with: short,
 * and with all that an operator may need. Comments tell what it has to keep to.
 */
#include <tau/operator.h>

#include <errno.h>
#include <stdlib.h>

/* What tau tells about this plugin without running it: tau inspect. Ports and
 * params are numbered as they stand here. */
TAU_PLUGIN({
	"abi": "1.0", "name": "newname", "version": "1.0.0",
	"operators": [{
		"name": "words", "doc": "Counts the words of each text.",
		"in":  [{"name": "in",  "type": "utf8",  "doc": "texts"}],
		"out": [{"name": "out", "type": "value", "doc": "for each: its words, and those of all so far"}],
		"params": {
			"letters": {"type": "int", "default": 1, "min": 1, "doc": "how many make a word"}
		},
		"state": {"version": 1},
		"example": "lines ! newname.words ! stdout"
	}]
});
enum { IN, OUT = 0, LETTERS = 0 };

/* One operator of a running topology; there may be several. */
struct counter {
	int64_t so_far;
};

/* Touches nothing but memory: files and sockets are opened in `run`. */
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct counter));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	free(op->self);
}

/* A body is `bytes` long, without a NUL behind it. */
static int64_t count(const struct tau_record *record, int64_t letters)
{
	const unsigned char *text = record->body;
	int64_t words = 0, length = 0;

	for (uint32_t i = 0; i < record->bytes; i++) {
		if (text[i] <= ' ')
			length = 0;
		else if ((text[i] & 0xc0) != 0x80) /* a character begins */
			words += ++length == letters;
	}
	return words;
}

/* Sends {"words": words, "so_far": so_far}. */
static int tell(struct tau_op *op, int64_t words, int64_t so_far)
{
	uint8_t space[64];
	struct tau_writer writer;
	struct tau_mark map;

	tau_writer_init(&writer, space, sizeof space);
	map = tau_write_map_begin(&writer, 0);
	tau_write_text(&writer, "words", 5);
	tau_write_int(&writer, words);
	tau_write_text(&writer, "so_far", 6);
	tau_write_int(&writer, so_far);
	tau_write_end(&writer, map);
	return tau_write(op, OUT, space, (uint32_t)tau_writer_finish(&writer),
		TAU_VALUE);
}

/* Takes in the next record. What is no text passes as it is: a cycle marks a
 * place among the records and has to stay there. */
static int take(struct tau_op *op, const struct tau_record *record)
{
	struct counter *self = op->self;
	int64_t words;
	int flow;

	if (record->type != TAU_UTF8)
		return tau_pass(op, IN, OUT);
	words = count(record, op->params[LETTERS].value.i);
	flow = tell(op, words, self->so_far + words);
	if (flow == TAU_OK) {
		self->so_far += words;
		tau_consume(op, IN); /* now it is in the state */
	}
	return flow;
}

/* Its whole life. Reads wait for records, and give NULL at the end and when it
 * has to stop, for an upgrade: it returns, and `save` comes next. Writes wait
 * for room, and give something else than TAU_OK when nobody reads any more. */
static int run(struct tau_op *op)
{
	const struct tau_record *record;
	int flow = TAU_OK;

	while (flow == TAU_OK && (record = tau_read(op, IN)))
		flow = take(op, record);
	return flow < 0 ? flow : 0; /* negative: it failed, and tau_fail said why */
}

/* What is to be known between two records, for the version that replaces this
 * one while the topology runs. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct counter *self = op->self;
	uint8_t space[16];
	struct tau_writer writer;
	int flow;

	(void)version; /* there is one */
	tau_writer_init(&writer, space, sizeof space);
	tau_write_int(&writer, self->so_far);
	flow = tau_write_at(op, state, space,
		(uint32_t)tau_writer_finish(&writer), TAU_VALUE);
	return flow == TAU_OK ? 0 : -ENOBUFS;
}

/* Believes nothing: when it refuses, the version before goes on. */
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct counter *self = op->self;
	const struct tau_record *record = tau_read_at(op, state);
	struct tau_value so_far;

	(void)version;
	if (!record || tau_record_value(record, &so_far) ||
		tau_value_int(&so_far, &self->so_far) || self->so_far < 0)
		return tau_fail(op, -EBADMSG,
			"the saved state is no number of words");
	tau_consume_at(op, state);
	return 0;
}

static const struct tau_operator words = {
	.size = sizeof words,
	.name = "words",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore,
};
TAU_OPERATORS(&words);
