/*
 * reactor: what the kernel says about fds, and the only place that knows
 * epoll.
 *
 * It turns events into calls of `told`, which may set bits and nothing else:
 * the reactor runs nobody. Watches are embedded by their owners. Files that
 * epoll refuses (regular files, /dev/null) are always ready: they are told at
 * each poll until they are removed.
 */
#ifndef TAU_CORE_RUN_REACTOR_H
#define TAU_CORE_RUN_REACTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/base/error.h"
#include "core/base/os.h"

struct reactor;

struct reactor_watch {
	int fd;
	uint32_t events; /* EPOLLIN, EPOLLOUT, EPOLLET, … */
	bool added;
	bool always; /* epoll refuses it: ready for good */
	void (*told)(struct reactor_watch *watch, uint32_t events);
	TAILQ_ENTRY(reactor_watch) link; /* among those always ready */
};

/* `os` is kept. Negative errno with a sentence. */
int reactor_create(
	struct reactor **reactor, struct os *os, struct error *error);

/* All watches must have been removed. NULL is fine. */
void reactor_destroy(struct reactor **reactor);

/* One fd that tells of everything watched here: readable when reactor_poll has
 * something to do. For a loop around this one. */
int reactor_fd(const struct reactor *reactor);

/* Watches `fd`; `told` must be set, and everything else in the watch is the
 * reactor's. 0; -EEXIST when another watch has this fd; -errno. */
int reactor_add(struct reactor *reactor, struct reactor_watch *watch, int fd,
	uint32_t events);

/* Changes the events. 0 or -errno. */
int reactor_change(
	struct reactor *reactor, struct reactor_watch *watch, uint32_t events);

/* Ends a watch, before its fd is closed. Also right from within `told`, for
 * any watch. Does nothing when it is not watched. */
void reactor_remove(struct reactor *reactor, struct reactor_watch *watch);

/* Tells of what is ready; waits for it at most `timeout_ns` (0: not at all,
 * negative: for ever). EINTR ends the wait. 0 or -errno. */
int reactor_poll(struct reactor *reactor, int64_t timeout_ns);

#endif
