/*
 * child: the program that an operator has, and how it is asked for.
 *
 * Its fds are the operator's; tau/spawn.h says what they are. Which of them
 * have to be waited for, `idle` says: after -EAGAIN, until its slot is ready.
 */
#ifndef TAU_PLUGINS_EXEC_CHILD_H
#define TAU_PLUGINS_EXEC_CHILD_H

#include <stdbool.h>

#include <tau/operator.h>
#include <tau/os.h>
#include <tau/spawn.h>

/* What is asked for, out of params. All zero: nothing. */
struct words {
	const char **words, **settings;
	uint32_t word_count, setting_count;
	char *text; /* that they lie in */
};

/* 0 or -errno with a sentence. [create] */
int words_init(struct tau_op *op, struct words *words,
	const struct tau_param *command, const struct tau_param *settings);
void words_release(struct words *words);

struct child {
	int fds[3];      /* by enum tau_child_fd; -1: none */
	bool watched[3]; /* in the slot of the same number */
	bool idle[3];
	bool in_closed; /* it reads no more: we closed it, or it did */
};

static inline bool child_lives(const struct child *child)
{
	return child->fds[TAU_CHILD_LEASH] >= 0;
}

/* The slots of one's fds that are worth waiting for are ready: `ready`. */
void child_told(struct child *child, uint64_t ready);

/* Watches what there is, once; -errno with a sentence. Unwatches it. [run] */
int child_watch(struct tau_op *op, struct child *child);
void child_unwatch(struct tau_op *op, struct child *child);
/* The same for one of its fds. */
void child_watch_less(
	struct tau_op *op, struct child *child, enum tau_child_fd fd);

/* After -EAGAIN. [run] */
void child_idles(struct tau_op *op, struct child *child, enum tau_child_fd fd);

/* Closes one of its fds, or all. [any] but in save */
void child_close(struct tau_op *op, struct child *child,
	const struct tau_os *os, enum tau_child_fd fd);
void child_release(
	struct tau_op *op, struct child *child, const struct tau_os *os);

/* How it ended, once: TAU_OK; TAU_WAIT: it has not; or -errno. The sentence
 * of one that never ran goes to `why`. */
int child_ended(struct child *child, const struct tau_os *os,
	struct tau_child_end *end, char *why, size_t room);

/* Its fds and what is known of them, to a state and from it. 0 or -errno with
 * a sentence. [create] */
int child_save(
	struct tau_op *op, const struct child *child, struct tau_out *state);
int child_restore(struct tau_op *op, struct child *child,
	const struct tau_os *os, struct tau_in *state);

#endif
