/*
 * operator: the operator ffi. It keeps nothing between records, so there is
 * nothing to save; whatever the library keeps stays behind in an upgrade.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>

#include "call.h"
#include "common/turn.h"

static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct call));
	if (!op->self)
		return tau_fail(op, -ENOMEM, "no memory");
	return call_init(op, op->self);
}

static void destroy(struct tau_op *op)
{
	if (op->self)
		call_release(op->self);
	free(op->self);
}

static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct call *call = op->self;
	char reason[REASON_BYTES];
	int flow;

	if (!call_fill(call, record, reason))
		return bad_send(op, BAD, "ffi", record, reason);
	if (!call_do(call, reason))
		flow = bad_send(op, BAD, "ffi", record, reason);
	else
		flow = call_send(call, record);
	if (call->result_freed) {
		free(call->answer.pointer);
		call->answer.pointer = NULL;
	}
	return call->flow < 0 ? call->flow : flow;
}

static int run(struct tau_op *op)
{
	return turn_each(op, take_record);
}

const struct tau_operator ffi_operator = {.size = sizeof ffi_operator,
	.name = "ffi",
	.create = create,
	.destroy = destroy,
	.run = run};
