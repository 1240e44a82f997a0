/* instance: one of an operator type. See the header. */
#include "core/host/instance.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/services.h"
#include "core/run/readiness.h"

static void visit(struct instance *instance, enum instance_context context);
static void run_coroutine(void *argument);
static void run_continuation(struct task *task);
static void task_finished(struct task *task);
static bool is_frozen(const struct instance *instance);
static void freeze(struct instance *instance);
static void explain(struct instance *instance);
static const char *describe(int code);
static int call_state(struct instance *instance, int result, const char *what,
	struct error *error);

int instance_create(struct instance **made, struct fabric *fabric,
	const struct instance_make *make, struct error *error)
{
	struct instance *instance = calloc(1, sizeof *instance);

	if (!instance)
		return error_set(error, -ENOMEM,
			"out of memory for operator %s", make->name);
	instance->magic = INSTANCE_MAGIC;
	instance->fabric = fabric;
	instance->name = make->name;
	instance->plugin = make->plugin;
	instance->description = make->description;
	instance->functions = make->functions;
	instance->op.host = &fabric->host;
	instance->op.params = make->params;
	instance->op.param_count = make->param_count;
	instance->stdio =
		(struct tau_stdio){sizeof(struct tau_stdio), make->stdio_fd};
	task_init(&instance->task, &fabric->scheduler);
	instance->task.finished = task_finished;
	if (ports_init(instance, make->in_members, make->out_members) < 0) {
		instance_destroy(&instance);
		return error_set(error, -ENOMEM,
			"out of memory for operator %s", make->name);
	}
	*made = instance;
	return 0;
}

int instance_prepare(struct instance *instance, struct error *error)
{
	int result = 0;

	instance->created = true;
	visit(instance, CONTEXT_CREATE);
	if (instance->functions->create)
		result = instance->functions->create(&instance->op);
	visit(instance, CONTEXT_NONE);
	return call_state(instance, result, "create", error);
}

void instance_destroy(struct instance **instance)
{
	struct instance *old = *instance;
	struct instance_metric *metric;

	if (!old)
		return;
	CHECK_MAGIC(old, INSTANCE_MAGIC);
	instance_close(old);
	while (old->state == INSTANCE_RUNNING)
		scheduler_round(&old->fabric->scheduler);
	ports_finish(old, STREAM_CLOSED);
	visit(old, CONTEXT_CREATE);
	if (old->created && old->functions->destroy)
		old->functions->destroy(&old->op);
	visit(old, CONTEXT_NONE);
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
	*instance = NULL;
}

int instance_start(struct instance *instance, struct error *error)
{
	int result = 0;

	CHECK(instance->state == INSTANCE_CREATED ||
		instance->state == INSTANCE_FROZEN);
	instance->quiescing = instance->told = instance->begun = false;
	instance->task.ready &= ~(TAU_QUIESCE | TAU_CLOSE);
	if (instance->functions->run)
		result = coroutine_create(&instance->task.coroutine,
			instance->fabric->stacks,
			instance->description->stack_bytes, run_coroutine,
			instance, error);
	else
		instance->task.step = run_continuation;
	if (result < 0)
		return result;
	ports_restart(instance);
	instance->task.want = (struct tau_want){0};
	instance->returned = TAU_OK;
	instance->state = INSTANCE_RUNNING;
	task_start(&instance->task);
	return 0;
}

void instance_quiesce(struct instance *instance)
{
	if (instance->state != INSTANCE_RUNNING)
		return;
	instance->quiescing = true;
	instance->resuming = false;
	ports_cut(instance);
	task_tell(&instance->task, TAU_QUIESCE);
}

/* A continuation that is called for nothing would take it for something: it
 * is told, and begins anew. One that has yet to be called first is called for
 * that: told each time instead, it would never get to anything. */
void instance_resume(struct instance *instance)
{
	if (instance->state != INSTANCE_RUNNING || !instance->quiescing ||
		instance->draining)
		return;
	instance->resuming = instance->told ||
			     (!instance->functions->run && instance->begun);
	if (instance->resuming)
		return;
	instance->quiescing = false;
	task_untell(&instance->task, TAU_QUIESCE);
}

void instance_drain(struct instance *instance)
{
	instance->draining = true;
	instance_quiesce(instance);
}

void instance_close(struct instance *instance)
{
	if (instance->state != INSTANCE_RUNNING)
		return;
	instance->closing = true;
	task_tell(&instance->task, TAU_CLOSE);
}

int instance_save(struct instance *instance, struct stream *state,
	uint32_t version, struct error *error)
{
	struct port_end end = {
		.owner = instance, .stream = state, .writes = true};
	int result;

	CHECK(instance->state != INSTANCE_RUNNING);
	if (!instance->functions->save)
		return error_set(error, -ENOTSUP, "operator %s keeps no state",
			instance->name);
	end.head.out.atomic = state->atomic_bytes;
	visit(instance, CONTEXT_CREATE);
	result = instance->functions->save(
		&instance->op, &end.head.out, version);
	visit(instance, CONTEXT_NONE);
	ports_closed(&end);
	stream_end(state, &end.head.out, STREAM_DONE);
	result = call_state(instance, result, "save", error);
	instance->broken = false; /* it can go on: save changes nothing */
	instance->failure = ERROR_NONE;
	return result;
}

