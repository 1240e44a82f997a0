/*
 * supervisor: nodes that come back.
 *
 *     RUNNING -EXITED-> (ABSENT, waiting) -timer-> SPAWNING .. RUNNING
 *                  `--> ENDED: its policy does not ask for it, or gives up
 */
#include <stdlib.h>

#include "core/base/check.h"
#include "core/step/sentence.h"
#include "core/step/supervisor_private.h"

static void restart_along(struct supervisor *supervisor, uint32_t node);
static uint32_t partner(
	const struct supervisor *supervisor, uint32_t link, uint32_t node);
static bool has_lost_one(
	const struct supervisor *supervisor, uint32_t program, uint32_t but);
static bool is_wanted(const struct supervisor *supervisor,
	const struct supervisor_event *event, bool well);
static void say_what_follows(
	struct supervisor *supervisor, uint32_t node, int64_t pause_ns);
static void spawn_after(
	struct supervisor *supervisor, uint32_t process, int64_t pause_ns);
static void say_end(struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was);
static char *why_gone(const struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was,
	bool wanted);

void supervisor_current_exited(struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was)
{
	uint32_t node = seat_node(event->process);
	bool program = supervisor_policy(supervisor, event->process)->program;
	bool well = was.done && event->status == 0 && !(program && was.failed);
	bool killed = (supervised_was_killed(&was) &&
			      (!supervisor->nodes[node].along ||
				      supervisor->closing)) ||
		      (program && supervisor->closing && !was.failed &&
			      was.state == SUPERVISED_CLOSING);
	bool stranded = supervisor_is_stranded(supervisor, node);
	bool wanted = !killed && is_wanted(supervisor, event, well);
	int64_t pause_ns = -1;

	if ((supervisor->nodes[node].asked && !supervisor->stopping) ||
		(supervisor->nodes[node].along && !supervisor->closing &&
			!well && !stranded)) {
		spawn_after(supervisor, event->process, 0);
		return;
	}
	if (wanted && !stranded)
		pause_ns = restart_pause(&supervisor->nodes[node].restart,
			&supervisor_policy(supervisor, event->process)->restart,
			event->now_ns, event->chance);
	if (pause_ns < 0)
		supervisor_node_ended(supervisor, node,
			why_gone(supervisor, event, was, wanted && !stranded));
	if (!killed && !well && !was.failed)
		say_end(supervisor, event, was);
	if (wanted && stranded)
		action_say(&supervisor->actions, node, sentence_stranded());
	else if (wanted)
		say_what_follows(supervisor, node, pause_ns);
	if (pause_ns >= 0)
		spawn_after(supervisor, event->process, pause_ns);
	else if (wanted || (!killed && !well))
		supervisor_failed(supervisor);
}

const struct supervised_policy *supervisor_policy(
	const struct supervisor *supervisor, uint32_t process)
{
	static const struct supervised_policy none;

	return supervisor->options.policies
		       ? &supervisor->options.policies[seat_node(process)]
		       : &none;
}

/* An operator that failed where the rest of its node runs on is another
 * matter. */
bool supervisor_may_restart(
	const struct supervisor *supervisor, uint32_t process)
{
	const struct supervised_policy *policy =
		supervisor_policy(supervisor, process);
	enum supervised_state state = supervisor->processes[process].state;

	return supervisor->ran && !supervisor->closing &&
	       restart_wanted(&policy->restart, true) &&
	       (state == SUPERVISED_PREPARING || state == SUPERVISED_KILLED ||
		       (policy->program && state < SUPERVISED_CLOSING));
}

void supervisor_on_restart(struct supervisor *supervisor, uint32_t process)
{
	struct supervised_node *node = &supervisor->nodes[seat_node(process)];

	if (!node->waiting)
		return;
	node->waiting = false;
	supervisor->processes[process].state = SUPERVISED_SPAWNING;
	action_spawn(&supervisor->actions, process);
	restart_along(supervisor, seat_node(process));
}

/* At nobody's charge: its connection ends with the process at the other side.
 */
static void restart_along(struct supervisor *supervisor, uint32_t node)
{
	for (uint32_t i = 0; i < supervisor->options.link_count; i++) {
		uint32_t other = partner(supervisor, i, node);
		struct supervised_process *one;

		if (other == SUPERVISOR_NO_NODE)
			continue;
		one = supervised_current(supervisor, other);
		if (!supervised_alive(one) || one->done || one->failed ||
			one->state >= SUPERVISED_CLOSING ||
			!supervisor_policy(supervisor, seat_process(other, 0))
				 ->program)
			continue;
		supervisor->nodes[other].along = true;
		action_say(&supervisor->actions, other,
			sentence_format("started again, too: the conversation "
					"with a node that begins anew cannot "
					"go on"));
		supervisor_kill(
			supervisor, supervisor_current(supervisor, other));
	}
}

/* Who shares streams with a node over a connection of which one side is a
 * program; SUPERVISOR_NO_NODE: that one is another's. */
static uint32_t partner(
	const struct supervisor *supervisor, uint32_t link, uint32_t node)
{
	const struct links_pair *pair = &supervisor->options.links[link];

	if (!pair->foreign ||
		(pair->nodes[0] != node && pair->nodes[1] != node))
		return SUPERVISOR_NO_NODE;
	return pair->nodes[pair->nodes[0] == node];
}

