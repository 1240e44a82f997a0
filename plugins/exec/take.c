/* take: see take.h. */
#include "take.h"

#include <errno.h>

#include "common/bad.h"
#include "common/json_read.h"
#include "common/state.h"

enum {
	READ_BYTES = 64 * 1024,
	KEEP_BYTES = 1024, /* of a line that is too long, the beginning */
	HEAD_BYTES = 4,
};

int take_read(struct take *take, const struct tau_os *os, int fd)
{
	struct buffer *got = &take->got;
	ssize_t count;

	if (take->at) {
		memmove(got->start, got->start + take->at,
			got->bytes - take->at);
		got->bytes -= take->at;
		take->at = 0;
	}
	if (!buffer_reserve(got, READ_BYTES))
		return -ENOMEM;
	do
		count = os->read(os, fd, got->start + got->bytes, READ_BYTES);
	while (count == -EINTR);
	if (count == -EAGAIN)
		return TAU_WAIT;
	if (count > 0)
		got->bytes += (size_t)count;
	return count < 0 ? (int)count : count ? TAU_OK : TAU_END;
}

/* --- one record --- */

/* Room for one of so many bytes: flow, TAU_WAIT with the port's want set. */
static int room(struct tau_op *op, const struct take *take, size_t bytes)
{
	struct tau_out *out = op->out[take->out];
	int flow;

	if ((size_t)(out->body_limit - out->body) >= bytes &&
		out->next < out->limit)
		return TAU_OK;
	flow = op->host->out_room(op, out, (uint32_t)bytes, 0);
	if (flow == TAU_WAIT)
		(void)op->host->want_out(op, out, bytes ? bytes : 1);
	return flow;
}

static int send_bare(struct tau_op *op, struct take *take, const uint8_t *body,
	size_t bytes, uint16_t type)
{
	struct tau_out *out = op->out[take->out];
	struct tau_record record = {
		.body = body, .bytes = (uint32_t)bytes, .type = type};
	int flow;

	if (bytes > out->atomic)
		return bad_sendf(op, take->bad, "exec", &record,
			"it has %zu bytes, and the stream takes %u at once",
			bytes, out->atomic);
	flow = room(op, take, bytes);
	if (flow != TAU_OK)
		return flow;
	if (bytes)
		memcpy(out->body, body, bytes);
	tau_commit(op, take->out, (uint32_t)bytes, type);
	take->records++;
	return TAU_OK;
}

static int send_value(struct tau_op *op, struct take *take,
	const struct tau_record *line, json_t *json, size_t bytes)
{
	struct tau_out *out = op->out[take->out];
	struct tau_writer writer;
	int64_t used;

	tau_writer_init(&writer, out->body, bytes);
	json_write(&writer, json);
	used = tau_writer_finish(&writer);
	if (used < 0)
		return bad_send(op, take->bad, "exec", line,
			"the value is larger than what the stream takes at "
			"once");
	tau_commit(op, take->out, (uint32_t)used, TAU_VALUE);
	take->records++;
	return TAU_OK;
}

/* Room first, so that a line is parsed once. */
static int send_json(
	struct tau_op *op, struct take *take, const uint8_t *body, size_t bytes)
{
	const struct tau_record line = {
		.body = body, .bytes = (uint32_t)bytes, .type = TAU_UTF8};
	size_t most = json_room(&line, op->out[take->out]->atomic);
	int flow = room(op, take, most);
	char reason[256];
	json_t *json;

	if (flow != TAU_OK)
		return flow;
	json = json_read(&line, reason, sizeof reason);
	if (!json)
		return bad_send(op, take->bad, "exec", &line, reason);
	flow = send_value(op, take, &line, json, most);
	json_decref(json);
	return flow;
}

static int send_line(
	struct tau_op *op, struct take *take, const uint8_t *line, size_t bytes)
{
	uint64_t whole = bytes + take->cut;
	char reason[128];

	if (whole <= take->max)
		return take->format == FORMAT_JSON
			       ? send_json(op, take, line, bytes)
			       : send_bare(op, take, line, bytes, TAU_UTF8);
	(void)snprintf(reason, sizeof reason,
		"the line has %llu bytes, and max is %zu",
		(unsigned long long)whole, take->max);
	return bad_send_part(op, take->bad, "exec", line,
		bytes < KEEP_BYTES ? bytes : KEEP_BYTES, whole, reason);
}

/* --- all that is whole --- */

