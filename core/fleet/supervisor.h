/*
 * supervisor: what to do about a topology's nodes, as a pure step.
 *
 *     step(state, event) -> actions
 *
 * It asks no kernel, reads no clock and prints nothing: `loop` turns what
 * happens into events and carries the actions out, in order, before the next
 * event. So that every history can be tried in a test.
 *
 * The life of a node:
 *
 *   ABSENT -SPAWN-> SPAWNING -> PREPARING -READY-> PREPARED -RUN-> RUNNING
 *                      |            |                                |
 *                      |            |          DRAIN: sources end -> DRAINING
 *                      |            |          CLOSE: at once ----> CLOSING
 *                      |            |          CLOSE ignored ----> ABORTED
 *                      |            |          that too ----------> KILLED
 *                      v            v                                |
 *                    ENDED <---- EXITED (its log was read to the end) --
 *
 * Nodes run when all are prepared. The first INT, TERM or HUP drains; so do
 * `--for` and, unless the topology says "on_failure": "continue", a failure.
 * A second signal, or the drain's deadline, closes; who does not close within
 * SUPERVISOR_CLOSE_NS is told to abort, so that it says which operator did not
 * come back, and SUPERVISOR_ABORT_NS later killed. A signal before RUN kills:
 * nothing has begun. Nodes that wait for each other for good (`deadlock`) are
 * told of as one failure, and closed.
 *
 * Invariants: a command is sent only to a node whose process was spawned and
 * has not exited; EXIT comes once, last, when all nodes have ended.
 */
#ifndef TAU_CORE_FLEET_SUPERVISOR_H
#define TAU_CORE_FLEET_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fleet/action.h"
#include "core/fleet/deadlock.h"
#include "core/fleet/exit_code.h"
#include "core/wire/command.h"

enum supervised_state {
	SUPERVISED_ABSENT,
	SUPERVISED_SPAWNING,
	SUPERVISED_PREPARING,
	SUPERVISED_PREPARED,
	SUPERVISED_RUNNING,
	SUPERVISED_DRAINING,
	SUPERVISED_CLOSING,
	SUPERVISED_ABORTED,
	SUPERVISED_KILLED,
	SUPERVISED_ENDED,
};

enum supervisor_event_kind {
	SUPERVISOR_START,        /* the first event, once */
	SUPERVISOR_SPAWNED,      /* node */
	SUPERVISOR_SPAWN_FAILED, /* node, text */
	SUPERVISOR_COMMAND,      /* node, command: it said something */
	SUPERVISOR_HANGUP,       /* node: it says nothing sensible any more */
	SUPERVISOR_EXITED,       /* node, status, text: who had the thread */
	SUPERVISOR_SIGNAL,       /* number: INT, TERM or HUP */
	SUPERVISOR_TIMEOUT,      /* timer */
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	uint32_t node;
	const struct command *command;
	const char *text;
	int status; /* as waitpid gives it */
	int number;
	enum supervisor_timer timer;
};

struct supervisor_options {
	uint32_t node_count;            /* at least one */
	bool stop_on_failure;           /* the topology's on_failure */
	int64_t for_ns;                 /* --for; 0: until it ends */
	int64_t drain_ns;               /* --drain-timeout; 0: at once */
	int64_t progress_ns;            /* how often SHOW is wanted; 0: never */
	const struct links_pair *links; /* the caller's */
	uint32_t link_count;
};

struct supervised {
	enum supervised_state state;
	bool done;               /* said DONE */
	bool failed;             /* has said why already */
	uint64_t records, bytes; /* as last told */
};

struct supervisor {
	struct supervisor_options options;
	struct supervised *nodes;
	struct exit_causes causes;
	struct deadlock deadlock;
	bool ran;      /* RUN was sent */
	bool stopping; /* it drains or closes */
	bool closing;
	bool ended;
	struct action_list actions; /* of the last step */
};

/* Zeroes and fills `supervisor`. */
void supervisor_init(struct supervisor *supervisor,
	const struct supervisor_options *options);
void supervisor_release(struct supervisor *supervisor);

/* What follows from one event: `*count` actions in the order in which they
 * are to be carried out; they live until the next step. */
const struct supervisor_action *supervisor_step(struct supervisor *supervisor,
	const struct supervisor_event *event, size_t *count);

#endif
