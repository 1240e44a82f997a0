/*
 * supervisor: what to do about a topology's nodes, as a pure step.
 *
 *     step(state, event) -> actions
 *
 * It asks no kernel, reads no clock and prints nothing: `loop` turns what
 * happens into events and carries the actions out, in order, before the next
 * event. So that every history can be tried in a test.
 *
 * A node has two seats for processes (`seat`). The life of a process, in the
 * seat that runs:
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
 * A process that ends badly is followed by another in its seat, at once or
 * when a timer says so, if the node's policy asks for that (`restart`). It runs
 * as soon as it is prepared; meanwhile the node's links are kept, and so are
 * its neighbours. An operator that fails in good order is no such end, nor is
 * any before RUN or behind CLOSE. A process that is not ready in time is
 * killed. A program of somebody else's cannot begin anew on the connection that
 * it has, so it is started again along with each new process that it shares
 * streams with; and what it fails of is a crash.
 *
 * The other seat is empty, or holds a standby, which stops at PREPARED until it
 * is promoted: then the former process is killed, and when it was reaped (the
 * fence) the standby has the seat that runs and is told RUN. What happens to
 * nodes while this is prepared is for a transaction to decide, which hooks in
 * (`supervisor_hook`).
 *
 * Tools ask through requests: `stop` is what a signal does, `drain` the same
 * without a deadline; whoever asked is answered when all has ended.
 *
 * Invariants: a command is sent only to a process that was spawned and has not
 * exited; never do two processes of a node run; a node's links are dropped when
 * nobody will follow; EXIT comes once, last, when all nodes have ended and no
 * process is left.
 */
#ifndef TAU_CORE_STEP_SUPERVISOR_H
#define TAU_CORE_STEP_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/step/action.h"
#include "core/step/deadlock.h"
#include "core/step/exit_code.h"
#include "core/step/request.h"
#include "core/step/restart.h"
#include "core/step/seat.h"
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
	SUPERVISOR_SPAWNED,      /* process */
	SUPERVISOR_SPAWN_FAILED, /* process, text */
	SUPERVISOR_COMMAND,      /* process, command: it said something */
	SUPERVISOR_HANGUP,  /* process: it says nothing sensible any more */
	SUPERVISOR_SICK,    /* process, text: the watchdog reports it */
	SUPERVISOR_EXITED,  /* process, status, text: who had the thread */
	SUPERVISOR_SIGNAL,  /* number: INT, TERM or HUP */
	SUPERVISOR_TIMEOUT, /* timer, and process where it is its own; text: who
			     * has the thread of whoever is late; or NULL */
	SUPERVISOR_REQUEST, /* client, request: a tool asks */
	SUPERVISOR_LEFT,    /* client: it is gone without an answer */
	SUPERVISOR_UPGRADE, /* upgrade: what the hook has not refused */
};

struct supervisor_event {
	enum supervisor_event_kind kind;
	uint32_t process;
	const struct command *command;
	const char *text;
	int status; /* as waitpid gives it */
	int number;
	enum supervisor_timer timer;
	uint64_t client;
	const struct request *request;
	const struct upgrade_request *upgrade;
	int64_t now_ns;  /* in all events: the time, */
	uint64_t chance; /* and a random number */
};

/* What the manifest says of a node. Zeroed: it is not restarted, and may take
 * its time to get ready. */
struct supervised_policy {
	struct restart_policy restart;
	int64_t start_ns;       /* the watchdog's */
	const char *no_restart; /* why nobody can ask for one; or NULL */
	bool program;           /* somebody else's, which never begins anew */
};

struct supervisor_options {
	uint32_t node_count;            /* at least one */
	bool stop_on_failure;           /* the topology's on_failure */
	int64_t for_ns;                 /* --for; 0: until it ends */
	int64_t drain_ns;               /* --drain-timeout; 0: at once */
	int64_t progress_ns;            /* how often SHOW is wanted; 0: never */
	const struct links_pair *links; /* the caller's */
	uint32_t link_count;
	const struct supervised_policy *policies; /* by node; NULL: zeroed */
};