/* Of a line that is too long by now, the beginning stays. */
static void trim(struct take *take)
{
	size_t bytes = take->got.bytes - take->at;
	size_t keep = take->max < KEEP_BYTES ? take->max : KEEP_BYTES;

	if (bytes <= keep || (bytes <= take->max && take->cut == 0))
		return;
	take->cut += bytes - keep;
	take->got.bytes = take->at + keep;
	take->scanned = keep;
}

static int send_lines(struct tau_op *op, struct take *take)
{
	for (;;) {
		const uint8_t *line = take->got.start + take->at;
		size_t bytes = take->got.bytes - take->at;
		const uint8_t *end =
			bytes > take->scanned
				? memchr(line + take->scanned, '\n',
					  bytes - take->scanned)
				: NULL;
		int flow;

		if (!end) {
			take->scanned = bytes;
			trim(take);
			return TAU_OK;
		}
		flow = send_line(op, take, line, (size_t)(end - line));
		if (flow != TAU_OK)
			return flow;
		take->at += (size_t)(end - line) + 1;
		take->scanned = 0;
		take->cut = 0;
	}
}

static uint32_t frame_bytes(const uint8_t *head)
{
	return (uint32_t)head[0] | (uint32_t)head[1] << 8 |
	       (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
}

static int send_frames(struct tau_op *op, struct take *take, uint64_t *frame)
{
	while (take->got.bytes - take->at >= HEAD_BYTES) {
		const uint8_t *head = take->got.start + take->at;
		uint32_t bytes = frame_bytes(head);
		int flow;

		*frame = bytes;
		if (bytes > take->max)
			return -EPROTO;
		if (take->got.bytes - take->at - HEAD_BYTES < bytes)
			return TAU_OK;
		flow = send_bare(op, take, head + HEAD_BYTES, bytes, TAU_BYTES);
		if (flow != TAU_OK)
			return flow;
		take->at += HEAD_BYTES + bytes;
	}
	return TAU_OK;
}

int take_send(struct tau_op *op, struct take *take, uint64_t *frame)
{
	if (take->at == take->got.bytes)
		return TAU_OK;
	return take->format == FORMAT_FRAMES ? send_frames(op, take, frame)
					     : send_lines(op, take);
}

int take_rest(struct tau_op *op, struct take *take, bool well)
{
	size_t bytes = take->got.bytes - take->at;
	const uint8_t *rest;
	int flow = TAU_OK;

	if (bytes == 0)
		return TAU_OK;
	rest = take->got.start + take->at;
	if (take->format == FORMAT_FRAMES)
		flow = bad_send_part(op, take->bad, "exec", rest,
			bytes < KEEP_BYTES ? bytes : KEEP_BYTES, bytes,
			"the program ended before this frame did; its length "
			"is in front");
	else if (well)
		flow = send_line(op, take, rest, bytes);
	else
		flow = bad_send_part(op, take->bad, "exec", rest,
			bytes < KEEP_BYTES ? bytes : KEEP_BYTES,
			bytes + take->cut,
			"the program ended before this line did");
	if (flow == TAU_OK)
		take_clear(take);
	return flow;
}

void take_clear(struct take *take)
{
	take->got.bytes = take->at = take->scanned = 0;
	take->cut = 0;
}

void take_release(struct take *take)
{
	buffer_release(&take->got);
}

/* --- state --- */

int take_save(struct tau_op *op, const struct take *take, struct tau_out *state)
{
	int64_t cut = (int64_t)take->cut, records = (int64_t)take->records;
	int64_t format = take->format;
	const struct state_entry entries[] = {
		{"cut", &cut}, {"records", &records}, {"output", &format}};
	int code = state_save(op, state, entries, 3);

	return code ? code : state_save_buffer(op, state, &take->got, take->at);
}

int take_restore(struct tau_op *op, struct take *take, struct tau_in *state)
{
	int64_t cut, records, format;
	const struct state_entry entries[] = {
		{"cut", &cut}, {"records", &records}, {"output", &format}};
	int code = state_restore(op, state, entries, 3);

	if (code == 0 && format != (int64_t)take->format)
		return tau_fail(op, -EINVAL,
			"the program that runs writes in another format than "
			"output now says; it cannot go on with this one, and "
			"under another name the operator begins anew");
	if (code == 0)
		code = state_restore_bytes(op, state, &take->got);
	if (code == -ENOMEM)
		return tau_fail(op, code, "no memory for what a program wrote");
	take->cut = (uint64_t)cut;
	take->records = (uint64_t)records;
	return code;
}
