/*
 * log: what the fabric says to a person, as lines `tau: NODE: text`.
 *
 * Each line is one write of at most LOG_LINE_BYTES, so that the lines of
 * several processes on one pipe never mix. It must never stop the work: what
 * the descriptor does not take is counted, and told with the next line.
 */
#ifndef TAU_CORE_BASE_LOG_H
#define TAU_CORE_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"
#include "core/base/os.h"

/* The more detailed, the larger. */
enum log_level {
	LOG_ERROR,   /* something ended that should not have */
	LOG_WARNING, /* it goes on, but look at it */
	LOG_NOTICE,  /* what a person wants to know; the default */
	LOG_DEBUG,   /* what an author wants to know */
};

struct log {
	struct os *os; /* not owned */
	int fd;        /* not owned */
	enum log_level level;
	char node[NAME_BYTES_MAX + 1]; /* empty: lines begin `tau: ` */
	uint64_t lost;                 /* lines since the last that got out */
	/* Given each line instead of `fd`, without `tau: ` and newline, unless
	 * NULL; set after log_init. Must not log. */
	void (*told)(void *context, enum log_level level, const char *line,
		size_t bytes);
	void *context;
};

/* Lines above `level` are left out. `node` is copied; NULL is the empty name.
 * There is nothing to release. */
void log_init(struct log *log, struct os *os, int fd, const char *node,
	enum log_level level);

/* Says one message. Each line of a message with several is a line of its own.
 * Control characters appear as \xNN, and what is too long ends in "…". Never
 * allocates, never fails, keeps errno. A blocking descriptor may block. */
void log_say(struct log *log, enum log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for text that is there already; it may hold any bytes. */
void log_text(
	struct log *log, enum log_level level, const char *text, size_t bytes);

#endif
