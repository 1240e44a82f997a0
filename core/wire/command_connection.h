/*
 * command_connection: one end of the packet socket that carries commands.
 *
 * It queues what does not go at once and puts long texts together again. It
 * never blocks and never waits: its owner waits for the fd, by the reactor or
 * by epoll. What the messages mean is none of its business.
 */
#ifndef TAU_CORE_WIRE_COMMAND_CONNECTION_H
#define TAU_CORE_WIRE_COMMAND_CONNECTION_H

#include "core/base/os.h"
#include "core/wire/command.h"

/* How an exchange on a connection stands; failures are negative errnos. */
enum command_flow {
	COMMAND_OK = 0,
	COMMAND_WAIT = 1, /* would block: wait for the fd, then try again */
	COMMAND_END = 2,  /* the other side has gone */
};

struct command_connection;

/* Takes `fd`, one end of a SOCK_SEQPACKET pair, and closes it when destroyed.
 * NULL when there is no memory; the fd is then closed as well. */
struct command_connection *command_connection_create(struct os *os, int fd);

/* Accepts NULL and clears the pointer. What was not yet sent is dropped. */
void command_connection_destroy(struct command_connection **connection);

/* The fd, to wait on: readable for receive, writable after COMMAND_WAIT from
 * send or flush. */
int command_connection_fd(const struct command_connection *connection);

/* Copies a message into the queue and sends as much of the queue as goes.
 * Returns COMMAND_OK when all was sent, COMMAND_WAIT while some is queued,
 * COMMAND_END when the other side has gone (the queue is then dropped), or a
 * negative errno with a sentence. */
int command_send(struct command_connection *connection,
	const struct command *message, struct error *error);

/* Sends fds ahead of the message that they belong to, in as many packets as
 * they need. They are taken, also on failure. Answers like command_send. */
int command_send_fds(struct command_connection *connection, const int *fds,
	uint32_t count, struct error *error);

/* Sends more of the queue; answers like command_send. */
int command_flush(struct command_connection *connection, struct error *error);

/* Takes the next whole message; its views hold until the next receive or
 * destroy. Returns COMMAND_OK, COMMAND_WAIT when no whole one has arrived,
 * COMMAND_END, or a negative errno with a sentence (-EPROTO for a packet
 * against the rules; the connection is then of no further use). Fds that came
 * before it are the connection's until they are taken or the next receive. */
int command_receive(struct command_connection *connection,
	struct command *message, struct error *error);

/* The fds of the message that came last, `message->records` of them: the
 * caller's, and the array to be freed. NULL: there are none. */
int *command_take_fds(struct command_connection *connection, uint32_t *count);

/* Lets no text be longer than that, for a side that is not trusted; else it is
 * COMMAND_TEXT_BYTES_MAX. */
void command_bound(struct command_connection *connection, size_t text_bytes);

/* The bytes that are queued and not yet sent. */
size_t command_queued(const struct command_connection *connection);

#endif
