/*
 * shred_private: what the files of `shred` share: shred_cut.c cuts, shred.c
 * joins, shred_carry.c hands a joiner to another process.
 */
#ifndef TAU_CORE_STREAM_SHRED_PRIVATE_H
#define TAU_CORE_STREAM_SHRED_PRIVATE_H

#include "core/stream/shred.h"

enum {
	KIND_PIECE = 1,
	KIND_END = 2,
	KIND_ANEW = 3,
};

/* As it lies in a block, little-endian. */
struct block_head {
	uint8_t magic[4];
	uint32_t sum;      /* of the block, with 0 here */
	uint64_t sequence; /* of the block, from 0, by this writer */
	uint32_t writer;
	uint32_t stream;
	uint32_t total;  /* bytes of the whole record */
	uint32_t offset; /* of this piece in it */
	uint32_t bytes;  /* of the piece */
	uint16_t type;   /* of the record; of an end: its reason */
	uint16_t kind;
};

_Static_assert(sizeof(struct block_head) == SHRED_HEAD_BYTES, "no holes");

/* What one writer has sent so far. */
struct shred_writer {
	uint64_t expected; /* the next block */
	uint32_t number;
	enum stream_reason reason; /* STREAM_OPEN until it ended */
	bool begun;                /* inside a record */
	bool unheard;              /* what came before another process had */
	uint32_t came, total, room;
	uint16_t type;
	uint8_t *body;
};

extern const uint8_t shred_magic[4];

void shred_sum_init(struct shred_sum *sum);

/* Of a block, with its own sum taken as 0. */
uint32_t shred_sum_of(
	const struct shred_sum *sum, const uint8_t *bytes, size_t count);

#endif
