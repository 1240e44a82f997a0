/*
 * fabric: what all operators of a node share: memory, clock, scheduler,
 * reactor, and the table that plugins call. It knows operators only as tasks.
 */
#ifndef TAU_CORE_HOST_FABRIC_H
#define TAU_CORE_HOST_FABRIC_H

#include <stdint.h>
#include <sys/queue.h>

#include <tau/operator.h>
#include <tau/os.h>

#include "core/base/log.h"
#include "core/base/os.h"
#include "core/host/plugin_os.h"
#include "core/fiber/stack.h"
#include "core/record/chunk.h"
#include "core/run/reactor.h"
#include "core/run/scheduler.h"
#include "core/run/timers.h"
#include "core/stream/stream.h"

#define FABRIC_MAGIC 0x66616272u

struct instance;
struct spawner;

struct fabric {
	uint32_t magic;
	struct os *os;
	struct log *log;
	struct tau_host host; /* what op->host points to */
	struct plugin_os plugin_os;
	struct spawner *spawner; /* of children, spawner.h; or NULL */
	struct chunks *chunks;
	struct stream_pool streams;
	struct stack_arena *stacks;
	struct timers timers;
	struct scheduler scheduler;
	struct reactor *reactor;
	struct watched **watched; /* by fd: an fd is watched once */
	uint32_t watched_size;
	uint64_t watching;      /* links, which may always bring something */
	uint64_t watched_count; /* fds of operators that may become ready */
	uint32_t hope;   /* the fd that was last found worth waiting for */
	uint64_t rounds; /* since it last looked outside */
	uint32_t poll_failures;  /* in a row */
	uintptr_t thread;        /* the only one that may call the host */
	int64_t now_ns;          /* 0: not read in this dispatch */
	bool frozen;             /* timers keep their times, and none fires */
	int stdin_fd, stdout_fd; /* or -1; lent, never closed */

	struct instance *visited; /* its create, save, … is being called */

	/* Told before it waits for what may come, and behind that; or NULL. */
	void (*sleeps)(struct fabric *fabric, bool asleep);

	/* Told when an operator has stopped running: done, failed, frozen. */
	void (*stopped)(struct fabric *fabric, struct instance *stopped);
	void *owner;
};

/* Fills a zeroed fabric; `os` and `log` are kept. On failure nothing is left.
 * `seed` decides who runs next; 0: first in, first out. */
int fabric_init(struct fabric *fabric, struct os *os, struct log *log,
	uint64_t seed, struct error *error);

/* All operators must be gone. */
void fabric_release(struct fabric *fabric);

/* Serves the run queue and looks at timers and fds between rounds. Returns
 * when a round has left nobody ready: true when something may still happen
 * (an fd, a timer), after waiting for it at most `timeout_ns` (negative: for
 * ever, 0: not at all); false when nothing of the operators' can. While
 * `frozen` it waits for fds alone. */
bool fabric_turn(struct fabric *fabric, int64_t timeout_ns);

/* Looks at fds and timers without waiting, even where nobody waits for them:
 * then the reactor's fd is not readable any more. Runs nobody. */
void fabric_look(struct fabric *fabric);

/* Which thread this is: the address of its control block (x86-64 keeps it at
 * fs:0), without a call and without a thread library. */
static inline uintptr_t fabric_thread(void)
{
	uintptr_t self;

	__asm__("mov %%fs:0, %0" : "=r"(self));
	return self;
}

/* The monotonic clock, read once per dispatch. */
int64_t fabric_now(struct fabric *fabric);

/* Says a sentence and aborts: an operator did what must not go on. */
_Noreturn void fabric_abort(
	struct fabric *fabric, struct instance *culprit, const char *what);

#endif
