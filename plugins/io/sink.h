/*
 * sink: writes records to a channel, many in one write. What stdout and
 * file.write share: bytes as they are, text and a newline, a value as one line
 * of JSON; cycles leave no trace.
 *
 *	records -> pending [sent ........ bytes] -> fd
 *
 * Small records gather in `pending`, which goes out when it is large or no
 * further record is there; so a slow trickle is seen at once and a flood costs
 * one write for each 64 KiB. Large ones go out of their bodies. A record is
 * consumed once it is wholly written, so that a crash is known by what was not
 * consumed; at a stop, once it is wholly in `pending`, so that it loses and
 * doubles nothing: `pending`, `sent` and `head` are the state.
 */
#ifndef TAU_PLUGINS_IO_SINK_H
#define TAU_PLUGINS_IO_SINK_H

#include "channel.h"
#include "common/buffer.h"

struct sink {
	struct channel channel;
	struct buffer pending;
	size_t sent;        /* of pending */
	struct buffer ends; /* where each record in pending ends: size_t */
	size_t settled;     /* of those, the records that were consumed */
	size_t head; /* bytes of the head record that are written already */
	const char *name; /* for sentences: "standard output", or a path */
};

/* Writes until the input ends, the reader of the fd is gone (both TAU_OK), or
 * told to stop (TAU_STOPPED); else -errno, with a sentence. Suspends. [run] */
int sink_run(struct tau_op *op, struct sink *sink);

/* Pending bytes and progress, not the fd. */
int sink_save(struct tau_op *op, struct sink *sink, struct tau_out *state,
	bool opened);
int sink_restore(struct tau_op *op, struct sink *sink, struct tau_in *state,
	bool *opened);

/* Closes the channel and frees the rest. */
void sink_release(struct tau_op *op, struct sink *sink);

#endif
