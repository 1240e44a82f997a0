/* operator: one instance of an operator type. See the header. */
#include "core/host/operator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/services.h"
#include "core/run/readiness.h"

static struct operator* of_task(struct task *task);
static void run_coroutine(void *argument);
static void run_continuation(struct task *task);
static void task_finished(struct task *task);
static void freeze(struct operator* operator);
static void explain(struct operator* operator);
static int call_state(struct operator* operator, int result, const char *what,
	struct error *error);

int operator_create(struct operator** made, struct fabric *fabric,
	const struct operator_make *make, struct error *error)
{
	struct operator* operator= calloc(1, sizeof *operator);

	if (!operator)
		return error_set(error, -ENOMEM,
			"out of memory for operator %s", make->name);
	operator->magic = OPERATOR_MAGIC;
	operator->fabric = fabric;
	operator->name = make->name;
	operator->plugin = make->plugin;
	operator->description = make->description;
	operator->functions = make->functions;
	operator->op.host = & fabric->host;
	operator->op.params = make->params;
	operator->op.param_count = make->param_count;
	operator->stdio =(struct tau_stdio){
		sizeof(struct tau_stdio), make->stdio_fd};
	task_init(&operator->task, &fabric->scheduler);
	operator->task.finished = task_finished;
	if (ports_init(operator, make->in_members, make->out_members) < 0) {
		operator_destroy(&operator);
		return error_set(error, -ENOMEM,
			"out of memory for operator %s", make->name);
	}
	*made = operator;
	return 0;
}

int operator_prepare(struct operator* operator, struct error * error)
{
	int result = 0;

	operator->created = true;
	operator->context = CONTEXT_CREATE;
	if (operator->functions->create)
		result = operator->functions->create(&operator->op);
	operator->context = CONTEXT_NONE;
	return call_state(operator, result, "create", error);
}

void operator_destroy(struct operator** operator)
{
	struct operator* old = * operator;
	struct operator_metric *metric;

	if (!old)
		return;
	CHECK_MAGIC(old, OPERATOR_MAGIC);
	operator_close(old);
	while (old->state == OPERATOR_RUNNING)
		scheduler_round(&old->fabric->scheduler);
	if (old->ports.in && old->ports.out)
		ports_finish(old, STREAM_CLOSED);
	old->context = CONTEXT_CREATE;
	if (old->created && old->functions->destroy)
		old->functions->destroy(&old->op);
	slots_release(old);
	task_stop(&old->task);
	coroutine_destroy(&old->task.coroutine);
	ports_release(old);
	while ((metric = SLIST_FIRST(&old->metrics))) {
		SLIST_REMOVE_HEAD(&old->metrics, link);
		free((void *)(uintptr_t)metric->name);
		free(metric);
	}
	old->magic = 0;
	free(old);
	*operator= NULL;
}

int operator_start(struct operator* operator, struct error * error)
{
	int result = 0;

	CHECK(operator->state == OPERATOR_CREATED || operator->state ==
		OPERATOR_FROZEN);
	operator->quiescing = operator->told = false;
	operator->task.ready &= ~(TAU_QUIESCE | TAU_CLOSE);
	if (operator->functions->run)
		result = coroutine_create(&operator->task.coroutine,
					  operator->fabric->stacks,
					  operator->description->stack_bytes,
			run_coroutine, operator, error);
	else
		operator->task.step = run_continuation;
	if (result < 0)
		return result;
	operator->task.want =(struct tau_want){0};
	operator->returned = TAU_OK;
	operator->state = OPERATOR_RUNNING;
	task_start(&operator->task);
	return 0;
}

void operator_quiesce(struct operator* operator)
{
	if (operator->state != OPERATOR_RUNNING)
		return;
	operator->quiescing = true;
	ports_cut(operator);
	task_tell(&operator->task, TAU_QUIESCE);
}

void operator_drain(struct operator* operator)
{
	operator->draining = true;
	operator_quiesce(operator);
}

void operator_close(struct operator* operator)
{
	if (operator->state != OPERATOR_RUNNING)
		return;
	operator->closing = true;
	task_tell(&operator->task, TAU_CLOSE);
}

int operator_save(struct operator* operator, struct stream * state,
	uint32_t version, struct error *error)
{
	struct out_end end = {.owner = operator, .stream = state };
	int result;

	CHECK(operator->state != OPERATOR_RUNNING);
	if (!operator->functions->save)
		return error_set(error, -ENOTSUP,
			"operator %s keeps no state", operator->name);
	end.head.atomic = state->atomic_bytes;
	operator->context = CONTEXT_CREATE;
	result = operator->functions->save(&operator->op, &end.head, version);
	operator->context = CONTEXT_NONE;
	if (end.is_open)
		TAILQ_REMOVE(&operator->ports.open_out, &end, open);
	stream_end(state, &end.head, STREAM_DONE);
	return call_state(operator, result, "save", error);
}

