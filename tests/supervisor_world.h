/*
 * supervisor_world: what a test that tries every history knows of the world
 * about the supervisor: which events can come, and what must follow in the end.
 */
#ifndef TAU_TESTS_SUPERVISOR_WORLD_H
#define TAU_TESTS_SUPERVISOR_WORLD_H

#include "core/step/supervisor.h"

#define NODES_MAX 2
#define PROCESSES_MAX (NODES_MAX * SEATS)
#define CLIENTS_MAX 2

/* What the world knows besides the supervisor. No padding: it is compared
 * whole. */
struct world {
	/* of each process */
	uint8_t state[PROCESSES_MAX];    /* enum supervised_state */
	uint8_t done[PROCESSES_MAX];     /* as the supervisor keeps it */
	uint8_t failed[PROCESSES_MAX];   /* likewise */
	uint8_t unwanted[PROCESSES_MAX]; /* likewise */
	uint8_t restored[PROCESSES_MAX]; /* likewise */
	uint8_t pending[PROCESSES_MAX];  /* SPAWN was asked for */
	uint8_t alive[PROCESSES_MAX];    /* a process is there */
	uint8_t killed[PROCESSES_MAX];   /* 1: ABORT was asked for, 2: KILL */
	uint8_t told_run[PROCESSES_MAX];
	/* of each node */
	uint8_t current[NODES_MAX];   /* the seat that runs */
	uint8_t promoting[NODES_MAX]; /* as the supervisor keeps it */
	uint8_t asked[NODES_MAX];     /* likewise */
	uint8_t along[NODES_MAX];     /* likewise */
	uint8_t due[NODES_MAX];       /* TIMER_RESTART is armed */
	uint8_t waits[NODES_MAX];     /* for it, as the supervisor keeps it */
	uint8_t restarts[NODES_MAX];  /* so many */
	/* of each tool that asked for something */
	uint8_t owed[CLIENTS_MAX];   /* a result */
	uint8_t awaits[CLIENTS_MAX]; /* 1: the end, 2: that now, 3: node 0 */
	uint8_t asks, standbys;      /* so many were there */
	uint8_t armed[SUPERVISOR_TIMERS];
	uint8_t ran, stopping, closing, ended, hurried;
	uint8_t causes[4];
	uint8_t must_fail, interrupted;
};

/* The first node may come back twice, the second time after a pause. */
#define RESTARTS 2
/* Where the second is a program; which is started again along, too. */
#define RESTARTS_BESIDE 1
#define RESTARTS_PROGRAM 0

struct exploration {
	uint32_t nodes;
	bool restarts;
	bool program; /* the second node is one, and has streams to the first */
	bool stop_on_failure;
	uint8_t asks;          /* tools may ask so often */
	uint8_t standbys;      /* so many are begun */
	bool declines;         /* the hook leaves to the step what it can */
	struct world *visited; /* open addressing; all zero is free */
	uint32_t places;       /* in it */
	struct world *queue;   /* to be gone on from */
	size_t count, next, last, room;
};

/* What the hook is to do when it gets UPGRADE, as its number. */
enum world_plot { PLOT_SPAWN, PLOT_PROMOTE, PLOT_DISCARD };

/* The number of an EXITED of who had to make room for its standby. */
#define WORLD_MADE_ROOM 1

/* Remembers a world, to be gone on from, unless it was met before. */
void world_meet(struct exploration *exploration, const struct world *world);

/* The supervisor as the world remembers it, with a hook that does what UPGRADE
 * asks of it and decides nothing else; to be released. */
void world_to_supervisor(const struct exploration *exploration,
	const struct world *world, struct supervisor *supervisor);
void world_from_supervisor(
	const struct supervisor *supervisor, struct world *world);

/* The world's own account of an event, before the supervisor hears of it. */
void world_account(const struct exploration *exploration, struct world *world,
	const struct supervisor_event *event);

/* Holds an action against what the world knows, and notes what it does. */
void world_hold(struct world *world, const struct exploration *exploration,
	const struct supervisor_action *action);

static inline bool world_runs(const struct world *world, uint32_t process)
{
	return world->current[seat_node(process)] == seat_of(process);
}

static inline uint32_t world_current(const struct world *world, uint32_t node)
{
	return seat_process(node, world->current[node]);
}

static inline uint32_t world_standby(const struct world *world, uint32_t node)
{
	return seat_process(node, !world->current[node]);
}

#endif
