/* sink: see sink.h. */
#include "sink.h"

#include <errno.h>

#include <tau/value.h>

#include "common/json.h"
#include "common/state.h"

enum {
	IN = 0,
	PENDING_BYTES = 64 * 1024, /* written once that much is gathered */
	DIRECT_BYTES = 16 * 1024,  /* records this large are not copied */
};

static bool reader_is_gone(ssize_t code)
{
	return code == -EPIPE || code == -ECONNRESET;
}

/* Consumes the records that end within the first `bytes` of pending. */
static void sink_settle(struct tau_op *op, struct sink *sink, size_t bytes)
{
	const size_t *ends = (const void *)sink->ends.start;
	size_t count = sink->ends.bytes / sizeof *ends;

	while (sink->settled < count && ends[sink->settled] <= bytes) {
		tau_consume(op, IN);
		sink->settled++;
	}
	if (sink->settled == count)
		sink->settled = sink->ends.bytes = 0;
}

/* After -EAGAIN: waits until the fd takes more. Flow. */
static int sink_wait(struct tau_op *op, struct sink *sink)
{
	struct tau_want want = {.any = TAU_SLOT(CHANNEL_SLOT)};

	if (!sink->channel.watched) /* a file, which cannot say when */
		return tau_failf(op, -EAGAIN,
			"cannot write %s: it takes nothing now, and cannot be "
			"waited for",
			sink->name);
	channel_drained(op, &sink->channel);
	sink_settle(op, sink, sink->sent);
	return tau_wait(op, &want, NULL);
}

/* Writes from `*done` to `bytes`: flow, TAU_END when the reader is gone, or
 * -errno with a sentence. `from` must stay where it is across suspensions. */
static int sink_write(struct tau_op *op, struct sink *sink, const uint8_t *from,
	size_t bytes, size_t *done)
{
	while (*done < bytes) {
		ssize_t count = channel_write(
			&sink->channel, from + *done, bytes - *done);
		int flow = TAU_OK;

		if (count >= 0)
			*done += (size_t)count;
		else if (count == -EAGAIN)
			flow = sink_wait(op, sink);
		else if (reader_is_gone(count))
			flow = TAU_END;
		else
			flow = tau_failf(op, (int)count, "cannot write %s: %s",
				sink->name, strerrordesc_np((int)-count));
		if (flow != TAU_OK)
			return flow;
	}
	return TAU_OK;
}

static int sink_flush(struct tau_op *op, struct sink *sink)
{
	int flow = sink_write(op, sink, sink->pending.start,
		sink->pending.bytes, &sink->sent);

	if (flow != TAU_OK)
		return flow;
	sink_settle(op, sink, sink->sent);
	sink->sent = sink->pending.bytes = 0;
	return TAU_OK;
}

static int sink_out_of_memory(struct tau_op *op, struct sink *sink)
{
	return tau_failf(op, -ENOMEM,
		"no memory for what is to be written to %s", sink->name);
}

/* A large record, out of its own body. */
static int sink_write_head(
	struct tau_op *op, struct sink *sink, const struct tau_record *record)
{
	int flow = sink_flush(op, sink);

	if (flow == TAU_OK && sink->head > record->bytes) /* as restored */
		flow = state_refuse(op);
	if (flow == TAU_OK)
		flow = sink_write(
			op, sink, record->body, record->bytes, &sink->head);
	if (flow != TAU_OK)
		return flow;
	sink->head = 0;
	if (record->type == TAU_UTF8 && buffer_byte(&sink->pending, '\n'))
		return sink_out_of_memory(op, sink);
	return TAU_OK;
}

static int sink_add_value(
	struct tau_op *op, struct sink *sink, const struct tau_record *record)
{
	struct tau_value value;
	int code = tau_value_open(record->body, record->bytes, &value);

	if (code == 0)
		code = json_append_value(&sink->pending, &value);
	if (code == 0)
		code = buffer_byte(&sink->pending, '\n');
	if (code == -ENOMEM)
		return sink_out_of_memory(op, sink);
	if (code)
		return tau_failf(op, code,
			"a record for %s says that it is a value, and is not "
			"utf9",
			sink->name);
	return TAU_OK;
}

/* Puts the head record into `pending`, or writes it. */
static int sink_add(
	struct tau_op *op, struct sink *sink, const struct tau_record *record)
{
	bool text = record->type == TAU_UTF8;
	uint8_t *to;