int instance_restore(struct instance *instance, struct stream *state,
	uint32_t version, struct error *error)
{
	struct port_end end = {.owner = instance, .stream = state};
	int result;

	CHECK(instance->state == INSTANCE_CREATED);
	if (!instance->functions->restore)
		return error_set(error, -ENOTSUP, "operator %s keeps no state",
			instance->name);
	visit(instance, CONTEXT_CREATE);
	result = instance->functions->restore(
		&instance->op, &end.head.in, version);
	visit(instance, CONTEXT_NONE);
	ports_closed(&end);
	stream_leave(state, &end.head.in);
	instance->op.flags |= TAU_RESTORED;
	result = call_state(instance, result, "restore", error);
	if (result == 0 && state->unread > 0)
		return error_set(error, -EBADMSG,
			"restore left %" PRIu64 " of %" PRIu64
			" record%s of its state unread",
			state->unread, state->sent,
			state->sent == 1 ? "" : "s");
	return result;
}

int instance_selftest(struct instance *instance, struct error *error)
{
	int result = 0;

	visit(instance, CONTEXT_CREATE);
	if (instance->functions->selftest)
		result = instance->functions->selftest(&instance->op);
	visit(instance, CONTEXT_NONE);
	return call_state(instance, result, "selftest", error);
}

uint64_t *instance_metric(
	struct instance *instance, const char *name, uint32_t kind)
{
	struct instance_metric *at;
	uint32_t count = 0;

	SLIST_FOREACH(at, &instance->metrics, link)
	{
		if (strcmp(at->name, name) == 0)
			return &at->value;
		count++;
	}
	if (count == METRICS_MAX)
		return NULL;
	at = calloc(1, sizeof *at);
	if (at)
		at->name = strdup(name);
	if (!at || !at->name) {
		free(at);
		return NULL;
	}
	at->kind = kind;
	SLIST_INSERT_HEAD(&instance->metrics, at, link);
	return &at->value;
}

int instance_fail(
	struct instance *instance, int code, const char *text, size_t bytes)
{
	if (code >= 0)
		code = -EINVAL;
	return error_set(&instance->failure, code, "%.*s", (int)bytes, text);
}

bool instance_is_source(const struct instance *instance)
{
	const struct port_side *in = &instance->ports.in;

	for (uint32_t i = 0; i < in->end_count; i++)
		if (in->ends[i].stream &&
			!in->ends[i].port->description->derived)
			return false;
	return true;
}

/* Around a call that runs on the node's own stack, outside any task. */
static void visit(struct instance *instance, enum instance_context context)
{
	instance->context = context;
	instance->fabric->visited = context ? instance : NULL;
	*instance->fabric->scheduler.shown =
		context ? instance->task.number : 0;
}

static void run_coroutine(void *argument)
{
	struct instance *instance = argument;

	instance->fabric->now_ns = 0;
	instance->context = CONTEXT_RUN;
	instance->returned = instance->functions->run(&instance->op);
	instance->context = CONTEXT_NONE;
}

static void run_continuation(struct task *task)
{
	struct instance *instance = instance_of_task(task);
	struct tau_want want = {0};
	uint64_t ready;
	int flow;

	instance->begun = true;
	instance->fabric->now_ns = 0;
	ready = services_ready(instance, &task->want);
	instance->context = CONTEXT_CONTROL;
	flow = instance->functions->on_ready(&instance->op, ready, &want);
	instance->context = CONTEXT_NONE;
	instance->returned = flow;
	if (services_leave(instance) < 0 || flow != TAU_WAIT ||
		instance->told || instance->closing ||
		(instance->gone && !ports_heard(instance, want.any | want.all)))
		return;
	services_wait(instance, &want);
}

/* On the scheduler's stack, after run or the last on_ready has returned. */
static void task_finished(struct task *task)
{
	struct instance *instance = instance_of_task(task);
	enum stream_reason reason =
		instance->closing ? STREAM_CLOSED : STREAM_DONE;

	coroutine_destroy(&task->coroutine);
	(void)services_leave(instance);
	if (instance->broken)
		instance->returned = instance->failure.code;
	if (instance->returned < 0) {
		explain(instance);
		instance->state = INSTANCE_FAILED;
		reason = STREAM_FAILED;
	} else if (is_frozen(instance)) {
		freeze(instance);
		if (!instance->resuming) {
			instance->fabric->stopped(instance->fabric, instance);
			return;
		}
		instance->resuming = false;
		if (instance_start(instance, &instance->failure) == 0)
			return;
		instance->state = INSTANCE_FAILED;
		reason = STREAM_FAILED;
	} else {
		instance->state = INSTANCE_DONE;
	}
	ports_finish(instance, reason);
	slots_release(instance);
	instance->fabric->stopped(instance->fabric, instance);
}

/* A coroutine that was told returns 0 for that; a continuation says whether
 * it is done. */
static bool is_frozen(const struct instance *instance)
{
	if (!instance->told || instance->draining || instance->closing)
		return false;
	return instance->functions->run || instance->returned == TAU_WAIT;
}

/* Windows are closed and nothing is watched; timers go on. */
static void freeze(struct instance *instance)
{
	ports_unread(instance);
	slots_unwatch(instance);
	instance->state = INSTANCE_FROZEN;
}

static void explain(struct instance *instance)
{
	if (instance->failure.code == 0)
		error_set(&instance->failure, instance->returned,
			"run returned %d (%s) and gave no reason",
			instance->returned, describe(instance->returned));
}

/* Of whatever a plugin returns: also of what has no opposite. */
static const char *describe(int code)
{
	return strerror(code == INT_MIN ? INT_MAX : -code);
}

/* Turns the result of a plugin's function into a sentence. */
static int call_state(struct instance *instance, int result, const char *what,
	struct error *error)
{
	if (instance->broken)
		result = instance->failure.code;
	if (result == 0)
		return 0;
	if (result > 0)
		return error_set(error, -EINVAL,
			"%s returned %d; 0 or a negative errno is wanted", what,
			result);
	if (instance->failure.code)
		return error_set(error, result, "%s", instance->failure.text);
	return error_set(error, result,
		"%s returned %d (%s) and gave no reason", what, result,
		describe(result));
}
