/*
 * loop: the world around the supervisor's step.
 *
 * It turns pidfds, signals, commands, log pipes and timers into events, one
 * after the other, and carries out the actions that each calls for. It decides
 * nothing. One thread, one reactor; it blocks until the topology has ended.
 *
 *     reactor sets bits -> serve: logs, commands, exits, signals, timers
 *                            -> step -> actions
 */
#ifndef TAU_CORE_FLEET_LOOP_H
#define TAU_CORE_FLEET_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/fleet/crash.h"
#include "core/fleet/ledger.h"
#include "core/fleet/links.h"
#include "core/fleet/version.h"
#include "core/step/supervisor.h"
#include "core/step/upgrade.h"
#include "core/step/watchdog.h"

struct loop_node {
	const char *name;
	struct command_text plan; /* what its PLAN says */
	bool with_stdin, with_stdout;
	uint64_t files; /* how many it may open; 0: as many as we */
	struct surroundings *around; /* taken; NULL: ours */
};

/* Where the topology's talk goes; called from within loop_run. `node` is NULL
 * for what the supervisor says itself. */
struct loop_view {
	void *context;
	void (*line)(void *context, const char *node, const char *text,
		size_t bytes);
	void (*progress)(void *context, uint64_t records, uint64_t bytes);
	/* May be NULL: all nodes run; they are told to end; the supervisor is
	 * alive, every `alive_ns`. */
	void (*started)(void *context);
	void (*stopping)(void *context);
	void (*alive)(void *context);
	int64_t alive_ns;
	int output_fd; /* a pipe whose lines are said, too; 0: none */
};

struct control;

/* A stream that goes away, or only from the program that read it; and the node
 * of who did. */
struct loop_removed {
	char *name;
	uint32_t reader;
	bool goes_on; /* what is not yet with that program is carried */
};

/* What is to become of the nodes, by their places in the loop, and of what is
 * between them. Nodes and links that stay keep their places; those that go
 * leave theirs to others. The lists are the loop's, with room for node_room
 * and link_room. */
struct loop_change {
	uint32_t node_room, link_room;
	struct version **next; /* of nodes that are replaced or added */
	enum upgrade_part *parts;
	bool *members;            /* of those that are, or are removed */
	bool *alone;              /* its former version fits the others, too */
	const char **names;       /* of those that are added; the planner's */
	struct links_pair *links; /* as they are, to be made what they become */
	bool halts; /* what goes over links that stay is another */
	struct loop_removed *removed; /* names owned */
	uint32_t removed_count;
};

/* Who knows plans, which the loop does not. Called from within loop_run. */
struct loop_planner {
	void *context;
	/* Makes the next version of every node that `request` (UPGRADE,
	 * ROLLBACK or APPLY) concerns, and what else changes, into what says
	 * that nothing does. Zero, -EALREADY when nothing would change, or a
	 * negative errno with a sentence. */
	int (*make)(void *context, const struct request *request,
		struct loop_change *change, struct error *error);
	/* What was made last is what runs from now on, or is not. Committed:
	 * what to change in the manifest, to be freed, or NULL. */
	char *(*settle)(void *context, bool committed);
	/* A node runs the version before that again. */
	void (*came_back)(void *context, uint32_t node);
	/* What was made last would change, or all that is wrong with it; to be
	 * freed, or NULL. */
	char *(*report)(void *context);
	/* Whether a failure ends what runs now. */
	bool (*stops)(void *context);
	/* How what runs now can be resolved again; to be freed. */
	char *(*record)(void *context);
	/* The files, by absolute paths, of which what runs was made, and those
	 * of what was last to be applied. */
	void (*files)(
		void *context, void (*take)(void *, const char *), void *taker);
};

struct loop_request {
	/* As many nodes as below; of links it is told here. */
	const struct supervisor_options *options;
	const struct loop_node *nodes;
	const struct links_pair *links;
	uint32_t link_count;
	const char *name; /* of the topology, where it is told to tools */
	struct control *control; /* where they ask; NULL: nowhere */
	/* Of these nodes, and where there is a planner of APPLY_NODES_MAX more;
	 * NULL: nothing is counted, none is kept. */
	struct ledger *ledger;
	struct crash_book *crashes;
	const char *record; /* for tools that resolve it again; NULL: none */
	/* By node, for those that have a page in the ledger; NULL: nobody is
	 * watched. */
	const struct watchdog_settings *watchdogs;
	const struct loop_planner *planner; /* NULL: nothing is replaced */
	bool watch; /* the planner's files: what they say is applied */
	char *const *environment;
	uint64_t program_files; /* that programs may open; 0: as many as we */
	struct loop_view view;
};

/* Runs a topology to its end. Takes over INT, TERM and HUP (but those that
 * were ignored at the start stay so) and PIPE, and gives them back. Returns
 * the exit code, or a negative errno with a sentence when it could not begin
 * or had to give up; no process is left either way. */
int loop_run(
	struct os *os, const struct loop_request *request, struct error *error);

#endif
