/*
 * feed: records on their way to a child's standard input.
 *
 *	             at        done                 bytes
 *	pending      |  written | not written yet   |
 *	waiting      | record   | record | record   |
 *	flight   … records that are wholly written, as far as the pipe may
 *	           still hold them
 *
 * A record that is partly written when its child ends is written anew, from its
 * beginning, to the next one; those that nobody has read are lost, and counted.
 */
#ifndef TAU_PLUGINS_EXEC_FEED_H
#define TAU_PLUGINS_EXEC_FEED_H

#include <stdbool.h>

#include <tau/operator.h>
#include <tau/os.h>

#include "lengths.h"

/* How records are written, and read; the values of the params. */
enum exec_format { FORMAT_LINES, FORMAT_JSON, FORMAT_FRAMES };

/* All zero: nothing. */
struct feed {
	struct buffer pending;
	size_t at, done;
	struct lengths waiting, flight;
};

/* How much is gathered before it is written. */
enum { FEED_BYTES = 64 * 1024 };

/* Adds a record, or sends it to the port `bad` when it cannot be written. Flow,
 * or -errno with a sentence. Suspends. [run] */
int feed_add(struct tau_op *op, struct feed *feed, enum exec_format format,
	uint32_t bad, const struct tau_record *record);

/* What is not written yet. */
static inline size_t feed_rest(const struct feed *feed)
{
	return feed->pending.bytes - feed->done;
}

/* Writes what it can: TAU_OK: everything; TAU_WAIT; TAU_END: nobody reads it
 * any more; or -errno. */
int feed_write(struct feed *feed, const struct tau_os *os, int fd);

/* The child has ended, and `unread` bytes were left: how many records it had
 * that it did not read. What was begun will be written anew. */
uint64_t feed_lost(struct feed *feed, uint64_t unread);

/* Gives up what was to be written: how many records. */
uint64_t feed_drop(struct feed *feed);

void feed_release(struct feed *feed);

/* What is under way, to a state and from it. 0 or -errno with a sentence.
 * [create] */
int feed_save(
	struct tau_op *op, const struct feed *feed, struct tau_out *state);
int feed_restore(struct tau_op *op, struct feed *feed, struct tau_in *state);

#endif
