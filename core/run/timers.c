/* timers: what is due when. See the header. */
#include "core/run/timers.h"

#include <stddef.h>

#include "core/base/check.h"

static struct timer *meld(struct timer *a, struct timer *b);
static struct timer *meld_pairs(struct timer *first);
static void detach(struct timers *timers, struct timer *timer);

void timers_arm(struct timers *timers, struct timer *timer, int64_t due_ns)
{
	CHECK(timer->fired != NULL);
	if (timer->armed)
		detach(timers, timer);
	timer->child = timer->next = timer->previous = NULL;
	timer->due_ns = due_ns;
	timer->armed = true;
	timers->root = meld(timers->root, timer);
}

void timers_disarm(struct timers *timers, struct timer *timer)
{
	if (timer->armed)
		detach(timers, timer);
	timer->armed = false;
}

int64_t timers_next(const struct timers *timers)
{
	return timers->root ? timers->root->due_ns : TIMERS_NEVER;
}

void timers_fire(struct timers *timers, int64_t now_ns)
{
	while (timers->root && timers->root->due_ns <= now_ns) {
		struct timer *due = timers->root;

		timers_disarm(timers, due);
		due->fired(due);
	}
}

/* Both are roots; the earlier becomes the parent of the other. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->due_ns < a->due_ns) {
		struct timer *swap = a;

		a = b;
		b = swap;
	}
	b->next = a->child;
	if (b->next)
		b->next->previous = b;
	b->previous = a;
	a->child = b;
	return a;
}

/* Melds siblings in pairs, then the pairs from the last to the first. */
static struct timer *meld_pairs(struct timer *first)
{
	struct timer *pairs = NULL;
	struct timer *root = NULL;

	while (first) {
		struct timer *second = first->next;
		struct timer *rest = second ? second->next : NULL;

		first->next = first->previous = NULL;
		if (second)
			second->next = second->previous = NULL;
		first = meld(first, second);
		first->next = pairs;
		pairs = first;
		first = rest;
	}
	while (pairs) {
		struct timer *rest = pairs->next;

		pairs->next = NULL;
		root = meld(root, pairs);
		pairs = rest;
	}
	return root;
}

static void detach(struct timers *timers, struct timer *timer)
{
	struct timer *children = meld_pairs(timer->child);

	if (timer == timers->root) {
		timers->root = children;
	} else {
		if (timer->previous->child == timer)
			timer->previous->child = timer->next;
		else
			timer->previous->next = timer->next;
		if (timer->next)
			timer->next->previous = timer->previous;
		timers->root = meld(timers->root, children);
	}
	timer->child = timer->next = timer->previous = NULL;
	if (timers->root)
		timers->root->previous = NULL;
}
