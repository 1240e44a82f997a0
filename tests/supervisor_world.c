/* supervisor_world: see the header. */
#include "tests/supervisor_world.h"

#include "tests/test.h"

#include <signal.h>
#include <string.h>

static const struct supervised_policy alone[NODES_MAX] = {
	{.restart = {RESTART_FAILURE, RESTARTS, 10, 1, 1}}};
static const struct supervised_policy beside[NODES_MAX] = {
	{.restart = {RESTART_FAILURE, RESTARTS_BESIDE, 10, 1, 1}},
	{.program = true,
		.restart = {RESTART_FAILURE, RESTARTS_PROGRAM, 10, 1, 1}}};
static const struct links_pair to_program = {.nodes = {0, 1}, .foreign = true};

static const struct supervised_policy *policies_of(
	const struct exploration *exploration)
{
	if (!exploration->restarts)
		return NULL;
	return exploration->program ? beside : alone;
}

static uint32_t world_hash(const struct world *world)
{
	const uint8_t *bytes = (const uint8_t *)world;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof *world; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

void world_meet(struct exploration *exploration, const struct world *world)
{
	static const struct world none;
	uint32_t at = world_hash(world) % exploration->places;

	while (memcmp(&exploration->visited[at], &none, sizeof none)) {
		if (!memcmp(&exploration->visited[at], world, sizeof *world))
			return;
		at = (at + 1) % exploration->places;
	}
	ck_assert_uint_lt(++exploration->count, exploration->places / 2);
	exploration->visited[at] = *world;
	if (exploration->last == exploration->room) {
		exploration->room = exploration->room * 2 + 1024;
		exploration->queue = realloc(exploration->queue,
			exploration->room * sizeof *exploration->queue);
		ck_assert(exploration->queue != NULL);
	}
	exploration->queue[exploration->last++] = *world;
}

/* Its context is the exploration. */
static bool take(void *context, struct supervisor *supervisor,
	const struct supervisor_event *event)
{
	const struct exploration *exploration = context;
	uint32_t node = seat_node(event->process);
	if (event->kind != SUPERVISOR_UPGRADE)
		return !exploration->declines &&
		       seat_of(event->process) !=
			       supervisor->nodes[node].current &&
		       event->number != WORLD_MADE_ROOM;
	if (event->number == PLOT_SPAWN)
		supervisor_spawn_standby(supervisor, node);
	else if (event->number == PLOT_PROMOTE)
		supervisor_promote(supervisor, node);
	else
		supervisor_discard_standby(supervisor, node);
	return true;
}

static void stop(void *context, struct supervisor *supervisor)
{
	(void)context;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (!supervisor->nodes[i].promoting)
			supervisor_discard_standby(supervisor, i);
}

static void to_waiters(const struct world *world, struct supervisor *supervisor)
{
	supervisor->waiters = calloc(CLIENTS_MAX, sizeof *supervisor->waiters);
	ck_assert(supervisor->waiters != NULL);
	supervisor->waiter_room = CLIENTS_MAX;
	for (uint64_t i = 0; i < CLIENTS_MAX; i++)
		if (world->awaits[i])
			supervisor->waiters[supervisor->waiter_count++] =
				(struct supervisor_waiter){.client = i + 1,
					.now = world->awaits[i] == 2,
					.node = world->awaits[i] == 3
							? 0
							: SUPERVISOR_NO_NODE};
}

static void to_nodes(const struct exploration *exploration,
	const struct world *world, struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < exploration->nodes; i++) {
		struct supervised_node *node = &supervisor->nodes[i];

		node->current = world->current[i];
		node->promoting = world->promoting[i];
		node->asked = world->asked[i];
		node->along = world->along[i];
		node->waiting = world->waits[i];
		node->hooked = world->state[world_standby(world, i)] !=
			       SUPERVISED_ABSENT;
		for (int at = 0; at < world->restarts[i]; at++)
			restart_pause(&node->restart,
				&policies_of(exploration)[i].restart, 0, 0);
	}
}

void world_to_supervisor(const struct exploration *exploration,
	const struct world *world, struct supervisor *supervisor)
{
	struct supervisor_options options = {.node_count = exploration->nodes,
		.stop_on_failure = exploration->stop_on_failure,
		.for_ns = !exploration->program,
		.drain_ns = 1,
		.policies = policies_of(exploration),
		.links = &to_program,
		.link_count = exploration->program};

	supervisor_init(supervisor, &options);
	supervisor->hook = (struct supervisor_hook){
		(void *)(uintptr_t)exploration, take, stop};
	for (uint32_t i = 0; i < exploration->nodes * SEATS; i++)
		supervisor->processes[i] = (struct supervised_process){
			.state = (enum supervised_state)world->state[i],
			.done = world->done[i],
			.failed = world->failed[i],
			.unwanted = world->unwanted[i],
			.restored = world->restored[i]};
	to_nodes(exploration, world, supervisor);
	to_waiters(world, supervisor);
	supervisor->ran = world->ran;
	supervisor->stopping = world->stopping;
	supervisor->closing = world->closing;
	supervisor->ended = world->ended;
	supervisor->hurried = world->hurried;
	supervisor->causes = (struct exit_causes){world->causes[0],
		world->causes[1], world->causes[2], world->causes[3]};
}

