/* feed: see feed.h. */
#include "feed.h"

#include <errno.h>

#include <tau/value.h>

#include "common/bad.h"
#include "common/json.h"
#include "common/state.h"

/* What a pipe holds, unless its reader has made it larger. */
enum { PIPE_BYTES = 64 * 1024 };

static int no_memory(struct tau_op *op)
{
	return tau_fail(op, -ENOMEM, "no memory for what a program is to read");
}

/* --- records as bytes --- */

/* The record as a value: bare text and bytes get a view without a code. */
static int view(const struct tau_record *record, struct tau_value *value)
{
	if (record->type == TAU_VALUE)
		return tau_value_open(record->body, record->bytes, value);
	*value = (struct tau_value){.start = record->body,
		.body = record->body,
		.limit = (const uint8_t *)record->body + record->bytes,
		.code = record->type == TAU_UTF8 ? TAU_CODE_TEXT
						 : TAU_CODE_BYTES};
	return 0;
}

static int add_json(struct feed *feed, const struct tau_record *record)
{
	struct tau_value value;
	int code = view(record, &value);

	if (code == 0)
		code = json_append_value(&feed->pending, &value);
	return code ? code : buffer_byte(&feed->pending, '\n');
}

static int add_line(struct feed *feed, const struct tau_record *record)
{
	int code;

	if (record->type == TAU_VALUE)
		return add_json(feed, record);
	code = buffer_append(&feed->pending, record->body, record->bytes);
	if (code == 0 && record->type == TAU_UTF8)
		code = buffer_byte(&feed->pending, '\n');
	return code;
}

static int add_frame(struct feed *feed, const struct tau_record *record)
{
	const uint8_t head[] = {(uint8_t)record->bytes,
		(uint8_t)(record->bytes >> 8), (uint8_t)(record->bytes >> 16),
		(uint8_t)(record->bytes >> 24)};
	int code = buffer_append(&feed->pending, head, sizeof head);

	return code ? code
		    : buffer_append(
			      &feed->pending, record->body, record->bytes);
}

int feed_add(struct tau_op *op, struct feed *feed, enum exec_format format,
	uint32_t bad, const struct tau_record *record)
{
	size_t before = feed->pending.bytes;
	int code;

	if (record->type == TAU_CYCLE)
		return TAU_OK;
	if (record->type == TAU_FD)
		return bad_send(op, bad, "exec", record,
			"a file descriptor cannot be written to a program");
	if (format == FORMAT_LINES)
		code = add_line(feed, record);
	else if (format == FORMAT_JSON)
		code = add_json(feed, record);
	else
		code = add_frame(feed, record);
	if (code == -EBADMSG) {
		feed->pending.bytes = before;
		return bad_send(
			op, bad, "exec", record, "the record is not utf9");
	}
	if (code == 0 && feed->pending.bytes > before)
		code = lengths_push(&feed->waiting,
			(uint32_t)(feed->pending.bytes - before));
	return code ? no_memory(op) : TAU_OK;
}

/* --- bytes to the child --- */

/* What was wholly written is on its way; older ones have been read. */
static int settle(struct feed *feed)
{
	struct lengths *flight = &feed->flight;

	while (lengths_count(&feed->waiting) &&
		feed->done - feed->at >= lengths_at(&feed->waiting, 0)) {
		uint32_t length = lengths_pop(&feed->waiting);

		feed->at += length;
		if (lengths_push(flight, length))
			return -ENOMEM;
	}
	while (lengths_count(flight) &&
		flight->sum - lengths_at(flight, 0) >= PIPE_BYTES)
		(void)lengths_pop(flight);
	if (feed->at == feed->pending.bytes)
		feed->at = feed->done = feed->pending.bytes = 0;
	return 0;
}

int feed_write(struct feed *feed, const struct tau_os *os, int fd)
{
	while (feed_rest(feed)) {
		ssize_t count = os->write(os, fd,
			feed->pending.start + feed->done, feed_rest(feed));

		if (count == -EINTR)
			continue;
		if (count == -EAGAIN)
			return TAU_WAIT;
		if (count == -EPIPE)
			return TAU_END;
		if (count < 0)
			return (int)count;
		feed->done += (size_t)count;
		if (settle(feed))
			return -ENOMEM;
	}
	return TAU_OK;
}

uint64_t feed_lost(struct feed *feed, uint64_t unread)
{
	uint64_t begun = feed->done - feed->at, lost = 0;
	size_t left = lengths_count(&feed->flight);

	unread -= unread < begun ? unread : begun;
	while (unread && left) {
		uint32_t length = lengths_at(&feed->flight, --left);

		unread -= unread < length ? unread : length;
		lost++;
	}
	lengths_clear(&feed->flight);
	feed->done = feed->at;
	return lost;
}

uint64_t feed_drop(struct feed *feed)
{
	uint64_t count = lengths_count(&feed->waiting);

	lengths_clear(&feed->waiting);
	feed->at = feed->done = feed->pending.bytes = 0;
	return count;
}

void feed_release(struct feed *feed)
{
	buffer_release(&feed->pending);
	buffer_release(&feed->waiting.buffer);
	buffer_release(&feed->flight.buffer);
}

/* --- state --- */

int feed_save(struct tau_op *op, const struct feed *feed, struct tau_out *state)
{
	int64_t done = (int64_t)(feed->done - feed->at);
	const struct state_entry entries[] = {{"written", &done}};
	int code = state_save(op, state, entries, 1);

	if (code == 0)
		code = state_save_buffer(op, state, &feed->pending, feed->at);
	if (code == 0)
		code = state_save_buffer(
			op, state, &feed->waiting.buffer, feed->waiting.head);
	if (code == 0)
		code = state_save_buffer(
			op, state, &feed->flight.buffer, feed->flight.head);
	return code;
}

int feed_restore(struct tau_op *op, struct feed *feed, struct tau_in *state)
{
	int64_t done;
	const struct state_entry entries[] = {{"written", &done}};
	int code = state_restore(op, state, entries, 1);

	if (code == 0)
		code = state_restore_bytes(op, state, &feed->pending);
	if (code == 0)
		code = state_restore_bytes(op, state, &feed->waiting.buffer);
	if (code == 0)
		code = state_restore_bytes(op, state, &feed->flight.buffer);
	if (code == -ENOMEM)
		return no_memory(op);
	if (code)
		return code;
	if (!lengths_restored(&feed->waiting) ||
		!lengths_restored(&feed->flight) ||
		feed->waiting.sum != feed->pending.bytes ||
		(size_t)done > feed->pending.bytes)
		return state_refuse(op);
	feed->at = 0;
	feed->done = (size_t)done;
	return 0;
}
