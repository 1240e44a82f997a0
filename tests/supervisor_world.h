/*
 * supervisor_world: what a test that tries every history knows of the world
 * about the supervisor, the worlds it has seen, and the way from one to a
 * supervisor and back.
 */
#ifndef TAU_TESTS_SUPERVISOR_WORLD_H
#define TAU_TESTS_SUPERVISOR_WORLD_H

#include "core/fleet/supervisor.h"

#include "tests/test.h"

#include <string.h>

#define NODES_MAX 2
#define VISITED_MAX (1u << 20)

/* What the world knows besides the supervisor: which events can come, and
 * what the exit code must be in the end. No padding: it is compared whole. */
struct world {
	uint8_t state[NODES_MAX];   /* enum supervised_state */
	uint8_t done[NODES_MAX];    /* as the supervisor keeps it */
	uint8_t failed[NODES_MAX];  /* likewise */
	uint8_t pending[NODES_MAX]; /* SPAWN was asked for */
	uint8_t alive[NODES_MAX];   /* a process is there */
	uint8_t killed[NODES_MAX];  /* 1: ABORT was asked for, 2: KILL */
	uint8_t told_run[NODES_MAX];
	uint8_t armed[SUPERVISOR_TIMERS];
	uint8_t due[NODES_MAX];      /* TIMER_RESTART is armed */
	uint8_t waits[NODES_MAX];    /* for it, as the supervisor keeps it */
	uint8_t restarts[NODES_MAX]; /* so many */
	uint8_t ran, stopping, closing, ended;
	uint8_t causes[4];
	uint8_t must_fail, interrupted;
};

/* The first node may come back twice, the second time after a pause. */
#define RESTARTS 2

static const struct supervised_policy policies[NODES_MAX] = {
	{.restart = {RESTART_FAILURE, RESTARTS, 10, 1, 1}}};

struct exploration {
	uint32_t nodes;
	bool restarts;
	bool stop_on_failure;
	struct world *visited; /* open addressing; all zero is free */
	size_t count;
};

static uint32_t world_hash(const struct world *world)
{
	const uint8_t *bytes = (const uint8_t *)world;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof *world; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

/* Whether the world is new; it is not, the next time. */
static bool visit(struct exploration *exploration, const struct world *world)
{
	static const struct world none;
	uint32_t at = world_hash(world) % VISITED_MAX;

	while (memcmp(&exploration->visited[at], &none, sizeof none)) {
		if (!memcmp(&exploration->visited[at], world, sizeof *world))
			return false;
		at = (at + 1) % VISITED_MAX;
	}
	ck_assert_uint_lt(++exploration->count, VISITED_MAX / 2);
	exploration->visited[at] = *world;
	return true;
}

static void to_supervisor(const struct exploration *exploration,
	const struct world *world, struct supervisor *supervisor)
{
	struct supervisor_options options = {.node_count = exploration->nodes,
		.stop_on_failure = exploration->stop_on_failure,
		.for_ns = 1,
		.drain_ns = 1,
		.policies = exploration->restarts ? policies : NULL};

	supervisor_init(supervisor, &options);
	for (uint32_t i = 0; i < exploration->nodes; i++) {
		supervisor->processes[seat_process(i, 0)].state =
			(enum supervised_state)world->state[i];
		supervisor->processes[seat_process(i, 0)].done = world->done[i];
		supervisor->processes[seat_process(i, 0)].failed =
			world->failed[i];
		supervisor->nodes[i].waiting = world->waits[i];
		for (int at = 0; at < world->restarts[i]; at++)
			restart_pause(&supervisor->nodes[i].restart,
				&policies[i].restart, 0, 0);
	}
	supervisor->ran = world->ran;
	supervisor->stopping = world->stopping;
	supervisor->closing = world->closing;
	supervisor->ended = world->ended;
	supervisor->causes = (struct exit_causes){world->causes[0],
		world->causes[1], world->causes[2], world->causes[3]};
}

static void from_supervisor(
	const struct supervisor *supervisor, struct world *world)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		world->state[i] =
			(uint8_t)supervisor->processes[seat_process(i, 0)]
				.state;
		world->done[i] = supervisor->processes[seat_process(i, 0)].done;
		world->failed[i] =
			supervisor->processes[seat_process(i, 0)].failed;
		world->restarts[i] =
			(uint8_t)supervisor->nodes[i].restart.count;
		world->waits[i] = supervisor->nodes[i].waiting;
		ck_assert_int_eq(world->waits[i], world->due[i]);
	}
	world->ran = supervisor->ran;
	world->stopping = supervisor->stopping;
	world->closing = supervisor->closing;
	world->ended = supervisor->ended;
	world->causes[0] = supervisor->causes.failed;
	world->causes[1] = supervisor->causes.interrupted;
	world->causes[2] = supervisor->causes.cut_short;
	world->causes[3] = supervisor->causes.timed_out;
}

#endif
