/*
 * upgrade: every history of transactions over one and two nodes, held against a
 * model of processes: one of a node runs at a time; each client gets a result.
 */
#include "tests/upgrade_world.h"

#include <string.h>

#include "tests/test.h"

struct exploration {
	uint32_t nodes, begins;
	enum upgrade_part parts[NODES];
	bool halts, together, alone[NODES];
	struct upgrade_world *visited, *queue;
	size_t count, room, next, last, queue_room;
};

static uint64_t world_hash(const struct upgrade_world *world)
{
	const uint8_t *bytes = (const uint8_t *)world;
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < sizeof *world; i++)
		hash = (hash ^ bytes[i]) * 1099511628211u;
	return hash ^ hash >> 29;
}

static void place(
	struct exploration *exploration, const struct upgrade_world *world)
{
	static const struct upgrade_world none;
	size_t at = world_hash(world) % exploration->room;

	while (memcmp(&exploration->visited[at], &none, sizeof none)) {
		if (!memcmp(&exploration->visited[at], world, sizeof *world))
			return;
		at = (at + 1) % exploration->room;
	}
	exploration->visited[at] = *world;
	exploration->count++;
	if (exploration->last == exploration->queue_room) {
		exploration->queue_room = exploration->queue_room * 2 + 1024;
		exploration->queue = realloc(exploration->queue,
			exploration->queue_room * sizeof *exploration->queue);
		ck_assert(exploration->queue != NULL);
	}
	exploration->queue[exploration->last++] = *world;
}

/* Remembers a world, to be gone on from, unless it was met before. */
static void meet(
	struct exploration *exploration, const struct upgrade_world *world)
{
	struct upgrade_world *former = exploration->visited;
	size_t room = exploration->room;

	if (exploration->count * 2 >= room) {
		size_t last = exploration->last;
		size_t count = exploration->count;

		exploration->room = room * 4 + 4096;
		exploration->visited =
			calloc(exploration->room, sizeof *exploration->visited);
		ck_assert(exploration->visited != NULL);
		exploration->count = 0;
		for (size_t i = 0; i < last; i++) {
			struct upgrade_world again = exploration->queue[i];

			exploration->last = i;
			place(exploration, &again);
		}
		ck_assert_uint_eq(exploration->count, count);
		free(former);
	}
	place(exploration, world);
}

static void try_event(struct exploration *exploration,
	const struct upgrade_world *world, const struct upgrade_event *event)
{
	struct upgrade_world next =
		upgrade_world_after(exploration->nodes, world, event);

	meet(exploration, &next);
}

static void try_kind(struct exploration *exploration,
	const struct upgrade_world *world, enum upgrade_event_kind kind,
	uint32_t node)
{
	try_event(exploration, world,
		&(struct upgrade_event){.kind = kind,
			.node = node,
			.text = command_text("why")});
}

static void try_standby(struct exploration *exploration,
	const struct upgrade_world *world, uint32_t node)
{
	const struct upgrade_standby *other = &world->other[node];
	struct upgrade_event restored = {
		.kind = UPGRADE_STANDBY_RESTORED, .node = node};

	if (!other->there)
		return;
	try_kind(exploration, world, UPGRADE_STANDBY_GONE, node);
	if (!other->ready)
		try_kind(exploration, world, UPGRADE_STANDBY_READY, node);
	if (!other->spoke)
		try_kind(exploration, world, UPGRADE_STANDBY_FAILED, node);
	if (!other->told || other->spoke)
		return;
	restored.text = (struct command_text){
		upgrade_world_good, sizeof upgrade_world_good - 1};
	try_event(exploration, world, &restored);
	if (world->stage[node] != STAGE_RESTORING)
		return;
	restored.text = (struct command_text){
		upgrade_world_bad, sizeof upgrade_world_bad - 1};
	try_event(exploration, world, &restored);
}

static void try_runner(struct exploration *exploration,
	const struct upgrade_world *world, uint32_t node)
{
	const struct upgrade_runner *run = &world->run[node];

	if (!run->alive)
		return;
	for (int clean = 0; clean < 2; clean++)
		if (!clean || !run->frozen)
			try_event(exploration, world,
				&(struct upgrade_event){.kind = UPGRADE_GONE,
					.node = node,
					.clean = clean});
	for (uint64_t number = 1; run->owes >> number; number++)
		for (int refuses = 0; refuses < 2; refuses++)
			if (run->owes & 1u << number)
				try_event(exploration, world,
					&(struct upgrade_event){
						.kind = refuses ? UPGRADE_REFUSED
								: UPGRADE_FROZEN,
						.node = node,
						.number = number,
						.text = {upgrade_world_good,
							sizeof upgrade_world_good -
								1}});
	if (run->asked)
		try_kind(exploration, world, UPGRADE_RUNS, node);
	if (world->sick || run->killed)
		return;
	try_kind(exploration, world, UPGRADE_SICK, node);
	try_kind(exploration, world, UPGRADE_FAILED, node);
}

