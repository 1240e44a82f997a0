/*
 * descriptor: an open fd as the body of a TAU_FD record.
 *
 * The cell counts the records that point at it; the last drop closes the fd,
 * unless it was taken. Cells lie outside the chunk arena, which is how a walk
 * over records tells them from other bodies.
 */
#ifndef TAU_CORE_RECORD_DESCRIPTOR_H
#define TAU_CORE_RECORD_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/record.h>

#include "core/base/os.h"

#define DESCRIPTOR_MAGIC 0x64657363u
/* In a node as on the wire, so that both sides of a link count alike. */
#define DESCRIPTOR_RECORD_BYTES 0

struct descriptor {
	uint32_t magic;
	uint32_t count; /* records that refer to it */
	int fd;         /* -1 once taken */
	struct os *os;
};

/* A cell that owns `fd`, with one reference. NULL: out of memory, and the fd
 * is still the caller's. */
struct descriptor *descriptor_create(struct os *os, int fd);

/* The cell of a record, or NULL when it is not a TAU_FD record of ours. */
struct descriptor *descriptor_of(const struct tau_record *record);

void descriptor_hold(struct descriptor *cell);

/* The last drop closes the fd and frees the cell. */
void descriptor_drop(struct descriptor *cell);

/* The fd, now the caller's: stolen from an unshared cell, else duplicated.
 * -EBADF when it was taken before; -EMFILE and the like from duplicating. */
int descriptor_take(struct descriptor *cell);

#endif
