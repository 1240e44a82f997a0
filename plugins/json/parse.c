/* json.parse: text to values; what is refused, says common/json_read.h. */
#include "operators.h"

#include "common/bad.h"
#include "common/json_read.h"
#include "common/turn.h"

static int send_value(
	struct tau_op *op, const struct tau_record *record, json_t *json)
{
	size_t room = json_room(record, op->out[OUT]->atomic);
	void *space = tau_reserve(op, OUT, (uint32_t)room);
	struct tau_writer writer;
	int64_t bytes;

	if (!space)
		return (int)op->out[OUT]->state;
	tau_writer_init(&writer, space, room);
	json_write(&writer, json);
	bytes = tau_writer_finish(&writer);
	if (bytes < 0)
		return bad_send(op, BAD, "json.parse", record,
			"the value is larger than what the stream takes at "
			"once");
	tau_commit(op, OUT, (uint32_t)bytes, TAU_VALUE);
	return TAU_OK;
}

static int take_text(struct tau_op *op, const struct tau_record *record)
{
	char reason[256];
	json_t *json = json_read(record, reason, sizeof reason);
	int flow;

	if (!json)
		return bad_send(op, BAD, "json.parse", record, reason);
	flow = send_value(op, record, json);
	json_decref(json);
	return flow;
}

static int run(struct tau_op *op)
{
	return turn_text(
		op, take_text, "json.parse", "JSON is text, and this is none");
}

const struct tau_operator json_parse_operator = {
	.size = sizeof json_parse_operator, .name = "json.parse", .run = run};
