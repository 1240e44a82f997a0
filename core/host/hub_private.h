/*
 * hub_private: what hub.c (who speaks and listens) and hub_frames.c (what
 * is said goes where) share.
 */
#ifndef TAU_CORE_HOST_HUB_PRIVATE_H
#define TAU_CORE_HOST_HUB_PRIVATE_H

#include "core/base/bounds.h"
#include "core/host/hub.h"
#include "core/wire/frame.h"
#include "core/wire/notice.h"

#define HUB_PREFIX_BYTES 4u
#define HUB_IN_BYTES (LINK_PACKET_BYTES_MAX + HUB_PREFIX_BYTES)
#define HUB_WAITING_BYTES (256 * KIB) /* behind which nobody is heard */

/* A connection: a node's, or the program's. */
struct hub_side {
	struct reactor_watch watch;
	struct hub *hub;
	int fd;            /* -1: none */
	uint8_t *in, *out; /* what came; what has to go */
	size_t in_bytes;   /* of packets that are not whole */
	size_t readable;   /* of the packet that could not be read */
	size_t out_start, out_end, out_room;
	bool ended;  /* it says nothing any more */
	bool shut;   /* it is told nothing any more */
	bool finish; /* to be shut when all has gone */
	bool greets; /* HELLO has come, on this connection */
	bool stale;  /* what comes until its HELLO is of the last one */
	uint32_t streams, over; /* a node's: announced, and of those ended */
	struct notice hello;
};

/* A stream, as the node at its one end has announced it. */
struct hub_stream {
	struct hub_side *side; /* NULL: not known */
	bool writes;           /* the node does */
	bool over;
	uint64_t atomic_bytes;
	char *port;
};

struct hub {
	struct os *os;
	struct reactor *reactor;
	const struct node_plan *plan;
	struct hub_side *nodes, outside;
	uint32_t node_count;
	struct hub_stream *streams; /* by number */
	uint32_t stream_count;
	bool greeted; /* the program has our HELLO */
	bool moved;   /* records have come or gone */
	bool reconnects, again;
	bool refused;     /* a node will not hear the program any more */
	bool keeps, left; /* left: the program has, and nobody is told */
	char why[NOTICE_TEXT_BYTES];
};

/* Takes one packet, without its prefix, from a side. -ENOMEM; -EPROTO with a
 * sentence where the program must not go on. */
int hub_take(struct hub_side *from, const uint8_t *packet, size_t bytes,
	struct error *error);

/* The largest packet that a side may send: nodes are to be sent none that they
 * do not take, of a program that another may follow. */
uint32_t hub_packet_bytes(const struct hub_side *side);

/* Says HELLO for all nodes, when all have said theirs. -ENOMEM. */
int hub_greet(struct hub *hub);

/* Adds a packet of one notice for a side. -ENOMEM. */
int hub_put_notice(struct hub_side *to, const struct notice *notice);

/* Adds bytes as they are. -ENOMEM. */
int hub_put_raw(struct hub_side *to, const void *from, size_t bytes);

/* Takes a connection, also on failure; gives it up. */
int hub_open(struct hub *hub, struct hub_side *side, int fd);
void hub_close(struct hub_side *side);

/* Whether what is said may be taken in for a side. */
bool hub_has_room(const struct hub_side *side);

/* Sends what waits; whether anything has changed. */
bool hub_push(struct hub_side *side);

/* A node that still hears what it is told; NULL: none. */
struct hub_side *hub_listener(struct hub *hub);

/* Tells it nothing more. */
void hub_stop_telling(struct hub_side *side);

#endif