int operator_restore(struct operator* operator, struct stream * state,
	uint32_t version, struct error *error)
{
	struct in_end end = {.owner = operator, .stream = state };
	int result;

	CHECK(operator->state == OPERATOR_CREATED);
	if (!operator->functions->restore)
		return error_set(error, -ENOTSUP,
			"operator %s keeps no state", operator->name);
	operator->context = CONTEXT_CREATE;
	result = operator->functions->restore(
		&operator->op, &end.head, version);
	operator->context = CONTEXT_NONE;
	if (end.is_open)
		TAILQ_REMOVE(&operator->ports.open_in, &end, open);
	stream_leave(state, &end.head);
	operator->op.flags |= TAU_RESTORED;
	return call_state(operator, result, "restore", error);
}

int operator_fail(
	struct operator* operator, int code, const char *text, size_t bytes)
{
	if (code >= 0)
		code = -EINVAL;
	return error_set(&operator->failure, code, "%.*s", (int)bytes, text);
}

bool operator_is_source(const struct operator* operator)
{
	for (uint32_t i = 0; i < operator->description->in_declared; i++)
		for (uint32_t m = 0; m < operator->ports.in[i].count; m++)
			if (operator->ports.in[i].ends[m].stream)
				return false;
	return true;
}

static struct operator* of_task(struct task *task)
{
	return (struct operator*)((char *)task -
				  offsetof(struct operator, task));
}

static void run_coroutine(void *argument)
{
	struct operator* operator= argument;

	operator->fabric->now_ns = 0;
	operator->context = CONTEXT_RUN;
	operator->returned = operator->functions->run(&operator->op);
	operator->context = CONTEXT_NONE;
}

static void run_continuation(struct task *task)
{
	struct operator* operator= of_task(task);
	struct tau_want want = {0};
	uint64_t ready;
	int flow;

	operator->fabric->now_ns = 0;
	ready = services_ready(operator, & task->want);
	operator->context = CONTEXT_CONTROL;
	flow = operator->functions->on_ready(&operator->op, ready, &want);
	operator->context = CONTEXT_NONE;
	operator->returned = flow;
	if (services_settle(operator) < 0 ||
		flow != TAU_WAIT ||
		operator->told || operator->closing || operator->gone)
		return;
	services_wait(operator, & want);
}

/* On the scheduler's stack, after run or the last on_ready has returned. */
static void task_finished(struct task *task)
{
	struct operator* operator= of_task(task);
	enum stream_reason reason = operator->closing ? STREAM_CLOSED
						      : STREAM_DONE;

	coroutine_destroy(&task->coroutine);
	(void)services_settle(operator);
	if (operator->broken)
		operator->returned = operator->failure.code;
	if (operator->returned<0) {
		explain(operator);
		operator->state = OPERATOR_FAILED;
		reason = STREAM_FAILED;
	} else if (operator->told && !operator->draining && !
		   operator->closing) {
		freeze(operator);
		operator->fabric->stopped(operator->fabric, operator);
		return;
	} else {
		operator->state = OPERATOR_DONE;
	}
	ports_finish(operator, reason);
	slots_release(operator);
	operator->fabric->stopped(operator->fabric, operator);
}

/* Windows are closed and nothing is watched; timers go on. */
static void freeze(struct operator* operator)
{
	struct in_end *end;

	while ((end = TAILQ_FIRST(&operator->ports.open_in))) {
		TAILQ_REMOVE(&operator->ports.open_in, end, open);
		end->is_open = false;
		stream_unread(end->stream, &end->head);
	}
	slots_unwatch(operator);
	operator->state = OPERATOR_FROZEN;
}

static void explain(struct operator* operator)
{
	if (operator->failure.code == 0)
		error_set(&operator->failure, operator->returned,
			"run returned %d (%s) and gave no reason",
			operator->returned, strerror(-operator->returned));
}

/* Turns the result of a plugin's function into a sentence. */
static int call_state(struct operator* operator, int result, const char *what,
	struct error *error)
{
	if (operator->broken)
		result = operator->failure.code;
	if (result >= 0)
		return 0;
	if (operator->failure.code)
		return error_set(error, result, "%s", operator->failure.text);
	return error_set(error, result,
		"%s returned %d (%s) and gave no reason", what, result,
		strerror(-result));
}
