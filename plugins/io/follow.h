/*
 * follow: is told when a file changes, or another one takes its place.
 *
 * inotify watches the file (it grew, was cut, was moved) and its folder (a new
 * file of that name); what the events say is not believed, they only are a
 * reason to look again. Where there is no inotify (too many watches), it looks
 * four times a second.
 */
#ifndef TAU_PLUGINS_IO_FOLLOW_H
#define TAU_PLUGINS_IO_FOLLOW_H

#include <stdbool.h>

#include <tau/operator.h>
#include <tau/os.h>

/* The slot of the inotify fd. */
enum { FOLLOW_SLOT = 1 };

struct follow {
	const struct tau_os *os;
	int fd; /* of inotify, or -errno */
	bool open;
};

/* Begins to watch `path`; before the first read, so that nothing is missed.
 * Whatever fails makes it look by the clock. [run] */
void follow_open(struct tau_op *op, struct follow *follow,
	const struct tau_os *os, const char *path);
void follow_close(struct tau_op *op, struct follow *follow);

/* Waits until there is a reason to look. Flow. Suspends. [run] */
int follow_wait(struct tau_op *op, struct follow *follow);

/* Waits a quarter of a second. Flow. Suspends. [run] */
int follow_pause(struct tau_op *op);

/* What has become of the file that was read up to `offset`. */
enum follow_news {
	FOLLOW_NONE,
	FOLLOW_GREW,
	FOLLOW_CUT,      /* it is shorter than that now */
	FOLLOW_REPLACED, /* another file has its name */
};
enum follow_news follow_look(
	const struct tau_os *os, const char *path, int fd, int64_t offset);

#endif
