/* supervisor: how topologies end: signals, deadlines, failures, deadlocks. */
#include <signal.h>

#include "core/base/check.h"
#include "core/step/sentence.h"
#include "core/step/supervisor_private.h"

static void drain(struct supervisor *supervisor);
static void arm_deadline(struct supervisor *supervisor, int64_t drain_ns);
static void close_all(struct supervisor *supervisor);
static void stop(struct supervisor *supervisor);
static void kill_all(struct supervisor *supervisor);
static void ask_all(struct supervisor *supervisor);

void supervisor_on_signal(struct supervisor *supervisor, int number)
{
	supervisor->causes.interrupted |= number == SIGINT;
	if (supervisor->closing)
		return;
	if (!supervisor->ran) {
		supervisor->closing = supervisor->stopping = true;
		kill_all(supervisor);
	} else if (!supervisor->stopping) {
		drain(supervisor);
	} else {
		supervisor_cut_short(supervisor);
	}
}

void supervisor_cut_short(struct supervisor *supervisor)
{
	supervisor->causes.cut_short = true;
	close_all(supervisor);
}

void supervisor_on_timeout(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	switch ((int)event->timer) {
	case SUPERVISOR_TIMER_FOR:
		drain(supervisor);
		break;
	case SUPERVISOR_TIMER_PATIENCE:
		if (!supervisor->closing)
			action_say(&supervisor->actions, SUPERVISOR_NO_NODE,
				sentence_patience(
					supervisor->options.drain_ns));
		break;
	case SUPERVISOR_TIMER_DRAIN:
		if (supervisor->closing)
			break;
		supervisor->causes.timed_out = true;
		action_say(&supervisor->actions, SUPERVISOR_NO_NODE,
			sentence_format("not drained within %s "
					"(--drain-timeout); the rest is lost",
				sentence_time(supervisor->options.drain_ns)
					.text));
		close_all(supervisor);
		break;
	case SUPERVISOR_TIMER_CLOSE:
		kill_all(supervisor);
		break;
	case SUPERVISOR_TIMER_PROGRESS:
		ask_all(supervisor);
		break;
	case SUPERVISOR_TIMER_START:
		supervisor_on_late(supervisor, event);
		break;
	case SUPERVISOR_TIMER_RESTART:
		supervisor_on_restart(supervisor, event->process);
		break;
	case SUPERVISOR_TIMER_UPGRADE:
	case SUPERVISOR_TIMER_UPGRADE + UPGRADE_TIMER_REVIVAL:
	case SUPERVISOR_TIMER_UPGRADE + UPGRADE_TIMER_PROBATION:
		supervisor_tell_hook(supervisor, event);
		break;
	case SUPERVISOR_TIMERS_ALL:
		CHECK(event->timer < SUPERVISOR_TIMERS_ALL);
	}
}

/* Something failed; whether the rest goes on is the topology's to say. Before
 * RUN it is over: who failed may finish its sentences, the others are killed.
 */
void supervisor_failed(struct supervisor *supervisor)
{
	supervisor->causes.failed = true;
	if (supervisor->ran) {
		if (supervisor->options.stop_on_failure)
			drain(supervisor);
		return;
	}
	supervisor->stopping = true;
	if (!supervisor->closing)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_CLOSE,
			SUPERVISOR_CLOSE_NS);
	supervisor->closing = true;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (!supervised_current(supervisor, i)->failed)
			supervisor_kill(
				supervisor, supervisor_current(supervisor, i));
}

/* Who is in a deadlock can only be closed. A node that found out by itself
 * closes by itself. */
void supervisor_seek_deadlocks(struct supervisor *supervisor)
{
	struct deadlock *deadlock = &supervisor->deadlock;
	uint32_t group;

	deadlock_seek(deadlock, &supervisor->actions);
	while (deadlock_report(deadlock, &supervisor->actions, &group)) {
		for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
			if (deadlock->nodes[i].group != group)
				continue;
			/* Who died instead of answering says that too. */
			supervised_current(supervisor, i)->failed |=
				deadlock->nodes[i].waits != NULL;
			if (deadlock->nodes[i].asked)
				supervisor_close(supervisor, i);
		}
		supervisor_failed(supervisor);
	}
}

static void drain(struct supervisor *supervisor)
{
	supervisor_run_out(supervisor, supervisor->options.drain_ns);
}

