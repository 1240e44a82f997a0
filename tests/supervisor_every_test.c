/*
 * supervisor: every history of one and of two nodes, with standbys and tools,
 * held step by step against a model of the world, which knows what can come.
 */
#include "core/step/supervisor.h"

#include "tests/supervisor_world.h"
#include "tests/test.h"

#include <signal.h>

/* LONG=1: two of what is one else, and what differs little from it. */
static bool is_long(void)
{
	return getenv("LONG") != NULL;
}

/* One step, with every promise of the header held against the world. */
static void step(const struct exploration *exploration, struct world *world,
	const struct supervisor_event *event)
{
	struct supervisor supervisor;
	const struct supervisor_action *actions;
	size_t count;

	world_to_supervisor(exploration, world, &supervisor);
	actions = supervisor_step(&supervisor, event, &count);
	for (size_t i = 0; i < count; i++) {
		world_hold(world, exploration, &actions[i]);
		ck_assert(actions[i].kind != SUPERVISOR_EXIT || i == count - 1);
	}
	world_from_supervisor(&supervisor, world);
	supervisor_release(&supervisor);
	for (int i = 0; i < CLIENTS_MAX; i++)
		ck_assert_msg(!world->owed[i] == !world->awaits[i],
			"a tool that asked is forgotten");
	for (uint32_t i = 0; i < exploration->nodes * SEATS; i++)
		ck_assert_msg(world->ran || !world->closing ||
				      !world->alive[i] || world->killed[i] ||
				      world->failed[i],
			"a node goes on preparing what will not run");
}

static struct world after(const struct exploration *exploration,
	const struct world *before, const struct supervisor_event *event)
{
	struct world world = *before;

	world_account(exploration, &world, event);
	step(exploration, &world, event);
	return world;
}

/* A process is reaped; the hook knows by the number one that made room. */
static struct supervisor_event death(
	const struct world *world, uint32_t process, int status)
{
	bool former = world_runs(world, process) &&
		      world->promoting[seat_node(process)];

	return (struct supervisor_event){.kind = SUPERVISOR_EXITED,
		.process = process,
		.status = status,
		.number = former ? WORLD_MADE_ROOM : 0};
}

/* From anywhere, two interrupts, the patience of CLOSE and the deaths of who
 * was killed or told to close end it: nothing can make it hang. */
static void hold_that_it_can_end(
	const struct exploration *exploration, struct world world)
{
	struct supervisor_event interrupt = {
		.kind = SUPERVISOR_SIGNAL, .number = SIGINT};
	struct supervisor_event patience = {
		.kind = SUPERVISOR_TIMEOUT, .timer = SUPERVISOR_TIMER_CLOSE};
	uint32_t count = exploration->nodes * SEATS;

	for (uint32_t i = 0; i < count; i++)
		if (world.pending[i])
			world = after(exploration, &world,
				&(struct supervisor_event){
					.kind = SUPERVISOR_SPAWNED,
					.process = i});
	for (int i = 0; i < 2 && !world.ended; i++)
		world = after(exploration, &world, &interrupt);
	if (!world.ended && world.armed[SUPERVISOR_TIMER_CLOSE])
		world = after(exploration, &world, &patience);
	for (uint32_t i = 0; i < count && !world.ended; i++) {
		struct supervisor_event dies = death(&world, i, SIGKILL);

		ck_assert_msg(!world.alive[i] || world.killed[i],
			"a node lives on after two interrupts");
		if (world.alive[i])
			world = after(exploration, &world, &dies);
	}
	ck_assert_msg(world.ended, "it has not ended");
}

static void try_event(struct exploration *exploration,
	const struct world *world, const struct supervisor_event *event)
{
	struct world next = after(exploration, world, event);

	world_meet(exploration, &next);
}

