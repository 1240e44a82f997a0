/*
 * changes: what would have to happen so that what runs becomes another plan.
 *
 * Pure: it compares two placed topologies by names, and touches nothing. The
 * supervisor makes a transaction of it, `tau plan` prints it.
 *
 *     before: what runs -----+
 *                            +--> per node: keep | upgrade | restart |
 *     after: what is wanted -+              add | remove
 *                                 per operator and stream: what becomes of it
 *
 * A node is
 *     kept       when what its process was told stays true, whatever the order
 *                in which it is written: the process, its plan, its fds and
 *                its link places are left alone;
 *     upgraded   when its operators, plugins, params, streams or the process's
 *                settings differ: frozen, and a new process takes over all that
 *                has the same name, as `plan` says;
 *     restarted  when it is somebody else's program (command, remote), whose
 *                state nobody can carry, and differs.
 *
 * An operator is the same one when its name and its type are: `state_version`
 * then says in which version its former process saves its state and the new
 * one restores it. Of another type under the old name (`RETYPED`), or under
 * another name, it begins anew, and what it knew is dropped. It may be in
 * another node than before.
 *
 * A stream is the same one when it leads from the same port to the same port,
 * or else when its name is the same, which its writer gives it: its records are
 * carried, whoever reads it now, and wherever its ends are. Members of a
 * variadic port have no gaps, so a stream may be called otherwise than before:
 * `plan` says what it was called (node_plan_stream.former), and so do the
 * indices here.
 *
 * Before, placement_follow(after, before) is called, so that kept streams keep
 * their numbers on links and kept nodes their link places.
 */
#ifndef TAU_CORE_PLAN_CHANGES_H
#define TAU_CORE_PLAN_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/arena.h"
#include "core/text/diagnostic.h"
#include "core/plan/node_plan.h"
#include "core/plan/placement.h"

#define CHANGES_NONE UINT32_MAX /* it is not there, before or after */

enum changes_node_action {
	CHANGES_NODE_KEPT,
	CHANGES_NODE_UPGRADED,
	CHANGES_NODE_RESTARTED,
	CHANGES_NODE_ADDED,
	CHANGES_NODE_REMOVED,
	CHANGES_NODE_ACTIONS,
};

enum changes_action {
	CHANGES_KEPT,
	CHANGES_CHANGED, /* in the ways that the struct says */
	CHANGES_RETYPED, /* operators: another type under the old name */
	CHANGES_ADDED,
	CHANGES_REMOVED,
	CHANGES_ACTIONS,
};

/* A param whose value differs; as it was written, "***" of a secret, and NULL
 * where it has no value. */
struct changes_param {
	const char *name;
	const char *before, *after;
};

struct changes_operator {
	const char *name;
	enum changes_action action;
	uint32_t before, after; /* in the topologies, or CHANGES_NONE */
	bool replaced;          /* its plugin's file has other contents */
	const char *from;       /* the node that it was in; NULL: this one */
	/* Which version of its state is carried in an upgraded node, also when
	 * the operator is kept: highest that the new one reads and the former
	 * one writes. 0: none, since it has none or begins anew. */
	uint32_t state_version;
	struct changes_param *params;
	uint32_t param_count;
	/* Removed: the added one of its type and node that it may have become
	 * by renaming; or NULL. */
	const char *perhaps;
};

struct changes_stream {
	const char *name;
	enum changes_action action;
	uint32_t before, after; /* in the topologies, or CHANGES_NONE */
	bool renamed;           /* a member of a variadic port that shifted */
	bool rewired;           /* another reader, or another port */
	bool moved;             /* inside another node, or on another link */
	const char *options; /* "capacity 256KiB → 1MiB, …"; NULL: the same */
};

struct changes_node {
	const char *name;
	enum changes_node_action action;
	uint32_t before, after; /* in the placements, or CHANGES_NONE */
	/* restart, watchdog or limits differ: the supervisor takes them from
	 * the new placement; a kept node's process is left alone. */
	bool settings;
	struct changes_operator *operators; /* new order, removed ones behind */
	uint32_t operator_count;
	/* What ran before fits its neighbours, too: its operators and streams
	 * are those that it had. */
	bool alone;
	/* Written by this node, inside it or beyond; likewise. */
	struct changes_stream *streams;
	uint32_t stream_count;
	/* For the process to be started: of upgraded, restarted and added
	 * nodes. Else zeroed. */
	struct node_plan plan;
};

struct changes {
	struct arena arena;
	const struct placement *before, *after;
	struct changes_node *nodes; /* new order, removed ones behind */
	uint32_t node_count;
	uint32_t counts[CHANGES_NODE_ACTIONS];
	/* Of the links: after->former_links says of each which link of `before`
	 * it is, whose sockets it goes on with; or CHANGES_NONE: it is to be
	 * made. One of before that stands nowhere there is to be dropped at the
	 * commit. */
	bool on_failure; /* what a failed node means has changed */
};

/* Compares, into zeroed changes, which must be released either way. Both
 * placements outlive them; `topology_name` and `folder` are as for
 * placement_node_plan. What cannot be done while it runs is said in
 * `diagnostics`, those of `after`, with places in its manifest. Returns 0 or
 * -EINVAL. */
int changes_make(struct changes *changes, const struct placement *before,
	const struct placement *after, const char *topology_name,
	const char *folder, struct diagnostics *diagnostics);

void changes_release(struct changes *changes);

/* Nothing differs. */
bool changes_none(const struct changes *changes);

/* What switches a style on, and all of them off again; NULL: nothing. */
struct changes_style {
	const char *added, *removed, *changed, *strong, *faint, *off;
};

/* For people: a tree of what changes, and a line that sums it up. Secrets
 * never appear. */
void changes_print(const struct changes *changes,
	const struct changes_style *style, struct text *text);

/* For programs: all of it, as JSON and a newline. */
void changes_json(const struct changes *changes, struct text *text);

#endif
