/*
 * upgrade: deaths, probation, and what comes to life again.
 *
 *   NONE -- its process is gone --> EMPTYING -- the other seat is free -->
 *   PREPARING -- READY, RESTORE --> RESTORING -- RESTORED, PROMOTE --> NONE
 *        |                              |
 *        +-- failed, late, gone --------+--> FAILED -- gone --> GIVE_UP
 */
#include <stdlib.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/step/exit_code.h"
#include "core/step/sentence.h"
#include "core/step/upgrade_private.h"

static bool after_death(
	struct upgrade *upgrade, const struct upgrade_event *event);
static void start(struct upgrade *upgrade, uint32_t node);
static void restore(struct upgrade *upgrade, uint32_t node);
static void revived(struct upgrade *upgrade, uint32_t node);
static void fail(struct upgrade *upgrade, uint32_t node, char *sentence);
static void give_up(struct upgrade *upgrade, uint32_t node);
static bool is_undecided(const struct upgrade *upgrade);
static void tell_waiter(
	struct upgrade *upgrade, uint32_t node, const char *what);
static enum upgrade_plan origin(const struct upgrade_node *node);

bool upgrade_on_gone(struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	CHECK(!node->dead);
	if (node->stage == STAGE_FENCING && !node->lost) {
		upgrade_started(upgrade, event->node);
		return true;
	}
	node->dead = true;
	if (node->stage >= STAGE_FROZEN && node->stage <= STAGE_RESTORED) {
		upgrade_say(upgrade, event->node,
			sentence_format("died after it had handed over; its "
					"standby follows it"));
		return true;
	}
	return after_death(upgrade, event);
}

/* Of what ran, before it froze or in its probation. A node that is nobody's to
 * revive is forgotten, whoever comes into its seat. */
static bool after_death(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];
	bool revived =
		(node->same ? node->stage == STAGE_FENCING
			    : node->kept && (!event->clean ||
						    node->stage ==
							    STAGE_FENCING)) &&
		!upgrade->stopping;

	if (node->stage >= STAGE_PREPARING && node->stage <= STAGE_FREEZING)
		upgrade_abort(upgrade,
			sentence_format("%s %s %s it was to hand over",
				upgrade->names[event->node],
				event->clean ? "ended" : "crashed",
				node->stage == STAGE_FREEZING ? "when"
							      : "before"));
	if (revived) {
		upgrade_revive(upgrade, event->node);
		return true;
	}
	if (node->kept && !node->same) {
		node->kept = false;
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, event->node)->plan =
			UPGRADE_PLAN_KEPT;
	}
	node->dead = false;
	if (node->stage == STAGE_STARTING || node->stage == STAGE_FENCING)
		node->stage = STAGE_NEW;
	return false;
}

/* An operator that fails in its probation is a crash of the new version. */
void upgrade_on_failed(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	if (upgrade_on_trial(node) && !upgrade->stopping &&
		(node->stage == STAGE_OUT || node->stage == STAGE_NEW ||
			node->stage == STAGE_STARTING))
		upgrade_do(upgrade, UPGRADE_DO_KILL, event->node);
}

/* What runs, but not well, hands back: nothing is lost then. */
void upgrade_on_sick(struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_request request = upgrade->request;
	struct upgrade_node *node = &upgrade->nodes[event->node];

	/* It runs, though it has no time to say so. */
	if (node->stage == STAGE_STARTING)
		node->stage = STAGE_NEW;
	upgrade_settle(upgrade);
	if (!upgrade_on_trial(node) || upgrade->stopping ||
		upgrade->phase != UPGRADE_IDLE)
		return;
	upgrade_say(upgrade, event->node,
		sentence_format("is not well in its probation and hands back "
				"to the previous version: %.*s",
			(int)event->text.bytes, event->text.text));
	request.client = 0;
	request.wait = request.halts = request.together = false;
	request.parts = NULL;
	request.alone = NULL;
	request.nodes = &event->node;
	request.node_count = 1;
	request.probation_ns = 0;
	upgrade_begin(upgrade, &request, UPGRADE_PLAN_KEPT);
}