	if (record->type == TAU_VALUE)
		return sink_add_value(op, sink, record);
	if (record->type == TAU_CYCLE)
		return TAU_OK;
	if (record->type == TAU_FD)
		return tau_failf(op, -EINVAL,
			"a record for %s is a file descriptor, which cannot be "
			"written",
			sink->name);
	if (record->type != TAU_BYTES && !text)
		return tau_failf(op, -EINVAL,
			"a record for %s is of type %u, which nobody knows",
			sink->name, record->type);
	if (record->bytes >= DIRECT_BYTES)
		return sink_write_head(op, sink, record);
	to = buffer_reserve(&sink->pending, (size_t)record->bytes + 1);
	if (!to)
		return sink_out_of_memory(op, sink);
	if (record->bytes > 0) /* an empty body may be anywhere */
		memcpy(to, record->body, record->bytes);
	to[record->bytes] = '\n';
	sink->pending.bytes += (size_t)record->bytes + text;
	return TAU_OK;
}

/* Nothing to write: waits for a record, or for the reader to go. */
static int sink_idle(struct tau_op *op, struct sink *sink)
{
	struct tau_want want = {.any = TAU_IN(IN)};
	uint64_t ready = 0;
	int flow;

	if (sink->channel.watched)
		want.any |= TAU_SLOT(CHANNEL_SLOT);
	flow = tau_wait(op, &want, &ready);
	if (flow != TAU_OK || !(ready & TAU_SLOT(CHANNEL_SLOT)))
		return flow;
	if (channel_broken(&sink->channel))
		return TAU_END;
	channel_drained(op, &sink->channel);
	return TAU_OK;
}

/* The record at `record`, behind those that were taken before. */
static int sink_take(
	struct tau_op *op, struct sink *sink, const struct tau_record *record)
{
	int flow = sink_add(op, sink, record);

	if (flow != TAU_OK)
		return flow;
	if (buffer_append(&sink->ends, &sink->pending.bytes,
		    sizeof sink->pending.bytes))
		return sink_out_of_memory(op, sink);
	if (sink->pending.bytes >= PENDING_BYTES)
		return sink_flush(op, sink);
	return TAU_OK;
}

/* One turn: all records that are there, and then the write. What is pending
 * when it stops is the state's, and no record any more. */
static int sink_turn(struct tau_op *op, struct sink *sink)
{
	const struct tau_record *record;
	int flow = sink_flush(op, sink);

	while (flow == TAU_OK && (record = tau_peek(op, IN))) {
		const struct tau_record *limit = op->in[IN]->limit;

		for (; flow == TAU_OK && record < limit; record++)
			flow = sink_take(op, sink, record);
		if (flow == TAU_OK)
			flow = sink_flush(op, sink);
	}
	if (flow != TAU_OK)
		sink_settle(op, sink, sink->pending.bytes);
	return flow;
}

/* Closes at once: a FIFO's reader waits for that. */
static int sink_finish(struct tau_op *op, struct sink *sink)
{
	int code = channel_close(op, &sink->channel);

	if (code)
		return tau_failf(op, code, "cannot finish writing %s: %s",
			sink->name, strerrordesc_np(-code));
	return TAU_OK;
}

int sink_run(struct tau_op *op, struct sink *sink)
{
	int flow = channel_watch(op, &sink->channel);

	if (flow)
		return tau_failf(op, flow, "cannot wait for %s: %s", sink->name,
			strerrordesc_np(-flow));
	channel_watch_room(op, &sink->channel);
	while ((flow = sink_turn(op, sink)) == TAU_OK) {
		if (tau_ended(op, IN))
			break;
		flow = sink_idle(op, sink);
		if (flow != TAU_OK && !tau_ended(op, IN))
			break;
	}
	channel_unwatch(op, &sink->channel);
	return flow == TAU_OK || flow == TAU_END ? sink_finish(op, sink) : flow;
}

int sink_save(struct tau_op *op, struct sink *sink, struct tau_out *state,
	bool opened)
{
	int64_t head = (int64_t)sink->head, open = opened;
	const struct state_entry entries[] = {
		{"opened", &open}, {"head", &head}};
	int code = state_save(op, state, entries, 2);

	if (code)
		return code;
	if (sink->sent == sink->pending.bytes)
		return state_save_bytes(op, state, "", 0);
	return state_save_bytes(op, state, sink->pending.start + sink->sent,
		sink->pending.bytes - sink->sent);
}

int sink_restore(struct tau_op *op, struct sink *sink, struct tau_in *state,
	bool *opened)
{
	int64_t head, open;
	const struct state_entry entries[] = {
		{"opened", &open}, {"head", &head}};
	int code = state_restore(op, state, entries, 2);

	if (code)
		return code;
	sink->head = (size_t)head;
	sink->sent = 0;
	*opened = open;
	return state_restore_bytes(op, state, &sink->pending);
}

void sink_release(struct tau_op *op, struct sink *sink)
{
	(void)channel_close(op, &sink->channel);
	buffer_release(&sink->pending);
	buffer_release(&sink->ends);
}
