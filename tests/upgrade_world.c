/* upgrade_world: see the header. */
#include "tests/upgrade_world.h"

#include "tests/test.h"

#include <string.h>

static const char *const names[] = {"a", "b"};
const char upgrade_world_good[34] = "s.out 7 5 4 9 1 00000000000000aa\n";
const char upgrade_world_bad[34] = "s.out 7 5 4 9 1 00000000000000ab\n";

void upgrade_world_step(uint32_t nodes, const struct upgrade_world *world,
	struct upgrade *upgrade)
{
	upgrade_init(upgrade, names, nodes);
	upgrade->phase = (enum upgrade_phase)world->phase;
	upgrade->number = world->number;
	upgrade->request.client = world->client;
	upgrade->request.wait = world->wait;
	upgrade->request.halts = world->halts;
	upgrade->request.together = world->together;
	upgrade->request.prepare_ns = upgrade->request.freeze_ns =
		upgrade->request.restore_ns = 1;
	upgrade->request.probation_ns = world->lasts;
	upgrade->plan = (enum upgrade_plan)world->plan;
	upgrade->waiter = world->waiter;
	upgrade->stopping = world->stopping;
	upgrade->reason = world->reason ? strdup("why") : NULL;
	for (uint32_t i = 0; i < nodes; i++) {
		struct upgrade_node *node = &upgrade->nodes[i];

		node->stage = (enum upgrade_stage)world->stage[i];
		node->revival = (enum upgrade_revival)world->revival[i];
		node->standby = world->bits[i] & 1;
		node->dead = world->bits[i] & 2;
		node->fresh = world->bits[i] & 4;
		node->kept = world->bits[i] & 8;
		node->ran = world->bits[i] & 16;
		node->lost = world->bits[i] & 32;
		node->same = world->bits[i] & 64;
		node->alone = world->bits[i] & 128;
		node->part = (enum upgrade_part)world->part[i];
		node->proof = node->fresh ? strdup(upgrade_world_good) : NULL;
	}
}

static void from_step(
	const struct upgrade *upgrade, struct upgrade_world *world)
{
	world->phase = (uint8_t)upgrade->phase;
	world->number = (uint8_t)upgrade->number;
	world->client = (uint8_t)upgrade->request.client;
	world->wait = upgrade->request.wait;
	world->halts = upgrade->request.halts;
	world->together = upgrade->request.together;
	world->lasts = upgrade->request.probation_ns != 0;
	world->plan = (uint8_t)upgrade->plan;
	world->waiter = (uint8_t)upgrade->waiter;
	world->stopping = upgrade->stopping;
	world->reason = upgrade->reason != NULL;
	for (uint32_t i = 0; i < upgrade->node_count; i++) {
		const struct upgrade_node *node = &upgrade->nodes[i];

		world->stage[i] = (uint8_t)node->stage;
		world->revival[i] = (uint8_t)node->revival;
		world->bits[i] = (uint8_t)(node->standby | node->dead << 1 |
					   node->fresh << 2 | node->kept << 3 |
					   node->ran << 4 | node->lost << 5 |
					   node->same << 6 | node->alone << 7);
		world->part[i] = (uint8_t)node->part;
	}
}

/* The standby has the seat that runs, and is told RUN. */
static void take_over(struct upgrade_world *world, uint32_t node)
{
	ck_assert_msg(!world->run[node].alive,
		"RUN goes out before the former process was reaped");
	world->run[node] = (struct upgrade_runner){.alive = 1};
	world->other[node] = (struct upgrade_standby){0};
}

static void hold_promote(struct upgrade_world *world, uint32_t node)
{
	struct upgrade_runner *run = &world->run[node];
	struct upgrade_standby *other = &world->other[node];

	ck_assert_msg(other->there && !other->killed && other->restored,
		"who is promoted is not there, or not restored");
	ck_assert_msg(!run->alive || world->committed[node],
		"one that runs is killed before the commit");
	ck_assert_msg(!run->alive || run->frozen,
		"one that did not hand over is killed");
	ck_assert(!run->killed);
	if (run->alive)
		run->killed = run->on_fence = 1;
	else
		take_over(world, node);
}

static void hold_remove(struct upgrade_world *world, uint32_t node)
{
	struct upgrade_runner *run = &world->run[node];

	ck_assert_msg(world->committed[node] && world->kept[node],
		"one is removed before the commit, or without a handover");
	ck_assert(!run->killed && (!run->alive || run->frozen));
	if (run->alive)
		run->killed = run->on_fence = run->removed = 1;
	else
		run->absent = 1;
}