static void try_process(struct exploration *exploration,
	const struct world *world, uint32_t process)
{
	static const enum command_kind kinds[] = {
		COMMAND_READY, COMMAND_FAILED, COMMAND_DONE};
	const struct command failed = {
		.kind = COMMAND_FAILED, .name = command_text("operator")};
	static const int statuses[] = {0, 1 << 8, SIGSEGV};
	struct supervisor_event event = {.process = process, .text = "no"};

	if (world->pending[process]) {
		event.kind = SUPERVISOR_SPAWNED;
		try_event(exploration, world, &event);
		event.kind = SUPERVISOR_SPAWN_FAILED;
		if (!exploration->program || is_long())
			try_event(exploration, world, &event);
	}
	if (!world->alive[process])
		return;
	for (int i = 0; i < 3; i++) {
		struct command command = {.kind = kinds[i]};
		struct supervisor_event dies =
			death(world, process, statuses[i]);

		try_event(exploration, world, &dies);
		if (kinds[i] == COMMAND_READY &&
			world->state[process] != SUPERVISED_PREPARING)
			continue;
		if (kinds[i] == COMMAND_DONE && !world_runs(world, process))
			continue;
		event.kind = SUPERVISOR_COMMAND;
		event.command = &command;
		try_event(exploration, world, &event);
	}
	event.command = &failed;
	if (world->state[process] == SUPERVISED_CLOSING)
		try_event(exploration, world, &event);
	event.kind = SUPERVISOR_HANGUP;
	try_event(exploration, world, &event);
}

/* What a hook may do, when it may. */
static void try_hook(struct exploration *exploration, const struct world *world,
	uint32_t node)
{
	uint8_t standby = world->state[world_standby(world, node)];
	struct supervisor_event event = {
		.kind = SUPERVISOR_UPGRADE, .process = seat_process(node, 0)};

	if (!world->ran || world->stopping || world->promoting[node])
		return;
	event.number = PLOT_SPAWN;
	if (standby == SUPERVISED_ABSENT &&
		world->standbys < exploration->standbys &&
		world->state[world_current(world, node)] == SUPERVISED_RUNNING)
		try_event(exploration, world, &event);
	event.number = PLOT_PROMOTE;
	if (standby == SUPERVISED_PREPARED &&
		world->state[world_current(world, node)] == SUPERVISED_RUNNING)
		try_event(exploration, world, &event);
	event.number = PLOT_DISCARD;
	if (standby != SUPERVISED_ABSENT)
		try_event(exploration, world, &event);
}

static void try_tools(
	struct exploration *exploration, const struct world *world)
{
	static const struct request requests[] = {{.kind = REQUEST_PS},
		{.kind = REQUEST_STOP}, {.kind = REQUEST_STOP, .now = true},
		{.kind = REQUEST_DRAIN}, {.kind = REQUEST_RESTART, .node = 0},
		{.kind = REQUEST_RESTART, .node = SUPERVISOR_NO_NODE}};
	struct supervisor_event event = {
		.kind = SUPERVISOR_REQUEST, .client = world->asks + 1u};

	for (size_t i = 0; i < sizeof requests / sizeof *requests &&
			   world->asks < exploration->asks;
		i++) {
		event.request = &requests[i];
		try_event(exploration, world, &event);
	}
	event.kind = SUPERVISOR_LEFT;
	for (event.client = 1; event.client <= CLIENTS_MAX; event.client++)
		if (world->owed[event.client - 1])
			try_event(exploration, world, &event);
}

static void go_on(struct exploration *exploration, const struct world *world)
{
	struct supervisor_event event = {.kind = SUPERVISOR_SIGNAL};

	if (world->ended)
		return;
	hold_that_it_can_end(exploration, *world);
	for (uint32_t i = 0; i < exploration->nodes * SEATS; i++)
		try_process(exploration, world, i);
	for (uint32_t i = 0; i < exploration->nodes; i++)
		try_hook(exploration, world, i);
	try_tools(exploration, world);
	event.number = SIGINT;
	try_event(exploration, world, &event);
	event.number = SIGTERM;
	if (!exploration->program || is_long())
		try_event(exploration, world, &event);
	event.kind = SUPERVISOR_TIMEOUT;
	event.timer = SUPERVISOR_TIMER_RESTART;
	for (uint32_t i = 0; i < exploration->nodes; i++) {
		event.process = world_current(world, i);
		if (world->due[i])
			try_event(exploration, world, &event);
	}
	for (int i = 0; i < SUPERVISOR_TIMERS; i++) {
		event.timer = (enum supervisor_timer)i;
		if (world->armed[i])
			try_event(exploration, world, &event);
	}
}