struct supervised_process {
	enum supervised_state state;
	bool done;     /* said DONE */
	bool failed;   /* has said why already */
	bool restored; /* took over, and awaits PROCEED when it has FAILED */
	bool unwanted; /* while it is SPAWNING: to be killed at once; of who
			* ended before it could take over: it was killed */
};

struct supervised_node {
	bool absent;      /* the topology has none there now, or not yet */
	uint32_t current; /* the seat that runs */
	bool promoting;   /* the other seat's runs when this one's ends */
	bool hooked;      /* its events go to the hook first */
	bool waiting;     /* for TIMER_RESTART; no process is there */
	bool asked;       /* a tool wants another process in its place */
	bool along;       /* a neighbour's new process wants one */
	struct restart restart;
	uint64_t restarts;       /* in all */
	uint64_t records, bytes; /* as last told */
};

struct supervisor;

/* What decides about hooked nodes in the step's stead. Its functions may call
 * all those below, and append to the supervisor's actions. */
struct supervisor_hook {
	void *context;
	/* An event of a process of a hooked node, after its state was noted:
	 * READY, FAILED, FROZEN and such; HANGUP (it was killed), EXITED,
	 * SPAWN_FAILED. False: the step decides as if there were no hook; for a
	 * standby it then says why, and discards it. And
	 * UPGRADE, LEFT, and the TIMEOUTs of its own timers. */
	bool (*take)(void *context, struct supervisor *supervisor,
		const struct supervisor_event *event);
	/* The topology is about to drain or to close: nothing may be left
	 * pending but promotions, which go on. Called once. */
	void (*stop)(void *context, struct supervisor *supervisor);
};

/* A tool that wants to know how it ends; or how a node comes back. */
struct supervisor_waiter {
	uint64_t client;
	bool now;      /* and asked that nothing be waited for */
	uint32_t node; /* only for this one to run again, which it asked for */
};

struct supervisor {
	struct supervisor_options options;
	struct supervised_process *processes; /* SEATS of each node */
	struct supervised_node *nodes;
	struct supervisor_hook hook; /* zeroed is none */
	struct exit_causes causes;
	struct deadlock deadlock;
	bool ran;      /* RUN was sent */
	bool stopping; /* it drains or closes */
	bool closing;
	bool ended;
	bool hurried; /* the drain's deadline is armed */
	struct supervisor_waiter *waiters;
	size_t waiter_count, waiter_room;
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

/* The process of a node that runs, or ran last; and its other seat's. */
uint32_t supervisor_current(const struct supervisor *supervisor, uint32_t node);
uint32_t supervisor_standby(const struct supervisor *supervisor, uint32_t node);

/* Whether records that a process has not passed on are lost when it ends now:
 * not those of a standby, nor of one whose standby has them. */
bool supervisor_holds(const struct supervisor *supervisor, uint32_t process);

/* There are so many nodes from now on; the new ones are absent. Between
 * steps. */
void supervisor_grow(struct supervisor *supervisor, uint32_t node_count);

/* The rest is for a hook, from within a step. */

/* The node is part of the topology no more: what runs is killed. */
void supervisor_remove(struct supervisor *supervisor, uint32_t node);

/* Begins to prepare a standby. The other seat is empty: state ABSENT. */
void supervisor_spawn_standby(struct supervisor *supervisor, uint32_t node);

/* The standby, which is PREPARED, takes over: the one that runs is killed, and
 * when it is gone the standby runs. There is no way back. */
void supervisor_promote(struct supervisor *supervisor, uint32_t node);

/* Kills what is in the other seat, if anything; it is empty once that has
 * exited. Not while it is being promoted. */
void supervisor_discard_standby(struct supervisor *supervisor, uint32_t node);

#endif
