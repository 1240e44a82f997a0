/*
 * source: reads a channel straight into the out window, in blocks.
 */
#ifndef TAU_PLUGINS_IO_SOURCE_H
#define TAU_PLUGINS_IO_SOURCE_H

#include "channel.h"

/* One read into a reservation of out port 0, as soon as there is room:
 * TAU_OK (*count bytes were sent as one block of bytes), TAU_WAIT (nothing to
 * read now), TAU_END (nothing will come: the end of the file), TAU_STOPPED
 * (told to stop, or nobody reads us), or -errno without a sentence. With
 * `offset` it reads there and moves it, else where the fd stands. Suspends
 * for room alone. [run] */
int source_read(struct tau_op *op, struct channel *channel, int64_t *offset,
	size_t *count);

/* Waits for the fd and for room together. Flow. Suspends. [run] */
int source_wait(struct tau_op *op, struct channel *channel);

#endif
