/*
 * supervisor_private: what the files of the step share: supervisor.c how a
 * topology comes to run, and what its nodes say; supervisor_end.c how it ends.
 */
#ifndef TAU_CORE_FLEET_SUPERVISOR_PRIVATE_H
#define TAU_CORE_FLEET_SUPERVISOR_PRIVATE_H

#include "core/fleet/supervisor.h"

void supervisor_on_signal(struct supervisor *supervisor, int number);
void supervisor_on_timeout(
	struct supervisor *supervisor, enum supervisor_timer timer);

/* Something failed, and that was said. */
void supervisor_failed(struct supervisor *supervisor);

/* Reports deadlocks that have come about, and closes who is in one. */
void supervisor_seek_deadlocks(struct supervisor *supervisor);

/* Kills a node, unless it is gone or was killed before. */
void supervisor_kill(struct supervisor *supervisor, uint32_t node);

/* Whether there is a process that was not yet reaped. */
static inline bool supervised_alive(const struct supervised *node)
{
	return node->state >= SUPERVISED_PREPARING &&
	       node->state < SUPERVISED_ENDED;
}

/* Whether it was told to run, and not to end at once. */
static inline bool supervised_runs(const struct supervised *node)
{
	return node->state == SUPERVISED_RUNNING ||
	       node->state == SUPERVISED_DRAINING;
}

#endif
