/*
 * fifo_private: what the files of `fifo` share: fifo.c its life, fifo_carry.c
 * its standing still and its move to another process:
 *
 *	| stream's name | flags u32
 *	writes	| block's sequence u64 | writer, offset, in window: 3 u32
 *		| the block that waits to go
 *	reads	| what core/stream/shred_carry.c says | strangers u64
 *		| the record that waits for room: writer, type: 2 u32, its bytes
 */
#ifndef TAU_CORE_HOST_FIFO_PRIVATE_H
#define TAU_CORE_HOST_FIFO_PRIVATE_H

#include "core/host/fifo.h"
#include "core/stream/shred.h"

#define FIFO_MAGIC 0x6669666fu

enum {
	FIFO_OVER = 1,
	FIFO_LOST = 2,
	FIFO_ENDING = 4,
	FIFO_HOLDS = 8,
	FIFO_ENDED = 16,
	FIFO_WRITES = 32,
};

#define FIFO_TEXT_BYTES 256
#define FIFO_READY TAU_SLOT(0) /* the fd can go on */
#define FIFO_WORK TAU_SLOT(1)  /* the stream can */

struct fifo {
	uint32_t magic;
	struct fifo_settings settings;
	struct stream_listener listener;
	struct task task;
	struct reactor_watch watch;
	int fd;
	bool over;
	bool lost;                 /* the other side has gone */
	char why[FIFO_TEXT_BYTES]; /* it broke; empty: it did not */
	bool frozen;

	/* writes */
	struct shred_cutter cutter;
	struct tau_in in;
	uint32_t offset;      /* of the head record, cut so far */
	uint32_t block_bytes; /* of the block that waits to go; 0: none */
	bool ending;          /* that block is the end */
	uint8_t *block;

	/* reads */
	struct shred_joiner joiner;
	struct tau_out out;
	struct tau_record held; /* came, and waits for room */
	bool holds, ended;      /* ended: nobody writes any more */
	uint8_t *adopted;       /* its bytes, where another process held it */
	uint32_t held_of;       /* its writer */
	uint64_t strangers;     /* records of others than the topology's */
};

/* So many more records came of others than the topology's writer. */
void fifo_count_strangers(struct fifo *fifo, uint64_t records);

#endif
