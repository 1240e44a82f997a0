/*
 * children: processes that operators have asked for (tau/spawn.h), from start
 * to end. Who asked is told of one thing alone, how it ended, over the child's
 * leash; when nobody holds the leash any more, the child is ended.
 *
 *	        leash let go                grace over
 *	RUNS ------------------> TOLD (TERM) ------------> KILLED (KILL)
 *	  |                        |                         |
 *	  +--------- it ends: its leash tells how -----------+
 *	             |
 *	           LEFT (TERM to what is left of its group)
 *	             |  nobody has its log any more, or grace over
 *	           gone (KILL to the group, reaped)
 *
 * A child leads a process group. It stays unreaped until the group was killed,
 * so that its number is nobody else's then. It dies with the supervisor
 * (PDEATHSIG). Nothing here blocks but children_finish. Waits on a reactor of
 * its own, which is made with the first child.
 */
#ifndef TAU_CORE_FLEET_CHILDREN_H
#define TAU_CORE_FLEET_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/base/os.h"
#include "core/fleet/lines.h"
#include "core/run/reactor.h"
#include "core/run/timers.h"
#include "core/wire/command.h"

struct child;

/* Told from within children_serve and children_finish. `node` and `name` say
 * whose child it is. */
struct children_view {
	void *context;
	/* A line that it wrote to its standard error. */
	void (*line)(void *context, const char *node, const char *name,
		const char *text, size_t bytes);
	/* Its input was closed: who has copies of that fd, a pipe with these
	 * numbers, is to give them up. */
	void (*closed)(void *context, dev_t device, ino_t inode);
};

struct children {
	struct os *os;
	struct children_view view;
	char *const *environment;
	uint64_t soft_files;        /* that one may open; 0: as many as we */
	struct reactor *reactor;    /* NULL: there was no child yet */
	struct reactor_watch watch; /* in the loop around it */
	struct reactor *around;
	struct timers timers;
	LIST_HEAD(, child) list;
	uint32_t count;
};

/* Fills a zeroed one; all is kept. `around` is the reactor of the loop, or
 * NULL. */
void children_init(struct children *children, struct os *os,
	struct reactor *around, char *const *environment,
	const struct children_view *view);

/* Starts what a SPAWN asks for. The fds are taken. What is wrong with it, its
 * leash tells. */
void children_start(struct children *children, const char *node,
	const struct command *command, int *fds, uint32_t fd_count);

/* When children_serve is to be called again though nothing happens, or
 * TIMERS_NEVER. */
int64_t children_due(const struct children *children);

/* Serves what has happened. */
void children_serve(struct children *children);

/* Ends all that are left, waits for them, and gives everything back. */
void children_finish(struct children *children);

#endif
