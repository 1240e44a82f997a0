/*
 * replan_private: what the files of `replan` share: replan.c which plan is
 * next, replan_version.c what a node's process is told by it.
 */
#ifndef TAU_CORE_CLI_REPLAN_PRIVATE_H
#define TAU_CORE_CLI_REPLAN_PRIVATE_H

#include "core/cli/replan.h"
#include "core/plan/changes.h"

/* The copies that a node had before. */
struct before {
	struct catalogue_choice *choices; /* paths owned; for that node */
	size_t count;
};

struct replan {
	struct loop_planner planner;
	struct cli *cli;
	const struct planning *planning;
	const struct plan *first; /* the caller's */
	const char *topology;
	char *folder; /* the current one */
	char store[SEARCH_PATH_BYTES];
	struct plan *running; /* `first`, or owned */
	struct plan *next;
	struct changes changes;
	struct before *before; /* by node */
	char *plugin;          /* that next has another file of, */
	char *path;            /* this one; */
	const char *node;      /* for that node alone */
};

/* The version of a node that changes, held once by the caller. */
struct version *replan_version(
	struct replan *replan, const struct changes_node *node);

#endif
