/* services: waiting, and what is ready. */
#include "core/host/instance.h"
#include "core/host/services.h"
#include "core/run/readiness.h"

static int wait_for(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready);
static int yield(struct tau_op *op);
static struct tau_want without_spent(
	struct instance *instance, const struct tau_want *want);
static bool nothing_can_come(
	struct instance *instance, const struct tau_want *want);

void services_init_wait(struct tau_host *host)
{
	host->wait = wait_for;
	host->yield = yield;
}

/* The bits of streams are levels and looked up; those of slots and control
 * are told. A timer's bit is cleared by being given. */
uint64_t services_ready(struct instance *instance, const struct tau_want *want)
{
	uint64_t asked = readiness_asked(want);
	uint64_t ready = instance->task.ready & asked &
			 (READINESS_SLOTS | READINESS_CONTROL);
	uint64_t fds = slots_ready(instance, asked);

	instance->task.ready &= ~(ready & READINESS_SLOTS & ~fds);
	ready |= fds | ports_ready(instance, asked);
	if (instance->quiescing && services_stopped(instance))
		ready |= TAU_QUIESCE;
	if (instance->closing && services_stopped(instance))
		ready |= TAU_CLOSE;
	ready &= ~(ports_spent(instance, want->any & ~want->all) & ~want->all);
	return ready;
}

void services_wait(struct instance *instance, const struct tau_want *want)
{
	struct tau_want asked = without_spent(instance, want);
	struct task *task = &instance->task;

	task_untell(task, READINESS_IN | READINESS_OUT | READINESS_CONTROL);
	task->ready |= ports_ready(instance, asked.any | asked.all);
	task_wait(task, &asked);
}

static int wait_for(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready)
{
	struct instance *instance = services_enter(op);
	uint64_t none;
	bool turn_passed = false;

	if (!services_may_suspend(instance, TAU_MAY_SUSPEND))
		fabric_abort(
			instance->fabric, instance, "called wait outside run");
	ready = ready ? ready : &none;
	*ready = 0;
	for (;;) {
		int flow = services_leave(instance);
		struct tau_want asked;
		bool holds, due;

		if (flow < 0)
			return flow;
		if (services_stopped(instance)) {
			*ready = instance->closing ? TAU_CLOSE : TAU_QUIESCE;
			return TAU_STOPPED;
		}
		if (instance->gone &&
			!ports_heard(instance, want->any | want->all)) {
			*ready = TAU_GONE;
			return TAU_END;
		}
		due = want->deadline_ns &&
		      fabric_now(instance->fabric) >= want->deadline_ns;
		*ready = services_ready(instance, want);
		asked = without_spent(instance, want);
		holds = due || readiness_holds(*ready, &asked);
		if (holds && turn_passed)
			return TAU_OK;
		instance->task.ready |= *ready & READINESS_SLOTS;
		if (!holds && nothing_can_come(instance, want)) {
			*ready = 0;
			return TAU_END;
		}
		turn_passed = true;
		if (holds)
			task_yield(&instance->task);
		else
			services_wait(instance, want);
		instance->fabric->now_ns = 0;
	}
}

static int yield(struct tau_op *op)
{
	struct instance *instance = services_enter(op);
	int flow = services_leave(instance);

	if (flow == 0)
		flow = services_stopped(instance);
	if (flow != 0 || !services_may_suspend(instance, TAU_MAY_SUSPEND))
		return flow;
	task_yield(&instance->task);
	instance->fabric->now_ns = 0;
	return services_stopped(instance);
}

/* An end that was reported does not count for `any` any more. */
static struct tau_want without_spent(
	struct instance *instance, const struct tau_want *want)
{
	struct tau_want asked = *want;

	asked.any &= ~ports_spent(instance, want->any);
	return asked;
}

/* Nothing asked for can become ready any more. */
static bool nothing_can_come(
	struct instance *instance, const struct tau_want *want)
{
	uint64_t dead = ports_spent(instance, want->any | want->all) |
			slots_unused(instance, want->any | want->all);
	uint64_t ended = ports_ready(instance, want->all & dead);

	if (want->deadline_ns || (want->any & ~dead & ~READINESS_CONTROL))
		return false;
	return want->all == 0 || (want->all & dead & ~ended) != 0;
}
