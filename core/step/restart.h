/*
 * restart: whether a node that has ended is started again, and when.
 *
 * At once the first time; then after a pause that doubles from `first_ns` to
 * `last_ns` with each restart that lies no further back than `within_ns`. At
 * most `max` restarts lie within that time; one more would be in vain, and the
 * node has failed. Pauses are shortened by up to a quarter, at random, so that
 * nodes which died together do not come back together.
 *
 * Pure: time and chance are the caller's.
 */
#ifndef TAU_CORE_STEP_RESTART_H
#define TAU_CORE_STEP_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan/manifest.h"

/* All that a manifest says. Zeroed is never. */
struct restart_policy {
	enum restart_on on;
	uint32_t max;
	int64_t within_ns;
	int64_t first_ns, last_ns;
};

/* With defaults for what a node's options leave open. */
struct restart_policy restart_policy_of(const struct node_options *options);

/* Zeroed: it was never restarted. */
struct restart {
	int64_t *times_ns; /* of the restarts within the time, oldest first */
	uint32_t count, room;
};

void restart_release(struct restart *restart);

/* Whether the policy asks for it after such an end; it may not allow it. */
bool restart_wanted(const struct restart_policy *policy, bool failed);

/* One more restart at `now_ns`: the pause before it, or a negative number when
 * there were too many. */
int64_t restart_pause(struct restart *restart,
	const struct restart_policy *policy, int64_t now_ns, uint64_t chance);

#endif
