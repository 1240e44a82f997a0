/*
 * timers: what is due when.
 *
 * A pairing heap of nodes that their owners embed: arming allocates nothing
 * and costs O(1), the next due time is at the root, and disarming is O(log n)
 * amortised. Times are absolute, in nanoseconds of the monotonic clock.
 */
#ifndef TAU_CORE_RUN_TIMERS_H
#define TAU_CORE_RUN_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMERS_NEVER INT64_MAX

struct timer {
	struct timer *child, *next; /* first child; next sibling */
	struct timer *previous;     /* sibling before, or the parent */
	int64_t due_ns;
	bool armed;
	void (*fired)(struct timer *timer); /* disarmed before; may arm */
};

struct timers {
	struct timer *root;
};

/* Arms a timer, moving it if it is armed. `fired` must be set. */
void timers_arm(struct timers *timers, struct timer *timer, int64_t due_ns);

/* Disarms; does nothing when it is not armed. */
void timers_disarm(struct timers *timers, struct timer *timer);

/* When the next one is due, or TIMERS_NEVER. */
int64_t timers_next(const struct timers *timers);

/* The time that is so long after `now_ns`. */
static inline int64_t timers_after(int64_t now_ns, int64_t timeout_ns)
{
	int64_t due_ns;

	return __builtin_add_overflow(now_ns, timeout_ns, &due_ns)
		       ? TIMERS_NEVER
		       : due_ns;
}

/* How long it is from `now_ns` until a time, as reactor_poll takes it: 0 when
 * that is over, -1 for TIMERS_NEVER. */
static inline int64_t timers_left(int64_t due_ns, int64_t now_ns)
{
	if (due_ns == TIMERS_NEVER)
		return -1;
	return due_ns > now_ns ? due_ns - now_ns : 0;
}

/* Fires everything that is due at `now_ns`, in order of time. */
void timers_fire(struct timers *timers, int64_t now_ns);

#endif
