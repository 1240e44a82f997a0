/*
 * listener: a socket that takes connections.
 *
 *	closed -- open --> open -- watch --> watched <--> pressed
 *
 * When no connection can be taken because too many files are open, or for want
 * of memory, it is `pressed`: it says so once and rests for a tenth of a
 * second, while the kernel keeps the connections; trying at once would spin.
 */
#ifndef TAU_PLUGINS_NET_LISTENER_H
#define TAU_PLUGINS_NET_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>

#include "address.h"

/* The slot of the listening socket. */
enum { LISTENER_SLOT = 0 };

struct listener {
	const struct tau_os *os; /* from the first run on */
	struct address where;
	int backlog;
	bool open;
	int fd;              /* when open */
	int64_t rests_until; /* 0: not pressed */
	bool complained;     /* of being pressed */
};

/* Reads the params port, host and backlog, which come first in this order. 0
 * or -errno with a sentence. [create] */
int listener_init(struct tau_op *op, struct listener *listener);

/* Opens what is not open yet, says where it listens, and watches. 0 or -errno
 * with a sentence. [run] */
int listener_start(struct tau_op *op, struct listener *listener);

/* Last call of `run`, with its flow: unless that is a stop, nobody is to wait
 * for us any more, and the socket is closed at once. [run] */
void listener_finish(struct tau_op *op, struct listener *listener, int flow);

/* Closes; harmless when closed. [create] */
void listener_close(struct tau_op *op, struct listener *listener);

/* The next connection: TAU_OK with *fd; TAU_WAIT: none now; -errno with a
 * sentence. Does not suspend. [run] */
int listener_accept(struct tau_op *op, struct listener *listener, int *fd);

/* Presses it: `code` is why no connection can be taken now. [run] */
void listener_press(struct tau_op *op, struct listener *listener, int code);

/* Adds to a want what it waits for; whether that is the slot, not rest. [run]
 */
bool listener_wants(
	struct tau_op *op, struct listener *listener, struct tau_want *want);

/* The socket as a record of the state, when it is open, and back. [create] */
int listener_save(struct tau_op *op, const struct listener *listener,
	struct tau_out *state);
int listener_restore(
	struct tau_op *op, struct listener *listener, struct tau_in *state);

/* A fd out of the state, now the caller's. 0 or -errno with a sentence. */
int listener_take_fd(struct tau_op *op, struct tau_in *state, int *fd);

#endif
