/* upgrade: how a transaction ends: its commit, or all of it back. */
#include <stdlib.h>

#include "core/base/check.h"
#include "core/step/exit_code.h"
#include "core/step/sentence.h"
#include "core/step/upgrade_private.h"

static void abort_node(struct upgrade *upgrade, uint32_t node);
static bool at_rest(const struct upgrade *upgrade);
static void end(struct upgrade *upgrade);
static void end_well(struct upgrade *upgrade);

void upgrade_abort(struct upgrade *upgrade, char *sentence)
{
	CHECK(upgrade->phase >= UPGRADE_PREPARING &&
		upgrade->phase <= UPGRADE_RESTORING);
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		if (upgrade->nodes[i].stage == STAGE_OUT)
			continue;
		if (upgrade->plan == UPGRADE_PLAN_KEPT) /* nobody else hears */
			upgrade_say(upgrade, i,
				sentence_format(
					"cannot hand back: %s", sentence));
		abort_node(upgrade, i);
	}
	upgrade_because(upgrade, sentence);
	upgrade_arm(upgrade, UPGRADE_TIMER_DEADLINE, 0);
	upgrade_enter(upgrade, UPGRADE_ABORTING);
}

/* Whoever froze and lives goes on; who froze and died comes again. */
static void abort_node(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];
	bool froze = node->stage >= STAGE_HALTING;

	node->stage = STAGE_ABORTED;
	if (node->part == UPGRADE_ADDED)
		node->dead = froze = false; /* nobody ever ran */
	if (node->dead && node->fresh) {
		if (!upgrade->stopping) {
			upgrade_revive(upgrade, at);
			return;
		}
		node->fresh = node->dead = false;
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, at)->plan =
			UPGRADE_PLAN_FRESH;
		upgrade_do(upgrade, UPGRADE_DO_GIVE_UP, at)->plan =
			UPGRADE_PLAN_FRESH;
	} else if (froze && !node->dead) {
		node->fresh = false;
		upgrade_do(upgrade, UPGRADE_DO_THAW, at);
	}
	if (node->standby)
		upgrade_do(upgrade, UPGRADE_DO_DISCARD, at);
}

/* The one point: before it nothing has changed, after it all has. */
void upgrade_commit(struct upgrade *upgrade)
{
	upgrade_enter(upgrade, UPGRADE_FENCING);
	upgrade_arm(
		upgrade, UPGRADE_TIMER_DEADLINE, upgrade->request.prepare_ns);
	upgrade_arm(upgrade, UPGRADE_TIMER_PROBATION, 0);
	if (upgrade->plan == UPGRADE_PLAN_KEPT)
		upgrade_result(upgrade, upgrade->waiter, EXIT_CODE_FAILED,
			sentence_format("it was not well in its probation, and "
					"handed back to the previous version"));
	else
		upgrade_result(upgrade, upgrade->waiter, EXIT_CODE_DONE,
			sentence_format(
				"a further upgrade passed its probation"));
	upgrade->waiter = 0;
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];

		if (node->stage == STAGE_OUT)
			continue;
		CHECK(node->stage == STAGE_RESTORED);
		CHECK(node->fresh != (node->part == UPGRADE_ADDED));
		CHECK(node->standby != (node->part == UPGRADE_REMOVED));
		node->kept = node->fresh;
		node->same = upgrade->request.together && !node->alone;
		node->fresh = node->ran = node->lost = false;
		node->stage = STAGE_FENCING;
		upgrade_do(upgrade, UPGRADE_DO_COMMIT, i)->plan = upgrade->plan;
	}
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		if (upgrade->nodes[i].stage != STAGE_FENCING)
			continue;
		upgrade_do(upgrade,
			upgrade->nodes[i].part == UPGRADE_REMOVED
				? UPGRADE_DO_REMOVE
				: UPGRADE_DO_PROMOTE,
			i);
		if (upgrade->nodes[i].dead)
			upgrade_started(upgrade, i);
	}
}

void upgrade_started(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];

	if (node->part == UPGRADE_REMOVED) {
		node->stage = STAGE_NEW;
		node->dead = false;
		return;
	}

	node->stage = STAGE_STARTING;
	node->ran = true;
	node->dead = node->standby = false;
	upgrade_do(upgrade, UPGRADE_DO_ASK, at);
}

