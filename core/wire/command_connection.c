/* command_connection: packets of one message or of its parts. See the header.
 */
#include "core/wire/command_connection.h"

#include "core/wire/command_private.h"

#include "core/base/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void drop_queue(struct command_connection *connection);
static ssize_t receive_packet(
	struct command_connection *connection, struct error *error);
static int take_packet(struct command_connection *connection, size_t bytes,
	bool *whole, struct error *error);
static int take_text(struct command_connection *connection,
	struct command_text text, struct error *error);
static void keep_names(struct command_connection *connection);

struct command_connection *command_connection_create(struct os *os, int fd)
{
	struct command_connection *connection = calloc(1, sizeof *connection);

	if (!connection) {
		os->close(os, fd);
		return NULL;
	}
	connection->magic = CONNECTION_MAGIC;
	connection->os = os;
	connection->fd = fd;
	connection->text_bytes_max = COMMAND_TEXT_BYTES_MAX;
	return connection;
}

void command_connection_destroy(struct command_connection **connection)
{
	struct command_connection *gone = *connection;

	if (!gone)
		return;
	CHECK_MAGIC(gone, CONNECTION_MAGIC);
	drop_queue(gone);
	connection_drop_fds(gone);
	gone->os->close(gone->os, gone->fd);
	gone->magic = 0;
	free(gone->text);
	free(gone);
	*connection = NULL;
}

int command_connection_fd(const struct command_connection *connection)
{
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	return connection->fd;
}

int command_send(struct command_connection *connection,
	const struct command *message, struct error *error)
{
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t next = 0;

	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	do {
		size_t bytes = command_encode(message, next, packet, &next);
		int code = connection_queue(connection, packet, bytes, error);

		if (code < 0)
			return code;
	} while (next);
	return command_flush(connection, error);
}

int command_flush(struct command_connection *connection, struct error *error)
{
	struct os *os = connection->os;

	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	while (connection->first) {
		struct packet *packet = connection->first;
		struct iovec part = {packet->data, packet->bytes};
		struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
		struct connection_control control;
		ssize_t sent;

		connection_attach(packet, &header, &control);
		sent = os->sendmsg(os, connection->fd, &header,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent == -EINTR)
			continue;
		if (sent == -EAGAIN || sent == -ENOBUFS)
			return COMMAND_WAIT;
		if (sent == -EPIPE || sent == -ECONNRESET) {
			drop_queue(connection);
			return COMMAND_END;
		}
		if (sent < 0)
			return error_set(error, (int)sent,
				"cannot send a command: %s",
				strerror((int)-sent));
		connection->first = packet->next;
		connection->queued_bytes -= packet->bytes;
		connection_drop_packet(connection, packet);
	}
	return COMMAND_OK;
}

int command_receive(struct command_connection *connection,
	struct command *message, struct error *error)
{
	bool whole = false;

	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	if (connection->told)
		connection_drop_fds(connection); /* nobody took them */
	connection->told = false;
	while (!whole) {
		ssize_t bytes = receive_packet(connection, error);
		int code;

		if (bytes == -EAGAIN)
			return COMMAND_WAIT;
		if (bytes == 0)
			return COMMAND_END;
		if (bytes < 0)
			return (int)bytes;
		code = take_packet(connection, (size_t)bytes, &whole, error);
		if (code == 0)
			code = connection_check_fds(connection, error);
		if (code < 0)
			return code;
		whole = whole && connection->head.kind != COMMAND_FDS;
	}
	connection->told = connection_has_fds(connection->head.kind);
	*message = connection->head;
	return COMMAND_OK;
}

void command_bound(struct command_connection *connection, size_t text_bytes)
{
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	connection->text_bytes_max = text_bytes;
}

size_t command_queued(const struct command_connection *connection)
{
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	return connection->queued_bytes;
}

/* The bytes of the next packet; 0 at the end, -EAGAIN when there is none. */
static ssize_t receive_packet(
	struct command_connection *connection, struct error *error)
{
	struct os *os = connection->os;
	struct iovec part = {connection->packet, sizeof connection->packet};
	struct connection_control control;
	ssize_t bytes;
	int flags, code = 0;
	bool reset = false, again;

