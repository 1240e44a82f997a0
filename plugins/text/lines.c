/*
 * lines: cuts bytes into records at a separator, which is left out.
 *
 *	block        ...est line|a whole line|another one|the begin
 *	out    (carry + copied)  by reference  by reference  -> carry
 *
 * Lines that lie in one block are sent by reference; only a line that is torn
 * between blocks is copied, once. What does not end with the stream's last
 * separator is a line as well. Each text record stands alone: its end ends a
 * line. So does a cycle.
 *
 * A block is consumed after all its lines were sent, so between two blocks
 * `carry` and `whole` are all there is to know.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/bad.h"
#include "common/state.h"
#include "scan.h"

enum { IN = 0, OUT = 0, BAD = 1 };
enum { SEPARATOR = 0, MAX = 1 };

struct lines {
	const char *separator;
	size_t separator_bytes;
	size_t max;
	/* The line that is not complete: its first `max` bytes, and of what
	 * is beyond them the end, in which a separator may have begun. */
	struct buffer carry;
	int64_t whole; /* how long that line is so far */
};

static int create(struct tau_op *op)
{
	struct lines *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->separator = op->params[SEPARATOR].value.s.text;
	self->separator_bytes = op->params[SEPARATOR].value.s.bytes;
	self->max = (size_t)op->params[MAX].value.i;
	if (!self->separator_bytes)
		return tau_fail(op, -EINVAL,
			"the separator is empty; give at least one character");
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct lines *self = op->self;

	if (self)
		buffer_release(&self->carry);
	free(self);
}

static int send_long(struct tau_op *op, struct lines *self, const void *line,
	size_t bytes, uint64_t whole)
{
	char reason[128];

	(void)snprintf(reason, sizeof reason,
		"the line has %llu bytes, and max is %zu",
		(unsigned long long)whole, self->max);
	return bad_send_part(op, BAD, "lines", line, bytes, whole, reason);
}

/* A line that lies in a block. Flow. */
static inline int send_line(struct tau_op *op, struct lines *self,
	const struct tau_record *block, const uint8_t *line, size_t bytes)
{
	struct tau_record record = {.body = line,
		.bytes = (uint32_t)bytes,
		.type = TAU_UTF8,
		.flags = block->flags};

	if (__builtin_expect(bytes > self->max, 0))
		return send_long(op, self, line, self->max, bytes);
	return tau_send_at(op, op->out[OUT], &record);
}

/* All lines of `block` from *at on that end in it; *at is then where the rest
 * begins. The separator is one byte. Flow. */
static int send_lines(struct tau_op *op, struct lines *self,
	const struct tau_record *block, size_t *at)
{
	const uint8_t *body = block->body;
	size_t from = *at, next = *at;
	uint8_t separator = (uint8_t)self->separator[0];
	int flow;

	while (next < block->bytes) {
		size_t width = block->bytes - next;
		uint64_t mask = scan_mask(body + next, width, separator);

		while (mask) {
			size_t end = next + (size_t)__builtin_ctzll(mask);

			mask &= mask - 1;
			flow = send_line(
				op, self, block, body + from, end - from);
			if (flow != TAU_OK)
				return flow;
			from = end + 1;
		}
		next += width < SCAN_BYTES ? width : SCAN_BYTES;
	}
	*at = from;
	return TAU_OK;
}

/* The same for a separator of several bytes. */
static int send_parts(struct tau_op *op, struct lines *self,
	const struct tau_record *block, size_t *at)
{
	const uint8_t *body = block->body, *end;

	while ((end = memmem(body + *at, block->bytes - *at, self->separator,
			self->separator_bytes))) {
		size_t bytes = (size_t)(end - body) - *at;
		int flow = send_line(op, self, block, body + *at, bytes);

		if (flow != TAU_OK)
			return flow;
		*at += bytes + self->separator_bytes;
	}
	return TAU_OK;
}

/* Adds to the incomplete line; beyond `max` only the last bytes are kept. */
static int carry_add(struct lines *self, const uint8_t *from, size_t bytes)
{
	size_t fits = self->carry.bytes < self->max
			      ? self->max - self->carry.bytes
			      : 0;
	size_t tail = self->separator_bytes - 1;
	size_t first = bytes < fits ? bytes : fits;
	size_t beyond;

	self->whole += (int64_t)bytes;
	if (buffer_append(&self->carry, from, first))
		return -ENOMEM;
	from += first;
	bytes -= first;
	if (bytes > tail) {
		from += bytes - tail;
		bytes = tail;
	}
	if (buffer_append(&self->carry, from, bytes))
		return -ENOMEM;
	if (self->carry.bytes <= self->max + tail)
		return 0;
	beyond = self->carry.bytes - self->max;
	memmove(self->carry.start + self->max,
		self->carry.start + self->max + beyond - tail, tail);
	self->carry.bytes = self->max + tail;
	return 0;
}

