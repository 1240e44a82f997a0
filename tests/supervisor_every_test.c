/*
 * supervisor: every history of one and of two nodes, held step by step
 * against a model of the world that knows which events can come.
 */
#include "core/fleet/supervisor.h"

#include "tests/supervisor_world.h"
#include "tests/test.h"

#include <signal.h>

static void hold_send(struct world *world,
	const struct exploration *exploration,
	const struct supervisor_action *action)
{
	ck_assert_msg(world->alive[seat_node(action->process)],
		"a command goes to a node without a process");
	ck_assert_msg(!world->killed[seat_node(action->process)],
		"a command goes to a node that was killed");
	if (action->command == COMMAND_RUN) {
		ck_assert(!world->told_run[seat_node(action->process)]);
		world->told_run[seat_node(action->process)] = 1;
		for (uint32_t i = 0; i < exploration->nodes; i++)
			ck_assert_msg(world->ran || world->alive[i],
				"RUN goes out while a node is not there");
	}
	if (action->command == COMMAND_DRAIN ||
		action->command == COMMAND_CLOSE)
		ck_assert_msg(world->told_run[seat_node(action->process)],
			"a node that never ran is told to end");
}

static void hold_exit(struct world *world,
	const struct exploration *exploration,
	const struct supervisor_action *action)
{
	for (uint32_t i = 0; i < exploration->nodes; i++)
		ck_assert_msg(!world->alive[i] && !world->pending[i],
			"it exits while a node is there");
	if (world->must_fail)
		ck_assert_int_eq(action->code, EXIT_CODE_FAILED);
	else
		ck_assert_int_ne(action->code, EXIT_CODE_FAILED);
	if (!world->must_fail && !world->interrupted)
		ck_assert_int_ne(action->code, EXIT_CODE_INTERRUPTED);
}

static uint8_t *timer_of(
	struct world *world, enum supervisor_timer timer, uint32_t process)
{
	return timer == SUPERVISOR_TIMER_RESTART
		       ? &world->due[seat_node(process)]
		       : &world->armed[timer];
}

/* One step, with every promise of the header held against the world. */
static void step(const struct exploration *exploration, struct world *world,
	const struct supervisor_event *event)
{
	struct supervisor supervisor;
	const struct supervisor_action *actions;
	size_t count;

	to_supervisor(exploration, world, &supervisor);
	actions = supervisor_step(&supervisor, event, &count);
	for (size_t i = 0; i < count; i++) {
		const struct supervisor_action *action = &actions[i];

		if (action->kind == SUPERVISOR_SPAWN)
			world->pending[seat_node(action->process)] = 1;
		if (action->kind == SUPERVISOR_SEND)
			hold_send(world, exploration, action);
		if (action->kind == SUPERVISOR_ABORT) {
			ck_assert(world->alive[seat_node(action->process)]);
			ck_assert(!world->killed[seat_node(action->process)]);
			world->killed[seat_node(action->process)] = 1;
		}
		if (action->kind == SUPERVISOR_KILL) {
			ck_assert(world->alive[seat_node(action->process)]);
			ck_assert_uint_le(
				world->killed[seat_node(action->process)], 1);
			world->killed[seat_node(action->process)] = 2;
		}
		if (action->kind == SUPERVISOR_ARM)
			*timer_of(world, action->timer, action->process) =
				action->timeout_ns != 0;
		if (action->kind == SUPERVISOR_EXIT) {
			ck_assert_uint_eq(i, count - 1);
			hold_exit(world, exploration, action);
		}
	}
	from_supervisor(&supervisor, world);
	supervisor_release(&supervisor);
	for (uint32_t i = 0; i < exploration->nodes; i++)
		ck_assert_msg(world->ran || !world->closing ||
				      !world->alive[i] || world->killed[i] ||
				      world->failed[i],
			"a node goes on preparing what will not run");
}

