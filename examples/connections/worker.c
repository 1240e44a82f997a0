/*
 * worker: serves connections that come as records, all in one slot.
 *
 * Each line is answered in upper case with the worker's name in front; nothing
 * waits for the end of a line:
 *
 *	hello\n  ->  ann: HELLO\n
 *
 * A connection is either read or answered: only when its whole answer was sent
 * is more of it read, so an answer is all that is ever kept of it.
 *
 *	            received             the kernel takes no more
 *	READ (IN) ------------> answer ---------------------------> WRITE (OUT)
 *	   ^                      | sent                                |
 *	   +----------------------+<------------------------------------+
 *
 * Its state: for each connection the fd, then a byte of flags and the answer.
 */
#include <tau/operator.h>
#include <tau/os.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* clang-format off */
TAU_PLUGIN({
	"abi": "1.0", "name": "worker", "version": "1.0.0", "license": "MIT",
	"doc": "Serves connections.",
	"operators": [
		{"name": "serve", "doc": "Answers each line in upper case, with a name in front.",
		 "style": "coroutine", "effects": true,
		 "state": {"version": 1, "reads": [1], "writes": [1]},
		 "in": [{"name": "in", "type": "fd", "doc": "connections that do not block"}],
		 "params": {"name": {"type": "string", "default": "worker", "doc": "what answers begin with"}}}
	]
});
/* clang-format on */

enum { IN = 0, NAME = 0, SLOT = 0, READ_BYTES = 65536 };
enum { INSIDE = 1, ENDED = 2, ANSWERS = 4 }; /* of a saved connection */

struct connection {
	struct connection *next, **link;
	int fd;
	bool inside; /* a line that was begun has not ended */
	bool ended;  /* the peer says no more */
	uint8_t *answer;
	size_t answer_bytes, sent;
};

struct worker {
	const struct tau_os *os;
	struct connection *connections;
	size_t count;
	const char *name;
	size_t name_bytes;
	uint8_t space[READ_BYTES];
};

static int create(struct tau_op *op)
{
	struct worker *self = calloc(1, sizeof *self);

	op->self = self;
	if (!self)
		return tau_fail(op, -ENOMEM, "no memory");
	self->os = op->host->ext(op, "tau.os/1");
	self->name = op->params[NAME].value.s.text;
	self->name_bytes = op->params[NAME].value.s.bytes;
	return self->os ? 0 : tau_fail(op, -ENOTSUP, "no tau.os/1 here");
}

/* --- connections --- */

static void add(struct worker *self, struct connection *connection)
{
	connection->next = self->connections;
	connection->link = &self->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	self->connections = connection;
	self->count++;
}

static void drop(struct worker *self, struct connection *connection)
{
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	self->count--;
	(void)self->os->close(self->os, connection->fd);
	free(connection->answer);
	free(connection);
}

/* Edges of reading, or while an answer waits those of writing. */
static int watch(struct tau_op *op, struct connection *connection)
{
	return op->host->watch(op, SLOT, connection->fd,
		connection->answer ? EPOLLOUT : EPOLLIN,
		(uint64_t)(uintptr_t)connection);
}

static void hang_up(struct tau_op *op, struct connection *connection)
{
	(void)op->host->watch(op, SLOT, connection->fd, 0, 0);
	drop(op->self, connection);
}

/* One that cannot be served is closed, which its peer sees. */
static int welcome(struct tau_op *op, const struct tau_record *record)
{
	struct worker *self = op->self;
	struct connection *connection;
	int fd = op->host->fd_take(op, record);

	if (fd < 0)
		return tau_failf(op, fd, "a connection cannot be taken: %s",
			strerrordesc_np(-fd));
	connection = calloc(1, sizeof *connection);
	if (!connection) {
		(void)self->os->close(self->os, fd);
		tau_log(op, TAU_WARNING, "no memory for a connection");
		return TAU_OK;
	}
	connection->fd = fd;
	add(self, connection);
	if (watch(op, connection) == 0)
		return TAU_OK;
	tau_log(op, TAU_WARNING, "a connection cannot be waited for");
	drop(self, connection);
	return TAU_OK;
}