void upgrade_revive(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];

	CHECK(node->dead && (node->fresh || node->kept || node->same));
	CHECK(node->revival == REVIVAL_NONE);
	node->revival = REVIVAL_EMPTYING;
	if (node->stage != STAGE_OUT)
		node->stage = STAGE_ABORTED;
	if (upgrade->phase == UPGRADE_FENCING && node->stage != STAGE_OUT &&
		origin(node) != UPGRADE_PLAN_SAME)
		upgrade_because(upgrade,
			sentence_format("%s: the new version crashed; the "
					"previous version takes its place",
				upgrade->names[at]));
	if (node->standby)
		upgrade_do(upgrade, UPGRADE_DO_DISCARD, at);
	else
		start(upgrade, at);
}

static void start(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];

	node->revival = REVIVAL_PREPARING;
	node->standby = true;
	upgrade_do(upgrade, UPGRADE_DO_SPAWN, at)->plan = origin(node);
	upgrade_arm(upgrade, UPGRADE_TIMER_REVIVAL, UPGRADE_REVIVAL_NS);
}

void upgrade_on_revival(
	struct upgrade *upgrade, const struct upgrade_event *event)
{
	struct upgrade_node *node = &upgrade->nodes[event->node];

	if (!node->standby && node->revival == REVIVAL_EMPTYING)
		start(upgrade, event->node);
	else if (node->revival == REVIVAL_EMPTYING)
		return;
	else if (event->kind == UPGRADE_STANDBY_READY &&
		 node->revival == REVIVAL_PREPARING)
		restore(upgrade, event->node);
	else if (event->kind == UPGRADE_STANDBY_RESTORED &&
		 node->revival == REVIVAL_RESTORING)
		revived(upgrade, event->node);
	else if (event->kind == UPGRADE_STANDBY_FAILED ||
		 event->kind == UPGRADE_STANDBY_GONE)
		fail(upgrade, event->node,
			sentence_format(
				"the version that was to take its place %.*s",
				(int)event->text.bytes, event->text.text));
}

static void restore(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];
	struct upgrade_action *action =
		upgrade_do(upgrade, UPGRADE_DO_RESTORE, at);

	node->revival = REVIVAL_RESTORING;
	action->plan = origin(node);
	action->again = !node->fresh && node->ran;
	upgrade_arm(upgrade, UPGRADE_TIMER_REVIVAL, UPGRADE_REVIVAL_NS);
}

/* It runs, from where its handover was written. */
static void revived(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];
	enum upgrade_plan plan = origin(node);
	bool exact = node->fresh || !node->ran;
	struct upgrade_action *back;

	if (plan != UPGRADE_PLAN_SAME) {
		back = upgrade_do(upgrade, UPGRADE_DO_RETURN, at);
		back->plan = plan;
		back->again = !exact;
	}
	upgrade_do(upgrade, UPGRADE_DO_PROMOTE, at);
	if (plan != UPGRADE_PLAN_SAME) /* others may need it too */
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, at)->plan = plan;
	if (node->fresh)
		node->fresh = false;
	else if (plan != UPGRADE_PLAN_SAME)
		node->kept = false;
	node->revival = REVIVAL_NONE;
	node->standby = node->dead = node->lost = false;
	upgrade_say(upgrade, at,
		exact ? sentence_format("its previous process is replaced by "
					"one of the same version; nothing is "
					"lost")
		      : sentence_format("the previous version runs again, with "
					"the state that it handed over; what "
					"was kept since is lost"));
	tell_waiter(upgrade, at, "the previous version runs again");
}

static void fail(struct upgrade *upgrade, uint32_t at, char *sentence)
{
	struct upgrade_node *node = &upgrade->nodes[at];

	if (node->revival != REVIVAL_FAILED)
		upgrade_say(upgrade, at, sentence);
	else
		free(sentence);
	node->revival = REVIVAL_FAILED;
	if (node->standby)
		upgrade_do(upgrade, UPGRADE_DO_DISCARD, at);
	else
		give_up(upgrade, at);
}

