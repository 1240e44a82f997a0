/*
 * upgrade: how nodes are replaced by new ones while the topology runs, as a
 * pure step.
 *
 *     step(state, event) -> actions
 *
 * A transaction replaces a set of nodes at once. Each has the process that runs
 * and a standby in its other seat; a standby is built from the next plan and
 * goes on from what the process that runs hands over.
 *
 *   phase      | of each node: the one that runs      its standby
 *   -----------+------------------------------------------------------------
 *   PREPARING  |   runs                               SPAWN .. READY
 *   FREEZING   |   FREEZE .. FROZEN: its handover     stands by
 *   RESTORING  |   stands still                       RESTORE .. RESTORED
 *   ---------- COMMIT: all have, and the proofs of both sides agree ---------
 *   FENCING    |   PROMOTE: killed .. reaped          stands by
 *              |                                      runs; ASK .. it answers
 *   probation  |                                      runs, its predecessor's
 *              |                                      handover is kept
 *
 * Before the commit every failure, refusal, death, deadline and stop comes to
 * the same: ABORTING. Who was told to freeze is told THAW, the standbys are
 * killed, and when they are reaped the client is told why. After it there is no
 * way back but revival.
 *
 * A transaction may also add nodes, which have nobody to freeze, and remove
 * some, which have no standby: they freeze with the others, and are killed at
 * the commit. Where what goes between nodes changes, all stand still before any
 * hands over (`halts`), so that each can take what had been sent to it:
 *
 *   PREPARING -> FREEZING: HALTING .. HALTED, FREEZING .. FROZEN -> RESTORING
 *
 * New versions that fit each other only (`together`) go back no more once
 * committed: one that dies before it ran is followed by another of its own
 * version, from the same handovers; one that ran and dies is the topology's.
 * Those among them whose former version fits its neighbours all the same
 * (`alone`) have a probation like any other.
 *
 * Revival: a process of the version that wrote a handover is started in the
 * other seat and goes on from there. It happens when what would run is dead:
 *   - the one that froze died, and the transaction is aborted: exact, since
 *     nobody has run since;
 *   - the new one died before it ran, behind the commit: exact, likewise;
 *   - the new one crashed in its probation, or an operator of it failed: what
 *     it had consumed is lost (`again`: links begin anew with HELLO).
 * A process that died after it handed over, in a transaction that goes on, is
 * not revived: its standby follows it.
 *
 * Why no node ever runs twice, or not at all: only FREEZE .. THAW and PROMOTE
 * touch the one that runs, and PROMOTE comes after COMMIT alone. A standby runs
 * only by PROMOTE, whose doer reaps the one before it first. Until COMMIT the
 * one that runs is thawed, or, dead, revived from what it handed over; from
 * COMMIT on each node has a promoted standby, or, that one dead, a kept
 * handover. Where there is none (it died before it froze) this step has no part
 * in it: the crash is the topology's, as ever.
 *
 * It asks no kernel, reads no clock, and knows no process: who carries the
 * actions out says what happened. Handovers are held by that one, two at most
 * for a node: the fresh one, and the kept one, which COMMIT makes of it.
 */
#ifndef TAU_CORE_STEP_UPGRADE_H
#define TAU_CORE_STEP_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/command.h"

enum upgrade_phase {
	UPGRADE_IDLE,
	UPGRADE_PREPARING,
	UPGRADE_FREEZING,
	UPGRADE_RESTORING,
	UPGRADE_FENCING,
	UPGRADE_ABORTING,
};

/* How far a node has come in the transaction. */
enum upgrade_stage {
	STAGE_OUT, /* no part of it */
	STAGE_PREPARING,
	STAGE_READY,
	STAGE_HALTING, /* to stand still; nothing is handed over yet */
	STAGE_HALTED,
	STAGE_FREEZING,
	STAGE_FROZEN,
	STAGE_RESTORING,
	STAGE_RESTORED,
	STAGE_FENCING,  /* the former one is killed, not yet reaped */
	STAGE_STARTING, /* told to run, has not answered */
	STAGE_NEW,      /* runs; or, removed, is gone */
	STAGE_ABORTED,
};

