/*
 * lines: what a node prints, put together to lines for a person.
 *
 * Bytes arrive in any portions. A line that is longer than LINES_BYTES comes
 * in parts, each but the last with "…" at its end; what has no newline at the
 * end of all is a line too. Empty lines are left out.
 */
#ifndef TAU_CORE_FLEET_LINES_H
#define TAU_CORE_FLEET_LINES_H

#include <stddef.h>

#define LINES_BYTES 2048

/* Zeroed is empty. */
struct lines {
	size_t used;
	char bytes[LINES_BYTES + sizeof "…"];
};

/* Given one line without its newline; the text lives during the call. */
typedef void lines_take(void *context, const char *text, size_t bytes);

/* Adds bytes, and gives `take` each line that they complete. */
void lines_add(struct lines *lines, const char *bytes, size_t count,
	lines_take *take, void *context);

/* Gives `take` what is left. */
void lines_end(struct lines *lines, lines_take *take, void *context);

#endif