static bool cannot_begin(const struct exploration *exploration,
	const struct upgrade_world *world, uint32_t node)
{
	bool added = exploration->parts[node] == UPGRADE_ADDED;

	return world->run[node].alive == added || world->run[node].killed ||
	       world->run[node].ended;
}

static void try_begin(
	struct exploration *exploration, const struct upgrade_world *world)
{
	static const uint32_t nodes[] = {0, 1};

	if (world->begun == exploration->begins)
		return;
	for (uint32_t from = 0; from < exploration->nodes; from++)
		for (uint32_t to = from + 1; to <= exploration->nodes; to++) {
			struct upgrade_request request = {
				.client = world->begun + 1u,
				.wait = true,
				.nodes = nodes + from,
				.node_count = to - from,
				.parts = exploration->parts + from,
				.halts = exploration->halts,
				.together = exploration->together,
				.alone = exploration->alone + from,
				.prepare_ns = 1, .freeze_ns = 1, .restore_ns = 1,
				.probation_ns = !exploration->together ||
						exploration->alone[0]};
			struct upgrade upgrade;
			char *refusal;
			bool gone = false;

			upgrade_world_step(exploration->nodes, world, &upgrade);
			refusal = upgrade_refusal(
				&upgrade, nodes + from, to - from);
			upgrade_release(&upgrade);
			for (uint32_t i = from; i < to; i++)
				gone |= cannot_begin(exploration, world, i);
			if (!refusal && !gone)
				for (int wait = 0; wait < 2; wait++) {
					request.wait = wait;
					try_event(exploration, world,
						&(struct upgrade_event){
							.kind = UPGRADE_BEGIN,
							.request = &request});
				}
			free(refusal);
		}
}

/* From anywhere: when whoever was killed dies, and all deadlines pass, of the
 * probation last, all is at rest: each node runs once, and clients are told. */
static void hold_that_it_ends(
	const struct exploration *exploration, struct upgrade_world world)
{
	for (int turn = 0; turn < 64; turn++) {
		struct upgrade_event event = {.kind = UPGRADE_STOP};

		for (uint32_t i = 0; i < exploration->nodes; i++) {
			event.node = i;
			if (world.other[i].there && world.other[i].killed)
				event.kind = UPGRADE_STANDBY_GONE;
			else if (world.run[i].alive && world.run[i].killed)
				event.kind = UPGRADE_GONE;
			else
				continue;
			break;
		}
		for (int i = 1; i < UPGRADE_TIMERS; i = i == 1 ? 0 : i + 2)
			if (event.kind == UPGRADE_STOP && world.armed[i]) {
				event.kind = UPGRADE_TIMEOUT;
				event.timer = (enum upgrade_timer)i;
			}
		if (event.kind == UPGRADE_STOP)
			break;
		world = upgrade_world_after(exploration->nodes, &world, &event);
	}
	ck_assert_msg(world.phase == UPGRADE_IDLE, "it hangs");
	for (uint32_t i = 0; i < exploration->nodes; i++) {
		ck_assert_msg(world.run[i].alive + world.run[i].ended +
					      world.run[i].absent ==
				      1,
			"nobody runs in the end");
		ck_assert(!world.other[i].there);
		ck_assert_msg(!world.fresh[i] && !world.kept[i],
			"a handover is held for ever");
	}
	for (int i = 1; i < CLIENTS; i++)
		ck_assert_msg(!world.owed[i], "a client is told nothing");
}

static void go_on(
	struct exploration *exploration, const struct upgrade_world *world)
{
	hold_that_it_ends(exploration, *world);
	for (uint32_t i = 0; i < exploration->nodes; i++) {
		try_standby(exploration, world, i);
		try_runner(exploration, world, i);
	}
	try_begin(exploration, world);
	for (int i = 0; i < UPGRADE_TIMERS; i++)
		if (world->armed[i])
			try_event(exploration, world,
				&(struct upgrade_event){.kind = UPGRADE_TIMEOUT,
					.timer = (enum upgrade_timer)i});
	if (!world->stopped)
		try_kind(exploration, world, UPGRADE_STOP, 0);
	if (!world->left && exploration->nodes == 1)
		for (uint64_t client = 1; client < CLIENTS; client++)
			if (world->owed[client])
				try_event(exploration, world,
					&(struct upgrade_event){
						.kind = UPGRADE_LEFT,
						.client = client});
}