void supervisor_run_out(struct supervisor *supervisor, int64_t drain_ns)
{
	if (supervisor->stopping)
		return;
	stop(supervisor);
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		supervisor_drain(supervisor, i);
	if (drain_ns != SUPERVISOR_NO_DEADLINE)
		arm_deadline(supervisor, drain_ns);
}

void supervisor_hurry(struct supervisor *supervisor)
{
	if (supervisor->ran && supervisor->stopping && !supervisor->hurried)
		arm_deadline(supervisor, supervisor->options.drain_ns);
}

static void arm_deadline(struct supervisor *supervisor, int64_t drain_ns)
{
	supervisor->hurried = true;
	if (drain_ns > SUPERVISOR_PATIENCE_NS)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_PATIENCE,
			SUPERVISOR_PATIENCE_NS);
	if (drain_ns)
		action_arm(
			&supervisor->actions, SUPERVISOR_TIMER_DRAIN, drain_ns);
	else
		close_all(supervisor);
}

/* Ends everything now; the nodes count what they lose. */
static void close_all(struct supervisor *supervisor)
{
	if (supervisor->closing)
		return;
	stop(supervisor);
	supervisor->closing = true;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		supervisor_close(supervisor, i);
	action_arm(&supervisor->actions, SUPERVISOR_TIMER_CLOSE,
		SUPERVISOR_CLOSE_NS);
}

/* Transactions are given up before anybody is told to end. */
static void stop(struct supervisor *supervisor)
{
	if (supervisor->stopping)
		return;
	supervisor_stop_hook(supervisor);
	supervisor->stopping = true;
	action_stopping(&supervisor->actions);
}

void supervisor_drain(struct supervisor *supervisor, uint32_t node)
{
	struct supervised_process *one = supervised_current(supervisor, node);

	if (one->state != SUPERVISED_RUNNING)
		return;
	one->state = SUPERVISED_DRAINING;
	deadlock_order(&supervisor->deadlock, node);
	action_send(&supervisor->actions, supervisor_current(supervisor, node),
		COMMAND_DRAIN);
}

void supervisor_close(struct supervisor *supervisor, uint32_t node)
{
	struct supervised_process *one = supervised_current(supervisor, node);

	supervisor_give_up_restart(supervisor, node);
	if (!supervised_runs(one))
		return;
	one->state = SUPERVISED_CLOSING;
	deadlock_order(&supervisor->deadlock, node);
	action_send(&supervisor->actions, supervisor_current(supervisor, node),
		COMMAND_CLOSE);
}

/* An operator that fails has a name; what else a node of ours can tell of when
 * it runs is a link that broke. A program may have met that, too, and that it
 * ends is all that was asked of it. Who is killed for no failure of its own
 * makes way, and may meet the end of its links before its own. */
bool supervisor_lets_part(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct supervised_process *one =
		&supervisor->processes[event->process];

	if (supervisor->ran && one->state == SUPERVISED_KILLED && !one->failed)
		return true;
	if (one->state != SUPERVISED_CLOSING || !supervisor->closing ||
		event->command->name.bytes > 0)
		return false;
	action_say(&supervisor->actions, seat_node(event->process),
		sentence_failed(event->command));
	return true;
}

static void kill_all(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < SEATS * supervisor->options.node_count; i++) {
		if (supervisor->processes[i].state != SUPERVISED_CLOSING) {
			supervisor_kill(supervisor, i);
			continue;
		}
		supervisor->processes[i].state = SUPERVISED_ABORTED;
		action_say(&supervisor->actions, seat_node(i),
			sentence_unclosed());
		action_abort(&supervisor->actions, i);
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_CLOSE,
			SUPERVISOR_ABORT_NS);
	}
}

void supervisor_kill(struct supervisor *supervisor, uint32_t process)
{
	struct supervised_process *one = &supervisor->processes[process];

	if (!supervised_alive(one) || one->state == SUPERVISED_KILLED)
		return;
	one->state = SUPERVISED_KILLED;
	if (!supervised_stands_by(supervisor, process))
		deadlock_order(&supervisor->deadlock, seat_node(process));
	action_kill(&supervisor->actions, process);
}

static void ask_all(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (supervised_runs(supervised_current(supervisor, i)))
			action_send(&supervisor->actions,
				supervisor_current(supervisor, i), COMMAND_ASK);
	action_arm(&supervisor->actions, SUPERVISOR_TIMER_PROGRESS,
		supervisor->options.progress_ns);
}
