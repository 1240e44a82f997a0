/*
 * command_private: what the files of `command_connection` share:
 * command_connection.c messages, command_fds.c the fds that they have.
 */
#ifndef TAU_CORE_WIRE_COMMAND_PRIVATE_H
#define TAU_CORE_WIRE_COMMAND_PRIVATE_H

#include "core/wire/command_connection.h"

#define CONNECTION_MAGIC 0x6e6f6974636e6e63ull

/* One packet of the queue. */
struct packet {
	struct packet *next;
	size_t bytes;
	int *fds; /* that go with it: closed when it has gone, or not */
	uint32_t fd_count;
	uint8_t data[];
};

struct command_connection {
	uint64_t magic;
	struct os *os;
	int fd;
	struct packet *first; /* what is not yet sent; last is its end */
	struct packet *last;
	size_t queued_bytes;
	size_t text_bytes_max;
	char *text; /* the text of the message that is being received */
	size_t text_bytes;
	size_t text_room;
	bool told;    /* a message was given, and its fds may be taken */
	bool partial; /* `head` waits for the rest of its text */
	struct command head;
	char names[2 * (COMMAND_NAME_BYTES_MAX + 1)]; /* of `head` */
	int *fds;                   /* that came for the next message */
	uint32_t fd_count, fd_came; /* of the packet that came last */
	bool fds_lost; /* this process could not open some: none is kept */
	uint8_t packet[COMMAND_PACKET_BYTES];
};

/* What the kernel tells fds in. */
struct connection_control {
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(
		COMMAND_FDS_PER_PACKET * sizeof(int))];
};

/* Puts a packet behind those that wait to go. -ENOMEM. */
int connection_queue(struct command_connection *connection, const uint8_t *data,
	size_t bytes, struct error *error);

/* Frees a packet, and closes its fds. */
void connection_drop_packet(
	struct command_connection *connection, struct packet *packet);

/* A packet's fds into a message that is sent; `control` holds them. */
void connection_attach(const struct packet *packet, struct msghdr *header,
	struct connection_control *control);

/* Takes over the fds of a message that came, or notes that some are lost.
 * -EMFILE: more than there may be. */
int connection_collect(struct command_connection *connection,
	struct msghdr *header, struct error *error);

/* Whether fds come ahead of such a message. */
bool connection_has_fds(enum command_kind kind);

/* Whether the packet that came last has the fds that it should. Where some are
 * lost, what they belong to fails: -EMFILE, but that a SPAWN comes without, and
 * a handover becomes a refusal, as one that could not be made. -EPROTO. */
int connection_check_fds(
	struct command_connection *connection, struct error *error);

void connection_drop_fds(struct command_connection *connection);

#endif
