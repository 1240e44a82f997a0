/*
 * supervisor: the seats of nodes: standbys, and how one takes over.
 *
 *     seat 0  RUNNING ------------------------- KILLED, reaped: ABSENT
 *     seat 1          SPAWNING .. PREPARED -- promote ------ | RUNNING
 *                                                     the fence
 */
#include <stdlib.h>

#include "core/base/check.h"
#include "core/step/supervisor_private.h"

static void follow_deadlock(
	struct supervisor *supervisor, uint32_t node, uint32_t process);

void supervisor_grow(struct supervisor *supervisor, uint32_t node_count)
{
	uint32_t former = supervisor->options.node_count;

	CHECK(node_count >= former);
	supervisor->nodes = realloc(
		supervisor->nodes, node_count * sizeof *supervisor->nodes);
	supervisor->processes = realloc(supervisor->processes,
		node_count * SEATS * sizeof *supervisor->processes);
	CHECK(supervisor->nodes != NULL && supervisor->processes != NULL);
	supervisor->options.node_count = node_count;
	deadlock_grow(&supervisor->deadlock, node_count);
	for (uint32_t i = former; i < node_count; i++) {
		supervisor->nodes[i] = (struct supervised_node){.absent = true};
		supervisor->processes[seat_process(i, 0)] =
			(struct supervised_process){.state = SUPERVISED_ENDED};
		supervisor->processes[seat_process(i, 1)] =
			(struct supervised_process){0};
	}
}

uint32_t supervisor_current(const struct supervisor *supervisor, uint32_t node)
{
	return seat_process(node, supervisor->nodes[node].current);
}

uint32_t supervisor_standby(const struct supervisor *supervisor, uint32_t node)
{
	return seat_process(node, !supervisor->nodes[node].current);
}

bool supervisor_holds(const struct supervisor *supervisor, uint32_t process)
{
	return !supervised_stands_by(supervisor, process) &&
	       !supervisor->nodes[seat_node(process)].promoting;
}

void supervisor_spawn_standby(struct supervisor *supervisor, uint32_t node)
{
	uint32_t process = supervisor_standby(supervisor, node);
	struct supervised_process *one = &supervisor->processes[process];

	CHECK(one->state == SUPERVISED_ABSENT);
	*one = (struct supervised_process){.state = SUPERVISED_SPAWNING};
	action_spawn(&supervisor->actions, process);
}

void supervisor_promote(struct supervisor *supervisor, uint32_t node)
{
	uint32_t former = supervisor_current(supervisor, node);
	uint32_t standby = supervisor_standby(supervisor, node);

	CHECK(!supervisor->nodes[node].promoting);
	CHECK(supervisor->processes[standby].state == SUPERVISED_PREPARED);
	supervisor->nodes[node].promoting = true;
	if (supervised_alive(&supervisor->processes[former]))
		supervisor_kill(supervisor, former);
	else
		supervisor_change_seats(supervisor, node);
}

void supervisor_remove(struct supervisor *supervisor, uint32_t node)
{
	supervisor->nodes[node].absent = true;
	supervisor_kill(supervisor, supervisor_current(supervisor, node));
	deadlock_ended(&supervisor->deadlock, node);
}

void supervisor_discard_standby(struct supervisor *supervisor, uint32_t node)
{
	uint32_t process = supervisor_standby(supervisor, node);

	CHECK(!supervisor->nodes[node].promoting);
	if (supervisor->processes[process].state == SUPERVISED_SPAWNING)
		supervisor->processes[process].unwanted = true;
	else
		supervisor_kill(supervisor, process);
}

void supervisor_change_seats(struct supervisor *supervisor, uint32_t node)
{
	struct supervised_node *one = &supervisor->nodes[node];
	uint32_t process = supervisor_standby(supervisor, node);

	*supervised_current(supervisor, node) = (struct supervised_process){0};
	if (one->absent) {
		one->absent = false;
		one->restarts = one->records = one->bytes = 0;
		restart_release(&one->restart);
		deadlock_added(&supervisor->deadlock, node);
	}
	one->promoting = false;
	one->current = seat_of(process);
	follow_deadlock(supervisor, node, process);
	supervisor->processes[process].restored = true;
	if (supervisor->processes[process].state == SUPERVISED_PREPARED)
		supervisor_run(supervisor, process);
}

/* The new process has obeyed nothing yet; what its predecessor said of itself
 * holds no more, unless it was found stuck, which is final. */
static void follow_deadlock(
	struct supervisor *supervisor, uint32_t node, uint32_t process)
{
	struct deadlock *deadlock = &supervisor->deadlock;

	deadlock->nodes[node].process = process;
	if (deadlock->nodes[node].group == DEADLOCK_NONE)
		deadlock_restarted(deadlock, node);
}

void supervisor_standby_ended(struct supervisor *supervisor, uint32_t node,
	const struct supervisor_event *event)
{
	const struct supervised_process *one =
		supervised_current(supervisor, node);
	const struct supervised_process died = {
		.state =
			one->unwanted ? SUPERVISED_KILLED : SUPERVISED_PREPARED,
		.failed = !one->unwanted};

	if (one->state != SUPERVISED_ENDED)
		return;
	supervisor_current_exited(supervisor,
		&(struct supervisor_event){.kind = SUPERVISOR_EXITED,
			.process = supervisor_current(supervisor, node),
			.now_ns = event->now_ns,
			.chance = event->chance},
		died);
}

void supervisor_run(struct supervisor *supervisor, uint32_t process)
{
	supervisor->processes[process].state = SUPERVISED_RUNNING;
	action_send(&supervisor->actions, process, COMMAND_RUN);
	if (supervisor->closing)
		supervisor_close(supervisor, seat_node(process));
	else if (supervisor->stopping)
		supervisor_drain(supervisor, seat_node(process));
}

bool supervisor_hooked(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	return supervisor->nodes[seat_node(event->process)].hooked &&
	       supervisor->hook.take(
		       supervisor->hook.context, supervisor, event);
}

void supervisor_tell_hook(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	if (supervisor->hook.take)
		(void)supervisor->hook.take(
			supervisor->hook.context, supervisor, event);
}

void supervisor_stop_hook(struct supervisor *supervisor)
{
	if (supervisor->hook.stop)
		supervisor->hook.stop(supervisor->hook.context, supervisor);
}
