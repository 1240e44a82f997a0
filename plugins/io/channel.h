/*
 * channel: one fd that is read or written without ever blocking the node.
 *
 * O_NONBLOCK is a flag of the open description, which the operator may share
 * with a shell or a terminal, so it is never set on what was inherited:
 *
 *	regular file, block device   plain calls; always ready
 *	pipe, terminal, other        opened once more through /proc/self/fd,
 *	                             which gives a description of our own
 *	the same, refused            poll, then read what is there, or write at
 *	                             most PIPE_BUF bytes
 *	socket                       MSG_DONTWAIT
 */
#ifndef TAU_PLUGINS_IO_CHANNEL_H
#define TAU_PLUGINS_IO_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>
#include <tau/os.h>

enum channel_kind {
	CHANNEL_CLOSED,
	CHANNEL_FILE,   /* always ready */
	CHANNEL_STREAM, /* non-blocking */
	CHANNEL_SOCKET,
	CHANNEL_POLLED, /* blocking, so poll comes first */
};

/* The slot that channels are watched in. */
enum { CHANNEL_SLOT = 0 };

struct channel {
	const struct tau_os *os;
	enum channel_kind kind;
	int fd;
	uint32_t events; /* EPOLLIN or EPOLLOUT: its direction */
	bool owned;      /* to be closed by us */
	bool fifo;
	bool watched;
};

/* A fd that was opened by us, non-blocking; owned. 0 or -errno (it is closed
 * then). */
int channel_adopt(struct channel *channel, const struct tau_os *os, int fd,
	uint32_t events);

/* A fd that was inherited and stays the host's. 0 or -errno. */
int channel_borrow(struct channel *channel, const struct tau_os *os, int fd,
	uint32_t events);

/* The same of the next record of the state, which must be one: a file that an
 * instance before us opened. 0 or -errno with a sentence. [create] */
int channel_restore(struct tau_op *op, struct channel *channel,
	struct tau_in *state, uint32_t events);

/* Unwatches and closes; harmless when closed. 0, or -errno when what was
 * written could not be kept after all. [any] but in save */
int channel_close(struct tau_op *op, struct channel *channel);

/* Watches what can be waited for, and stops it again. 0 or -errno. [run] */
int channel_watch(struct tau_op *op, struct channel *channel);

/* Directly behind it, for an fd to write: stops where the fd takes everything
 * at any time (a device such as /dev/null), since who waited for that as well
 * as for a record would never sleep. [run] */
void channel_watch_room(struct tau_op *op, struct channel *channel);
void channel_unwatch(struct tau_op *op, struct channel *channel);

/* As read and write: how many bytes, or -errno; -EAGAIN: wait. */
ssize_t channel_read(struct channel *channel, void *to, size_t bytes);
ssize_t channel_write(struct channel *channel, const void *from, size_t bytes);

/* After -EAGAIN, or to be told of the next change alone. */
void channel_drained(struct tau_op *op, struct channel *channel);

/* Whether the reader of what we write is gone. */
bool channel_broken(struct channel *channel);

#endif
