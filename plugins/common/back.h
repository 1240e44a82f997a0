/*
 * back: passes on the back stream beside an operator's own work, for operators
 * with one in and one out port that both declare "back": "optional".
 *
 *	before   --in-->   operator   --out-->   behind
 *	before <--in.back--  (relay)  <--out.back-- behind
 *
 * Records go by reference, in order, and only when there is room: the forward
 * stream never waits for the back stream. The other way round the back stream
 * rests while the operator waits for room in `out`, since nothing else may
 * happen in the middle of a record. Whoever does not read any more before the
 * operator: what comes back is dropped, so that nobody behind waits for it.
 *
 * The operator declares no other in port, and reads with back_read alone.
 */
#ifndef TAU_PLUGINS_COMMON_BACK_H
#define TAU_PLUGINS_COMMON_BACK_H

#include <tau/operator.h>

/* The slow part of back_read, and that of back_finish. */
const struct tau_record *back_wait(struct tau_op *op);

/* As tau_read of port 0. Suspends. [run] */
static inline const struct tau_record *back_read(struct tau_op *op)
{
	struct tau_in *in = op->in[0];

	return TAU_LIKELY_(in->next < in->limit) ? in->next : back_wait(op);
}

/* Last call of `run`, with its flow so far. Where port 0 has ended, ends all
 * out ports and passes on what still comes back, until that ends too. Gives
 * what `run` returns. Suspends. [run] */
int back_finish(struct tau_op *op, int flow);

#endif
