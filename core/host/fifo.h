/*
 * fifo: one end of a stream that crosses to another process by a FIFO.
 *
 *	writer -> stream -> fifo == blocks ==> FIFO ==> fifo -> stream -> reader
 *
 * A block is one write of at most PIPE_BUF, so several processes may write one
 * FIFO. Back pressure is the FIFO's own: who writes waits for room, who reads
 * stops reading while its stream is full. Blocks are `shred`'s, described in
 * docs/wire.md. The reading end ends its stream when every writer has closed
 * the FIFO; what was refused is said in the log then. One that did not say its
 * end, or left records out, has broken the stream.
 *
 * A process that follows one that died writes on under its number, and its
 * reader knows that the former's end is not missing; one that reads begins at
 * the first block that it meets. Blocks that are in the FIFO stay for it.
 *
 * It is a task of its node's scheduler and knows neither nodes nor paths.
 */
#ifndef TAU_CORE_HOST_FIFO_H
#define TAU_CORE_HOST_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/carry.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/run/reactor.h"
#include "core/run/scheduler.h"
#include "core/stream/stream.h"

struct fifo;

struct fifo_settings {
	struct os *os;
	struct log *log;
	struct scheduler *scheduler;
	struct reactor *reactor;
	struct stream *stream;
	bool writes;          /* reads the stream and writes the FIFO */
	uint32_t block_bytes; /* the largest block, head included */
	uint32_t writer;      /* the topology's own; 0: one at random */
	/* Where it counts records of other writers; NULL: nowhere. */
	uint64_t *strangers;
	/* Once, when nothing goes any more: `why` is NULL, or a sentence when
	 * it broke off. */
	void (*closed)(void *context, const char *why);
	void *context;
};

/* Takes `fd`, which must be non-blocking, also on failure. The stream stays
 * its owner's. -errno with a sentence. */
int fifo_create(struct fifo **fifo, const struct fifo_settings *settings,
	int fd, struct error *error);

/* It has never run, and follows a process that died: it says so, or excuses
 * what lies before the first block. */
void fifo_begin_anew(struct fifo *fifo);

/* Closes it; a stream that had not ended has crashed then. NULL is fine. */
void fifo_destroy(struct fifo **fifo);

/* Stands still: nothing is read or written until the thaw, after which it goes
 * on as if nothing had been. Between rounds only. */
void fifo_freeze(struct fifo *fifo);
void fifo_thaw(struct fifo *fifo);

/* Writes how one that stands still stands, its stream's name first and the
 * stream itself not included; changes nothing. And takes that over, behind the
 * name, into one that stands still and has never run, whose stream was filled
 * before: it goes on with its own fd where the other was. -EBADMSG, -EMSGSIZE,
 * -ENOMEM with a sentence; it can only be destroyed then. */
void fifo_carry(const struct fifo *fifo, struct carry *to);
int fifo_adopt(
	struct fifo *fifo, struct carry_reader *from, struct error *error);

#endif
