/* restart: when a node comes back. See the header. */
#include "core/step/restart.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

static void forget(struct restart *restart, const struct restart_policy *policy,
	int64_t now_ns);
static void remember(struct restart *restart, int64_t now_ns);
static int64_t pause_of(const struct restart_policy *policy, uint32_t nth);

struct restart_policy restart_policy_of(const struct node_options *options)
{
	struct restart_policy policy = {.on = RESTART_NEVER,
		.max = RESTART_MAX,
		.within_ns = RESTART_WITHIN_NS,
		.first_ns = RESTART_FIRST_NS,
		.last_ns = RESTART_LAST_NS};

	if (options->set & NODE_RESTART_ON)
		policy.on = options->restart_on;
	if (options->set & NODE_RESTART_MAX)
		policy.max = options->restart_max;
	if (options->set & NODE_RESTART_WITHIN)
		policy.within_ns = options->restart_within_ns;
	if (options->set & NODE_RESTART_BACKOFF) {
		policy.first_ns = options->backoff_first_ns;
		policy.last_ns = options->backoff_last_ns;
	}
	return policy;
}

void restart_release(struct restart *restart)
{
	free(restart->times_ns);
	*restart = (struct restart){0};
}

bool restart_wanted(const struct restart_policy *policy, bool failed)
{
	return policy->on == RESTART_ALWAYS ||
	       (policy->on == RESTART_FAILURE && failed);
}

int64_t restart_pause(struct restart *restart,
	const struct restart_policy *policy, int64_t now_ns, uint64_t chance)
{
	int64_t pause_ns;

	forget(restart, policy, now_ns);
	if (restart->count >= policy->max)
		return -1;
	pause_ns = pause_of(policy, restart->count);
	pause_ns -= (int64_t)(chance % ((uint64_t)pause_ns / 4 + 1));
	remember(restart, now_ns + pause_ns);
	return pause_ns;
}

/* What lies too far back. */
static void forget(struct restart *restart, const struct restart_policy *policy,
	int64_t now_ns)
{
	uint32_t old = 0;

	while (old < restart->count &&
		now_ns - restart->times_ns[old] >= policy->within_ns)
		old++;
	restart->count -= old;
	if (old > 0)
		memmove(restart->times_ns, restart->times_ns + old,
			restart->count * sizeof *restart->times_ns);
}

static void remember(struct restart *restart, int64_t now_ns)
{
	if (restart->count == restart->room) {
		restart->room = restart->room * 2 + 4;
		restart->times_ns = realloc(restart->times_ns,
			restart->room * sizeof *restart->times_ns);
		CHECK(restart->times_ns != NULL);
	}
	restart->times_ns[restart->count++] = now_ns;
}

static int64_t pause_of(const struct restart_policy *policy, uint32_t nth)
{
	int64_t pause_ns = policy->first_ns;

	if (nth == 0)
		return 0;
	for (uint32_t i = 1; i < nth && pause_ns < policy->last_ns; i++) {
		if (pause_ns > INT64_MAX / 2)
			return policy->last_ns;
		pause_ns *= 2;
	}
	return pause_ns < policy->last_ns ? pause_ns : policy->last_ns;
}
