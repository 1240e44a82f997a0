/*
 * changing: what upgrade, rollback and apply print of the nodes that were
 * replaced.
 */
#ifndef TAU_CORE_CLI_CHANGING_H
#define TAU_CORE_CLI_CHANGING_H

#include "core/cli/asking.h"
#include "core/cli/table.h"

/* Zeroed but for `cli` is nothing yet. */
struct changing {
	struct cli *cli;
	struct table table; /* streams of the last node */
};

/* A line of the answer (struct asking); the context is a changing. What goes on
 * is a message; what came of it is the result. */
void changing_show(void *context, const char *topology, json_t *line);

/* Behind the last line. */
void changing_finish(struct changing *changing);

#endif
