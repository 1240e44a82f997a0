/*
 * stdout: the standard output of the one who started the topology. Watched
 * also when idle: once nobody reads it, the operator is done.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "sink.h"

static int create(struct tau_op *op)
{
	struct sink *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->name = "standard output";
	return 0;
}

static void destroy(struct tau_op *op)
{
	if (op->self)
		sink_release(op, op->self);
	free(op->self);
}

static int open_output(struct tau_op *op, struct channel *channel)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	const struct tau_stdio *stdio = op->host->ext(op, "tau.stdio/1");

	if (!os || !stdio)
		return tau_fail(op, -ENOSYS,
			"this host gives stdout no standard output to write");
	int code = channel_borrow(channel, os, stdio->fd, EPOLLOUT);
	if (code)
		return tau_failf(op, code, "cannot write standard output: %s",
			strerrordesc_np(-code));
	return 0;
}

static int run(struct tau_op *op)
{
	struct sink *self = op->self;
	int code = 0;

	if (self->channel.kind == CHANNEL_CLOSED)
		code = open_output(op, &self->channel);
	if (code == 0)
		code = sink_run(op, self);
	return code < 0 ? code : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return sink_save(op, op->self, state, false);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	bool opened;

	(void)version;
	return sink_restore(op, op->self, state, &opened);
}

const struct tau_operator io_stdout = {.size = sizeof io_stdout,
	.name = "stdout",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
