/*
 * tcp.listen: the lines of many connections in one stream.
 *
 * All connections are watched in one slot, so that idle ones cost no turn. Each
 * ready one gets one receive, in turn. While the out stream is full nothing is
 * received and nobody is accepted; the kernel then slows the writers down.
 */
#include "operators.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "common/state.h"
#include "connection.h"
#include "listener.h"

enum { OUT = 0, WELCOME_MOST = 64 };

struct tcp_listen {
	struct listener listener;
	TAILQ_HEAD(, connection) connections;
	int64_t count;
};

static int create(struct tau_op *op)
{
	struct tcp_listen *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	TAILQ_INIT(&self->connections);
	return listener_init(op, &self->listener);
}

static void drop(struct tau_op *op, struct tcp_listen *self,
	struct connection *connection)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");

	TAILQ_REMOVE(&self->connections, connection, link);
	self->count--;
	connection_destroy(&connection, os);
}

static void drop_all(struct tau_op *op, struct tcp_listen *self)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&self->connections)))
		drop(op, self, connection);
}

static void destroy(struct tau_op *op)
{
	struct tcp_listen *self = op->self;

	if (!self)
		return;
	drop_all(op, self);
	listener_close(op, &self->listener);
	free(self);
}

static void keep(struct tcp_listen *self, struct connection *connection)
{
	TAILQ_INSERT_TAIL(&self->connections, connection, link);
	self->count++;
}

static int watch(struct tau_op *op, struct connection *connection)
{
	return op->host->watch(op, CONNECTION_SLOT, connection->fd, EPOLLIN,
		(uint64_t)(uintptr_t)connection);
}

/* A connection that cannot be kept is closed: its peer is told at once, and
 * has not been heard. */
static void welcome(struct tau_op *op, struct tcp_listen *self, int fd)
{
	const struct tau_os *os = self->listener.os;
	struct connection *connection = connection_create(fd);
	int code = connection ? watch(op, connection) : -ENOMEM;

	if (code == 0) {
		keep(self, connection);
		return;
	}
	if (connection)
		connection_destroy(&connection, os);
	else
		(void)os->close(os, fd);
	listener_press(op, &self->listener, code);
}

/* Those who wait to be heard, but no flood of them in one turn. Flow. */
static int welcome_some(struct tau_op *op, struct tcp_listen *self)
{
	int flow = TAU_OK, fd;

	for (int i = 0; i < WELCOME_MOST && flow == TAU_OK; i++) {
		if (self->listener.rests_until)
			break;
		flow = listener_accept(op, &self->listener, &fd);
		if (flow == TAU_OK)
			welcome(op, self, fd);
	}
	return flow == TAU_WAIT ? TAU_OK : flow;
}

static void hang_up(struct tau_op *op, struct tcp_listen *self,
	struct connection *connection)
{
	(void)op->host->watch(op, CONNECTION_SLOT, connection->fd, 0, 0);
	drop(op, self, connection);
}

/* One turn of each connection that is ready, as long as some are. Flow. */
static int hear_all(struct tau_op *op, struct tcp_listen *self)
{
	struct tau_event event;

	for (int64_t turns = self->count; turns > 0; turns--) {
		struct connection *connection;
		int flow = op->host->next_event(op, CONNECTION_SLOT, &event);

		if (flow != TAU_OK)
			return flow == TAU_WAIT ? TAU_OK : flow;
		connection = (struct connection *)(uintptr_t)event.key;
		flow = connection_turn(op, connection, self->listener.os);
		if (flow == TAU_END)
			hang_up(op, self, connection);
		else if (flow != TAU_OK)
			return flow;
	}
	return TAU_OK;
}

static int watch_all(struct tau_op *op, struct tcp_listen *self)
{
	struct connection *connection;
	int code;

	TAILQ_FOREACH(connection, &self->connections, link)
	{
		code = watch(op, connection);
		if (code)
			return tau_failf(op, code,
				"cannot wait for a connection: %s",
				strerrordesc_np(-code));
	}
	return 0;
}

/* Waits for connections and what they say, and for the reader of `out` to go:
 * nobody works for that of `bad` alone. Flow. */
static int await(struct tau_op *op, struct tcp_listen *self, bool *rests)
{
	struct tau_want want = {
		.any = TAU_SLOT(CONNECTION_SLOT) | TAU_OUT(OUT)};
	struct tau_out *out = op->out[OUT];
	uint64_t ready = 0;
	int flow = op->host->want_out(op, out, TAU_OFF);

	*rests = !listener_wants(op, &self->listener, &want);
	if (flow == TAU_OK)
		flow = tau_wait(op, &want, &ready);
	if (flow == TAU_OK && (ready & TAU_OUT(OUT)))
		flow = op->host->out_room(op, out, 0, TAU_BY_REFERENCE);
	return flow == TAU_WAIT ? TAU_OK : flow;
}

static int run(struct tau_op *op)
{
	struct tcp_listen *self = op->self;
	int flow = listener_start(op, &self->listener);

	if (flow == TAU_OK)
		flow = watch_all(op, self);
	while (flow == TAU_OK) {
		bool rests;

		flow = await(op, self, &rests);
		if (flow == TAU_OK)
			flow = hear_all(op, self);
		if (flow == TAU_OK && !rests)
			flow = welcome_some(op, self);
	}
	if (op->out[OUT]->state == TAU_END)
		flow = TAU_END;
	listener_finish(op, &self->listener, flow);
	while (flow != TAU_STOPPED && !TAILQ_EMPTY(&self->connections))
		hang_up(op, self, TAILQ_FIRST(&self->connections));
	return flow < 0 ? flow : 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct tcp_listen *self = op->self;
	const struct state_entry entries[] = {{"connections", &self->count}};
	struct connection *connection;
	int code = listener_save(op, &self->listener, state);

	(void)version;
	if (code == 0)
		code = state_save(op, state, entries, 1);
	TAILQ_FOREACH(connection, &self->connections, link)
	{
		if (code == 0)
			code = connection_save(op, connection, state);
	}
	return code;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct tcp_listen *self = op->self;
	int64_t count;
	const struct state_entry entries[] = {{"connections", &count}};
	int code = listener_restore(op, &self->listener, state);

	(void)version;
	if (code == 0)
		code = state_restore(op, state, entries, 1);
	while (code == 0 && self->count < count) {
		struct connection *connection =
			connection_restore(op, state, &code);

		if (connection)
			keep(self, connection);
	}
	return code;
}

const struct tau_operator net_tcp_listen = {.size = sizeof net_tcp_listen,
	.name = "tcp.listen",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};
