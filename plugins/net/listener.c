/* listener: see listener.h. */
#include "listener.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/state.h"

enum { PORT = 0, HOST = 1, BACKLOG = 2 };

#define REST_NS INT64_C(100000000)

int listener_init(struct tau_op *op, struct listener *listener)
{
	const char *host = op->params[HOST].value.s.text;
	uint16_t port = (uint16_t)op->params[PORT].value.i;

	listener->backlog = (int)op->params[BACKLOG].value.i;
	if (address_read(&listener->where, host, port) == 0)
		return 0;
	return tau_failf(op, -EINVAL,
		"the host %.100s is neither localhost nor an address in "
		"numbers, as 127.0.0.1 or ::1; names are not looked up, which "
		"would block the node",
		host);
}

static int cannot_listen(
	struct tau_op *op, const struct listener *listener, int code)
{
	char text[ADDRESS_TEXT_BYTES];
	const char *why = strerrordesc_np(-code);

	(void)address_text(&listener->where, text);
	if (code == -EADDRINUSE)
		why = "somebody listens there already; choose another port, "
		      "or 0 for any that is free";
	else if (code == -EACCES)
		why = "ports below 1024 take a privilege; choose a higher one";
	else if (code == -EADDRNOTAVAIL)
		why = "this machine has no such address; 0.0.0.0 and :: are "
		      "all that it has";
	return tau_failf(op, code, "cannot listen on %s: %s", text,
		why ? why : "an error without a name");
}

static int listener_open(struct tau_op *op, struct listener *listener)
{
	const struct tau_os *os = listener->os;
	char text[ADDRESS_TEXT_BYTES];
	int fd = os->listen(os, (const struct sockaddr *)&listener->where.where,
		listener->where.bytes, listener->backlog);

	if (fd < 0)
		return cannot_listen(op, listener, fd);
	listener->fd = fd;
	listener->open = true;
	tau_logf(op, TAU_NOTICE, "listening on %s",
		address_of_socket(os, fd, 0, text));
	return 0;
}

int listener_start(struct tau_op *op, struct listener *listener)
{
	int code = 0;

	listener->os = op->host->ext(op, "tau.os/1");
	if (!listener->os || !TAU_OS_HAS(listener->os, shutdown))
		return tau_fail(
			op, -ENOSYS, "this host lets nobody take connections");
	if (!listener->open)
		code = listener_open(op, listener);
	if (code)
		return code;
	code = op->host->watch(op, LISTENER_SLOT, listener->fd, EPOLLIN, 0);
	return code ? cannot_listen(op, listener, code) : 0;
}

void listener_finish(struct tau_op *op, struct listener *listener, int flow)
{
	if (!listener->open || flow == TAU_STOPPED)
		return;
	(void)op->host->watch(op, LISTENER_SLOT, listener->fd, 0, 0);
	listener_close(op, listener);
}

void listener_close(struct tau_op *op, struct listener *listener)
{
	const struct tau_os *os = op->host->ext(op, "tau.os/1");

	if (listener->open)
		(void)os->close(os, listener->fd);
	listener->open = false;
}

/* What is no error of ours: the peer was quicker than we, or what lies between
 * us and it. See accept(2). */
static bool is_the_peers(int code)
{
	static const int codes[] = {ECONNABORTED, EINTR, EPERM, EPROTO,
		ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
		ENETUNREACH};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (code == -codes[i])
			return true;
	return false;
}

int listener_accept(struct tau_op *op, struct listener *listener, int *fd)
{
	const struct tau_os *os = listener->os;
	int result = os->accept(os, listener->fd);

	if (result >= 0) {
		*fd = result;
		listener->rests_until = 0;
		return TAU_OK;
	}
	if (is_the_peers(result)) /* still ready: tried again, in turn */
		return TAU_WAIT;
	if (result == -EAGAIN) {
		(void)op->host->drained(
			op, LISTENER_SLOT, listener->fd, EPOLLIN);
		return TAU_WAIT;
	}
	if (result != -EMFILE && result != -ENFILE && result != -ENOBUFS &&
		result != -ENOMEM)
		return tau_failf(op, result, "cannot take a connection: %s",
			strerrordesc_np(-result));
	listener_press(op, listener, result);
	return TAU_WAIT;
}

void listener_press(struct tau_op *op, struct listener *listener, int code)
{
	listener->rests_until = op->host->now(op) + REST_NS;
	if (listener->complained)
		return;
	listener->complained = true;
	tau_logf(op, TAU_WARNING,
		"cannot take more connections now: %s; they wait until others "
		"end%s",
		strerrordesc_np(-code),
		code == -EMFILE ? ", or give the node a higher limit of open "
				  "files (ulimit -n)"
				: "");
}

bool listener_wants(
	struct tau_op *op, struct listener *listener, struct tau_want *want)
{
	if (listener->rests_until > op->host->now(op)) {
		want->deadline_ns = listener->rests_until;
		return false;
	}
	listener->rests_until = 0;
	want->any |= TAU_SLOT(LISTENER_SLOT);
	return true;
}

int listener_save(struct tau_op *op, const struct listener *listener,
	struct tau_out *state)
{
	int64_t open = listener->open;
	const struct state_entry entries[] = {{"open", &open}};
	char text[ADDRESS_TEXT_BYTES];
	int code = state_save(op, state, entries, 1);

	(void)address_text(&listener->where, text);
	if (code == 0)
		code = state_save_bytes(op, state, text, strlen(text));
	if (code == 0 && open)
		code = op->host->fd_send(op, state, listener->fd, 0);
	return code;
}

int listener_take_fd(struct tau_op *op, struct tau_in *state, int *fd)
{
	const struct tau_record *record = tau_read_at(op, state);

	if (!record || record->type != TAU_FD)
		return state_refuse(op);
	*fd = op->host->fd_take(op, record);
	if (*fd < 0)
		return tau_failf(op, *fd, "cannot take over a socket: %s",
			strerrordesc_np(-*fd));
	tau_consume_at(op, state);
	return 0;
}

int listener_restore(
	struct tau_op *op, struct listener *listener, struct tau_in *state)
{
	int64_t open;
	const struct state_entry entries[] = {{"open", &open}};
	char text[ADDRESS_TEXT_BYTES];
	int code = state_restore(op, state, entries, 1);

	(void)address_text(&listener->where, text);
	if (code == 0)
		code = state_restore_same(
			op, state, "host or port", text, strlen(text));
	if (code == 0 && open)
		code = listener_take_fd(op, state, &listener->fd);
	listener->open = code == 0 && open;
	return code;
}
