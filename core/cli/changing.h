/*
 * changing: what upgrade, rollback and apply print of the nodes that were
 * replaced.
 */
#ifndef TAU_CORE_CLI_CHANGING_H
#define TAU_CORE_CLI_CHANGING_H

#include "core/cli/asking.h"

/* A line of the answer (struct asking); the context is the cli. What goes on is
 * a message; what came of it is the result. */
void changing_show(void *context, const char *topology, json_t *line);

#endif