static void hold_freeze(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	struct upgrade_runner *run = &world->run[action->node];

	if (action->kind == UPGRADE_DO_FREEZE) {
		bool again = action->how == COMMAND_FREEZE_DRAINED;

		ck_assert(run->alive && !run->killed);
		ck_assert(again == (run->freeze != 0));
		for (uint32_t i = 0; again && i < NODES; i++)
			ck_assert_msg(
				!world->run[i].freeze || world->run[i].frozen,
				"one is to take what another may send yet");
		ck_assert_uint_eq(action->number, world->number + 0u);
		run->freeze = (uint8_t)action->number;
		run->owes |= (uint8_t)(1u << action->number);
	} else {
		ck_assert_msg(run->alive && !run->killed && run->freeze,
			"THAW goes to one that was not told to freeze");
		run->freeze = run->frozen = 0;
		world->fresh[action->node] = 0;
	}
}

static void hold_close(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	uint8_t *held = action->plan == UPGRADE_PLAN_FRESH
				? &world->fresh[action->node]
				: &world->kept[action->node];

	ck_assert_msg(*held, "a handover is closed that is not held");
	*held = 0;
}

static void hold_restore(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	struct upgrade_standby *other = &world->other[action->node];

	ck_assert(other->there && !other->killed);
	ck_assert(other->ready && !other->told);
	if (action->plan == UPGRADE_PLAN_SAME)
		ck_assert(world->committed[action->node]);
	else if (world->part[action->node] != UPGRADE_ADDED)
		ck_assert_msg(action->plan == UPGRADE_PLAN_FRESH
				      ? world->fresh[action->node]
				      : world->kept[action->node],
			"RESTORE goes out without a handover");
	other->told = 1;
}

static void hold_commit(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	ck_assert(world->fresh[action->node] ==
		  (world->part[action->node] != UPGRADE_ADDED));
	ck_assert(world->other[action->node].restored ==
		  (world->part[action->node] != UPGRADE_REMOVED));
	world->kept[action->node] = world->fresh[action->node];
	world->fresh[action->node] = 0;
	world->committed[action->node] = 1;
}

static void hold_result(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	ck_assert_uint_lt(action->client, CLIENTS);
	ck_assert_msg(world->owed[action->client],
		"a client gets a result that it is not owed");
	world->owed[action->client] = 0;
	for (int i = 0; i < NODES; i++)
		ck_assert_msg(action->code || action->client != world->waiter ||
				      world->phase || world->stopped ||
				      !world->revival[i],
			"it went well, and the former version comes again");
}

/* One action, with what it promises. */
static void hold(
	struct upgrade_world *world, const struct upgrade_action *action)
{
	uint32_t node = action->node;

	switch (action->kind) {
	case UPGRADE_DO_SPAWN:
		ck_assert_msg(!world->other[node].there,
			"two processes come into one seat");
		ck_assert(action->plan == UPGRADE_PLAN_NEXT ||
			  action->plan == UPGRADE_PLAN_SAME ||
			  world->fresh[node] || world->kept[node]);
		world->other[node] = (struct upgrade_standby){.there = 1};
		if (action->plan != UPGRADE_PLAN_SAME)
			world->committed[node] = 0;
		break;
	case UPGRADE_DO_DISCARD:
		ck_assert(world->other[node].there);
		ck_assert_msg(!world->run[node].on_fence,
			"the standby is killed for which the other must go");
		world->other[node].killed = 1;
		break;
	case UPGRADE_DO_FREEZE:
	case UPGRADE_DO_THAW:
		hold_freeze(world, action);
		break;
	case UPGRADE_DO_RESTORE:
		hold_restore(world, action);
		break;
	case UPGRADE_DO_COMMIT:
		hold_commit(world, action);
		break;
	case UPGRADE_DO_PROMOTE:
		hold_promote(world, node);
		break;
	case UPGRADE_DO_REMOVE:
		hold_remove(world, node);
		break;
	case UPGRADE_DO_ASK:
		ck_assert(world->run[node].alive && !world->run[node].killed);
		world->run[node].asked = 1;
		break;
	case UPGRADE_DO_KILL:
		ck_assert(world->run[node].alive && world->kept[node]);
		world->run[node].killed = 1;
		break;
	case UPGRADE_DO_CLOSE:
		hold_close(world, action);
		break;
	case UPGRADE_DO_GIVE_UP:
		ck_assert(!world->run[node].alive && !world->run[node].ended);
		world->run[node].ended = 1;
		break;
	case UPGRADE_DO_ARM:
		world->armed[action->timer] = action->timeout_ns != 0;
		break;
	case UPGRADE_DO_RESULT:
		hold_result(world, action);
		break;
	case UPGRADE_DO_RETURN:
	case UPGRADE_DO_SAY:
	case UPGRADE_DO_PHASE:
		break;
	}
}

/* After each step, of each node: somebody runs, or is about to, or what has
 * ended is nobody's fault here. */