/* --- what is said --- */

static uint8_t upper(uint8_t byte)
{
	return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
}

/* Adds what was said to the answer, which has room for it. */
static void answer_bytes(struct worker *self, struct connection *connection,
	const uint8_t *said, size_t bytes)
{
	uint8_t *to = connection->answer + connection->answer_bytes;

	for (size_t i = 0; i < bytes; i++) {
		if (!connection->inside) {
			memcpy(to, self->name, self->name_bytes);
			to += self->name_bytes;
			*to++ = ':';
			*to++ = ' ';
		}
		*to++ = upper(said[i]);
		connection->inside = said[i] != '\n';
	}
	connection->answer_bytes = (size_t)(to - connection->answer);
}

/* False: there is no memory for the answer. */
static bool make_answer(struct worker *self, struct connection *connection,
	const uint8_t *said, size_t bytes)
{
	size_t lines = 1;

	for (size_t i = 0; i < bytes; i++)
		lines += said[i] == '\n';
	connection->answer = malloc(bytes + lines * (self->name_bytes + 2));
	connection->answer_bytes = connection->sent = 0;
	if (!connection->answer)
		return false;
	answer_bytes(self, connection, said, bytes);
	return true;
}

/* TAU_OK: something was said; TAU_WAIT: nothing now; TAU_END: hang up. */
static int hear(struct tau_op *op, struct connection *connection)
{
	struct worker *self = op->self;
	ssize_t done = self->os->receive(
		self->os, connection->fd, self->space, READ_BYTES);

	if (done == -EAGAIN)
		(void)op->host->drained(op, SLOT, connection->fd, EPOLLIN);
	if (done == -EAGAIN || done == -EINTR)
		return TAU_WAIT;
	if (done < 0)
		return TAU_END;
	connection->ended = done == 0;
	if (done == 0 && !connection->inside)
		return TAU_END;
	if (done == 0) /* the last line lacks its newline */
		self->space[done++] = '\n';
	return make_answer(self, connection, self->space, (size_t)done)
		       ? TAU_OK
		       : TAU_END;
}

/* TAU_OK: the whole answer was sent; TAU_WAIT: not yet; TAU_END: hang up. */
static int say(struct tau_op *op, struct connection *connection)
{
	const struct tau_os *os = ((struct worker *)op->self)->os;

	while (connection->sent < connection->answer_bytes) {
		ssize_t done = os->send(os, connection->fd,
			connection->answer + connection->sent,
			connection->answer_bytes - connection->sent);

		if (done == -EAGAIN) /* from now on edges of writing */
			return watch(op, connection) == 0 ? TAU_WAIT : TAU_END;
		if (done < 0 && done != -EINTR)
			return TAU_END;
		if (done > 0)
			connection->sent += (size_t)done;
	}
	free(connection->answer);
	connection->answer = NULL;
	return TAU_OK;
}

/* One turn of a connection that is ready. */
static int serve(struct tau_op *op, struct connection *connection)
{
	bool waited = connection->answer != NULL;
	int flow = waited ? TAU_OK : hear(op, connection);

	if (flow == TAU_OK)
		flow = say(op, connection);
	if (flow == TAU_OK && connection->ended)
		flow = TAU_END;
	if (flow == TAU_OK && waited && watch(op, connection))
		flow = TAU_END;
	return flow;
}

/* --- all of them --- */

static int serve_all(struct tau_op *op, struct worker *self)
{
	struct tau_event event;

	for (size_t turns = self->count; turns > 0; turns--) {
		struct connection *connection;
		int flow = op->host->next_event(op, SLOT, &event);

		if (flow != TAU_OK)
			return flow == TAU_WAIT ? TAU_OK : flow;
		connection = (struct connection *)(uintptr_t)event.key;
		if (serve(op, connection) == TAU_END)
			hang_up(op, connection);
	}
	return TAU_OK;
}

