/*
 * json.write: records as JSON text, one line each. Text becomes a string, bytes
 * a string of base64; what a value becomes says common/json.h.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>

#include <tau/value.h>

#include "common/bad.h"
#include "common/json.h"
#include "common/turn.h"

static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct buffer));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	if (op->self)
		buffer_release(op->self);
	free(op->self);
}

/* The record as a value: bare text and bytes get a view without a code. */
static int view(const struct tau_record *record, struct tau_value *value)
{
	if (record->type == TAU_VALUE)
		return tau_value_open(record->body, record->bytes, value);
	if (record->type == TAU_FD)
		return -EBADMSG;
	*value = (struct tau_value){.start = record->body,
		.body = record->body,
		.limit = (const uint8_t *)record->body + record->bytes,
		.code = record->type == TAU_UTF8 ? TAU_CODE_TEXT
						 : TAU_CODE_BYTES};
	return 0;
}

static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct buffer *text = op->self;
	struct tau_value value;
	int code = view(record, &value);

	text->bytes = 0;
	if (code == 0)
		code = json_append_value(text, &value);
	if (code == -ENOMEM)
		return tau_fail(op, code, "no memory for the text of a value");
	if (code)
		return bad_send(op, BAD, "json.write", record,
			"the record is not utf9");
	if (text->bytes > op->out[OUT]->atomic)
		return bad_send(op, BAD, "json.write", record,
			"its JSON is longer than what the stream takes at "
			"once");
	return tau_write(op, OUT, text->start, (uint32_t)text->bytes, TAU_UTF8);
}

static int run(struct tau_op *op)
{
	return turn_each(op, take_record);
}

const struct tau_operator json_write_operator = {
	.size = sizeof json_write_operator,
	.name = "json.write",
	.create = create,
	.destroy = destroy,
	.run = run};
