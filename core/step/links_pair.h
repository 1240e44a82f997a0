/*
 * links_pair: a connection between two nodes, as the plan asks for it. Who
 * makes and holds it is core/fleet/links.
 */
#ifndef TAU_CORE_STEP_LINKS_PAIR_H
#define TAU_CORE_STEP_LINKS_PAIR_H

#include <stdbool.h>
#include <stdint.h>

/* `places` says which of its links it is to each of them, counted from 0
 * without gaps. */
struct links_pair {
	uint32_t nodes[2];
	uint32_t places[2];
	bool gone;        /* there is none, or none any more: the rest is 0 */
	bool packets;     /* SOCK_SEQPACKET; else SOCK_STREAM */
	bool foreign;     /* one of them is somebody else's program */
	bool tcp;         /* instead of a unix socket */
	const char *fifo; /* where to make one instead; NULL: none */
	uint32_t writer;  /* which of the two has its writing end */
};

#endif