/* Ends the incomplete line `cut` bytes before its present end. Flow. */
static int carry_end(struct tau_op *op, struct lines *self, size_t cut)
{
	size_t bytes = (size_t)self->whole - cut;
	int flow;

	if (bytes > self->max)
		flow = send_long(op, self, self->carry.start, self->max, bytes);
	else
		flow = tau_write(
			op, OUT, self->carry.start, (uint32_t)bytes, TAU_UTF8);
	if (flow == TAU_OK) {
		self->carry.bytes = 0;
		self->whole = 0;
	}
	return flow;
}

/* Where a separator begins that began in the carry and ends in the block: so
 * many bytes before the block; 0 when there is none. */
static size_t straddling(
	const struct lines *self, const uint8_t *body, size_t bytes)
{
	size_t most = self->separator_bytes - 1;

	if (most > self->carry.bytes)
		most = self->carry.bytes;
	for (size_t before = most; before > 0; before--) {
		size_t behind = self->separator_bytes - before;

		if (behind <= bytes &&
			memcmp(self->carry.start + self->carry.bytes - before,
				self->separator, before) == 0 &&
			memcmp(body, self->separator + before, behind) == 0)
			return before;
	}
	return 0;
}

/* Completes the line that an earlier block began, if it ends in this one; *at
 * is then where the next begins, or the block's end. Flow. */
static int complete_line(struct tau_op *op, struct lines *self,
	const struct tau_record *block, size_t *at)
{
	const uint8_t *body = block->body, *end;
	size_t before = straddling(self, body, block->bytes);

	if (before) {
		*at = self->separator_bytes - before;
		return carry_end(op, self, before);
	}
	end = memmem(
		body, block->bytes, self->separator, self->separator_bytes);
	*at = end ? (size_t)(end - body) : block->bytes;
	if (carry_add(self, body, *at))
		return tau_fail(op, -ENOMEM, "no memory for a line");
	if (!end)
		return TAU_OK;
	*at += self->separator_bytes;
	return carry_end(op, self, 0);
}

static int cut_block(
	struct tau_op *op, struct lines *self, const struct tau_record *block)
{
	const uint8_t *body = block->body;
	bool text = block->type == TAU_UTF8;
	size_t at = 0;
	int flow = TAU_OK;

	if (self->whole && !text)
		flow = complete_line(op, self, block, &at);
	if (flow == TAU_OK)
		flow = self->separator_bytes == 1
			       ? send_lines(op, self, block, &at)
			       : send_parts(op, self, block, &at);
	if (flow != TAU_OK || at == block->bytes)
		return flow;
	if (text)
		return send_line(op, self, block, body + at, block->bytes - at);
	if (carry_add(self, body + at, block->bytes - at))
		return tau_fail(op, -ENOMEM, "no memory for a line");
	return TAU_OK;
}

static int take_record(
	struct tau_op *op, struct lines *self, const struct tau_record *record)
{
	int flow;

	switch (record->type) {
	case TAU_BYTES:
	case TAU_UTF8:
		return cut_block(op, self, record);
	case TAU_CYCLE:
		flow = self->whole ? carry_end(op, self, 0) : TAU_OK;
		return flow == TAU_OK ? tau_send(op, OUT, record) : flow;
	default:
		return bad_send(op, BAD, "lines", record,
			"lines are cut out of bytes and text, and this is "
			"neither");
	}
}

static int run(struct tau_op *op)
{
	struct lines *self = op->self;
	const struct tau_record *record;
	int flow = TAU_OK;

	while ((record = tau_read(op, IN))) {
		flow = take_record(op, self, record);
		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	if (tau_ended(op, IN) && self->whole)
		flow = carry_end(op, self, 0);
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct lines *self = op->self;
	const struct state_entry entries[] = {{"whole", &self->whole}};
	int code = state_save(op, state, entries, 1);

	(void)version;
	return code ? code
		    : state_save_bytes(
			      op, state, self->carry.start, self->carry.bytes);
}

/* What is kept of a line that is too long depends on `max` and the separator,
 * which may be others now. 0 or -errno with a sentence. */
static int check_carry(struct tau_op *op, struct lines *self)
{
	size_t whole = (size_t)self->whole, kept = self->carry.bytes;
	size_t most = self->max + self->separator_bytes - 1;

	if (kept > whole)
		return state_refuse(op);
	if (kept < whole && kept < most)
		return tau_fail(op, -EINVAL,
			"the line that is being read is longer than max was, "
			"and what is kept of it cannot be cut anew; try again "
			"when it has ended");
	return 0;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct lines *self = op->self;
	const struct state_entry entries[] = {{"whole", &self->whole}};
	int code = state_restore(op, state, entries, 1);

	(void)version;
	if (code == 0)
		code = state_restore_bytes(op, state, &self->carry);
	return code ? code : check_carry(op, self);
}

const struct tau_operator text_lines = {.size = sizeof text_lines,
	.name = "lines",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
