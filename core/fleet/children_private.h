/*
 * children_private: what the files of `children` share: children.c how they
 * end, children_start.c how they begin.
 */
#ifndef TAU_CORE_FLEET_CHILDREN_PRIVATE_H
#define TAU_CORE_FLEET_CHILDREN_PRIVATE_H

#include <stdlib.h>

#include <tau/spawn.h>

#include "core/base/error.h"
#include "core/base/owner.h"
#include "core/fleet/children.h"

enum child_state { CHILD_RUNS, CHILD_TOLD, CHILD_KILLED, CHILD_LEFT };

struct child_watch {
	struct reactor_watch watch; /* first */
	bool told;                  /* something may be there */
};

struct child {
	LIST_ENTRY(child) link;
	struct children *children;
	enum child_state state;
	pid_t pid;
	int pidfd, leash_fd, log_fd;
	struct child_watch exit, leash, log;
	struct timer grace;
	bool late;    /* that is over */
	bool closed;  /* its input, and that was told */
	dev_t device; /* of the pipe that it reads */
	ino_t inode;
	struct lines lines;
	char node[2 * NAME_BYTES_MAX], name[2 * NAME_BYTES_MAX];
};

/* Makes the reactor, once. -errno with a sentence. */
int children_open(struct children *children, struct error *error);

/* Takes one that runs among the others, and watches it. -errno; it is among
 * them all the same. */
int children_watch(struct child *child);

/* SIGTERM, and time until SIGKILL; unless that has been done. */
void children_end(struct child *child);

/* Says over a leash how it ended, and why it never ran. */
void children_tell(struct children *children, int leash_fd,
	const struct tau_child_end *end, const char *why);

/* Closes a leash; what it was told is read all the same. */
void children_hang_up(struct children *children, int leash_fd);

/* Closes what is held of one that is reaped, and frees it. */
void children_release(struct child *child);

#endif
