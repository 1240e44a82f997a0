/*
 * take: what a child writes to its standard output, as records.
 *
 *	          at                     bytes
 *	got       | line \n line \n begi |
 *
 * All that is whole is sent before more is read, so that `got` holds a part of
 * one record at most, and what was read last. Of a line that is longer than
 * `max` the beginning stays, and the rest is counted in `cut`.
 */
#ifndef TAU_PLUGINS_EXEC_TAKE_H
#define TAU_PLUGINS_EXEC_TAKE_H

#include <stdbool.h>

#include <tau/operator.h>
#include <tau/os.h>

#include "feed.h"

/* All zero but for the first three. */
struct take {
	enum exec_format format;
	size_t max;
	uint32_t out, bad; /* ports */
	struct buffer got;
	size_t at;
	size_t scanned; /* from `at` on, where no newline is */
	uint64_t cut;
	uint64_t records; /* that were sent */
};

/* Reads once: TAU_OK: something came; TAU_WAIT; TAU_END; or -errno. */
int take_read(struct take *take, const struct tau_os *os, int fd);

/* Sends all that is whole: TAU_OK: it was; TAU_WAIT: until the out port has
 * room, for which its want is set; TAU_END: its reader is gone; TAU_STOPPED;
 * -EPROTO: a frame that is too long, of *frame bytes; or -errno with a
 * sentence. Suspends for room in `bad` alone. [run] */
int take_send(struct tau_op *op, struct take *take, uint64_t *frame);

/* The same of what is left behind the last whole one, when nothing comes any
 * more: a line in full where the child ended `well`, else torn, to bad. */
int take_rest(struct tau_op *op, struct take *take, bool well);

/* Forgets what came. */
void take_clear(struct take *take);
void take_release(struct take *take);

/* What came and was not sent, to a state and from it, which is refused where
 * the format is another one now. 0 or -errno with a sentence. [create] */
int take_save(
	struct tau_op *op, const struct take *take, struct tau_out *state);
int take_restore(struct tau_op *op, struct take *take, struct tau_in *state);

#endif