enum upgrade_revival {
	REVIVAL_NONE,
	REVIVAL_EMPTYING, /* the other seat is not yet free */
	REVIVAL_PREPARING,
	REVIVAL_RESTORING,
	REVIVAL_FAILED, /* its process is not yet reaped */
};

enum upgrade_timer {
	UPGRADE_TIMER_DEADLINE, /* of the phase */
	UPGRADE_TIMER_REVIVAL,
	UPGRADE_TIMER_PROBATION,
	UPGRADE_TIMERS,
};

enum upgrade_event_kind {
	UPGRADE_BEGIN,            /* request */
	UPGRADE_STANDBY_READY,    /* node */
	UPGRADE_STANDBY_RESTORED, /* node, text: its proof */
	UPGRADE_STANDBY_FAILED,   /* node, text: it said so, or is killed */
	UPGRADE_STANDBY_GONE,     /* node, text: reaped, or never spawned */
	UPGRADE_FROZEN,           /* node, number, text: its proof */
	UPGRADE_REFUSED,          /* node, number, text: it cannot freeze */
	UPGRADE_RUNS,             /* node: what was told to run answers */
	UPGRADE_GONE,             /* node, clean: what ran is reaped */
	UPGRADE_FAILED,           /* node, text: an operator of what runs has */
	UPGRADE_SICK,             /* node, text: what runs does not do well */
	UPGRADE_TIMEOUT,          /* timer, text: who has the thread there */
	UPGRADE_LEFT,             /* client: it wants no result any more */
	UPGRADE_STOP,             /* the topology drains or closes */
};

/* What becomes of a node in a transaction. */
enum upgrade_part {
	UPGRADE_REPLACED,
	UPGRADE_ADDED,   /* its seats are empty */
	UPGRADE_REMOVED, /* and nobody follows */
};

struct upgrade_request {
	uint64_t client;       /* 0: nobody */
	bool wait;             /* the result after the probation */
	const uint32_t *nodes; /* at least one; each once */
	uint32_t node_count;
	const enum upgrade_part *parts; /* of them; NULL: all are replaced */
	/* Those that go back alone, though `together`; NULL: none. */
	const bool *alone;
	bool halts, together;
	int64_t prepare_ns, freeze_ns, restore_ns;
	int64_t probation_ns; /* 0: none */
};

struct upgrade_event {
	enum upgrade_event_kind kind;
	uint32_t node;
	const struct upgrade_request *request;
	uint64_t number; /* of the transaction that it answers */
	struct command_text text;
	bool clean; /* it had ended as operators do */
	enum upgrade_timer timer;
	uint64_t client;
};

enum upgrade_action_kind {
	UPGRADE_DO_SPAWN,   /* node, plan: a standby; READY, FAILED or GONE */
	UPGRADE_DO_DISCARD, /* node: kill what is in its other seat; GONE */
	UPGRADE_DO_FREEZE,  /* node, number, how; FROZEN or REFUSED */
	UPGRADE_DO_THAW,    /* node; a fresh handover of it is closed */
	UPGRADE_DO_RESTORE, /* node, plan, again; RESTORED or FAILED */
	UPGRADE_DO_COMMIT,  /* node, plan: has its standby's plan from now on;
			     * what was kept is closed, what was fresh is kept */
	UPGRADE_DO_PROMOTE, /* node: kill and reap, then run the standby; GONE
			     * unless it was gone before */
	UPGRADE_DO_REMOVE,  /* node: kill and reap; nobody follows; likewise */
	UPGRADE_DO_ASK,     /* node: what runs is to answer; RUNS */
	/* node, plan: has the plan of that handover again; `again`: what was
	 * kept since is lost */
	UPGRADE_DO_RETURN,
	UPGRADE_DO_CLOSE, /* node, plan: the fresh or kept handover */
	UPGRADE_DO_KILL,  /* node: what runs; GONE */
	/* node, plan: nothing follows who is gone; a failure. Whoever is
	 * started for the node all the same is of the version that wrote that.
	 */
	UPGRADE_DO_GIVE_UP,
	UPGRADE_DO_ARM,    /* timer, timeout_ns: relative; 0: disarm */
	UPGRADE_DO_SAY,    /* node, text: in the log */
	UPGRADE_DO_PHASE,  /* client, phase: it is in that phase now */
	UPGRADE_DO_RESULT, /* client, code, text */
};

