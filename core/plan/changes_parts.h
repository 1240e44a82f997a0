/*
 * changes_parts: what the files of the room `changes` share.
 */
#ifndef TAU_CORE_PLAN_CHANGES_PARTS_H
#define TAU_CORE_PLAN_CHANGES_PARTS_H

#include "core/plan/changes.h"

/* A name and whose it is; lists are sorted by name. */
struct changes_name {
	const char *name;
	uint32_t index;
};

struct comparing {
	struct changes *changes;
	const struct placement *before, *after;
	struct diagnostics *diagnostics;
	struct arena arena; /* for as long as it takes */
	struct changes_name *operators_before, *operators_after;
	uint32_t *entries; /* by the nodes of before: in changes->nodes */
};

/* The index behind a name, or CHANGES_NONE. */
uint32_t changes_find(
	const struct changes_name *names, uint32_t count, const char *name);

/* The name of the node that an operator of the placement is in. */
const char *changes_node_name(
	const struct placement *placement, uint32_t owner);

/* Fills in the operators of a node; those that are somebody else's program
 * have none. */
void changes_compare_operators(
	struct comparing *comparing, struct changes_node *node);

/* Says which of them cannot be had while it runs. */
void changes_vet_operators(
	struct comparing *comparing, struct changes_node *node);

/* Says when a program of somebody else's cannot become what it would. */
void changes_vet_program(
	struct comparing *comparing, const struct changes_node *node);

/* Fills in the streams of all nodes, by their writers, and says which cannot
 * be had while it runs. */
void changes_compare_streams(struct comparing *comparing);

/* Whether a stream of the placement has an end in the node. */
bool changes_touches(
	const struct placement *placement, uint32_t stream, const char *node);

#endif
