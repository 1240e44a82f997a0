/* supervisor: processes from their start to their end. See the header. */
#include "core/step/supervisor.h"

#include "core/base/check.h"
#include "core/step/sentence.h"
#include "core/step/supervisor_private.h"

#include <stdlib.h>

static void take(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void start(struct supervisor *supervisor);
static void on_spawned(struct supervisor *supervisor, uint32_t process);
static void on_spawn_failed(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_hangup(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void end_if_all_ended(struct supervisor *supervisor);

void supervisor_init(
	struct supervisor *supervisor, const struct supervisor_options *options)
{
	CHECK(options->node_count > 0);
	*supervisor = (struct supervisor){.options = *options};
	supervisor->nodes =
		calloc(options->node_count, sizeof *supervisor->nodes);
	supervisor->processes = calloc(
		options->node_count, SEATS * sizeof *supervisor->processes);
	CHECK(supervisor->nodes != NULL && supervisor->processes != NULL);
	deadlock_init(&supervisor->deadlock, options->node_count,
		options->links, options->link_count);
}

void supervisor_release(struct supervisor *supervisor)
{
	action_list_release(&supervisor->actions);
	deadlock_release(&supervisor->deadlock);
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		restart_release(&supervisor->nodes[i].restart);
	free(supervisor->processes);
	free(supervisor->nodes);
	free(supervisor->waiters);
	*supervisor = (struct supervisor){0};
}

const struct supervisor_action *supervisor_step(struct supervisor *supervisor,
	const struct supervisor_event *event, size_t *count)
{
	CHECK(event->process < SEATS * supervisor->options.node_count);
	CHECK(!supervisor->ended);
	action_list_clear(&supervisor->actions);
	take(supervisor, event);
	end_if_all_ended(supervisor);
	*count = supervisor->actions.count;
	return supervisor->actions.items;
}

static void take(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct supervised_process *process =
		&supervisor->processes[event->process];

	switch (event->kind) {
	case SUPERVISOR_START:
		start(supervisor);
		break;
	case SUPERVISOR_SPAWNED:
		CHECK(process->state == SUPERVISED_SPAWNING);
		on_spawned(supervisor, event->process);
		break;
	case SUPERVISOR_SPAWN_FAILED:
		CHECK(process->state == SUPERVISED_SPAWNING);
		on_spawn_failed(supervisor, event);
		break;
	case SUPERVISOR_COMMAND:
		if (supervised_alive(process))
			supervisor_on_command(supervisor, event);
		break;
	case SUPERVISOR_HANGUP:
		if (supervised_alive(process))
			on_hangup(supervisor, event);
		break;
	case SUPERVISOR_SICK:
		if (supervised_alive(process))
			(void)supervisor_hooked(supervisor, event);
		break;
	case SUPERVISOR_EXITED:
		CHECK(supervised_alive(process));
		on_exited(supervisor, event);
		break;
	case SUPERVISOR_SIGNAL:
		supervisor_on_signal(supervisor, event->number);
		break;
	case SUPERVISOR_TIMEOUT:
		supervisor_on_timeout(supervisor, event);
		break;
	case SUPERVISOR_REQUEST:
		supervisor_on_request(
			supervisor, event->client, event->request);
		break;
	case SUPERVISOR_LEFT:
		supervisor_on_left(supervisor, event->client);
		__attribute__((fallthrough));
	case SUPERVISOR_UPGRADE:
		supervisor_tell_hook(supervisor, event);
	}
}

static void start(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		struct supervised_process *one =
			supervised_current(supervisor, i);

		CHECK(one->state == SUPERVISED_ABSENT);
		one->state = SUPERVISED_SPAWNING;
		action_spawn(&supervisor->actions,
			supervisor_current(supervisor, i));
	}
}

static void on_spawned(struct supervisor *supervisor, uint32_t process)
{
	struct supervised_process *one = &supervisor->processes[process];

	one->state = SUPERVISED_PREPARING;
	if (supervisor->closing || one->unwanted) {
		supervisor_kill(supervisor, process);
		return;
	}
	action_send(&supervisor->actions, process, COMMAND_PLAN);
	if (supervisor_policy(supervisor, process)->start_ns)
		action_arm_process(&supervisor->actions, process,
			SUPERVISOR_TIMER_START,
			supervisor_policy(supervisor, process)->start_ns);
}

static void on_spawn_failed(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct supervised_process was = {
		.state = SUPERVISED_PREPARING, .failed = true};
	bool standby = supervised_stands_by(supervisor, event->process);

	supervisor->processes[event->process] = (struct supervised_process){
		.state = standby ? SUPERVISED_ABSENT : SUPERVISED_ENDED};
	if (supervisor_hooked(supervisor, event))
		return;
	action_say(&supervisor->actions, seat_node(event->process),
		sentence_format("%s", event->text));
	if (!standby)
		supervisor_current_exited(supervisor, event, was);
}

void supervisor_process_failed(
	struct supervisor *supervisor, uint32_t process, char *sentence)
{
	action_say(&supervisor->actions, seat_node(process), sentence);
	if (supervised_stands_by(supervisor, process)) {
		supervisor_kill(supervisor, process);
		return;
	}
	supervisor->processes[process].failed = true;
	if (!supervisor_may_restart(supervisor, process))
		supervisor_failed(supervisor);
}

void supervisor_hang_up(
	struct supervisor *supervisor, uint32_t process, const char *text)
{
	on_hangup(supervisor,
		&(struct supervisor_event){.kind = SUPERVISOR_HANGUP,
			.process = process,
			.text = text});
}

/* A node that breaks the rules of the conversation is not let run on. */
static void on_hangup(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct supervised_process *one = &supervisor->processes[event->process];

	if (one->state >= SUPERVISED_ABORTED)
		return;
	supervisor_kill(supervisor, event->process);
	one->failed = true;
	if (!supervisor_hooked(supervisor, event))
		supervisor_process_failed(supervisor, event->process,
			sentence_format("killed: %s", event->text));
}

static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	uint32_t node = seat_node(event->process);
	struct supervised_process *one = &supervisor->processes[event->process];
	struct supervised_process was = *one;
	bool promoting = supervisor->nodes[node].promoting;

	one->state = SUPERVISED_ENDED;
	if (!supervised_stands_by(supervisor, event->process)) {
		if (promoting)
			supervisor_change_seats(supervisor, node);
		if (supervisor_hooked(supervisor, event))
			return;
		if (promoting)
			supervisor_standby_ended(supervisor, node, event);
		else
			supervisor_current_exited(supervisor, event, was);
		return;
	}
	if (!promoting)
		*one = (struct supervised_process){0};
	one->unwanted = promoting && supervised_was_killed(&was);
	if (supervisor_hooked(supervisor, event) ||
		was.state >= SUPERVISED_ABORTED || was.failed)
		return;
	supervisor_process_failed(supervisor, event->process,
		sentence_exited(event->status, was.done, event->text));
}

static void end_if_all_ended(struct supervisor *supervisor)
{
	int code;

	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (supervised_current(supervisor, i)->state !=
				SUPERVISED_ENDED ||
			supervisor->processes[supervisor_standby(supervisor, i)]
					.state != SUPERVISED_ABSENT)
			return;
	supervisor->ended = true;
	code = (int)exit_code_of(&supervisor->causes);
	supervisor_tell_end(supervisor, code);
	action_exit(&supervisor->actions, code);
}
