/*
 * journal: the newest lines that a topology said, kept to be shown.
 *
 * Bounded by JOURNAL_BYTES: the oldest lines make way. Lines are numbered from
 * 1 without gaps, so that who reads on from a number knows what it missed.
 */
#ifndef TAU_CORE_FLEET_JOURNAL_H
#define TAU_CORE_FLEET_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct journal_line {
	STAILQ_ENTRY(journal_line) next;
	uint64_t number;
	int64_t time_ns;  /* CLOCK_REALTIME */
	const char *node; /* NULL: the supervisor itself */
	const char *text;
	size_t bytes; /* of the text */
	size_t size;  /* of all of it */
};

STAILQ_HEAD(journal_lines, journal_line);

struct journal {
	struct journal_lines lines;
	size_t bytes;
	uint64_t last; /* number of the newest line; 0: none yet */
};

void journal_init(struct journal *journal);
void journal_release(struct journal *journal);

/* Copies a line in. */
void journal_add(struct journal *journal, int64_t time_ns, const char *node,
	const char *text, size_t bytes);

/* The oldest line whose number is at least `number`, or NULL. */
const struct journal_line *journal_from(
	const struct journal *journal, uint64_t number);

#endif
