/*
 * stdin: the standard input of the one who started the topology. What was read
 * was sent, so there is no state: another instance reads on where this one
 * stopped.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "source.h"

struct standard_input {
	struct channel channel;
};

static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct standard_input));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	struct standard_input *self = op->self;

	if (self)
		(void)channel_close(op, &self->channel);
	free(self);
}

static int failed(struct tau_op *op, int code)
{
	return tau_failf(op, code, "cannot read standard input: %s",
		strerrordesc_np(-code));
}

static int open_input(struct tau_op *op, struct channel *channel)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	const struct tau_stdio *stdio = op->host->ext(op, "tau.stdio/1");

	if (!os || !stdio)
		return tau_fail(op, -ENOSYS,
			"this host gives stdin no standard input to read");
	int code = channel_borrow(channel, os, stdio->fd, EPOLLIN);
	return code ? failed(op, code) : 0;
}

static int copy(struct tau_op *op, struct channel *channel)
{
	size_t count;
	int flow;

	for (;;) {
		flow = source_read(op, channel, NULL, &count);
		if (flow == TAU_WAIT)
			flow = source_wait(op, channel);
		if (flow < 0)
			return failed(op, flow);
		if (flow != TAU_OK)
			return 0;
	}
}

static int run(struct tau_op *op)
{
	struct standard_input *self = op->self;
	int code = 0;

	if (self->channel.kind == CHANNEL_CLOSED)
		code = open_input(op, &self->channel);
	if (code == 0 && (code = channel_watch(op, &self->channel)))
		code = failed(op, code);
	if (code == 0)
		code = copy(op, &self->channel);
	channel_unwatch(op, &self->channel);
	return code;
}

const struct tau_operator io_stdin = {.size = sizeof io_stdin,
	.name = "stdin",
	.create = create,
	.destroy = destroy,
	.run = run};