/* Whether what happens to a node now is no failure: it comes back. */
static bool comes_back(const struct exploration *exploration,
	const struct world *world, uint32_t node)
{
	return exploration->restarts && node == 0 && world->ran &&
	       !world->closing;
}

static void account_exit(const struct exploration *exploration,
	struct world *world, const struct supervisor_event *event)
{
	uint32_t node = seat_node(event->process);
	bool bad = event->status || !world->done[node];
	bool stopped = world->killed[node] && !world->failed[node];

	world->alive[node] = world->killed[node] = world->told_run[node] = 0;
	if (bad && !stopped &&
		(!comes_back(exploration, world, node) ||
			world->restarts[node] == RESTARTS))
		world->must_fail = 1;
}

/* The world's own account of an event, before the supervisor hears of it. */
static void account(const struct exploration *exploration, struct world *world,
	const struct supervisor_event *event)
{
	uint32_t node = seat_node(event->process);
	bool again = comes_back(exploration, world, node);

	if (event->kind == SUPERVISOR_SPAWNED ||
		event->kind == SUPERVISOR_SPAWN_FAILED)
		world->pending[node] = 0;
	if (event->kind == SUPERVISOR_SPAWNED)
		world->alive[node] = 1;
	if (event->kind == SUPERVISOR_SPAWN_FAILED &&
		(!again || world->restarts[node] == RESTARTS))
		world->must_fail = 1;
	if (event->kind == SUPERVISOR_HANGUP && !world->killed[node] && !again)
		world->must_fail = 1;
	if (event->kind == SUPERVISOR_COMMAND &&
		event->command->kind == COMMAND_FAILED &&
		!(again && (world->state[node] == SUPERVISED_PREPARING ||
				   world->state[node] == SUPERVISED_KILLED)))
		world->must_fail = 1;
	if (event->kind == SUPERVISOR_EXITED)
		account_exit(exploration, world, event);
	if (event->kind == SUPERVISOR_SIGNAL && event->number == SIGINT)
		world->interrupted = 1;
	if (event->kind == SUPERVISOR_TIMEOUT)
		*timer_of(world, event->timer, event->process) = 0;
}

static struct world after(const struct exploration *exploration,
	const struct world *before, const struct supervisor_event *event)
{
	struct world world = *before;

	account(exploration, &world, event);
	step(exploration, &world, event);
	return world;
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

	for (uint32_t i = 0; i < exploration->nodes; i++)
		if (world.pending[i])
			world = after(exploration, &world,
				&(struct supervisor_event){
					.kind = SUPERVISOR_SPAWNED,
					.process = seat_process(i, 0)});
	for (int i = 0; i < 2 && !world.ended; i++)
		world = after(exploration, &world, &interrupt);
	if (!world.ended && world.armed[SUPERVISOR_TIMER_CLOSE])
		world = after(exploration, &world, &patience);
	for (uint32_t i = 0; i < exploration->nodes && !world.ended; i++) {
		struct supervisor_event death = {.kind = SUPERVISOR_EXITED,
			.process = seat_process(i, 0),
			.status = SIGKILL};

		ck_assert_msg(!world.alive[i] || world.killed[i],
			"a node lives on after two interrupts");
		if (world.alive[i])
			world = after(exploration, &world, &death);
	}
	ck_assert_msg(world.ended, "it has not ended");
}

static void explore(struct exploration *exploration, const struct world *world);

static void try_event(struct exploration *exploration,
	const struct world *world, const struct supervisor_event *event)
{
	struct world next;

	if (world->ended)
		return;
	next = after(exploration, world, event);
	explore(exploration, &next);
}

