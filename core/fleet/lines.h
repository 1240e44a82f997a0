/*
 * lines: what a node prints, put together to lines for a person.
 *
 * Bytes arrive in any portions. A line that is longer than LINES_BYTES comes
 * in parts, each but the last with "…" at its end; what has no newline at the
 * end of all is a line too. Empty lines are left out.
 *
 * What an operator writes is no message, and is not altered: `exact` lines come
 * whole, up to LINES_EXACT_BYTES, and empty ones as well.
 */
#ifndef TAU_CORE_FLEET_LINES_H
#define TAU_CORE_FLEET_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/os.h"

#define LINES_BYTES 2048
#define LINES_READS_MAX 64 /* per turn: one's flood must not starve others */
#define LINES_EXACT_BYTES (64u << 20) /* a longer one comes in parts */

/* Zeroed is empty. */
struct lines {
	bool exact;
	char *whole; /* of an exact line that has begun */
	size_t room;
	size_t used;
	char bytes[LINES_BYTES + sizeof "…"];
};

/* Given one line without its newline; the text lives during the call. */
typedef void lines_take(void *context, const char *text, size_t bytes);

/* Adds bytes, and gives `take` each line that they complete. */
void lines_add(struct lines *lines, const char *bytes, size_t count,
	lines_take *take, void *context);

/* Reads an fd that blocks nobody, at most so many times, and adds what is there.
 * Positive: there may be more; 0: nothing will come any more; -EAGAIN: nothing
 * now; else a negative errno. */
ssize_t lines_read(struct lines *lines, struct os *os, int fd, int reads,
	lines_take *take, void *context);

/* Gives `take` what is left, and frees what there is. */
void lines_end(struct lines *lines, lines_take *take, void *context);

#endif