static int welcome_all(struct tau_op *op)
{
	const struct tau_record *record;
	int flow = TAU_OK;

	while (flow == TAU_OK && (record = tau_peek(op, IN))) {
		flow = welcome(op, record);
		tau_consume(op, IN);
	}
	return flow;
}

/* After a stop: who was served goes on being served. */
static int watch_all(struct tau_op *op, struct worker *self)
{
	struct connection *connection = self->connections;
	int code = 0;

	for (; connection && code == 0; connection = connection->next)
		code = watch(op, connection);
	return code;
}

static int run(struct tau_op *op)
{
	struct worker *self = op->self;
	int flow = watch_all(op, self);

	while (flow == TAU_OK) {
		struct tau_want want = {.any = TAU_IN(IN) | TAU_SLOT(SLOT)};

		flow = welcome_all(op);
		if (flow == TAU_OK)
			flow = serve_all(op, self);
		if (flow != TAU_OK || (tau_ended(op, IN) && !self->count))
			break;
		flow = tau_wait(op, &want, NULL);
	}
	return flow < 0 ? flow : 0;
}

static int save_one(struct tau_op *op, struct tau_out *state,
	const struct connection *connection)
{
	size_t left = connection->answer_bytes - connection->sent;
	int code = op->host->fd_send(op, state, connection->fd, 0);
	uint8_t *space =
		code ? NULL : tau_reserve_at(op, state, (uint32_t)left + 1);

	if (!space)
		return code ? code : -ENOMEM;
	space[0] = (uint8_t)((connection->inside ? INSIDE : 0) |
			     (connection->ended ? ENDED : 0) |
			     (connection->answer ? ANSWERS : 0));
	if (left > 0)
		memcpy(space + 1, connection->answer + connection->sent, left);
	tau_commit_at(op, state, (uint32_t)left + 1, TAU_BYTES);
	return 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct connection *connection =
		((struct worker *)op->self)->connections;
	int code = 0;

	(void)version;
	for (; connection && code == 0; connection = connection->next)
		code = save_one(op, state, connection);
	return code;
}

/* How a connection stands, and its answer; false: there is no memory. */
static bool restore_bytes(
	struct connection *connection, const struct tau_record *record)
{
	const uint8_t *from = record->body;
	size_t left = record->bytes - 1;

	connection->inside = from[0] & INSIDE;
	connection->ended = from[0] & ENDED;
	if (!(from[0] & ANSWERS))
		return true;
	connection->answer = malloc(left + 1);
	if (!connection->answer)
		return false;
	memcpy(connection->answer, from + 1, left);
	connection->answer_bytes = left;
	return true;
}

static int restore_one(struct tau_op *op, struct tau_in *state)
{
	const struct tau_record *record = tau_peek_at(op, state);
	struct connection *connection = calloc(1, sizeof *connection);
	int fd = connection ? op->host->fd_take(op, record) : -ENOMEM;

	if (fd < 0) {
		free(connection);
		return tau_fail(op, fd, "a connection cannot be restored");
	}
	connection->fd = fd;
	add(op->self, connection); /* destroy closes it */
	tau_consume_at(op, state);
	record = tau_peek_at(op, state);
	if (!record || record->type != TAU_BYTES || record->bytes == 0)
		return tau_fail(op, -EBADMSG, "the state is cut short");
	if (!restore_bytes(connection, record))
		return tau_fail(op, -ENOMEM, "no memory");
	tau_consume_at(op, state);
	return 0;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	int code = 0;

	(void)version;
	while (code == 0 && tau_peek_at(op, state))
		code = restore_one(op, state);
	return code;
}

static void destroy(struct tau_op *op)
{
	struct worker *self = op->self;

	while (self && self->connections)
		drop(self, self->connections);
	free(self);
}

static const struct tau_operator serve_operator = {
	.size = sizeof serve_operator,
	.name = "serve",
	.create = create,
	.destroy = destroy,
	.run = run,
	.save = save,
	.restore = restore};

TAU_OPERATORS(&serve_operator);