static void hold_node(const struct upgrade_world *world, uint32_t node)
{
	const struct upgrade_runner *run = &world->run[node];

	ck_assert_int_eq(world->bits[node] & 1, world->other[node].there);
	ck_assert_int_eq(!!(world->bits[node] & 4), world->fresh[node]);
	ck_assert_int_eq(!!(world->bits[node] & 8), world->kept[node]);
	ck_assert_msg(run->alive || run->ended || run->absent ||
			      world->other[node].there ||
			      (world->part[node] == UPGRADE_REMOVED &&
				      world->fresh[node]),
		"nobody runs, and nobody will");
	ck_assert_msg(run->alive || run->ended || run->absent ||
			      world->fresh[node] || world->kept[node] ||
			      world->bits[node] & 64,
		"who ran is gone, and so is what it handed over");
	if (world->phase == UPGRADE_IDLE || world->phase == UPGRADE_ABORTING)
		ck_assert_msg(
			!run->alive || !run->freeze, "a node is left frozen");
	if (world->phase == UPGRADE_IDLE)
		ck_assert(!world->other[node].there || world->revival[node]);
}

static struct upgrade_world after(uint32_t nodes,
	const struct upgrade_world *before, const struct upgrade_event *event)
{
	struct upgrade_world world = *before;
	struct upgrade upgrade;
	const struct upgrade_action *actions;
	struct upgrade_runner *run = &world.run[event->node];
	bool taken;
	size_t count;

	upgrade_world_step(nodes, &world, &upgrade);
	for (uint32_t i = 0; event->kind == UPGRADE_BEGIN && i < nodes; i++)
		world.part[i] = 0;
	for (uint32_t i = 0;
		event->kind == UPGRADE_BEGIN && i < event->request->node_count;
		i++)
		world.part[event->request->nodes[i]] =
			(uint8_t)event->request->parts[i];
	actions = upgrade_step(&upgrade, event, &count, &taken);
	world.number = (uint8_t)upgrade.number;
	if (event->kind == UPGRADE_FROZEN &&
		before->stage[event->node] == STAGE_FREEZING &&
		event->number == before->number)
		world.fresh[event->node] = 1;
	if (event->kind == UPGRADE_GONE && run->on_fence &&
		world.other[event->node].there)
		take_over(&world, event->node);
	for (size_t i = 0; i < count; i++)
		hold(&world, &actions[i]);
	if (event->kind == UPGRADE_GONE && !taken) {
		ck_assert_msg(world.stopped || event->clean ||
				      before->bits[event->node] & 64 ||
				      (!before->fresh[event->node] &&
					      !before->kept[event->node]),
			"one that could come again is given up");
		run->ended = 1;
	}
	from_step(&upgrade, &world);
	upgrade_release(&upgrade);
	for (uint32_t i = 0; i < nodes; i++)
		hold_node(&world, i);
	return world;
}

/* What the world itself knows of an event, before the step hears of it. */
struct upgrade_world upgrade_world_after(uint32_t nodes,
	const struct upgrade_world *before, const struct upgrade_event *event)
{
	struct upgrade_world world = *before;
	struct upgrade_runner *run = &world.run[event->node];
	struct upgrade_standby *other = &world.other[event->node];

	switch (event->kind) {
	case UPGRADE_BEGIN:
		world.begun++;
		world.owed[event->request->client] = 1;
		break;
	case UPGRADE_STANDBY_READY:
		other->ready = 1;
		break;
	case UPGRADE_STANDBY_RESTORED:
		other->restored = event->text.text == upgrade_world_good ||
				  world.part[event->node] == UPGRADE_ADDED;
		other->spoke = 1;
		break;
	case UPGRADE_STANDBY_FAILED:
		other->spoke = 1;
		break;
	case UPGRADE_STANDBY_GONE:
		*other = (struct upgrade_standby){0};
		break;
	case UPGRADE_FROZEN:
		run->owes &= (uint8_t) ~(1u << event->number);
		run->frozen |= run->freeze == event->number;
		break;
	case UPGRADE_REFUSED:
		run->owes &= (uint8_t) ~(1u << event->number);
		break;
	case UPGRADE_RUNS:
		run->asked = 0;
		break;
	case UPGRADE_GONE:
		*run = (struct upgrade_runner){
			.on_fence = run->on_fence, .absent = run->removed};
		break;
	case UPGRADE_FAILED:
	case UPGRADE_SICK:
		world.sick++;
		break;
	case UPGRADE_TIMEOUT:
		world.armed[event->timer] = 0;
		break;
	case UPGRADE_LEFT:
		world.left = 1;
		world.owed[event->client] = 0;
		break;
	case UPGRADE_STOP:
		world.stopped = 1;
		break;
	}
	world = after(nodes, &world, event);
	if (event->kind == UPGRADE_GONE && !world.run[event->node].alive)
		world.run[event->node].on_fence = 0;
	return world;
}