void supervisor_on_late(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct supervised_policy *policy =
		supervisor_policy(supervisor, event->process);
	char *text;

	if (supervisor->processes[event->process].state != SUPERVISED_PREPARING)
		return;
	text = sentence_late(policy->start_ns, event->text);
	supervisor_hang_up(supervisor, event->process, text);
	free(text);
}

void supervisor_give_up_restart(struct supervisor *supervisor, uint32_t node)
{
	uint32_t process = supervisor_current(supervisor, node);

	if (supervisor->nodes[node].waiting) {
		supervisor->nodes[node].waiting = false;
		action_arm_process(&supervisor->actions, process,
			SUPERVISOR_TIMER_RESTART, 0);
		supervisor->processes[process].state = SUPERVISED_ENDED;
		supervisor_node_ended(supervisor, node,
			sentence_format("it crashed, and the topology ends"));
	} else if (supervisor->processes[process].state ==
			   SUPERVISED_PREPARING ||
		   supervisor->processes[process].state ==
			   SUPERVISED_PREPARED) {
		supervisor_kill(supervisor, process);
	}
}

void supervisor_node_ended(
	struct supervisor *supervisor, uint32_t node, char *sentence)
{
	supervisor_discard_standby(supervisor, node);
	deadlock_ended(&supervisor->deadlock, node);
	action_drop(&supervisor->actions, node, sentence);
	supervisor_tell_back(supervisor, node, false);
	supervisor_seek_deadlocks(supervisor);
}

/* Whether the policy asks for another process, and it is of use. */
static bool is_wanted(const struct supervisor *supervisor,
	const struct supervisor_event *event, bool well)
{
	const struct supervised_policy *policy =
		supervisor_policy(supervisor, event->process);
	uint32_t node = seat_node(event->process);

	return supervisor->ran && !supervisor->closing &&
	       !(supervisor->stopping && well) &&
	       restart_wanted(&policy->restart, !well) &&
	       supervisor->deadlock.nodes[node].group == DEADLOCK_NONE;
}

/* Whether a program would have to begin anew which cannot: nobody tells it of
 * the streams of a node that has ended, and so it would wait for them. */
bool supervisor_is_stranded(const struct supervisor *supervisor, uint32_t node)
{
	if (supervisor_policy(supervisor, seat_process(node, 0))->program)
		return has_lost_one(supervisor, node, SUPERVISOR_NO_NODE);
	for (uint32_t i = 0; i < supervisor->options.link_count; i++) {
		uint32_t other = partner(supervisor, i, node);

		if (other != SUPERVISOR_NO_NODE &&
			supervised_current(supervisor, other)->state !=
				SUPERVISED_ENDED &&
			!supervised_current(supervisor, other)->done &&
			has_lost_one(supervisor, other, node))
			return true;
	}
	return false;
}

/* Whether any other node that a program shares streams with has ended. */
static bool has_lost_one(
	const struct supervisor *supervisor, uint32_t program, uint32_t but)
{
	for (uint32_t i = 0; i < supervisor->options.link_count; i++) {
		uint32_t other = partner(supervisor, i, program);

		if (other != SUPERVISOR_NO_NODE && other != but &&
			supervised_current(supervisor, other)->state ==
				SUPERVISED_ENDED)
			return true;
	}
	return false;
}

static void say_what_follows(
	struct supervisor *supervisor, uint32_t node, int64_t pause_ns)
{
	const struct restart_policy *policy =
		&supervisor->options.policies[node].restart;

	action_say(&supervisor->actions, node,
		pause_ns < 0 ? sentence_given_up(policy)
			     : sentence_restarted(policy,
				       supervisor->nodes[node].restart.count,
				       pause_ns));
}

static void spawn_after(
	struct supervisor *supervisor, uint32_t process, int64_t pause_ns)
{
	supervisor->nodes[seat_node(process)].restarts++;
	supervisor->nodes[seat_node(process)].asked = false;
	supervisor->nodes[seat_node(process)].along = false;
	supervisor->processes[process] = (struct supervised_process){0};
	deadlock_restarted(&supervisor->deadlock, seat_node(process));
	supervisor->nodes[seat_node(process)].waiting = true;
	if (pause_ns > 0)
		action_arm_process(&supervisor->actions, process,
			SUPERVISOR_TIMER_RESTART, pause_ns);
	else
		supervisor_on_restart(supervisor, process);
}

static void say_end(struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was)
{
	action_say(&supervisor->actions, seat_node(event->process),
		sentence_exited(event->status, was.done, event->text));
}

/* What those are told who have streams to it; NULL: it had done its work. */
static char *why_gone(const struct supervisor *supervisor,
	const struct supervisor_event *event, struct supervised_process was,
	bool wanted)
{
	if (was.done && event->status == 0)
		return NULL;
	if (wanted)
		return sentence_gone(
			&supervisor_policy(supervisor, event->process)
				 ->restart);
	if (was.failed)
		return sentence_format("it failed");
	if (was.state >= SUPERVISED_ABORTED)
		return sentence_format("it was killed");
	return sentence_exited(event->status, was.done, event->text);
}