	do {
		struct msghdr header = {.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof control.bytes};

		bytes = os->recvmsg(os, connection->fd, &header, MSG_DONTWAIT);
		flags = header.msg_flags;
		if (bytes >= 0)
			code = connection_collect(connection, &header, error);
		/* Who closed it with something unread has said the rest. */
		again = bytes == -EINTR || (bytes == -ECONNRESET && !reset);
		reset = bytes == -ECONNRESET;
	} while (again);
	if (code < 0)
		return code;
	if (bytes == -EAGAIN)
		return bytes;
	if (bytes == -ECONNRESET || bytes == -EPIPE)
		return 0;
	if (bytes < 0)
		return error_set(error, (int)bytes,
			"cannot receive a command: %s", strerror((int)-bytes));
	if (flags & MSG_TRUNC)
		return error_set(error, -EPROTO,
			"a command of more than %u bytes arrived",
			COMMAND_PACKET_BYTES);
	return bytes;
}

/* Adds one packet to the message; `*whole` when that was its last. */
static int take_packet(struct command_connection *connection, size_t bytes,
	bool *whole, struct error *error)
{
	struct command piece;
	bool more;
	int code =
		command_decode(connection->packet, bytes, &piece, &more, error);

	if (code < 0)
		return code;
	if (connection->partial && piece.kind == COMMAND_STANDS)
		return 0; /* a handler said it; there is no room to keep it */
	if (piece.kind == COMMAND_CRASHED)
		connection->partial = false;
	if (connection->partial &&
		(piece.kind != connection->head.kind || piece.name.bytes ||
			piece.plugin.bytes || piece.code))
		return error_set(error, -EPROTO,
			"a command of kind %d came within one of kind %d",
			piece.kind, connection->head.kind);
	if (!connection->partial) {
		connection->head = piece;
		connection->text_bytes = 0;
	}
	if (!connection->partial && !more) {
		*whole = true;
		return 0;
	}
	code = take_text(connection, piece.text, error);
	if (!connection->partial)
		keep_names(connection);
	connection->partial = more;
	connection->head.text =
		(struct command_text){connection->text, connection->text_bytes};
	*whole = !more;
	return code;
}

static int take_text(struct command_connection *connection,
	struct command_text text, struct error *error)
{
	size_t bytes = connection->text_bytes + text.bytes;

	if (bytes > connection->text_bytes_max)
		return error_set(error, -EPROTO,
			"a command's text is longer than %zu bytes",
			connection->text_bytes_max);
	if (bytes > connection->text_room) {
		size_t room = bytes * 2;
		char *grown = realloc(connection->text, room);

		if (!grown)
			return error_set(error, -ENOMEM,
				"out of memory for a command of %zu bytes",
				bytes);
		connection->text = grown;
		connection->text_room = room;
	}
	if (text.bytes)
		memcpy(connection->text + connection->text_bytes, text.text,
			text.bytes);
	connection->text_bytes = bytes;
	return 0;
}

/* The packet is about to be overwritten: its names move aside. */
static void keep_names(struct command_connection *connection)
{
	struct command *head = &connection->head;
	char *plugin = connection->names + head->name.bytes;

	memcpy(connection->names, head->name.text, head->name.bytes);
	memcpy(plugin, head->plugin.text, head->plugin.bytes);
	head->name.text = connection->names;
	head->plugin.text = plugin;
}

int connection_queue(struct command_connection *connection, const uint8_t *data,
	size_t bytes, struct error *error)
{
	struct packet *packet = malloc(sizeof *packet + bytes);

	if (!packet)
		return error_set(error, -ENOMEM,
			"out of memory for a command of %zu bytes", bytes);
	packet->next = NULL;
	packet->bytes = bytes;
	packet->fds = NULL;
	packet->fd_count = 0;
	memcpy(packet->data, data, bytes);
	if (connection->first)
		connection->last->next = packet;
	else
		connection->first = packet;
	connection->last = packet;
	connection->queued_bytes += bytes;
	return 0;
}

static void drop_queue(struct command_connection *connection)
{
	while (connection->first) {
		struct packet *packet = connection->first;

		connection->first = packet->next;
		connection_drop_packet(connection, packet);
	}
	connection->queued_bytes = 0;
}
