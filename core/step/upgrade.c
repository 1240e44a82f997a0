/* upgrade: a transaction, from its request to its commit. See the header. */
#include "core/step/upgrade.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/step/proof.h"
#include "core/step/sentence.h"
#include "core/step/upgrade_private.h"

static void on_standby(
	struct upgrade *upgrade, const struct upgrade_event *event);
static void advance(struct upgrade *upgrade);
static void order(struct upgrade *upgrade, enum upgrade_stage from,
	enum upgrade_stage to, enum command_freeze how);
static void restore_all(struct upgrade *upgrade);
static void on_frozen(
	struct upgrade *upgrade, const struct upgrade_event *event);
static void on_refused(
	struct upgrade *upgrade, const struct upgrade_event *event);
static void on_restored(
	struct upgrade *upgrade, const struct upgrade_event *event);
static void on_lost(struct upgrade *upgrade, const struct upgrade_event *event);
static void on_left(struct upgrade *upgrade, uint64_t client);
static void on_stop(struct upgrade *upgrade);
static bool all_at(const struct upgrade *upgrade, enum upgrade_stage stage);

void upgrade_init(
	struct upgrade *upgrade, const char *const *names, uint32_t node_count)
{
	*upgrade = (struct upgrade){.names = names, .node_count = node_count};
	upgrade->nodes = calloc(node_count, sizeof *upgrade->nodes);
	CHECK(upgrade->nodes != NULL);
}

void upgrade_grow(struct upgrade *upgrade, uint32_t node_count)
{
	upgrade->nodes =
		realloc(upgrade->nodes, node_count * sizeof *upgrade->nodes);
	CHECK(upgrade->nodes != NULL);
	for (uint32_t i = upgrade->node_count; i < node_count; i++)
		upgrade->nodes[i] = (struct upgrade_node){0};
	upgrade->node_count = node_count;
}

void upgrade_release(struct upgrade *upgrade)
{
	for (size_t i = 0; i < upgrade->action_count; i++)
		free(upgrade->actions[i].text);
	for (uint32_t i = 0; i < upgrade->node_count; i++)
		free(upgrade->nodes[i].proof);
	free(upgrade->actions);
	free(upgrade->nodes);
	free(upgrade->reason);
	*upgrade = (struct upgrade){0};
}

char *upgrade_refusal(const struct upgrade *upgrade, const uint32_t *nodes,
	uint32_t node_count)
{
	if (upgrade->stopping)
		return sentence_format(
			"the topology is ending; nothing can be replaced now");
	if (upgrade->phase != UPGRADE_IDLE)
		return sentence_format("another upgrade is under way; try "
				       "again when it has ended");
	for (uint32_t i = 0; i < node_count; i++)
		if (upgrade->nodes[nodes[i]].revival != REVIVAL_NONE)
			return sentence_format(
				"%s has just crashed, and its previous version "
				"is coming back; try again when it runs",
				upgrade->names[nodes[i]]);
	return NULL;
}

const struct upgrade_action *upgrade_step(struct upgrade *upgrade,
	const struct upgrade_event *event, size_t *count, bool *taken)
{
	CHECK(event->node < upgrade->node_count);
	for (size_t i = 0; i < upgrade->action_count; i++)
		free(upgrade->actions[i].text);
	upgrade->action_count = 0;
	*taken = true;
	switch (event->kind) {
	case UPGRADE_BEGIN:
		upgrade_begin(upgrade, event->request, UPGRADE_PLAN_NEXT);
		break;
	case UPGRADE_STANDBY_READY:
	case UPGRADE_STANDBY_RESTORED:
	case UPGRADE_STANDBY_FAILED:
	case UPGRADE_STANDBY_GONE:
		on_standby(upgrade, event);
		break;
	case UPGRADE_FROZEN:
		on_frozen(upgrade, event);
		break;
	case UPGRADE_REFUSED:
		on_refused(upgrade, event);
		break;
	case UPGRADE_RUNS:
		upgrade_on_runs(upgrade, event->node);
		break;
	case UPGRADE_GONE:
		*taken = upgrade_on_gone(upgrade, event);
		break;
	case UPGRADE_FAILED:
		upgrade_on_failed(upgrade, event);
		break;
	case UPGRADE_SICK:
		upgrade_on_sick(upgrade, event);
		break;
	case UPGRADE_TIMEOUT:
		upgrade_on_timeout(upgrade, event);
		break;
	case UPGRADE_LEFT:
		on_left(upgrade, event->client);
		break;
	case UPGRADE_STOP:
		on_stop(upgrade);
		break;
	}
	upgrade_settle(upgrade);
	*count = upgrade->action_count;
	return upgrade->actions;
}

