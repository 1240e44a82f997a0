/*
 * tcp.accept: connections as records.
 *
 * A connection is taken only when there is room for its record: until then it
 * waits in the kernel, and a stop finds none on its way.
 */
#include "operators.h"

#include <stdlib.h>

#include "listener.h"

enum { OUT = 0 };

static int create(struct tau_op *op)
{
	struct listener *self = calloc(1, sizeof *self);

	op->self = self;
	return self ? listener_init(op, self)
		    : tau_fail(op, -ENOMEM, "no memory");
}

static void destroy(struct tau_op *op)
{
	struct listener *self = op->self;

	if (self)
		listener_close(op, self);
	free(self);
}

/* All that wait and fit. TAU_WAIT: for more. */
static int take_all(struct tau_op *op, struct listener *self)
{
	struct tau_out *out = op->out[OUT];
	int flow, fd;

	for (;;) {
		flow = op->host->out_room(op, out, 0, TAU_BY_REFERENCE);
		if (flow == TAU_OK)
			flow = listener_accept(op, self, &fd);
		if (flow == TAU_OK) /* never waits: there is room */
			flow = op->host->fd_send(op, out, fd, 0);
		if (flow != TAU_OK)
			return flow;
	}
}

static int run(struct tau_op *op)
{
	struct listener *self = op->self;
	int flow = listener_start(op, self);

	while (flow == TAU_OK) {
		struct tau_want want = {0};

		if (listener_wants(op, self, &want)) {
			want.all = want.any | TAU_OUT(OUT);
			want.any = 0;
		}
		flow = tau_wait(op, &want, NULL);
		if (flow == TAU_OK)
			flow = take_all(op, self);
		if (flow == TAU_WAIT)
			flow = TAU_OK;
	}
	listener_finish(op, self, flow);
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	(void)version;
	return listener_save(op, op->self, state);
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	(void)version;
	return listener_restore(op, op->self, state);
}

const struct tau_operator net_tcp_accept = {.size = sizeof net_tcp_accept,
	.name = "tcp.accept",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
