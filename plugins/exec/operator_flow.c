/* exec: records to the program's input, and out of its output. */
#include "operator.h"

#include <errno.h>

/* --- what it reads --- */

/* It, or we, have closed its input. */
static void forget_input(struct tau_op *op, struct exec *self)
{
	self->child.in_closed = true;
	child_watch_less(op, &self->child, TAU_CHILD_IN);
}

static int gather(struct tau_op *op, struct exec *self)
{
	enum exec_format format = (enum exec_format)op->params[INPUT].value.i;
	const struct tau_record *record;

	while (feed_rest(&self->feed) < FEED_BYTES &&
		(record = tau_peek(op, IN))) {
		int flow = feed_add(op, &self->feed, format, BAD, record);

		if (flow != TAU_OK)
			return flow;
		self->fed = true;
		tau_consume(op, IN);
	}
	return TAU_OK;
}

int exec_feed(struct tau_op *op, struct exec *self)
{
	struct child *child = &self->child;
	int flow = gather(op, self);

	if (flow != TAU_OK)
		return flow;
	if (feed_rest(&self->feed) && !child->idle[TAU_CHILD_IN])
		flow = feed_write(
			&self->feed, self->os, child->fds[TAU_CHILD_IN]);
	if (flow == TAU_WAIT) {
		child_idles(op, child, TAU_CHILD_IN);
	} else if (flow == TAU_END) {
		forget_input(op, self);
		self->hint_ns = op->host->now(op) + HINT_NS;
	} else if (flow < 0) {
		return tau_failf(op, flow, "cannot write to %.*s: %s",
			SHOWN_BYTES, self->words.words[0],
			strerrordesc_np(-flow));
	} else if (!feed_rest(&self->feed) && tau_ended(op, IN)) {
		forget_input(op, self);
		self->spawn->close_in(op, child->fds);
	}
	return TAU_OK;
}

/* --- what it writes --- */

static void forget_output(struct tau_op *op, struct exec *self)
{
	child_close(op, &self->child, self->os, TAU_CHILD_OUT);
	self->out_closed = true;
	self->full = false;
}

/* What it writes from now on is not read, and it is ended. */
static void end_child(struct tau_op *op, struct exec *self)
{
	self->spawn->end(op, self->child.fds);
	forget_output(op, self);
	take_clear(&self->take);
}

/* What sending came to: TAU_OK, TAU_WAIT, TAU_STOPPED or -errno. */
int exec_settle(struct tau_op *op, struct exec *self, int flow, uint64_t frame)
{
	self->full = flow == TAU_WAIT;
	if (flow == TAU_END) {
		self->unwanted = true;
		end_child(op, self);
		return TAU_OK;
	}
	if (flow != -EPROTO)
		return flow;
	(void)snprintf(self->why, sizeof self->why,
		"%.*s wrote a frame that says it has %llu bytes, and max is "
		"%zu; it was ended",
		SHOWN_BYTES, self->words.words[0], (unsigned long long)frame,
		self->take.max);
	end_child(op, self);
	return TAU_OK;
}

static int send_output(struct tau_op *op, struct exec *self)
{
	uint64_t frame = 0;
	int flow = take_send(op, &self->take, &frame);

	return exec_settle(op, self, flow, frame);
}

/* Reads once, when all that came before was sent. */
int exec_take(struct tau_op *op, struct exec *self)
{
	struct child *child = &self->child;
	int flow = send_output(op, self);

	if (flow == TAU_WAIT)
		return TAU_OK;
	if (flow != TAU_OK || self->out_closed || child->idle[TAU_CHILD_OUT])
		return flow;
	flow = take_read(&self->take, self->os, child->fds[TAU_CHILD_OUT]);
	if (flow == TAU_OK) {
		flow = send_output(op, self);
		return flow == TAU_WAIT ? TAU_OK : flow;
	}
	if (flow == TAU_WAIT && self->phase == PHASE_RUNS) {
		child_idles(op, child, TAU_CHILD_OUT);
		return TAU_OK;
	}
	if (flow < 0)
		return tau_failf(op, flow, "cannot read from %.*s: %s",
			SHOWN_BYTES, self->words.words[0],
			strerrordesc_np(-flow));
	/* The end; or nothing more of one that has ended, though something
	 * that it started may still hold the pipe. */
	forget_output(op, self);
	if (self->phase == PHASE_RUNS)
		self->hint_ns = op->host->now(op) + HINT_NS;
	return TAU_OK;
}
