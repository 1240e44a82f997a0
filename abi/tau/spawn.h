/*
 * tau/spawn.h: child processes. Part of the operator ABI.
 *
 * The extension "tau.spawn/1" gives a `const struct tau_spawn *`, or NULL where
 * nobody starts children: in `tau test`, and in applications that embed a node.
 * In `tau check` each is a stand-in that writes what it reads. The table is the
 * host's, lives as long as the instance, and only grows at its end.
 *
 * A child belongs to the supervisor, so it survives the node that asked for
 * it, in an upgrade; all that the operator has of it are three fds, which are
 * its own to watch, to save as TAU_FD records, and to close:
 *
 *	fds[TAU_CHILD_IN]     write: what the child reads; a pipe
 *	fds[TAU_CHILD_OUT]    read: what it writes; a pipe
 *	fds[TAU_CHILD_LEASH]  read: readable once, when it has ended
 *
 * None of them blocks. What the child writes to its standard error goes to the
 * topology's log, line by line, in the operator's name.
 *
 * One read of the leash gives a struct tau_child_end and, behind it, a sentence
 * if it never ran: TAU_CHILD_END_BYTES at most. When the last copy of the leash
 * is closed, also by the node's death, or once it was shut down, the supervisor
 * ends the child: SIGTERM to its process group, and SIGKILL 2 seconds later. A
 * child leads a process group of its own; what is left of that when the child
 * has ended is ended as well.
 */
#ifndef TAU_SPAWN_H
#define TAU_SPAWN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tau_op;

/* Which of the fds is which. */
enum tau_child_fd {
	TAU_CHILD_IN = 0,
	TAU_CHILD_OUT = 1,
	TAU_CHILD_LEASH = 2,
};

/* What to run. All of it is read during the call alone. */
struct tau_child {
	uint32_t size; /* of this struct, as the plugin knows it */
	uint32_t word_count, setting_count, reserved;
	/* The program and its arguments. A program with a slash in its name is
	 * a path, relative to the folder; any other is looked for along PATH.
	 */
	const char *const *words;
	/* "NAME=VALUE" each, beside and before the supervisor's environment,
	 * TAU_NODE and TAU_OPERATOR. */
	const char *const *settings;
	/* Where it begins; relative to the manifest's folder. NULL: there. */
	const char *folder;
};

/* How it ended. */
struct tau_child_end {
	int32_t code;   /* what it exited with; below 0: -errno, it never ran */
	int32_t signal; /* that killed it, or 0 */
};

/* The longest that a leash says. */
#define TAU_CHILD_END_BYTES 1024

struct tau_spawn {
	uint32_t size, reserved;

	/* Asks for a child and gives its fds. Does not wait for it: why it
	 * could not be run is told by the leash. 0, or -errno with a sentence,
	 * and nothing is left. [run] [control] */
	int (*start)(struct tau_op *op, const struct tau_child *wish,
		int fds[3]);

	/* Closes fds[TAU_CHILD_IN], unwatched before: the child reads what
	 * was written, and then the end, also while copies of that fd are kept
	 * for the case that an upgrade is taken back. It becomes another fd of
	 * the same pipe, which `unread` can still ask, or -1 where no file can
	 * be opened. [run] [control] */
	void (*close_in)(struct tau_op *op, int fds[3]);

	/* Ends the child, whoever has copies of its leash; the leash still
	 * tells how it ended. [run] [control] */
	void (*end)(struct tau_op *op, const int fds[3]);

	/* How many bytes were written to fds[TAU_CHILD_IN] that nobody has
	 * read, also when the child has ended. -errno. [run] [control] */
	int64_t (*unread)(struct tau_op *op, const int fds[3]);
};

#ifdef __cplusplus
}
#endif
#endif