/* Which version: the next one, or the one that wrote a handover. */
enum upgrade_plan {
	UPGRADE_PLAN_NEXT,
	UPGRADE_PLAN_FRESH, /* wrote the fresh handover, or will */
	UPGRADE_PLAN_KEPT,  /* wrote the kept one */
	UPGRADE_PLAN_SAME,  /* what runs now, from what all kept */
};

struct upgrade_action {
	enum upgrade_action_kind kind;
	uint32_t node;
	enum upgrade_plan plan;
	bool again;
	uint64_t number;
	enum command_freeze how;
	enum upgrade_timer timer;
	int64_t timeout_ns;
	enum upgrade_phase phase;
	uint64_t client;
	int code;
	char *text; /* owned by the list */
};

struct upgrade_node {
	enum upgrade_stage stage;
	enum upgrade_revival revival;
	enum upgrade_part part;
	bool standby; /* somebody is in the other seat */
	bool dead;    /* nobody is in the one that runs */
	bool fresh;   /* the transaction's handover is held */
	bool kept;    /* that of the last commit is held */
	bool ran;     /* somebody has been told to run since that */
	bool lost;    /* the standby died behind the commit */
	bool alone;   /* goes back alone, though all come together */
	bool same;    /* what is kept is not for its previous version */
	char *proof;  /* of the fresh handover */
};

struct upgrade {
	const char *const *names; /* of nodes; the caller's */
	uint32_t node_count;
	struct upgrade_node *nodes;
	enum upgrade_phase phase;
	struct upgrade_request request; /* without its nodes */
	enum upgrade_plan plan; /* of the standbys: NEXT, or KEPT: a return */
	uint64_t number;        /* of this transaction */
	uint64_t waiter;        /* who waits for the probation; 0: nobody */
	bool stopping;
	char *reason; /* why it is aborted, or what did not go well */
	struct upgrade_action *actions;
	size_t action_count, action_room;
};

void upgrade_init(
	struct upgrade *upgrade, const char *const *names, uint32_t node_count);
void upgrade_release(struct upgrade *upgrade);

/* There are so many nodes from now on. Between steps. */
void upgrade_grow(struct upgrade *upgrade, uint32_t node_count);

/* Why no transaction can begin with these nodes now, to be freed; or NULL. */
char *upgrade_refusal(const struct upgrade *upgrade, const uint32_t *nodes,
	uint32_t node_count);

/* What follows from one event, in order; they live until the next step. BEGIN
 * only when nothing refuses it. `*taken`, of GONE: this step sees to what
 * follows; else it is the caller's. */
const struct upgrade_action *upgrade_step(struct upgrade *upgrade,
	const struct upgrade_event *event, size_t *count, bool *taken);

/* Whether somebody is what the deadline of the phase is for: `*node`'s standby,
 * or what runs there. */
bool upgrade_late(const struct upgrade *upgrade, uint32_t *node, bool *standby);

/* The actions of the last step, which become the caller's with their texts, to
 * be freed; NULL: there were none. For who may come to step again meanwhile. */
struct upgrade_action *upgrade_take_actions(struct upgrade *upgrade);

#endif
