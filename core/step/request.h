/*
 * request: what a tool asked for, read from the packet that asks.
 *
 * Pure text. A REQUEST has the verb as its name and arguments in its text, each
 * "NAME=VALUE" and a NUL. What is not understood gets a sentence: the tool may
 * be of another version.
 */
#ifndef TAU_CORE_STEP_REQUEST_H
#define TAU_CORE_STEP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/wire/command.h"

enum request_kind {
	REQUEST_PS,      /* a line per node */
	REQUEST_LOGS,    /* node, follow: a line per line of the log */
	REQUEST_STOP,    /* now: what a signal does; the result is the end */
	REQUEST_DRAIN,   /* the same without a deadline */
	REQUEST_RESTART, /* node: another process takes its place */
	REQUEST_RECORD,  /* a line: how it can be resolved again */
	/* the loop's own: */
	REQUEST_UPGRADE,  /* plugin; node, wait, and how long things may take */
	REQUEST_ROLLBACK, /* node; likewise */
	REQUEST_APPLY,    /* record; likewise */
	REQUEST_HISTORY,  /* a line per upgrade */
	REQUEST_TAP,      /* stream: RECORDS, copies of what passes */
	REQUEST_TOP,      /* a line per node, operator and stream */
	REQUEST_STATE,    /* stream, an operator; node: RECORDS, its state */
};

struct request {
	enum request_kind kind;
	uint32_t node; /* SUPERVISOR_NO_NODE: all of them */
	bool follow, now, wait;
	const char *stream; /* "OP" or "OP.PORT"; in the packet */
	const char *plugin; /* a file's absolute path; in the packet */
	const char *record; /* another topology, for the planner; likewise */
	int64_t deadline_ns, freeze_ns, probation_ns; /* negative: as ever */
};

/* The number of the node with that name, or SUPERVISOR_NO_NODE. */
typedef uint32_t request_find(void *context, const char *name, size_t bytes);

/* Reads a REQUEST. 0, or -EINVAL with a sentence. */
int request_read(struct request *request, const struct command *command,
	request_find *find, void *context, struct error *error);

#endif
