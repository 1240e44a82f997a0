/* services: waiting, and what is ready. */
#include "core/host/operator.h"
#include "core/host/services.h"
#include "core/run/readiness.h"

static int wait_for(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready);
static int yield(struct tau_op *op);
static bool nothing_can_come(
	struct operator* operator, const struct tau_want * want);

void services_init_wait(struct tau_host *host)
{
	host->wait = wait_for;
	host->yield = yield;
}

/* The bits of streams are levels and looked up; those of slots and control
 * are told. A timer's bit is cleared by being given. */
uint64_t services_ready(struct operator* operator, const struct tau_want * want)
{
	uint64_t asked = readiness_asked(want);
	uint64_t ready = operator->task.ready &
			 asked &(READINESS_SLOTS | READINESS_CONTROL);
	uint64_t fds = slots_ready(operator, asked);

	operator->task.ready &= ~(ready &READINESS_SLOTS & ~fds);
	ready |= fds | ports_ready(operator, asked);
	if (operator->quiescing && services_stopped(operator))
		ready |= TAU_QUIESCE;
	if (operator->closing && services_stopped(operator))
		ready |= TAU_CLOSE;
	ready &= ~(ports_spent(operator, want->any & ~want->all) & ~want->all);
	return ready;
}

void services_wait(struct operator* operator, const struct tau_want * want)
{
	struct tau_want asked = *want;
	struct task *task = &operator->task;

	asked.any &= ~ports_spent(operator, want->any);
	task_untell(task, READINESS_IN | READINESS_OUT | READINESS_CONTROL);
	task->ready |= ports_ready(operator, asked.any | asked.all);
	task_wait(task, &asked);
}

static int wait_for(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready)
{
	struct operator* operator= services_enter(op);
	uint64_t none;
	bool turn_passed = false;

	if (!services_may_suspend(operator, TAU_MAY_SUSPEND))
		fabric_abort(operator->fabric, operator,
			"called wait outside run");
	ready = ready ? ready : &none;
	*ready = 0;
	for (;;) {
		int flow = services_settle(operator);
		bool holds, due;

		if (flow < 0)
			return flow;
		if (services_stopped(operator)) {
			*ready = operator->closing ? TAU_CLOSE : TAU_QUIESCE;
			return TAU_STOPPED;
		}
		if (operator->gone) {
			*ready = TAU_GONE;
			return TAU_END;
		}
		due = want->deadline_ns &&
		      fabric_now(operator->fabric) >= want->deadline_ns;
		*ready = services_ready(operator, want);
		holds = due || readiness_holds(*ready, want);
		if (holds && turn_passed)
			return TAU_OK;
		operator->task.ready |= * ready & READINESS_SLOTS;
		if (!holds && nothing_can_come(operator, want))
			return TAU_END;
		turn_passed = true;
		if (holds)
			task_yield(&operator->task);
		else
			services_wait(operator, want);
		operator->fabric->now_ns = 0;
	}
}

static int yield(struct tau_op *op)
{
	struct operator* operator= services_enter(op);
	int flow = services_settle(operator);

	if (flow == 0)
		flow = services_stopped(operator);
	if (flow != 0 || !services_may_suspend(operator, TAU_MAY_SUSPEND))
		return flow;
	task_yield(&operator->task);
	operator->fabric->now_ns = 0;
	return services_stopped(operator);
}

/* Nothing asked for can become ready any more. */
static bool nothing_can_come(
	struct operator* operator, const struct tau_want * want)
{
	uint64_t dead = ports_spent(operator, want->any | want->all) |
			slots_unused(operator, want->any | want->all);
	uint64_t ended = ports_ready(operator, want->all & dead);

	if (want->deadline_ns || (want->any & ~dead & ~READINESS_CONTROL))
		return false;
	return want->all == 0 || (want->all & dead & ~ended) != 0;
}
