/*
 * carried: a stream's numbers and records as bytes for another process, and
 * back into a fresh stream. Bodies are copied in runs, a chunk at a time.
 *
 *	| reason u32 | flags u32 | need u32 | atomic u32 | wants 2 u64
 *	| limits 2 u64 | sent, its bytes, received, its bytes, dropped, unread
 *	| the first that went nowhere | in window u32 | records u32
 *	| table: per record {bytes u32, type u32} | bodies, end to end
 *	| digest u64
 *
 * The body of an fd is its place among the fds, 4 bytes. The digest is the
 * XXH3 of the table and the bodies (of an fd: nothing), computed over what
 * lies in the stream, on both sides.
 */
#ifndef TAU_CORE_STREAM_CARRIED_H
#define TAU_CORE_STREAM_CARRIED_H

#include "core/base/carry.h"
#include "core/base/error.h"
#include "core/stream/stream.h"

/* Writes a stream whose out window is closed, and what its in window has
 * consumed retired; changes nothing. */
void stream_carry(const struct stream *stream, struct carry *to);

/* Fills a stream that nothing was ever written to. What it says of itself
 * (capacity, policy, credit from afar or not) stays its own. -EBADMSG,
 * -EMSGSIZE when a record is larger than it takes, -ENOMEM, with a sentence;
 * what was filled in by then is released with it. */
int stream_fill(
	struct stream *stream, struct carry_reader *from, struct error *error);

/* The same of a stream that lives only to hold a state, all of whose records
 * are under way: bodies are lent to the carry, which must not outlive the
 * stream then, and stay where they were written in what is read, which the
 * stream must not outlive. They begin at a multiple of 64 of the carry, and so
 * lie as they would in a chunk. There is no digest: what holds the carry has
 * one that covers the very bytes that are used.
 *
 *	… | table | pad u32 | zeros | bodies
 */
void stream_lend(const struct stream *stream, struct carry *to);
int stream_borrow(
	struct stream *stream, struct carry_reader *from, struct error *error);

/* Which ends of a stream that is joined are in this process. */
enum stream_join_ends {
	STREAM_JOIN_READS = 1,
	STREAM_JOIN_WRITES = 2,
	STREAM_JOIN_BOTH = 3,
	STREAM_JOIN_HALF = 4, /* who read it had another program's end */
};

/* Fills a stream whose ends were, or are to be, in other places, from what its
 * former ends carried: `reader` (NULL: it was one stream with `writer`), whose
 * records are older. They go to where its writer is now, and are numbered from
 * what its reader has retired; from 0 where that one is elsewhere, since the
 * link between begins anew. Nothing of the far end's credit is taken over.
 * Failures as stream_fill's. */
int stream_join(struct stream *stream, struct carry_reader *reader,
	struct carry_reader *writer, enum stream_join_ends ends,
	struct error *error);

/* Over the records under way, in order. */
uint64_t stream_digest(const struct stream *stream);

#endif
