/* command_connection: fds ahead of the messages that they belong to. */
#include "core/wire/command_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"

static int fail_lost(
	struct command_connection *connection, struct error *error);

int command_send_fds(struct command_connection *connection, const int *fds,
	uint32_t count, struct error *error)
{
	uint8_t data[COMMAND_PACKET_BYTES];
	uint32_t done = 0, most = COMMAND_FDS_PER_PACKET;
	size_t next;

	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	while (done < count) {
		uint32_t here = count - done < most ? count - done : most;
		const struct command message = {
			.kind = COMMAND_FDS, .records = here};
		size_t bytes = command_encode(&message, 0, data, &next);
		int *copies = malloc(here * sizeof *copies);
		int code = copies ? connection_queue(
					    connection, data, bytes, error)
				  : error_set(error, -ENOMEM,
					    "out of memory for %u fds", count);

		if (code < 0) {
			free(copies);
			while (done < count)
				connection->os->close(
					connection->os, fds[done++]);
			return code;
		}
		memcpy(copies, fds + done, here * sizeof *copies);
		connection->last->fds = copies;
		connection->last->fd_count = here;
		done += here;
	}
	return command_flush(connection, error);
}

int *command_take_fds(struct command_connection *connection, uint32_t *count)
{
	int *fds = connection->fds;

	*count = connection->fd_count;
	connection->fds = NULL;
	connection->fd_count = 0;
	return fds;
}

void connection_drop_packet(
	struct command_connection *connection, struct packet *packet)
{
	for (uint32_t i = 0; i < packet->fd_count; i++)
		connection->os->close(connection->os, packet->fds[i]);
	free(packet->fds);
	free(packet);
}

void connection_attach(const struct packet *packet, struct msghdr *header,
	struct connection_control *control)
{
	size_t bytes = packet->fd_count * sizeof(int);
	struct cmsghdr *head;

	if (bytes == 0)
		return;
	memset(control, 0, sizeof *control);
	header->msg_control = control->bytes;
	header->msg_controllen = CMSG_SPACE(bytes);
	head = CMSG_FIRSTHDR(header);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(head), packet->fds, bytes);
}

/* Every fd is the connection's at once, so that none is lost whatever the
 * packet says; what finds no place is closed. */
int connection_collect(struct command_connection *connection,
	struct msghdr *header, struct error *error)
{
	struct os *os = connection->os;

	connection->fd_came = 0;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(header); head;
		head = CMSG_NXTHDR(header, head)) {
		size_t bytes = head->cmsg_len - CMSG_LEN(0);
		uint32_t count = (uint32_t)(bytes / sizeof(int));
		uint32_t all = connection->fd_count + count;
		int *grown = NULL, fd;

		if (head->cmsg_level != SOL_SOCKET ||
			head->cmsg_type != SCM_RIGHTS)
			continue;
		connection->fd_came += count;
		if (all <= COMMAND_FDS_MAX)
			grown = realloc(connection->fds, all * sizeof *grown);
		for (uint32_t i = 0; i < count && !grown; i++) {
			memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
			os->close(os, fd);
		}
		if (!grown)
			return error_set(error, -EMFILE,
				"more fds came with a command than the %u that "
				"one may have, or than there is memory for",
				COMMAND_FDS_MAX);
		memcpy(grown + connection->fd_count, CMSG_DATA(head), bytes);
		connection->fds = grown;
		connection->fd_count = all;
	}
	connection->fds_lost |= (header->msg_flags & MSG_CTRUNC) != 0;
	return 0;
}

bool connection_has_fds(enum command_kind kind)
{
	return kind == COMMAND_FROZEN || kind == COMMAND_RESTORE ||
	       kind == COMMAND_LINK || kind == COMMAND_SPAWN;
}

/* Fds come beside FDS alone, as many as it says; and then a message of them. */
int connection_check_fds(
	struct command_connection *connection, struct error *error)
{
	const struct command *head = &connection->head;
	const bool has = connection_has_fds(head->kind);

	if (connection->fds_lost)
		return fail_lost(connection, error);
	if (head->kind == COMMAND_FDS ? connection->fd_came != head->records
				      : connection->fd_came != 0)
		return error_set(error, -EPROTO,
			"a command of kind %d came with %u fds", head->kind,
			connection->fd_came);
	if (head->kind == COMMAND_FDS || head->kind == COMMAND_STANDS ||
		head->kind == COMMAND_CRASHED ||
		connection->fd_count == (has ? head->records : 0))
		return 0;
	return error_set(error, -EPROTO,
		"a command of kind %d came behind %u fds", head->kind,
		connection->fd_count);
}

/* What was handed over is still with who did so, and goes on there. */
static int fail_lost(struct command_connection *connection, struct error *error)
{
	static const char why[] = "its supervisor cannot open as many files as "
				  "it hands over; raise the limit (ulimit -n)";
	struct command *head = &connection->head;

	connection_drop_fds(connection);
	if (head->kind == COMMAND_FDS || head->kind == COMMAND_STANDS ||
		head->kind == COMMAND_CRASHED || connection->partial)
		return 0;
	connection->fds_lost = false;
	if (head->kind == COMMAND_SPAWN)
		return 0;
	if (head->kind != COMMAND_FROZEN)
		return error_set(error, -EMFILE,
			"fds of a command were lost: this process cannot open "
			"as many files; raise its limit (ulimit -n)");
	*head = (struct command){.kind = COMMAND_REFUSED,
		.records = (uint64_t)head->code,
		.text = {why, sizeof why - 1}};
	return 0;
}

void connection_drop_fds(struct command_connection *connection)
{
	struct os *os = connection->os;

	for (uint32_t i = 0; i < connection->fd_count; i++)
		os->close(os, connection->fds[i]);
	free(connection->fds);
	connection->fds = NULL;
	connection->fd_count = 0;
}
