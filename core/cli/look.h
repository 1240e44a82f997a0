/*
 * look: what the operators and streams of a topology do, from two looks at it.
 *
 *	look A ... look B     counts of B less those of A, by the time between
 *
 * Pure: who asks, and when, is not decided here. Lines are those of
 * core/host/node_look.h and core/fleet/status.h. The two ends of a stream that
 * leads from node to node are told by both; they become one stream.
 */
#ifndef TAU_CORE_CLI_LOOK_H
#define TAU_CORE_CLI_LOOK_H

#include <jansson.h>
#include <stdint.h>

#include "core/cli/term.h"

/* By name, in the order in which they were told. Zeroed is none. */
struct look {
	json_t *nodes, *operators, *streams;
	int64_t at_ns;    /* monotonic */
	uint64_t skipped; /* lines that the supervisor had no room for */
};

void look_init(struct look *look, int64_t at_ns);
void look_release(struct look *look);

/* Adds a line; one that says nothing known is left out. */
void look_add(struct look *look, json_t *line);

/* Gives each line of `look` its rates since `before`, which may be zeroed:
 * then it has none. */
void look_compare(struct look *look, const struct look *before);

/* As tables, and as lines of JSON. */
void look_print(const struct look *look, const struct term *term);
void look_write(const struct look *look, const char *topology, int64_t time_ns,
	FILE *file);

#endif
