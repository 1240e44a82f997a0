/* trying_node: the node of a case, and its time. See trying.h. */
#include "core/check/trying_parts.h"

#include "core/base/bounds.h"

#include <string.h>

#include "core/host/handover.h"
#include "core/host/slot.h"

#define WAIT_NS INT64_C(20000000) /* between looks at the deadline */

static bool make(struct trying *trying, struct node **made, uint32_t at);
static bool turn(struct trying *trying, uint32_t at, int64_t timeout_ns);
static bool is_due(const struct trying *trying);
static bool stand_still(struct trying *trying, uint32_t at);
static bool renew_all(struct trying *trying, uint32_t at);
static bool replace(struct trying *trying, uint32_t at, struct carry *carry);
static void failed(
	struct node_listener *listener, const struct instance *instance);

bool trying_begin(struct trying *trying)
{
	struct error error = ERROR_NONE;

	log_init(&trying->log, &trying->time.os, 2, "test", LOG_NOTICE);
	trying->left = arena_allocate(&trying->arena,
		trying->trial->node.stream_count, sizeof *trying->left);
	if (!make(trying, &trying->node, trying->one->at))
		return false;
	trying_watch(trying);
	if (node_start(trying->node, &error) < 0)
		return trying_fail(trying, trying->one->at, "%s", error.text);
	return true;
}

static bool make(struct trying *trying, struct node **made, uint32_t at)
{
	struct node_failure failure = {0};
	const struct trying_settings *settings = trying->settings;
	int result = node_create(
		made, &trying->time.os, &trying->log, 0, &failure.error);

	if (result == 0) {
		if (settings->runs)
			settings->runs(settings->context, *made);
		result = node_build(*made, &trying->trial->node,
			settings->store, -1, -1, &failure);
	}
	if (result == 0) {
		trying->listener.failed = failed;
		(*made)->listener = &trying->listener;
		return true;
	}
	if (trying_expects(trying, failure.name, failure.error.text))
		return false;
	return trying_fail(trying, at, "%s%s%s",
		failure.name ? failure.name : "",
		failure.name ? " cannot begin: " : "", failure.error.text);
}

bool trying_is_slow(const struct trying *trying)
{
	return trying->settings->renews &&
	       trying->renewals < TRIAL_RENEWALS_MAX;
}

static bool is_busy(const struct trying *trying)
{
	return trying->state == NODE_RUNNING &&
	       (!scheduler_idle(&trying->node->fabric.scheduler) ||
		       is_due(trying));
}

/* Where everything is to be renewed, it is while records are on their way, too;
 * a few times in a step. */
static bool renew_midway(struct trying *trying, uint32_t at)
{
	if (!trying_is_slow(trying) || trying->state != NODE_RUNNING)
		return true;
	trying->renewals++;
	return trying_renew(trying, at, TRIAL_NONE);
}

bool trying_settle(struct trying *trying, uint32_t at,
	bool (*is_there)(struct trying *trying, const struct trial_step *step),
	const struct trial_step *step)
{
	for (;;) {
		bool moved = trying_move(trying);

		if (!turn(trying, at, 0))
			return false;
		moved |= trying_move(trying);
		if (moved || is_busy(trying)) {
			if (!renew_midway(trying, at))
				return false;
			continue;
		}
		if (!is_there || is_there(trying, step) ||
			trying->state != NODE_RUNNING ||
			!slots_may_come(&trying->node->fabric))
			return true;
		if (!turn(trying, at, WAIT_NS))
			return false;
	}
}

static bool turn(struct trying *trying, uint32_t at, int64_t timeout_ns)
{
	struct os *os = trying->settings->os;

	trying->state = node_turn(trying->node, timeout_ns);
	if (os->clock_ns(os) < trying->deadline_ns)
		return true;
	return trying_fail(trying, at,
		"the case has taken longer than %lld ms of real time",
		(long long)(trying->settings->limit_ns / 1000000));
}