void upgrade_settle(struct upgrade *upgrade)
{
	if (upgrade->phase != UPGRADE_FENCING &&
		upgrade->phase != UPGRADE_ABORTING)
		return;
	if (!at_rest(upgrade))
		return;
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		upgrade->nodes[i].stage = STAGE_OUT;
		upgrade->nodes[i].part = UPGRADE_REPLACED;
	}
	end(upgrade);
}

/* Whether each of its nodes has one process, or none for good. */
static bool at_rest(const struct upgrade *upgrade)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		const struct upgrade_node *node = &upgrade->nodes[i];

		if (node->stage == STAGE_OUT)
			continue;
		if (node->stage == STAGE_FENCING ||
			node->stage == STAGE_STARTING || node->standby ||
			node->revival != REVIVAL_NONE)
			return false;
	}
	return true;
}

static void end(struct upgrade *upgrade)
{
	bool committed = upgrade->phase == UPGRADE_FENCING;
	char *reason = upgrade->reason;

	upgrade_arm(upgrade, UPGRADE_TIMER_DEADLINE, 0);
	upgrade->reason = NULL;
	upgrade_enter(upgrade, UPGRADE_IDLE);
	if (reason)
		upgrade_result(upgrade, upgrade->request.client,
			EXIT_CODE_FAILED, reason);
	else
		end_well(upgrade);
	upgrade->request.client = 0;
	if (!committed)
		return;
	upgrade_let_go(upgrade, true);
	if (upgrade->request.probation_ns && !upgrade->stopping)
		upgrade_arm(upgrade, UPGRADE_TIMER_PROBATION,
			upgrade->request.probation_ns);
	else
		upgrade_on_probation_over(upgrade);
}

static void end_well(struct upgrade *upgrade)
{
	if (upgrade->request.wait)
		upgrade->waiter = upgrade->request.client;
	else
		upgrade_result(
			upgrade, upgrade->request.client, EXIT_CODE_DONE, NULL);
}

void upgrade_result(
	struct upgrade *upgrade, uint64_t client, int code, char *sentence)
{
	struct upgrade_action *action;

	if (!client) {
		free(sentence);
		return;
	}
	action = upgrade_do(upgrade, UPGRADE_DO_RESULT, 0);
	action->client = client;
	action->code = code;
	action->text = sentence;
}

void upgrade_because(struct upgrade *upgrade, char *sentence)
{
	if (upgrade->reason)
		free(sentence);
	else
		upgrade->reason = sentence;
}

void upgrade_enter(struct upgrade *upgrade, enum upgrade_phase phase)
{
	struct upgrade_action *action;

	upgrade->phase = phase;
	action = upgrade_do(upgrade, UPGRADE_DO_PHASE, 0);
	action->phase = phase;
	action->client = upgrade->request.client;
}

void upgrade_arm(
	struct upgrade *upgrade, enum upgrade_timer timer, int64_t timeout_ns)
{
	struct upgrade_action *action = upgrade_do(upgrade, UPGRADE_DO_ARM, 0);

	action->timer = timer;
	action->timeout_ns = timeout_ns;
}

void upgrade_say(struct upgrade *upgrade, uint32_t node, char *sentence)
{
	upgrade_do(upgrade, UPGRADE_DO_SAY, node)->text = sentence;
}

struct upgrade_action *upgrade_take_actions(struct upgrade *upgrade)
{
	struct upgrade_action *actions = upgrade->actions;

	upgrade->actions = NULL;
	upgrade->action_count = upgrade->action_room = 0;
	return actions;
}

struct upgrade_action *upgrade_do(
	struct upgrade *upgrade, enum upgrade_action_kind kind, uint32_t node)
{
	struct upgrade_action *action;

	if (upgrade->action_count == upgrade->action_room) {
		size_t room = upgrade->action_room * 2 + 8;

		action = realloc(upgrade->actions, room * sizeof *action);
		CHECK(action != NULL);
		upgrade->actions = action;
		upgrade->action_room = room;
	}
	action = &upgrade->actions[upgrade->action_count++];
	*action = (struct upgrade_action){.kind = kind, .node = node};
	return action;
}