void world_from_supervisor(
	const struct supervisor *supervisor, struct world *world)
{
	for (uint32_t i = 0; i < supervisor->options.node_count * SEATS; i++) {
		const struct supervised_process *one =
			&supervisor->processes[i];

		world->state[i] = (uint8_t)one->state;
		world->done[i] = one->done;
		world->failed[i] = one->failed;
		world->unwanted[i] = one->unwanted;
		world->restored[i] = one->restored;
	}
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		const struct supervised_node *node = &supervisor->nodes[i];

		world->current[i] = (uint8_t)node->current;
		world->promoting[i] = node->promoting;
		world->asked[i] = node->asked;
		world->along[i] = node->along;
		world->restarts[i] = (uint8_t)node->restart.count;
		world->waits[i] = node->waiting;
		ck_assert_int_eq(world->waits[i], world->due[i]);
	}
	memset(world->awaits, 0, sizeof world->awaits);
	for (size_t i = 0; i < supervisor->waiter_count; i++)
		world->awaits[supervisor->waiters[i].client - 1] =
			supervisor->waiters[i].now         ? 2
			: supervisor->waiters[i].node == 0 ? 3
							   : 1;
	world->ran = supervisor->ran;
	world->stopping = supervisor->stopping;
	world->closing = supervisor->closing;
	world->ended = supervisor->ended;
	world->hurried = supervisor->hurried;
	world->causes[0] = supervisor->causes.failed;
	world->causes[1] = supervisor->causes.interrupted;
	world->causes[2] = supervisor->causes.cut_short;
	world->causes[3] = supervisor->causes.timed_out;
}

/* Whether that is a program whose only neighbour has ended. */
static bool is_stranded(const struct exploration *exploration,
	const struct world *world, uint32_t node)
{
	return exploration->program && node == 1 &&
	       world->state[world_current(world, 0)] == SUPERVISED_ENDED;
}

/* Whether what happens to a node now is no failure: it may come back. */
static bool may_return(const struct exploration *exploration,
	const struct world *world, uint32_t node)
{
	return exploration->restarts && (node == 0 || exploration->program) &&
	       world->ran && !world->closing;
}

/* Whether it does, if its process has ended badly. */
static bool comes_back(const struct exploration *exploration,
	const struct world *world, uint32_t node)
{
	uint8_t most = !exploration->program ? RESTARTS
		       : node == 0           ? RESTARTS_BESIDE
					     : RESTARTS_PROGRAM;

	return may_return(exploration, world, node) &&
	       !is_stranded(exploration, world, node) &&
	       world->restarts[node] < most;
}

/* Of who ran, to make room: the standby follows, or died before it could. */
static void account_promoted(const struct exploration *exploration,
	struct world *world, uint32_t node)
{
	uint32_t standby = world_standby(world, node);
	if (world->alive[standby])
		return;
	if (!(world->killed[standby] && !world->failed[standby]) &&
		!comes_back(exploration, world, node))
		world->must_fail = 1;
	world->killed[standby] = 0;
}

static void account_exit(const struct exploration *exploration,
	struct world *world, const struct supervisor_event *event)
{
	uint32_t process = event->process, node = seat_node(process);
	bool program = exploration->program && node == 1;
	bool bad = event->status || !world->done[process] ||
		   (program && world->failed[process]);
	bool along = world->along[node] && !world->closing;
	bool asked = program && world->closing &&
		     world->state[process] == SUPERVISED_CLOSING;
	bool stopped = (world->killed[process] || asked) &&
		       !world->failed[process] && !along;
	bool again = (world->asked[node] && !world->stopping) ||
		     (along && !is_stranded(exploration, world, node));

	world->alive[process] = world->told_run[process] = 0;
	if (!world_runs(world, process) && world->promoting[node])
		return; /* what follows comes when who runs is gone */
	world->killed[process] = 0;
	if (world_runs(world, process) && world->promoting[node])
		account_promoted(exploration, world, node);
	else if (world_runs(world, process) && bad && !stopped && !again &&
		 !comes_back(exploration, world, node))
		world->must_fail = 1;
}

static void account_command(const struct exploration *exploration,
	struct world *world, const struct supervisor_event *event)
{
	uint8_t state = world->state[event->process];
	uint32_t node = seat_node(event->process);
	bool parting = (state == SUPERVISED_CLOSING && world->closing &&
			       event->command->name.bytes == 0) ||
		       (state == SUPERVISED_KILLED && world->ran &&
			       !world->failed[event->process]);

	if (event->command->kind == COMMAND_FAILED &&
		world_runs(world, event->process) && !parting &&
		!(may_return(exploration, world, node) &&
			(state == SUPERVISED_PREPARING ||
				state == SUPERVISED_KILLED ||
				(node == 1 && state < SUPERVISED_CLOSING))))
		world->must_fail = 1;
}

