/*
 * shred: records cut into blocks, each small enough to be written in one piece,
 * and put together again on the other side.
 *
 *	record   |-------------------------------|
 *	blocks   [head|piece] [head|piece] [head|piece]      <= block_bytes each
 *
 * Blocks of several writers may come interleaved on one conveyor of bytes, as
 * processes do that share a FIFO: each writer has a number of its own and
 * counts its blocks. What is no block, is damaged, repeated, out of its order
 * or of another stream is counted and goes nowhere; a record that misses a
 * block is never delivered. The bytes are described in docs/wire.md, "Blocks".
 *
 * A process that follows one that died keeps its number and says so; a reader
 * that follows one begins at whatever block it meets. What either lost in the
 * middle of a record is counted, and no fault of anybody's.
 *
 * It touches no fd and no stream: bytes in, records out, and the other way.
 */
#ifndef TAU_CORE_STREAM_SHRED_H
#define TAU_CORE_STREAM_SHRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/carry.h"
#include "core/stream/stream.h"

#define SHRED_HEAD_BYTES 40u

/* The sum over a block: the CRC-32 of gzip and PNG, which every language has.
 * It finds each burst of up to 32 bits and lets one in 2^32 other damages
 * through. */
struct shred_sum {
	uint32_t table[256];
};

/* Cuts the records of one writer. */
struct shred_cutter {
	struct shred_sum sum;
	uint32_t writer;      /* random; a process keeps that of who died */
	uint32_t stream;      /* on this conveyor */
	uint32_t block_bytes; /* the largest block, head included */
	uint64_t sequence;    /* of the next block */
};

/* `block_bytes` is at least SHRED_HEAD_BYTES + 1. */
void shred_cutter_init(struct shred_cutter *cutter, uint32_t writer,
	uint32_t stream, uint32_t block_bytes);

/* The next block of `record`, from `*offset` on, which moves forward; `to` has
 * room for block_bytes. How many bytes it has. The record is through when
 * `*offset` is its length; one without bytes is one block. */
uint32_t shred_cut(struct shred_cutter *cutter, const struct tau_record *record,
	uint32_t *offset, uint8_t *to);

/* The block that says that this writer has no more, and why; its size. */
uint32_t shred_cut_end(
	struct shred_cutter *cutter, enum stream_reason reason, uint8_t *to);

/* The block with which a process goes on in the place of one that died, before
 * all others of its own; its size. */
uint32_t shred_cut_anew(struct shred_cutter *cutter, uint8_t *to);

/* What was refused. */
struct shred_counts {
	uint64_t alien_bytes;  /* that belong to no block */
	uint64_t alien_blocks; /* of another stream, or beyond the writers */
	uint64_t repeated;     /* blocks that came before, or too late */
	uint64_t missing;      /* blocks that were gone over */
	uint64_t torn;         /* records begun that miss a block */
	uint64_t oversized;    /* records larger than the stream takes */
	uint64_t broken;       /* records begun whose writer or reader died */
};

struct shred_writer;

/* Puts together what the writers of one stream have cut. */
struct shred_joiner {
	struct shred_sum sum;
	uint32_t stream, block_bytes, record_bytes;
	uint8_t *bytes; /* what has come and was not looked at: [start, end) */
	size_t start, end, limit;
	bool finished; /* no more comes */
	bool midway;   /* another process had what came before */
	struct shred_writer *writers;
	uint32_t writer_count;
	struct shred_counts counts;
};

enum shred_flow {
	SHRED_MORE = 0, /* needs more bytes */
	SHRED_RECORD,
	SHRED_END, /* a writer has no more */
};

struct shred_piece {
	struct tau_record record; /* body: until the next call */
	uint32_t writer;
	enum stream_reason reason; /* SHRED_END */
};

/* Blocks of at most `block_bytes` and records of at most `record_bytes`.
 * -ENOMEM; release it in any case. */
int shred_joiner_init(struct shred_joiner *joiner, uint32_t stream,
	uint32_t block_bytes, uint32_t record_bytes);
void shred_joiner_release(struct shred_joiner *joiner);

/* Nothing has come to it: another process died that had what came before. So
 * it begins with the first block that it finds, and each writer with the first
 * that is heard of it. */
void shred_joiner_follow(struct shred_joiner *joiner);

/* Where to put bytes that have come, at least one: call it when shred_join has
 * said SHRED_MORE. Then say how many there are. */
uint8_t *shred_joiner_space(struct shred_joiner *joiner, size_t *bytes);
void shred_joiner_came(struct shred_joiner *joiner, size_t bytes);

/* No more bytes come: what is left over is alien, records begun are torn. */
void shred_joiner_finish(struct shred_joiner *joiner);

/* The next record or end: enum shred_flow, or -ENOMEM. */
int shred_join(struct shred_joiner *joiner, struct shred_piece *piece);

/* Writes what has come and is not yet a record; changes nothing. And takes that
 * over into a joiner that nothing came to. -EBADMSG, -ENOMEM; to be released
 * then. */
void shred_joiner_carry(const struct shred_joiner *joiner, struct carry *to);
int shred_joiner_adopt(struct shred_joiner *joiner, struct carry_reader *from);

/* Of all writers that have been heard: the worst reason for which one ended,
 * and STREAM_CRASHED when one has not; STREAM_OPEN when none was heard. */
enum stream_reason shred_joiner_reason(const struct shred_joiner *joiner);

/* What a writer did that left the stream less than it should be, as in "a
 * writer said that it had failed"; NULL: nothing. When all have gone. */
const char *shred_joiner_verdict(const struct shred_joiner *joiner);

/* What was refused, as text for a person, cut where it does not fit. False when
 * nothing was. */
bool shred_explain(const struct shred_counts *counts, char *text, size_t bytes);

#endif