void upgrade_begin(struct upgrade *upgrade,
	const struct upgrade_request *request, enum upgrade_plan plan)
{
	CHECK(request->node_count > 0);
	CHECK(upgrade->phase == UPGRADE_IDLE && !upgrade->stopping);
	upgrade->request = *request;
	upgrade->request.nodes = NULL;
	upgrade->request.parts = NULL;
	upgrade->request.alone = NULL;
	upgrade->plan = plan;
	upgrade->number++;
	for (uint32_t i = 0; i < request->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[request->nodes[i]];

		CHECK(node->stage == STAGE_OUT && !node->standby);
		CHECK(node->revival == REVIVAL_NONE);
		node->part =
			request->parts ? request->parts[i] : UPGRADE_REPLACED;
		node->alone = request->alone && request->alone[i];
		node->dead = node->part == UPGRADE_ADDED;
		node->stage = STAGE_READY;
		if (node->part == UPGRADE_REMOVED)
			continue;
		node->stage = STAGE_PREPARING;
		node->standby = true;
		upgrade_do(upgrade, UPGRADE_DO_SPAWN, request->nodes[i])->plan =
			plan;
	}
	upgrade_enter(upgrade, UPGRADE_PREPARING);
	upgrade_arm(upgrade, UPGRADE_TIMER_DEADLINE, request->prepare_ns);
	advance(upgrade);
}

/* The other seat's process is a transaction's, or a revival's, or one that is
 * only waited for. */
static void on_standby(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	if (!node->standby)
		return;
	if (event->kind == UPGRADE_STANDBY_GONE)
		node->standby = false;
	if (node->revival != REVIVAL_NONE) {
		upgrade_on_revival(upgrade, event);
		return;
	}
	switch ((int)event->kind) {
	case UPGRADE_STANDBY_READY:
		if (node->stage == STAGE_PREPARING) {
			node->stage = STAGE_READY;
			advance(upgrade);
		}
		break;
	case UPGRADE_STANDBY_RESTORED:
		if (node->stage == STAGE_RESTORING)
			on_restored(upgrade, event);
		break;
	default:
		on_lost(upgrade, event);
	}
}

/* All nodes have come as far as the phase leads. */
static void advance(struct upgrade *upgrade)
{
	bool halts = upgrade->request.halts;

	if (upgrade->phase == UPGRADE_PREPARING &&
		all_at(upgrade, STAGE_READY)) {
		upgrade_enter(upgrade, UPGRADE_FREEZING);
		upgrade_arm(upgrade, UPGRADE_TIMER_DEADLINE,
			upgrade->request.freeze_ns);
		order(upgrade, STAGE_READY,
			halts ? STAGE_HALTING : STAGE_FREEZING,
			halts ? COMMAND_FREEZE_STILL : COMMAND_FREEZE_ALL);
	}
	if (upgrade->phase == UPGRADE_FREEZING && all_at(upgrade, STAGE_HALTED))
		order(upgrade, STAGE_HALTED, STAGE_FREEZING,
			COMMAND_FREEZE_DRAINED);
	if (upgrade->phase == UPGRADE_FREEZING && all_at(upgrade, STAGE_FROZEN))
		restore_all(upgrade);
	if (upgrade->phase == UPGRADE_RESTORING &&
		all_at(upgrade, STAGE_RESTORED))
		upgrade_commit(upgrade);
}

