/* connection: see connection.h. */
#include "connection.h"

#include <errno.h>
#include <sys/epoll.h>

#include "address.h"
#include "common/bad.h"
#include "common/state.h"
#include "listener.h"

enum {
	OUT = 0,
	BAD = 1,
	/* What is left of a window is used until it is smaller. */
	LEAST_BYTES = 16 * 1024,
	KEEP_BYTES = 1024, /* of a refused line, the beginning */
};

struct connection *connection_create(int fd)
{
	struct connection *connection = calloc(1, sizeof *connection);

	if (connection)
		connection->fd = fd;
	return connection;
}

void connection_destroy(struct connection **connection, const struct tau_os *os)
{
	if (!*connection)
		return;
	(void)os->close(os, (*connection)->fd);
	buffer_release(&(*connection)->partial);
	buffer_release(&(*connection)->refused);
	free(*connection);
	*connection = NULL;
}

static int no_memory(struct tau_op *op)
{
	return tau_fail(op, -ENOMEM, "no memory for a line");
}

/* --- lines that are refused --- */

/* What was received of a line is refused with it; the beginning is kept. */
static int refuse(struct tau_op *op, struct connection *connection,
	enum refusal refusal, const uint8_t *more, size_t bytes)
{
	struct buffer *partial = &connection->partial;
	size_t has = partial->bytes < KEEP_BYTES ? partial->bytes : KEEP_BYTES;
	size_t adds = bytes < KEEP_BYTES - has ? bytes : KEEP_BYTES - has;

	if (buffer_append(&connection->refused, partial->start, has) ||
		buffer_append(&connection->refused, more, adds))
		return no_memory(op);
	connection->refused_bytes = partial->bytes + bytes;
	connection->refusal = refusal;
	buffer_release(partial);
	return TAU_OK;
}

/* Sends the refused line to bad. Flow. Suspends. */
static int send_refused(struct tau_op *op, struct connection *connection,
	const struct tau_os *os)
{
	char reason[256], peer[ADDRESS_TEXT_BYTES];
	const struct buffer *refused = &connection->refused;
	int flow;

	(void)address_of_socket(os, connection->fd, 1, peer);
	if (connection->refusal == REFUSAL_LONG_SEND)
		(void)snprintf(reason, sizeof reason,
			"a line from %s has %llu bytes and a newline, and a "
			"record of this stream takes %u",
			peer, (unsigned long long)connection->refused_bytes,
			op->out[OUT]->atomic);
	else
		(void)snprintf(reason, sizeof reason,
			"a connection broke before this line ended: %s",
			strerrordesc_np(connection->broken));
	flow = bad_send_part(op, BAD, "tcp.listen",
		refused->start ? refused->start : (const uint8_t *)"",
		refused->bytes, connection->refused_bytes, reason);
	if (flow != TAU_OK)
		return flow;
	connection->refusal = REFUSAL_NONE;
	connection->refused_bytes = 0;
	buffer_release(&connection->refused);
	return TAU_OK;
}

/* --- bytes --- */

/* The whole lines at the beginning of `space` leave as one block; the rest is
 * kept. `space` is the reservation, its first `kept` bytes room for what is
 * partial, and `bytes` were received behind. 0 or -errno. */
static int take_bytes(struct tau_op *op, struct connection *connection,
	uint8_t *space, size_t kept, size_t bytes)
{
	struct buffer *partial = &connection->partial;
	const uint8_t *from = space + kept;
	const uint8_t *last = memrchr(from, '\n', bytes);
	size_t whole = last ? (size_t)(last - from) + 1 : 0;
	size_t rest = bytes - whole;

	if (!last && kept + bytes >= op->out[OUT]->atomic)
		return refuse(op, connection, REFUSAL_LONG, from, bytes);
	if (last && kept)
		memcpy(space, partial->start, kept);
	if (last)
		buffer_release(partial);
	if (rest && buffer_append(partial, from + whole, rest))
		return no_memory(op);
	if (last)
		tau_commit(op, OUT, (uint32_t)(kept + whole), TAU_BYTES);
	return TAU_OK;
}

/* The same while a line is refused: up to its end nothing is kept. */
static int skip_bytes(struct tau_op *op, struct connection *connection,
	uint8_t *space, size_t bytes)
{
	const uint8_t *end = memchr(space, '\n', bytes);
	size_t skipped = end ? (size_t)(end - space) : bytes;

	connection->refused_bytes += skipped;
	if (!end)
		return TAU_OK;
	connection->refusal = REFUSAL_LONG_SEND;
	bytes -= skipped + 1;
	memmove(space, end + 1, bytes);
	return bytes ? take_bytes(op, connection, space, 0, bytes) : TAU_OK;
}

