/*
 * replan_private: what the files of `replan` share: replan.c which plan is
 * next, replan_version.c what a node's process is told by it.
 */
#ifndef TAU_CORE_CLI_REPLAN_PRIVATE_H
#define TAU_CORE_CLI_REPLAN_PRIVATE_H

#include <jansson.h>

#include "core/cli/record.h"
#include "core/cli/replan.h"
#include "core/plan/changes.h"

/* The copies that a node had before. */
struct before {
	struct catalogue_choice *choices; /* texts owned; for that node */
	size_t count;
	bool applied;  /* its manifest was another one, too */
	bool returned; /* and it has gone back to that */
};

/* Where the loop has the nodes and links of a placement. */
struct replan_places {
	uint32_t *nodes, *links;
};

struct replan {
	struct loop_planner planner;
	struct cli *cli;
	const struct plan *first; /* the caller's */
	json_t *record;           /* of what runs */
	json_t *next_record;
	json_t *tried; /* the files of what was to be applied last */
	const char *topology;
	char *folder; /* the current one */
	char store[SEARCH_PATH_BYTES];
	struct plan *running; /* `first`, or owned */
	struct plan *next;
	struct changes changes;
	struct before *before; /* by place in the loop */
	struct replan_places places, next_places;
	uint32_t node_room, link_room;
	struct arena arena;  /* paths of FIFOs */
	const char *runtime; /* where these are made */
	char *plugin;        /* that next has another file of, */
	char *path;          /* this one; */
	const char *node;    /* for that node alone */
	bool applies;        /* next is of another manifest */
	char *report;        /* what the last one was found to change */
	struct replan_settings settings;
};

/* Resolves a topology that is to be applied, and vets it: into `next`, with
 * its changes. -EALREADY: nothing would change. */
int replan_apply(struct replan *replan, const struct request *request,
	struct error *error);

/* Resolves `next_record` into `next`; finds what it changes. */
int replan_resolve(struct replan *replan, struct catalogue_choice *choices,
	size_t count, struct error *error);
int replan_compare(struct replan *replan, struct error *error);

/* Finds places for the nodes and links of `next`: those that stay keep theirs.
 * And fills in what is to change. -errno with a sentence. */
int replan_fill(
	struct replan *replan, struct loop_change *change, struct error *error);

/* The first ones, and when they are not needed any more. */
void replan_place_first(struct replan *replan);
void replan_forget_places(struct replan_places *places);

/* The node of what runs that has a place in the loop. */
uint32_t replan_node(const struct replan *replan, uint32_t place);

/* Nodes that went back from what was applied last are to have it again, or are
 * left as they are. */
void replan_mark_returned(struct replan *replan, bool again);

json_t *replan_list_files(const struct replan *replan, const json_t *record,
	const struct plan *plan);

/* For tools: what runs now, and the files that it was made of. */
char *replan_record(void *context);
void replan_files(
	void *context, void (*take)(void *, const char *), void *taker);

/* The version of a node that changes, held once by the caller. */
struct version *replan_version(
	struct replan *replan, const struct changes_node *node);

#endif