static void give_up(struct upgrade *upgrade, uint32_t at)
{
	struct upgrade_node *node = &upgrade->nodes[at];
	enum upgrade_plan plan = origin(node);

	if (node->fresh)
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, at)->plan =
			UPGRADE_PLAN_FRESH;
	if (node->kept && !node->same) {
		node->kept = false;
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, at)->plan =
			UPGRADE_PLAN_KEPT;
	}
	node->fresh = node->dead = node->lost = false;
	node->revival = REVIVAL_NONE;
	tell_waiter(upgrade, at, "the previous version did not come back");
	upgrade_do(upgrade, UPGRADE_DO_GIVE_UP, at)->plan = plan;
}

void upgrade_forget(struct upgrade *upgrade)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];

		if (node->revival != REVIVAL_NONE)
			fail(upgrade, i,
				sentence_format("does not come back: the "
						"topology ends"));
		else if (upgrade_on_trial(node) &&
			 node->stage != STAGE_FENCING) {
			node->kept = false;
			upgrade_do(upgrade, UPGRADE_DO_CLOSE, i)->plan =
				UPGRADE_PLAN_KEPT;
		}
	}
	upgrade_result(upgrade, upgrade->waiter, EXIT_CODE_DONE,
		sentence_format("the topology ended during the probation"));
	upgrade->waiter = 0;
}

/* Whether a version that failed is still making way, however that ends. */
static bool is_undecided(const struct upgrade *upgrade)
{
	if (upgrade->phase != UPGRADE_IDLE &&
		upgrade->plan == UPGRADE_PLAN_KEPT)
		return true;
	for (uint32_t i = 0; i < upgrade->node_count; i++)
		if (upgrade->nodes[i].revival != REVIVAL_NONE &&
			upgrade->nodes[i].kept)
			return true;
	return false;
}

/* What began in the probation is part of it. */
void upgrade_on_probation_over(struct upgrade *upgrade)
{
	if (is_undecided(upgrade)) {
		upgrade_arm(
			upgrade, UPGRADE_TIMER_PROBATION, UPGRADE_UNDECIDED_NS);
		return;
	}
	upgrade_let_go(upgrade, false);
	upgrade_result(upgrade, upgrade->waiter, EXIT_CODE_DONE, NULL);
	upgrade->waiter = 0;
}

void upgrade_let_go(struct upgrade *upgrade, bool same)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];

		/* Who is dead comes again from its newest handover. */
		if (!node->kept || (node->dead && !node->fresh) ||
			(same && !node->same) || node->stage == STAGE_FENCING ||
			node->stage == STAGE_STARTING)
			continue;
		node->kept = false;
		upgrade_do(upgrade, UPGRADE_DO_CLOSE, i)->plan =
			UPGRADE_PLAN_KEPT;
	}
}

void upgrade_on_revival_late(struct upgrade *upgrade)
{
	for (uint32_t i = 0; i < upgrade->node_count; i++)
		if (upgrade->nodes[i].revival == REVIVAL_PREPARING ||
			upgrade->nodes[i].revival == REVIVAL_RESTORING)
			fail(upgrade, i,
				sentence_format("the version that was to take "
						"its place is not ready within "
						"%s",
					sentence_time(UPGRADE_REVIVAL_NS)
						.text));
}

/* Somebody waits for how the probation goes. */
static void tell_waiter(
	struct upgrade *upgrade, uint32_t node, const char *what)
{
	upgrade_result(upgrade, upgrade->waiter, EXIT_CODE_FAILED,
		sentence_format("%s failed in its probation; %s",
			upgrade->names[node], what));
	upgrade->waiter = 0;
}

/* Whose version it is that comes: the newest that handed over. */
static enum upgrade_plan origin(const struct upgrade_node *node)
{
	if (node->fresh)
		return UPGRADE_PLAN_FRESH;
	return node->same ? UPGRADE_PLAN_SAME : UPGRADE_PLAN_KEPT;
}
