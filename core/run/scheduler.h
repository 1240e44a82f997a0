/*
 * scheduler: who runs next, and the only one that resumes.
 *
 * A task is an operator's thread of control: a coroutine, or a function that
 * is called again and again. It runs until it waits; bits told meanwhile
 * decide when it may go on. Tasks that may go on stand in one queue, first in,
 * first out. Nothing here knows of fds or clocks, except deadlines that are
 * armed in `timers`. The cost of a wake is constant.
 *
 *	          start            resume              wait
 *	IDLE ------------> QUEUED --------> RUNNING ---------> WAITING
 *	                     ^                 | leaves            |
 *	                     |                 v                   |
 *	                     |                IDLE                 |
 *	                     +---------- tell, deadline -----------+
 */
#ifndef TAU_CORE_RUN_SCHEDULER_H
#define TAU_CORE_RUN_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <tau/operator.h>

#include "core/fiber/coroutine.h"
#include "core/run/timers.h"

#define TASK_MAGIC 0x7461736bu

enum task_state {
	TASK_IDLE = 0, /* not started, or finished and startable again */
	TASK_QUEUED,
	TASK_RUNNING,
	TASK_WAITING,
};

struct scheduler;

/* Embedded by its owner. */
struct task {
	uint32_t magic;
	enum task_state state;
	struct scheduler *scheduler;
	struct coroutine *coroutine;         /* resumed, if it has one; or */
	void (*finished)(struct task *task); /* when it is IDLE again */
	void (*step)(struct task *task);     /* called */
	uint64_t ready;                      /* bits told and not yet taken */
	struct tau_want want;                /* while WAITING */
	struct timer deadline;
	TAILQ_ENTRY(task) link; /* while QUEUED */
	uint32_t number;        /* shown while it runs; 0: nothing to show */
	uint64_t rest_bits;     /* to be told when nobody is ready; or 0 */
	TAILQ_ENTRY(task) rest_link;
	uint64_t dispatches;
	uint64_t cycles, longest_cycles; /* of the time stamp counter */
};

TAILQ_HEAD(task_queue, task);

struct scheduler {
	struct task_queue queue;
	uint64_t queued;
	struct task_queue resting; /* those with rest_bits */
	struct timers *timers;
	struct task *running;
	uint64_t seed; /* 0: first in, first out; else it decides */
	uint64_t switches;
	bool halted; /* nobody else runs in this round */
	/* Where the number of the running task is to be seen from outside. */
	uint32_t *shown, unshown;
	/* Told after each dispatch, when set. */
	void (*left)(struct scheduler *scheduler, struct task *task);
	void *context;
};

void scheduler_init(
	struct scheduler *scheduler, struct timers *timers, uint64_t seed);

/* Prepares an idle task; `coroutine` or `step` is set by the owner. */
void task_init(struct task *task, struct scheduler *scheduler);

/* Queues an idle task. */
void task_start(struct task *task);

/* Sets bits; a task whose wait holds by that is queued. Right at any time. */
void task_tell(struct task *task, uint64_t bits);

/* Sets bits when nobody is ready to run any more, before the node waits: what
 * is better done once than again and again. */
void task_rest(struct task *task, uint64_t bits);

/* Clears bits that do not hold any more. */
static inline void task_untell(struct task *task, uint64_t bits)
{
	task->ready &= ~bits;
}

/* The running task waits until `want` holds: goes to the queue's tail when it
 * holds already. A coroutine is suspended meanwhile; a `step` just returns
 * after it. The ready bits are in task->ready afterwards. */
void task_wait(struct task *task, const struct tau_want *want);

/* The running task goes to the queue's tail. As task_wait. */
void task_yield(struct task *task);

/* Takes a task out of the game wherever it stands, except RUNNING. */
void task_stop(struct task *task);

/* When nobody is ready, tells those that want to hear of it. Whether somebody
 * is ready then. */
bool scheduler_rest(struct scheduler *scheduler);

/* Resumes each task that is queued now, once. How many were. */
uint64_t scheduler_round(struct scheduler *scheduler);

/* The round that is under way ends with the task that runs. */
static inline void scheduler_halt(struct scheduler *scheduler)
{
	scheduler->halted = true;
}

/* Whether nobody is ready to run. */
static inline bool scheduler_idle(const struct scheduler *scheduler)
{
	return TAILQ_EMPTY(&scheduler->queue);
}

#endif