static bool is_due(const struct trying *trying)
{
	return timers_next(&trying->node->fabric.timers) <= trying->time.now_ns;
}

bool trying_advance(struct trying *trying, uint32_t at, int64_t duration_ns)
{
	int64_t until_ns;

	if (duration_ns > TIMERS_NEVER - 1 - trying->time.now_ns)
		return trying_fail(trying, at,
			"no clock goes so far: all that a case advances is "
			"less than 292 years");
	until_ns = trying->time.now_ns + duration_ns;
	while (trying_settle(trying, at, NULL, NULL)) {
		int64_t due_ns = timers_next(&trying->node->fabric.timers);

		if (trying->time.now_ns >= until_ns)
			return true;
		trying->time.now_ns = due_ns < until_ns ? due_ns : until_ns;
		trying->node->fabric.now_ns = 0;
	}
	return false;
}

bool trying_renew(struct trying *trying, uint32_t at, uint32_t owner)
{
	struct node_failure failure = {0};
	struct error error = ERROR_NONE;

	if (!stand_still(trying, at))
		return false;
	if (owner == TRIAL_NONE)
		return renew_all(trying, at);
	if (handover_renew(trying->node, owner, &failure) < 0)
		return trying_fail(trying, at, "%s cannot be renewed: %s",
			failure.name, failure.error.text);
	if (node_thaw(trying->node, &error) < 0)
		return trying_fail(trying, at, "%s", error.text);
	return true;
}

static bool renew_all(struct trying *trying, uint32_t at)
{
	struct node_failure failure = {0};
	struct carry carry;
	bool good = false;

	carry_init(&carry, &trying->time.os);
	if (handover_save(&carry, trying->node, NULL, 0, &failure) < 0)
		(void)trying_fail(trying, at, "%s cannot be saved: %s",
			failure.name ? failure.name : "the node",
			failure.error.text);
	else
		good = replace(trying, at, &carry);
	carry_release(&carry);
	return good;
}

static bool stand_still(struct trying *trying, uint32_t at)
{
	node_freeze(trying->node);
	do {
		(void)trying_move(trying);
		if (!turn(trying, at, 0))
			return false;
		if (trying->state == NODE_RUNNING &&
			scheduler_idle(&trying->node->fabric.scheduler) &&
			!turn(trying, at, WAIT_NS))
			return false;
	} while (trying->state == NODE_RUNNING);
	(void)trying_move(trying);
	if (trying->state == NODE_FROZEN)
		return true;
	return trying_fail(trying, at, "the node does not stand still");
}

/* Whoever runs is told of both, the last one in the end. */
static bool replace(struct trying *trying, uint32_t at, struct carry *carry)
{
	struct carry_reader reader = carry_read(carry);
	struct node *old = trying->node, *made = NULL;
	struct node_failure failure = {0};
	struct error error = ERROR_NONE;

	if (!make(trying, &made, at)) {
		node_destroy(&made);
		return false;
	}
	if (handover_restore(made, &reader, &failure) < 0) {
		node_destroy(&made);
		return trying_fail(trying, at, "%s cannot be restored: %s",
			failure.name ? failure.name : "the node",
			failure.error.text);
	}
	trying_unwatch(trying);
	node_destroy(&old);
	trying->node = made;
	trying_watch(trying);
	if (node_thaw(made, &error) < 0)
		return trying_fail(trying, at, "%s", error.text);
	return true;
}

static void failed(
	struct node_listener *listener, const struct instance *instance)
{
	struct trying *trying = (struct trying *)listener;
	struct try_failure failure = {.name = instance->name,
		.text = arena_copy(&trying->arena,
			instance->failure.text[0]
				? instance->failure.text
				: arena_format(&trying->arena,
					  "it returned %d (%s)",
					  instance->returned,
					  strerror(-instance->returned)))};

	trying->failures = arena_grow(&trying->arena, trying->failures,
		trying->failure_count, sizeof failure);
	trying->failures[trying->failure_count++] = failure;
}