static size_t explore(struct exploration exploration)
{
	struct upgrade_world world = {0};

	for (uint32_t i = 0; i < exploration.nodes; i++) {
		world.run[i].absent = exploration.parts[i] == UPGRADE_ADDED;
		world.run[i].alive = !world.run[i].absent;
	}
	meet(&exploration, &world);
	while (exploration.next < exploration.last) {
		world = exploration.queue[exploration.next++];
		go_on(&exploration, &world);
	}
	free(exploration.visited);
	free(exploration.queue);
	return exploration.count;
}

START_TEST(every_history_of_nodes_that_come_or_go_keeps_the_promises)
{
	const int at = _i < 18 ? _i : _i % 2 + (_i - 18) / 2 * 6;
	const struct exploration both = {.nodes = 2, .begins = 1,
		.together = true, .alone = {_i >= 18}, .halts = at % 2,
		.parts = {(enum upgrade_part)(at / 2 % 3),
			(enum upgrade_part)(at / 6)}};
	ck_assert_uint_gt(explore(both), 400);
}
END_TEST

START_TEST(every_history_of_two_upgrades_of_one_node_keeps_the_promises)
{
	const struct exploration one = {.nodes = 1, .begins = 2};
	ck_assert_uint_gt(explore(one), 10000);
}
END_TEST

START_TEST(every_history_of_an_upgrade_of_two_nodes_keeps_the_promises)
{
	const struct exploration two = {.nodes = 2, .begins = 1};
	ck_assert_uint_gt(explore(two), 10000);
}
END_TEST

/* One event of a history of one node. */
static const struct upgrade_action *happen(
	struct upgrade *upgrade, struct upgrade_event event, size_t *count)
{
	bool taken;

	event.number = upgrade->number;
	if (!event.text.bytes)
		event.text = (struct command_text){
			upgrade_world_good, sizeof upgrade_world_good - 1};
	return upgrade_step(upgrade, &event, count, &taken);
}

/* Up to the last event before the commit, whose actions it gives. */
static const struct upgrade_action *commit(
	struct upgrade *upgrade, size_t *count)
{
	static const uint32_t node;
	const struct upgrade_request request = {.nodes = &node,
		.node_count = 1,
		.prepare_ns = 1,
		.freeze_ns = 1,
		.restore_ns = 1,
		.probation_ns = 7};
	static const enum upgrade_event_kind kinds[] = {UPGRADE_STANDBY_READY,
		UPGRADE_FROZEN, UPGRADE_STANDBY_RESTORED};
	const struct upgrade_action *actions = NULL;

	happen(upgrade,
		(struct upgrade_event){
			.kind = UPGRADE_BEGIN, .request = &request},
		count);
	for (int i = 0; i < 3; i++)
		actions = happen(upgrade,
			(struct upgrade_event){.kind = kinds[i]}, count);
	return actions;
}

static int64_t probation_of(const struct upgrade_action *actions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (actions[i].kind == UPGRADE_DO_ARM &&
			actions[i].timer == UPGRADE_TIMER_PROBATION)
			return actions[i].timeout_ns;
	return -1;
}

START_TEST(a_commit_ends_the_probation_before_it)
{
	static const char *const names[] = {"a"};
	const struct upgrade_action *actions;
	struct upgrade upgrade;
	size_t count;

	upgrade_init(&upgrade, names, 1);
	(void)commit(&upgrade, &count);
	happen(&upgrade, (struct upgrade_event){.kind = UPGRADE_GONE}, &count);
	actions = happen(
		&upgrade, (struct upgrade_event){.kind = UPGRADE_RUNS}, &count);
	ck_assert_int_eq(probation_of(actions, count), 7);
	actions = commit(&upgrade, &count);
	ck_assert_int_eq(probation_of(actions, count), 0);
	upgrade_release(&upgrade);
}
END_TEST

static Suite *upgrade_suite(void)
{
	Suite *suite = suite_create("upgrade, every history");
	TCase *every = test_case(suite, "every history");

	tcase_add_test(every, a_commit_ends_the_probation_before_it);
	tcase_add_test(every,
		every_history_of_two_upgrades_of_one_node_keeps_the_promises);
	tcase_add_test(every,
		every_history_of_an_upgrade_of_two_nodes_keeps_the_promises);
	tcase_add_loop_test(every,
		every_history_of_nodes_that_come_or_go_keeps_the_promises, 0,
		22);
	return suite;
}

TEST_MAIN(upgrade_suite)