static void explore_node(struct exploration *exploration,
	const struct world *world, uint32_t node)
{
	static const enum command_kind kinds[] = {
		COMMAND_READY, COMMAND_FAILED, COMMAND_DONE};
	static const int statuses[] = {0, 1 << 8, SIGSEGV};

	if (world->pending[node]) {
		try_event(exploration, world,
			&(struct supervisor_event){.kind = SUPERVISOR_SPAWNED,
				.process = seat_process(node, 0)});
		try_event(exploration, world,
			&(struct supervisor_event){
				.kind = SUPERVISOR_SPAWN_FAILED,
				.process = seat_process(node, 0),
				.text = "no"});
	}
	if (!world->alive[node])
		return;
	for (int i = 0; i < 3; i++) {
		struct command command = {.kind = kinds[i]};

		if (kinds[i] == COMMAND_READY &&
			world->state[node] != SUPERVISED_PREPARING)
			continue;
		try_event(exploration, world,
			&(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				.process = seat_process(node, 0),
				.command = &command});
		try_event(exploration, world,
			&(struct supervisor_event){.kind = SUPERVISOR_EXITED,
				.process = seat_process(node, 0),
				.status = statuses[i]});
	}
	try_event(exploration, world,
		&(struct supervisor_event){.kind = SUPERVISOR_HANGUP,
			.process = seat_process(node, 0),
			.text = "no"});
}

static void explore(struct exploration *exploration, const struct world *world)
{
	if (!visit(exploration, world))
		return;
	if (world->ended)
		return;
	hold_that_it_can_end(exploration, *world);
	for (uint32_t i = 0; i < exploration->nodes; i++)
		explore_node(exploration, world, i);
	try_event(exploration, world,
		&(struct supervisor_event){
			.kind = SUPERVISOR_SIGNAL, .number = SIGINT});
	try_event(exploration, world,
		&(struct supervisor_event){
			.kind = SUPERVISOR_SIGNAL, .number = SIGTERM});
	for (uint32_t i = 0; i < exploration->nodes; i++)
		if (world->due[i])
			try_event(exploration, world,
				&(struct supervisor_event){
					.kind = SUPERVISOR_TIMEOUT,
					.timer = SUPERVISOR_TIMER_RESTART,
					.process = seat_process(i, 0)});
	for (int i = 0; i < SUPERVISOR_TIMERS; i++)
		if (world->armed[i])
			try_event(exploration, world,
				&(struct supervisor_event){
					.kind = SUPERVISOR_TIMEOUT,
					.timer = (enum supervisor_timer)i});
}

static size_t explore_all(uint32_t nodes, bool stop_on_failure, bool restarts)
{
	struct exploration exploration = {.nodes = nodes,
		.stop_on_failure = stop_on_failure,
		.restarts = restarts};
	struct supervisor_event start = {.kind = SUPERVISOR_START};
	struct world world = {0};

	exploration.visited = calloc(VISITED_MAX, sizeof *exploration.visited);
	ck_assert(exploration.visited != NULL);
	step(&exploration, &world, &start);
	explore(&exploration, &world);
	free(exploration.visited);
	return exploration.count;
}

START_TEST(every_history_of_one_node_keeps_the_promises)
{
	ck_assert_uint_gt(explore_all(1, true, false), 100);
	ck_assert_uint_gt(explore_all(1, false, false), 100);
}
END_TEST

START_TEST(every_history_of_two_nodes_keeps_the_promises)
{
	ck_assert_uint_gt(explore_all(2, true, false), 1000);
}
END_TEST

START_TEST(every_history_with_restarts_keeps_the_promises)
{
	ck_assert_uint_gt(explore_all(1, true, true), 200);
	ck_assert_uint_gt(explore_all(1, false, true), 200);
	ck_assert_uint_gt(explore_all(2, true, true), 2000);
}
END_TEST

static Suite *supervisor_suite(void)
{
	Suite *suite = suite_create("supervisor, every history");
	TCase *every = test_case(suite, "every history");

	tcase_add_test(every, every_history_of_one_node_keeps_the_promises);
	tcase_add_test(every, every_history_of_two_nodes_keeps_the_promises);
	tcase_add_test(every, every_history_with_restarts_keeps_the_promises);
	return suite;
}

TEST_MAIN(supervisor_suite)