static void run_all(const struct exploration *exploration, struct world *world)
{
	const struct command ready = {.kind = COMMAND_READY};
	struct supervisor_event event = {.command = &ready};

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < exploration->nodes; i++) {
			event.kind =
				round ? SUPERVISOR_COMMAND : SUPERVISOR_SPAWNED;
			event.process = seat_process(i, 0);
			*world = after(exploration, world, &event);
		}
}

static size_t explore(struct exploration exploration)
{
	struct supervisor_event start = {.kind = SUPERVISOR_START};
	struct world world = {0};

	exploration.places = is_long() ? 1u << 19 : 1u << 16;
	exploration.visited =
		calloc(exploration.places, sizeof *exploration.visited);
	ck_assert(exploration.visited != NULL);
	step(&exploration, &world, &start);
	if (exploration.program) /* what is before RUN needs none */
		run_all(&exploration, &world);
	world_meet(&exploration, &world);
	while (exploration.next < exploration.last) {
		struct world next = exploration.queue[exploration.next++];

		go_on(&exploration, &next);
	}
	free(exploration.visited);
	free(exploration.queue);
	return exploration.count;
}

START_TEST(every_history_of_one_and_two_nodes_keeps_the_promises)
{
	struct exploration one = {.nodes = 1, .stop_on_failure = true};

	ck_assert_uint_gt(explore(one), 100);
	one.nodes = 2;
	ck_assert_uint_gt(explore(one), 1000);
	one.nodes = 1;
	one.stop_on_failure = false;
	ck_assert_uint_gt(explore(one), 100);
}
END_TEST

START_TEST(every_history_with_restarts_keeps_the_promises)
{
	struct exploration some = {
		.nodes = 1, .stop_on_failure = true, .restarts = true};

	ck_assert_uint_gt(explore(some), 200);
	some.stop_on_failure = false;
	ck_assert_uint_gt(explore(some), 200);
	some = (struct exploration){
		.nodes = 2, .stop_on_failure = true, .restarts = true};
	ck_assert_uint_gt(explore(some), 2000);
}
END_TEST

START_TEST(every_history_with_standbys_keeps_the_promises)
{
	struct exploration some = {
		.nodes = 1, .stop_on_failure = true, .standbys = 1 + is_long()};

	ck_assert_uint_gt(explore(some), 1000);
	some.declines = true;
	ck_assert_uint_gt(explore(some), 1000);
	some.restarts = true;
	ck_assert_uint_gt(explore(some), 1000);
}
END_TEST

START_TEST(every_history_with_tools_that_ask_keeps_the_promises)
{
	struct exploration some = {
		.nodes = 1, .stop_on_failure = true, .asks = 1 + is_long()};

	ck_assert_uint_gt(explore(some), 1000);
	some.restarts = true;
	ck_assert_uint_gt(explore(some), 1000);
}
END_TEST

START_TEST(every_history_with_standbys_and_tools_keeps_the_promises)
{
	struct exploration some = {.nodes = 1,
		.stop_on_failure = true,
		.restarts = is_long(),
		.asks = 1,
		.standbys = 1};

	ck_assert_uint_gt(explore(some), 1000);
}
END_TEST

START_TEST(every_history_beside_a_program_keeps_the_promises)
{
	struct exploration some = {.nodes = 2,
		.stop_on_failure = !_i,
		.restarts = true,
		.program = true};

	ck_assert_uint_gt(explore(some), 2000);
}
END_TEST

static Suite *supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor, every history");
	TCase *every = test_case(suite, "every history");

	tcase_add_test(
		every, every_history_of_one_and_two_nodes_keeps_the_promises);
	tcase_add_test(every, every_history_with_restarts_keeps_the_promises);
	tcase_add_loop_test(every,
		every_history_beside_a_program_keeps_the_promises, 0,
		1 + is_long());
	tcase_add_test(every, every_history_with_standbys_keeps_the_promises);
	tcase_add_test(
		every, every_history_with_tools_that_ask_keeps_the_promises);
	tcase_add_test(every,
		every_history_with_standbys_and_tools_keeps_the_promises);
	return suite;
}

TEST_MAIN(supervisor_suite)
