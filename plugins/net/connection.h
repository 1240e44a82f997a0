/*
 * connection: one that lines come over, and what it has begun to say.
 *
 *	            ...whole lines\n  the begin
 *	                       ^
 *	   out, in one block --+   +--> partial, only while there is one
 *
 * Bytes are received straight into the out window, behind room for `partial`.
 * A line that a record cannot hold moves from `partial` to `refused`; what
 * follows of it is counted, and at its end it goes to the port bad. Nothing is
 * received while a refused line waits to be sent, so there is one at most.
 */
#ifndef TAU_PLUGINS_NET_CONNECTION_H
#define TAU_PLUGINS_NET_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <tau/operator.h>
#include <tau/os.h>

#include "common/buffer.h"

/* The slot that all connections are watched in. */
enum { CONNECTION_SLOT = 1 };

/* Why a line is refused. */
enum refusal {
	REFUSAL_NONE,
	REFUSAL_LONG, /* its end has not come yet */
	REFUSAL_LONG_SEND,
	REFUSAL_TORN_SEND,
	REFUSALS,
};

struct connection {
	TAILQ_ENTRY(connection) link;
	int fd;
	uint32_t refusal;
	int32_t broken;         /* errno that the connection ended with */
	bool ended;             /* nothing will come any more */
	struct buffer partial;  /* a line whose end has not come */
	struct buffer refused;  /* the beginning of a line for bad */
	uint64_t refused_bytes; /* how long that line is, so far */
};

/* Owns `fd` from then on. NULL: out of memory, and it is still the caller's. */
struct connection *connection_create(int fd);

/* Closes and frees. Unwatch it before. */
void connection_destroy(
	struct connection **connection, const struct tau_os *os);

/* One turn of what can be read: TAU_OK; TAU_END: it has ended and all was
 * sent; TAU_STOPPED: told to stop, or nobody reads us; or -errno with a
 * sentence. Suspends for room alone. [run] */
int connection_turn(struct tau_op *op, struct connection *connection,
	const struct tau_os *os);

/* [create] */
int connection_save(struct tau_op *op, const struct connection *connection,
	struct tau_out *state);
/* NULL with *code, which has a sentence. */
struct connection *connection_restore(
	struct tau_op *op, struct tau_in *state, int *code);

#endif
