/*
 * turn: the loops of operators that have one in port, one out port, and maybe
 * a second one named `bad`.
 *
 * The function that takes a record may suspend and returns flow; a record is
 * consumed once it was taken. All are inlined, so that a function which is
 * named here costs no call. All suspend. [run]
 */
#ifndef TAU_PLUGINS_COMMON_TURN_H
#define TAU_PLUGINS_COMMON_TURN_H

#include <tau/operator.h>

#include "common/bad.h"

#define TURN_INLINE static inline __attribute__((always_inline))

enum { IN = 0, OUT = 0, BAD = 1 };

typedef int turn_take(struct tau_op *op, const struct tau_record *record);
typedef int turn_send(struct tau_op *op);

/* Takes what is no cycle, and passes cycles on. */
TURN_INLINE int turn_each(struct tau_op *op, turn_take *take)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		int flow = record->type == TAU_CYCLE ? tau_send(op, OUT, record)
						     : take(op, record);

		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	return 0;
}

/* Takes text and bytes, passes cycles on, and sends all else to the
 * port `bad` in the name of the operator `name`. */
TURN_INLINE int turn_text(struct tau_op *op, turn_take *take, const char *name,
	const char *reason)
{
	const struct tau_record *record;
	int flow;

	while ((record = tau_read(op, IN))) {
		if (TAU_LIKELY_(record->type == TAU_UTF8 ||
				record->type == TAU_BYTES))
			flow = take(op, record);
		else if (record->type == TAU_CYCLE)
			flow = tau_send(op, OUT, record);
		else
			flow = bad_send(op, BAD, name, record, reason);
		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	return 0;
}

/* Takes what is no cycle; sends what came of it, which starts anew, before
 * each cycle and at the end. */
TURN_INLINE int turn_gather(struct tau_op *op, turn_take *take, turn_send *send)
{
	const struct tau_record *record;
	int flow;

	while ((record = tau_read(op, IN))) {
		if (record->type != TAU_CYCLE)
			flow = take(op, record);
		else if ((flow = send(op)) == TAU_OK)
			flow = tau_send(op, OUT, record);
		if (flow != TAU_OK)
			return flow < 0 ? flow : 0;
		tau_consume(op, IN);
	}
	flow = tau_ended(op, IN) ? send(op) : TAU_OK;
	return flow < 0 ? flow : 0;
}

#endif
