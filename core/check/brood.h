/*
 * brood: the processes that a command of tests has started, and what they have
 * left behind. Nobody outlives the command, however hard it tries, but for who
 * kills the command itself; and who interrupts the command waits until all is
 * cleared away.
 *
 *	brood_init     orphans become children of this process
 *	brood_hold     INT, TERM and HUP are held back, and only seen by
 *	               brood_told
 *	brood_await    until a child ends, or some time has passed
 *	brood_end_all  who is still there is killed, and who that left, too
 *	brood_release  a signal that was held back is taken now
 */
#ifndef TAU_CORE_CHECK_BROOD_H
#define TAU_CORE_CHECK_BROOD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/os.h"

struct brood {
	struct os *os;
	sigset_t former;
	int told_fd;
};

/* Best effort: what a kernel refuses is done without. */
void brood_init(struct brood *brood, struct os *os);
void brood_hold(struct brood *brood);
void brood_release(struct brood *brood);

/* Whether the process was asked to end. */
bool brood_told(const struct brood *brood);
/* Whether the fd (of a child) became readable in that time; also when told. */
bool brood_await(const struct brood *brood, int fd, int64_t wait_ns);

/* Gives what is left a moment to end, then kills it; whether it had to. */
bool brood_end_all(struct brood *brood);

/* What the kernel says of a process. */
struct brood_look {
	pid_t parent;
	int64_t busy_ns; /* time on a processor, of all its threads */
	uint64_t memory_bytes;
	bool waits; /* it neither runs nor could run */
};

/* False when there is no such process. */
bool brood_look(struct os *os, pid_t pid, struct brood_look *look);

#endif
