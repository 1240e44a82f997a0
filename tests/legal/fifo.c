/* fifo: a source that reads a file or a FIFO, one block for each wait; two
 * versions of its state; and a helper that says why, whose result is given on. */
#include "plugin.h"

#include <tau/os.h>

DESCRIBE({
	"name": "legal",
	"out": [ {"name": "out", "type": "bytes"} ],
	"params": {"path": {"type": "path", "required": true}},
	"state": {"version": 2, "reads": [1, 2], "writes": [1, 2]}
});

struct self {
	int fd;
	uint32_t bytes; /* read, and not written */
	uint8_t block[16];
};

static int create(struct tau_op *op)
{
	struct self *self = op->self = calloc(1, sizeof *self);

	if (!self)
		return tau_fail(op, -ENOMEM, "there is no memory");
	self->fd = -1;
	return 0;
}

static void destroy(struct tau_op *op)
{
	struct self *self = op->self;

	if (self && self->fd >= 0)
		(void)close(self->fd);
	free(self);
}

static int copy(struct tau_op *op, const struct tau_os *os)
{
	const struct tau_want want = {.any = TAU_SLOT(0)};
	struct self *self = op->self;
	int flow = TAU_OK;

	while (flow == TAU_OK) {
		ssize_t bytes;

		if (self->bytes)
			flow = tau_write(op, 0, self->block, self->bytes,
				TAU_BYTES);
		if (flow != TAU_OK)
			break;
		self->bytes = 0;
		flow = tau_wait(op, &want, NULL);
		if (flow != TAU_OK)
			break;
		bytes = os->read(os, self->fd, self->block, 16);
		if (bytes == -EAGAIN)
			flow = op->host->drained(op, 0, self->fd, EPOLLIN);
		else if (bytes < 0)
			return tau_fail(op, (int)bytes, "it cannot be read");
		else if (bytes == 0)
			return TAU_END;
		else
			self->bytes = (uint32_t)bytes;
	}
	return flow;
}

static int run(struct tau_op *op)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	struct self *self = op->self;
	int flow;

	if (!os)
		return tau_fail(op, -ENOSYS, "there are no files here");
	if (self->fd < 0)
		self->fd = os->open(os, op->params[0].value.s.text,
			O_RDONLY | O_NONBLOCK, 0);
	if (self->fd < 0)
		return tau_fail(op, self->fd, "it cannot be opened");
	flow = op->host->watch(op, 0, self->fd, EPOLLIN, 0);
	if (flow < 0)
		return tau_fail(op, flow, "it cannot be waited for");
	flow = copy(op, os);
	(void)op->host->watch(op, 0, self->fd, 0, 0);
	return stop_for(flow);
}

/* The second version says first whether a file is open. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;
	uint8_t open = self->fd >= 0;
	int flow = TAU_OK;

	if (version == 2)
		flow = tau_write_at(op, state, &open, 1, TAU_BYTES);
	if (flow == TAU_OK)
		flow = tau_write_at(
			op, state, self->block, self->bytes, TAU_BYTES);
	if (flow == TAU_OK && open)
		flow = op->host->fd_send(op, state, self->fd, 0);
	return flow;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	const struct tau_record *r = tau_read_at(op, state);
	uint8_t open = 0;

	if (version == 2 && r && r->bytes == 1) {
		open = *(const uint8_t *)r->body;
		tau_consume_at(op, state);
		r = tau_read_at(op, state);
	}
	if (!r || r->bytes > sizeof self->block || r->type != TAU_BYTES)
		return tau_fail(op, -EBADMSG, "that is not my state");
	memcpy(self->block, r->body, self->bytes = r->bytes);
	tau_consume_at(op, state);
	r = tau_read_at(op, state);
	if (!r)
		return open ? tau_fail(op, -EBADMSG, "it lacks the file") : 0;
	self->fd = op->host->fd_take(op, r);
	if (self->fd < 0)
		return tau_fail(op, self->fd, "the file cannot be taken");
	tau_consume_at(op, state);
	return 0;
}

OPERATOR(.create = create, .destroy = destroy, .run = run, .save = save,
	.restore = restore);
