/*
 * upgrade_world: a model of the processes that an upgrade's step is about. It
 * knows what can happen, and holds each step to what the header promises.
 */
#ifndef TESTS_UPGRADE_WORLD_H
#define TESTS_UPGRADE_WORLD_H

#include "core/step/upgrade.h"

#define NODES 2
#define CLIENTS 3 /* 0 is nobody */

/* A process in the seat that runs, and one in the other. */
struct upgrade_runner {
	uint8_t alive;
	uint8_t freeze; /* the FREEZE that it was told, until THAW */
	uint8_t frozen; /* it stands still, and has said so */
	uint8_t owes;   /* FREEZEs that it may answer yet, a bit each */
	uint8_t killed;
	uint8_t asked;
	uint8_t ended;    /* nobody follows, and that is not the step's doing */
	uint8_t on_fence; /* killed by PROMOTE, or REMOVE */
	uint8_t absent;   /* nobody is to run: not yet, or no more */
	uint8_t removed;  /* when it dies, that is so */
};

struct upgrade_standby {
	uint8_t there, killed, ready, told, restored, spoke;
};

/* What the world knows besides the step. No padding: compared whole. */
struct upgrade_world {
	struct upgrade_runner run[NODES];
	struct upgrade_standby other[NODES];
	uint8_t fresh[NODES], kept[NODES]; /* handovers held */
	uint8_t committed[NODES];          /* in this transaction */
	uint8_t armed[UPGRADE_TIMERS];
	uint8_t owed[CLIENTS];
	uint8_t begun, sick, stopped, left;
	/* what the step knows */
	uint8_t phase, number, client, wait, lasts, plan, waiter, stopping;
	uint8_t reason, halts, together;
	uint8_t stage[NODES], revival[NODES], bits[NODES], part[NODES];
};

/* Proofs that agree, and one that does not agree with them. */
extern const char upgrade_world_good[34];
extern const char upgrade_world_bad[34];

/* The step as the world remembers it; to be released. */
void upgrade_world_step(uint32_t nodes, const struct upgrade_world *world,
	struct upgrade *upgrade);

/* What the world is after an event, held to all promises. */
struct upgrade_world upgrade_world_after(uint32_t nodes,
	const struct upgrade_world *before, const struct upgrade_event *event);

#endif