static void account_process(const struct exploration *exploration,
	struct world *world, const struct supervisor_event *event)
{
	uint32_t process = event->process, node = seat_node(process);
	bool again = may_return(exploration, world, node);

	if (event->kind == SUPERVISOR_SPAWNED ||
		event->kind == SUPERVISOR_SPAWN_FAILED)
		world->pending[process] = 0;
	if (event->kind == SUPERVISOR_SPAWNED)
		world->alive[process] = 1;
	if (event->kind == SUPERVISOR_SPAWN_FAILED &&
		world_runs(world, process) &&
		!comes_back(exploration, world, node))
		world->must_fail = 1;
	if (event->kind == SUPERVISOR_HANGUP && world_runs(world, process) &&
		!world->killed[process] && !again)
		world->must_fail = 1;
	if (event->kind == SUPERVISOR_COMMAND)
		account_command(exploration, world, event);
	if (event->kind == SUPERVISOR_EXITED)
		account_exit(exploration, world, event);
}

void world_account(const struct exploration *exploration, struct world *world,
	const struct supervisor_event *event)
{
	account_process(exploration, world, event);
	if (event->kind == SUPERVISOR_SIGNAL && event->number == SIGINT)
		world->interrupted = 1;
	if (event->kind == SUPERVISOR_TIMEOUT &&
		event->timer == SUPERVISOR_TIMER_RESTART)
		world->due[seat_node(event->process)] = 0;
	else if (event->kind == SUPERVISOR_TIMEOUT)
		world->armed[event->timer] = 0;
	if (event->kind == SUPERVISOR_REQUEST) {
		world->owed[event->client - 1] = 1;
		world->asks++;
	}
	if (event->kind == SUPERVISOR_LEFT)
		world->owed[event->client - 1] = 0;
	if (event->kind == SUPERVISOR_UPGRADE && event->number == PLOT_SPAWN)
		world->standbys++;
}

static void hold_send(struct world *world,
	const struct exploration *exploration,
	const struct supervisor_action *action)
{
	uint32_t process = action->process;
	ck_assert_msg(world->alive[process],
		"a command goes to a node without a process");
	ck_assert_msg(!world->killed[process],
		"a command goes to a node that was killed");
	if (action->command == COMMAND_RUN) {
		ck_assert(!world->told_run[process]);
		ck_assert_msg(!world->alive[process ^ 1] ||
				      !world->told_run[process ^ 1],
			"two processes of a node run");
		world->told_run[process] = 1;
		for (uint32_t i = 0; i < exploration->nodes; i++)
			ck_assert_msg(
				world->ran || world->alive[seat_process(i, 0)],
				"RUN goes out while a node is not there");
	}
	if (action->command == COMMAND_DRAIN ||
		action->command == COMMAND_CLOSE)
		ck_assert_msg(world->told_run[process],
			"a node that never ran is told to end");
}

static void hold_exit(struct world *world,
	const struct exploration *exploration,
	const struct supervisor_action *action)
{
	for (uint32_t i = 0; i < exploration->nodes * SEATS; i++)
		ck_assert_msg(!world->alive[i] && !world->pending[i],
			"it exits while a node is there");
	for (int i = 0; i < CLIENTS_MAX; i++)
		ck_assert_msg(!world->owed[i], "a tool is told nothing");
	if (world->must_fail)
		ck_assert_int_eq(action->code, EXIT_CODE_FAILED);
	else
		ck_assert_int_ne(action->code, EXIT_CODE_FAILED);
	if (!world->must_fail && !world->interrupted)
		ck_assert_int_ne(action->code, EXIT_CODE_INTERRUPTED);
}

static void hold_kill(struct world *world, uint32_t process, uint8_t how)
{
	ck_assert(world->alive[process]);
	ck_assert_uint_lt(world->killed[process], how);
	world->killed[process] = how;
}

void world_hold(struct world *world, const struct exploration *exploration,
	const struct supervisor_action *action)
{
	uint32_t process = action->process;
	if (action->kind == SUPERVISOR_SPAWN) {
		ck_assert_msg(
			!world->alive[process] && !world->pending[process],
			"two processes come into one seat");
		world->pending[process] = 1;
	}
	if (action->kind == SUPERVISOR_SEND)
		hold_send(world, exploration, action);
	if (action->kind == SUPERVISOR_ABORT)
		hold_kill(world, process, 1);
	if (action->kind == SUPERVISOR_KILL)
		hold_kill(world, process, 2);
	if (action->kind == SUPERVISOR_ARM &&
		action->timer == SUPERVISOR_TIMER_RESTART)
		world->due[seat_node(process)] = action->timeout_ns != 0;
	else if (action->kind == SUPERVISOR_ARM)
		world->armed[action->timer] = action->timeout_ns != 0;
	if (action->kind == SUPERVISOR_RESULT) {
		ck_assert_msg(world->owed[action->client - 1], "not owed it");
		world->owed[action->client - 1] = 0;
	}
	if (action->kind == SUPERVISOR_EXIT)
		hold_exit(world, exploration, action);
}
