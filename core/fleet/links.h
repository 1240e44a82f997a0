/*
 * links: the connections between nodes, as their supervisor holds them.
 *
 * Each is a pair of unix sockets, or a TCP connection over the loopback, made
 * before any node is spawned. Nodes inherit duplicates; the supervisor keeps
 * its own, so that what was sent and not yet read outlives a node, and gives an
 * end up when its node is gone for good: only then does the node at the other
 * end see that nothing will come. A FIFO is made and opened here too, so that
 * its reader finds a writer and its writer a reader, also while another process
 * is to follow one of them. Closing it is how a writer ends and a reader goes:
 * so a node says when it has closed its end for good.
 */
#ifndef TAU_CORE_FLEET_LINKS_H
#define TAU_CORE_FLEET_LINKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/step/links_pair.h"

/* Zeroed is none. */
struct links {
	struct os *os;
	struct links_pair *pairs; /* the paths in them are the caller's */
	int (*fds)[2];
	int *former;     /* an end of each last connection of bytes; -1: none */
	bool *made;      /* the FIFOs that were not there before */
	ino_t *inodes;   /* of all of them */
	bool (*shut)[2]; /* a FIFO's end: its node has closed it for good */
	uint32_t count;
};

/* Makes all connections. -errno with a sentence; nothing is left then. */
int links_init(struct links *links, struct os *os,
	const struct links_pair *pairs, uint32_t count, struct error *error);

/* Makes one more in a place of `pairs` where none is, and gives it up again.
 * -errno with a sentence. */
int links_add(struct links *links, uint32_t at, const struct links_pair *pair,
	struct error *error);
void links_remove(struct links *links, uint32_t at);

/* A node's end of a link: ours, or -1. */
int links_end(const struct links *links, uint32_t at, uint32_t node);

/* Another process is to follow a node's: makes its connections of bytes anew,
 * since those may be torn, and gives `take` the other end of each, which stays
 * ours. The old ones stay open on the node's side until the next time, so that
 * who is at the other end hears of the new one before it sees an end. Where
 * nobody is at the other end any more, the new one has ended. -errno with a
 * sentence. */
typedef void links_take(void *context, uint32_t node, uint32_t link, int fd);
int links_renew(struct links *links, uint32_t node, links_take *take,
	void *context, struct error *error);

/* A node has closed its end of a FIFO for good; nothing if that is none. */
void links_shut(struct links *links, uint32_t at, uint32_t node);

/* A node is to have a process: opens its ends of FIFOs that were given up.
 * -errno with a sentence. */
int links_reopen(struct links *links, uint32_t node, struct error *error);

/* A node has its ends: gives up again those that it had closed. */
void links_spawned(struct links *links, uint32_t node);

/* Gives up a node's ends. The nodes at their other ends are told `why` by BYE,
 * behind all that the node had sent: while these have room for it, and where
 * connections are of bytes, which may end within a packet, on new ones that
 * `take` gets as above. NULL: it had ended well, which goes without saying. */
void links_drop(struct links *links, uint32_t node, const char *why,
	links_take *take, void *context);

void links_release(struct links *links);

#endif