/* The connection has ended, for the reason `code`, or in order: 0. */
static int take_end(struct tau_op *op, struct connection *connection,
	uint8_t *space, int code)
{
	struct buffer *partial = &connection->partial;

	connection->ended = true;
	connection->broken = -code;
	if (code && code != -ECONNRESET && code != -ETIMEDOUT && code != -EPIPE)
		tau_logf(op, TAU_WARNING, "a connection broke: %s",
			strerrordesc_np(-code));
	if (connection->refusal == REFUSAL_LONG) {
		connection->refusal = REFUSAL_LONG_SEND;
	} else if (partial->bytes && code) {
		return refuse(op, connection, REFUSAL_TORN_SEND, space, 0);
	} else if (partial->bytes) {
		memcpy(space, partial->start, partial->bytes);
		space[partial->bytes] = '\n';
		tau_commit(op, OUT, (uint32_t)partial->bytes + 1, TAU_BYTES);
		buffer_release(partial);
	}
	return TAU_OK;
}

static int receive(struct tau_op *op, struct connection *connection,
	const struct tau_os *os)
{
	struct tau_out *out = op->out[OUT];
	size_t kept = connection->partial.bytes;
	size_t least = kept + LEAST_BYTES;
	uint8_t *space = tau_reserve_at(
		op, out, least < out->atomic ? (uint32_t)least : out->atomic);
	size_t room;
	ssize_t done;

	if (!space)
		return TAU_STOPPED;
	if (kept >= out->atomic) /* it was restored where less fits */
		return refuse(op, connection, REFUSAL_LONG, space, 0);
	room = (size_t)(out->body_limit - out->body) - kept;
	done = os->receive(os, connection->fd, space + kept, room);
	if (done == -EAGAIN)
		(void)op->host->drained(
			op, CONNECTION_SLOT, connection->fd, EPOLLIN);
	if (done == -EAGAIN || done == -EINTR)
		return TAU_OK;
	if (done <= 0)
		return take_end(op, connection, space, (int)done);
	if (connection->refusal == REFUSAL_LONG)
		return skip_bytes(op, connection, space, (size_t)done);
	return take_bytes(op, connection, space, kept, (size_t)done);
}

int connection_turn(struct tau_op *op, struct connection *connection,
	const struct tau_os *os)
{
	int flow = TAU_OK;

	if (!connection->ended && connection->refusal <= REFUSAL_LONG)
		flow = receive(op, connection, os);
	if (flow == TAU_OK && connection->refusal > REFUSAL_LONG)
		flow = send_refused(op, connection, os);
	if (flow == TAU_OK && connection->ended)
		flow = TAU_END;
	return flow;
}

/* --- state --- */

int connection_save(struct tau_op *op, const struct connection *connection,
	struct tau_out *state)
{
	int64_t refusal = connection->refusal, broken = connection->broken;
	int64_t ended = connection->ended;
	int64_t bytes = (int64_t)connection->refused_bytes;
	const struct state_entry entries[] = {{"refusal", &refusal},
		{"broken", &broken}, {"ended", &ended},
		{"refused_bytes", &bytes}};
	int code = op->host->fd_send(op, state, connection->fd, 0);

	if (code == 0)
		code = state_save(op, state, entries, 4);
	if (code == 0)
		code = state_save_bytes(op, state, connection->partial.start,
			connection->partial.bytes);
	if (code == 0)
		code = state_save_bytes(op, state, connection->refused.start,
			connection->refused.bytes);
	return code;
}

/* What stands behind the fd. 0 or -errno with a sentence. */
static int restore_rest(
	struct tau_op *op, struct connection *connection, struct tau_in *state)
{
	int64_t refusal, broken, ended, bytes;
	const struct state_entry entries[] = {{"refusal", &refusal},
		{"broken", &broken}, {"ended", &ended},
		{"refused_bytes", &bytes}};
	int code = state_restore(op, state, entries, 4);

	if (code == 0 && (refusal >= REFUSALS || broken > INT32_MAX))
		code = state_refuse(op);
	if (code == 0)
		code = state_restore_bytes(op, state, &connection->partial);
	if (code == 0)
		code = state_restore_bytes(op, state, &connection->refused);
	if (code == -ENOMEM)
		code = no_memory(op);
	if (code)
		return code;
	connection->refusal = (uint32_t)refusal;
	connection->broken = (int32_t)broken;
	connection->ended = ended;
	connection->refused_bytes = (uint64_t)bytes;
	return 0;
}

struct connection *connection_restore(
	struct tau_op *op, struct tau_in *state, int *code)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");
	struct connection *connection;
	int fd;

	*code = listener_take_fd(op, state, &fd);
	if (*code)
		return NULL;
	connection = connection_create(fd);
	if (!connection) {
		(void)os->close(os, fd);
		*code = no_memory(op);
		return NULL;
	}
	*code = restore_rest(op, connection, state);
	if (*code)
		connection_destroy(&connection, os);
	return connection;
}
