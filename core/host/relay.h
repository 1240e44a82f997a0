/*
 * relay: passes one back stream on past an operator whose ports say
 * "back": "through".
 *
 *	before   ==in==>   operator   ==out==>   behind
 *	before <--to--      relay     <--from-- behind
 *
 * It is a task of its own, so that each direction moves when it can, whatever
 * the operator waits for in the other; and it outlives the operator, since
 * what is still said comes back until its writer ends. Records go by
 * reference and in order. When nobody reads `to` any more, what comes is
 * dropped, so that nobody behind waits for it.
 */
#ifndef TAU_CORE_HOST_RELAY_H
#define TAU_CORE_HOST_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/run/scheduler.h"
#include "core/stream/stream.h"

struct relay;

struct relay_settings {
	struct scheduler *scheduler;
	struct stream *from, *to; /* their owner's; nobody else reads or writes
				     them at these ends */
	/* Once, when nothing goes any more; `error` is NULL, or why `to` could
	 * not take a record. */
	void (*closed)(void *context, const struct error *error);
	void *context;
};

/* Starts one. -ENOMEM with a sentence. */
int relay_create(struct relay **relay, const struct relay_settings *settings,
	struct error *error);

/* Which streams it passes on; false when it has ended. */
bool relay_streams(const struct relay *relay, const struct stream **from,
	const struct stream **to);

/* Stands still, and goes on as if nothing had been. Between rounds only. */
void relay_freeze(struct relay *relay);
void relay_thaw(struct relay *relay);

/* One that stands still sees that its streams were filled, and that what it
 * does may be over. */
void relay_adopt(struct relay *relay);

/* Leaves `from` and ends `to`, if that has not happened. NULL is fine. */
void relay_destroy(struct relay **relay);

#endif
