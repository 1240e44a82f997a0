/*
 * spawner: how operators come to child processes ("tau.spawn/1"). It makes the
 * fds between an operator and its child; who starts the child is another's.
 *
 *	operator                                   who starts it
 *	IN     write ---------- pipe ------------> the child's fd 0
 *	OUT    read  <--------- pipe ------------- the child's fd 1
 *	LEASH        <---- socket of packets ----> the far end
 */
#ifndef TAU_CORE_HOST_SPAWNER_H
#define TAU_CORE_HOST_SPAWNER_H

#include <tau/spawn.h>

#include "core/base/error.h"

/* Who starts children, or has it done; zeroed in a fabric: nobody. */
struct spawner {
	/* Asks for a child of the operator `name`. `theirs` are the child's
	 * fds 0 and 1 and the far end of its leash; they are taken, also on
	 * failure. 0, or -errno with a sentence. */
	int (*pass)(struct spawner *spawner, const char *name,
		const struct tau_child *wish, const int theirs[3],
		struct error *error);
};

/* The table that operators see. */
extern const struct tau_spawn spawner_table;

#endif
