/*
 * slot: an operator's timers and fds, eight bits of its readiness mask.
 *
 * A slot is a timer or watches any number of fds, not both. Fds are watched
 * edge-triggered: once told, an fd is ready until the operator says that it
 * was drained. Files that epoll refuses are ready for good and cost no polls.
 */
#ifndef TAU_CORE_HOST_SLOT_H
#define TAU_CORE_HOST_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <tau/operator.h>

#include "core/run/reactor.h"
#include "core/run/timers.h"

struct fabric;
struct instance;
struct slot;

/* One watched fd. */
struct watched {
	struct reactor_watch watch; /* first */
	struct slot *slot;
	uint64_t key;
	uint32_t ready; /* events told and not drained */
	bool always;    /* a file that epoll refuses */
	bool is_ready;  /* on the slot's list */
	TAILQ_ENTRY(watched) ready_link;
	LIST_ENTRY(watched) link;
};

struct slot {
	struct timer timer; /* first */
	struct instance *owner;
	int64_t period_ns;
	LIST_HEAD(, watched) watched;
	TAILQ_HEAD(, watched) ready;
};

/* Disarms timers and ends watches; the fds are not closed. */
void slots_release(struct instance *instance);

/* Ends watches only: what a frozen operator does not hold any more. */
void slots_unwatch(struct instance *instance);

/* As tau_host says. */
int slot_timer(struct instance *instance, uint32_t slot, int64_t first_ns,
	int64_t period_ns);
int slot_watch(struct instance *instance, uint32_t slot, int fd,
	uint32_t events, uint64_t key);
int slot_next_event(
	struct instance *instance, uint32_t slot, struct tau_event *event);
int slot_drained(
	struct instance *instance, uint32_t slot, int fd, uint32_t events);

/* Which fd slots of `asked` are ready; timers stand in the task's mask. */
uint64_t slots_ready(struct instance *instance, uint64_t asked);

/* Whether an operator waits for an fd whose event may let it go on. A sink
 * that waits for input and watches its fd only to learn that its reader has
 * gone is none: that would set nobody free; nor is a source that waits for
 * input and for room, while there is no room. Constant cost while the same fd
 * is waited for. */
bool slots_may_come(struct fabric *fabric);

/* The bits of slots that are neither armed nor watch anything. */
uint64_t slots_unused(struct instance *instance, uint64_t asked);

#endif
