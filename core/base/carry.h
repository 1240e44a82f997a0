/*
 * carry: what one process hands to another: bytes that grow as they are
 * written, and beside them open fds, named by their place among them.
 *
 * Numbers are little-endian, texts and bytes have their length (u32) before
 * them, a section its kind and length:
 *
 *	| kind u32 | 0 u32 | bytes u64 | … |
 *
 * Bytes that stand somewhere already and stay there can be lent instead of
 * copied; what is written is the same:
 *
 *	bytes   | written | written |
 *	                  ^ `at`: here come those that are lent
 *
 * Writing never fails at once: the first failure stays, and is asked for at
 * the end. Reading believes nothing: what goes beyond the end reads as zeros,
 * and the reader is cut from then on.
 */
#ifndef TAU_CORE_BASE_CARRY_H
#define TAU_CORE_BASE_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/base/bounds.h"
#include "core/base/os.h"

#define CARRY_NO_FD UINT32_MAX

/* Bytes of somebody else's. */
struct carry_piece {
	size_t at; /* among `bytes`, which are copied */
	const uint8_t *bytes;
	size_t count;
};

/* What lent bytes lie in. */
struct carry_lender {
	void (*drop)(void *lender);
	void *lender;
};

/* Zero it and set `os`, or carry_init. */
struct carry {
	struct os *os;
	uint8_t *bytes;    /* without those that are lent */
	size_t used, room; /* of them all; of `bytes` */
	size_t lent;       /* of those used */
	struct carry_piece *pieces;
	struct carry_lender *lenders;
	uint32_t piece_count, lender_count;
	int *fds; /* owned */
	uint32_t fd_count, fd_room;
	int failure; /* the first, or 0 */
};

void carry_init(struct carry *carry, struct os *os);

/* Frees, and closes the fds. */
void carry_release(struct carry *carry);

/* Sees to it that so many more bytes need no more memory. */
void carry_expect(struct carry *carry, size_t bytes);

/* Space for bytes that the caller fills before it writes on; NULL: failed. */
uint8_t *carry_space(struct carry *carry, size_t bytes);

void carry_raw(struct carry *carry, const void *bytes, size_t count);
void carry_u32(struct carry *carry, uint32_t value);
void carry_u64(struct carry *carry, uint64_t value);
void carry_text(struct carry *carry, const char *text);
void carry_blob(struct carry *carry, const void *bytes, uint32_t count);

/* Bytes that must stay as they are until the carry is released or made whole.
 * Few of them are copied all the same, and are all that is lent already. */
void carry_lend(struct carry *carry, const void *bytes, size_t count);

/* Has `drop` called for what the lent bytes lie in, when they are not needed
 * any more; at once when that cannot be noted: then the carry has failed. */
void carry_keep(struct carry *carry, void (*drop)(void *lender), void *lender);

/* Copies what is lent, so that `bytes` are all that are used. */
void carry_whole(struct carry *carry);

/* All that was written, as CARRY_PARTS_MAX parts at most; how many. They are
 * good until more is written. */
#define CARRY_PARTS_MAX (2 * CARRY_PIECES_MAX + 1)
int carry_parts(const struct carry *carry, struct iovec parts[CARRY_PARTS_MAX]);

/* The place of a duplicate of `fd` (or CARRY_NO_FD where that is negative). */
uint32_t carry_fd(struct carry *carry, int fd);

/* A section, and where it ends. */
size_t carry_begin(struct carry *carry, uint32_t kind);
void carry_end(struct carry *carry, size_t section);

/* Lends bytes, and fds: what is taken is -1 then. */
struct carry_reader {
	const uint8_t *next, *limit;
	int *fds;
	uint32_t fd_count;
	bool cut; /* it has been asked for more than there is */
};

/* What was written, to be read here while the carry is there. It is made whole
 * for it, so that what was lent may go before. Failed: it is empty. */
struct carry_reader carry_read(struct carry *carry);

/* A view of so many bytes; NULL: cut. */
const uint8_t *carry_take(struct carry_reader *reader, size_t bytes);

uint32_t carry_take_u32(struct carry_reader *reader);
uint64_t carry_take_u64(struct carry_reader *reader);

/* Of a text or bytes, as a view without NUL. */
const uint8_t *carry_take_blob(struct carry_reader *reader, uint32_t *bytes);

/* Whether the text that comes is this one. */
bool carry_take_is(struct carry_reader *reader, const char *text);

/* The fd at that place, now the caller's; -1 for CARRY_NO_FD, and for none:
 * then cut. */
int carry_take_fd(struct carry_reader *reader, uint32_t place);

/* The next section's kind and a reader of it; 0 at the end, or cut. */
uint32_t carry_take_section(
	struct carry_reader *reader, struct carry_reader *section);

/* Whether all was read, and nothing more. */
static inline bool carry_is_done(const struct carry_reader *reader)
{
	return !reader->cut && reader->next == reader->limit;
}

#endif
