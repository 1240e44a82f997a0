/*
 * exchange: transactions on the nodes of a supervisor.
 *
 *     supervisor's step -- hook --> exchange --> upgrade's step
 *            ^                          |
 *            +---- seats, timers -------+----> SUPERVISOR_EXCHANGE: the loop
 *
 * It translates: what happens to processes in seats becomes what `upgrade`
 * speaks of, and what that asks for becomes work on seats, or an action for the
 * loop, who has the handovers and the plans. It decides nothing.
 */
#ifndef TAU_CORE_STEP_EXCHANGE_H
#define TAU_CORE_STEP_EXCHANGE_H

#include "core/step/supervisor.h"
#include "core/step/upgrade.h"

struct exchange {
	struct upgrade upgrade;
	bool acted;                  /* the last step called for something */
	struct supervisor_event now; /* of the event that is being served */
};

/* Hooks into a supervisor; `names` are those of its nodes and outlive it. */
void exchange_init(struct exchange *exchange, struct supervisor *supervisor,
	const char *const *names);
void exchange_release(struct exchange *exchange);

/* Why these nodes cannot be replaced now, to be freed; or NULL. */
char *exchange_refusal(const struct exchange *exchange,
	const struct supervisor *supervisor, const uint32_t *nodes,
	uint32_t node_count);

#endif
