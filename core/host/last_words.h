/*
 * last_words: what a node tells its supervisor from a signal handler: that it
 * dies and where, or where it stands when it is asked.
 *
 * All of it runs in the handler, on the handler's own stack. It reads the node
 * and changes nothing.
 */
#ifndef TAU_CORE_HOST_LAST_WORDS_H
#define TAU_CORE_HOST_LAST_WORDS_H

#include "core/fiber/overflow.h"
#include "core/host/node.h"

/* The context of both functions below; it outlives the handler. */
struct last_words {
	struct os *os;
	const struct node *node;
	int fd; /* to the supervisor, SOCK_SEQPACKET */
};

/* An overflow_ask. */
bool last_words_who(void *context, struct overflow_runner *runner);

/* An overflow_tell: one packet, COMMAND_CRASHED or COMMAND_STANDS. */
bool last_words_tell(void *context, const struct overflow_report *report);

#endif