/* Nodes that are new have nobody to tell: they are where the others come to. */
static void order(struct upgrade *upgrade, enum upgrade_stage from,
	enum upgrade_stage to, enum command_freeze how)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];
		struct upgrade_action *action;

		if (node->stage != from)
			continue;
		node->stage = to;
		if (node->part == UPGRADE_ADDED) {
			node->stage = to + 1;
			continue;
		}
		action = upgrade_do(upgrade, UPGRADE_DO_FREEZE, i);
		action->number = upgrade->number;
		action->how = how;
	}
}

static void restore_all(struct upgrade *upgrade)
{
	upgrade_enter(upgrade, UPGRADE_RESTORING);
	upgrade_arm(
		upgrade, UPGRADE_TIMER_DEADLINE, upgrade->request.restore_ns);
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];

		if (node->stage != STAGE_FROZEN)
			continue;
		node->stage = STAGE_RESTORED;
		if (node->part == UPGRADE_REMOVED)
			continue;
		node->stage = STAGE_RESTORING;
		upgrade_do(upgrade, UPGRADE_DO_RESTORE, i)->plan =
			UPGRADE_PLAN_FRESH;
	}
}

/* One that answers a FREEZE of long ago was thawed long ago. */
static void on_frozen(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	if (event->number != upgrade->number)
		return;
	if (node->stage == STAGE_HALTING) {
		node->stage = STAGE_HALTED;
		advance(upgrade);
		return;
	}
	if (node->stage != STAGE_FREEZING)
		return;
	node->stage = STAGE_FROZEN;
	node->fresh = true;
	free(node->proof);
	node->proof = sentence_format(
		"%.*s", (int)event->text.bytes, event->text.text);
	advance(upgrade);
}

static void on_refused(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	enum upgrade_stage stage = upgrade->nodes[event->node].stage;

	if ((stage == STAGE_HALTING || stage == STAGE_FREEZING) &&
		event->number == upgrade->number)
		upgrade_abort(upgrade,
			sentence_format("%s cannot hand over: %.*s",
				upgrade->names[event->node],
				(int)event->text.bytes, event->text.text));
}

static void on_restored(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];
	char *wrong = node->fresh ? proof_differs(command_text(node->proof),
					    event->text)
				  : NULL;

	if (wrong) {
		upgrade_abort(
			upgrade, sentence_format("%s: %s",
					 upgrade->names[event->node], wrong));
		free(wrong);
		return;
	}
	node->stage = STAGE_RESTORED;
	advance(upgrade);
}

/* A standby said that it failed, or is gone. */
static void on_lost(struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	if (node->stage == STAGE_FENCING) {
		node->lost |= !node->standby;
		return;
	}
	if (node->stage < STAGE_PREPARING || node->stage > STAGE_RESTORED)
		return;
	upgrade_abort(
		upgrade, sentence_format("%s: the new version %.*s",
				 upgrade->names[event->node],
				 (int)event->text.bytes, event->text.text));
}

void upgrade_on_runs(struct upgrade *upgrade, uint32_t node)
{
	if (upgrade->nodes[node].stage == STAGE_STARTING)
		upgrade->nodes[node].stage = STAGE_NEW;
}

static void on_left(struct upgrade *upgrade, uint64_t client)
{
	if (upgrade->request.client == client)
		upgrade->request.client = 0;
	if (upgrade->waiter == client)
		upgrade->waiter = 0;
}

static void on_stop(struct upgrade *upgrade)
{
	upgrade->stopping = true;
	if (upgrade->phase >= UPGRADE_PREPARING &&
		upgrade->phase <= UPGRADE_RESTORING)
		upgrade_abort(
			upgrade, sentence_format("the topology began to end"));
	upgrade_forget(upgrade);
}

/* Whether all nodes of the transaction have come to a stage. */
static bool all_at(const struct upgrade *upgrade, enum upgrade_stage stage)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++)
		if (upgrade->nodes[i].stage != STAGE_OUT &&
			upgrade->nodes[i].stage != stage)
			return false;
	return true;
}
