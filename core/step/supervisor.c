#include "core/step/supervisor.h"

#include "core/base/check.h"
#include "core/step/sentence.h"
#include "core/step/supervisor_private.h"

#include <stdlib.h>

static void start(struct supervisor *supervisor);
static void on_spawned(struct supervisor *supervisor, uint32_t process);
static void on_spawn_failed(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_command(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_ready(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_failed(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_quiet(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_deadlock(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_count(struct supervisor *supervisor, uint32_t process,
	const struct command *command);
static void on_progress(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_hangup(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void run_all(struct supervisor *supervisor);
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
	struct supervised_process *process =
		&supervisor->processes[event->process];

	CHECK(event->process < SEATS * supervisor->options.node_count);
	CHECK(!supervisor->ended);
	action_list_clear(&supervisor->actions);
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
			on_command(supervisor, event);
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
	end_if_all_ended(supervisor);
	*count = supervisor->actions.count;
	return supervisor->actions.items;
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

static void on_command(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct command *command = event->command;
	uint32_t process = event->process;
	uint32_t node = seat_node(process);

	switch ((int)command->kind) {
	case COMMAND_READY:
		on_ready(supervisor, event);
		break;
	case COMMAND_FAILED:
		if (!supervisor_lets_part(supervisor, event))
			on_failed(supervisor, event);
		break;
	case COMMAND_COUNT:
		on_count(supervisor, process, command);
		break;
	case COMMAND_DONE:
		supervisor->processes[process].done = true;
		break;
	case COMMAND_QUIET:
	case COMMAND_DEADLOCK:
	case COMMAND_PROGRESS:
		if (supervised_stands_by(supervisor, process))
			supervisor_hang_up(supervisor, process,
				"it spoke as if it ran, and stands by");
		else if (command->kind == COMMAND_QUIET)
			on_quiet(supervisor, node, command);
		else if (command->kind == COMMAND_DEADLOCK)
			on_deadlock(supervisor, node, command);
		else if (!supervisor_hooked(supervisor, event))
			on_progress(supervisor, node, command);
		break;
	default:
		if (!supervisor_hooked(supervisor, event))
			supervisor_hang_up(supervisor, process,
				"it sent a supervisor's command");
	}
}

static void on_ready(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct supervised_process *one = &supervisor->processes[event->process];

	if (one->state >= SUPERVISED_ABORTED)
		return;
	if (one->state != SUPERVISED_PREPARING) {
		supervisor_hang_up(supervisor, event->process,
			"it said twice that it was ready");
		return;
	}
	one->state = SUPERVISED_PREPARED;
	if (supervisor_policy(supervisor, event->process)->start_ns)
		action_arm_process(&supervisor->actions, event->process,
			SUPERVISOR_TIMER_START, 0);
	if (supervisor_hooked(supervisor, event) ||
		supervised_stands_by(supervisor, event->process))
		return;
	if (supervisor->ran) {
		supervisor_run(supervisor, event->process);
		supervisor_tell_back(
			supervisor, seat_node(event->process), true);
	} else
		run_all(supervisor);
}

/* RUN goes out when all nodes are prepared, and to none before. */
static void run_all(struct supervisor *supervisor)
{
	uint32_t count = supervisor->options.node_count;

	for (uint32_t i = 0; i < count; i++)
		if (supervised_current(supervisor, i)->state !=
			SUPERVISED_PREPARED)
			return;
	for (uint32_t i = 0; i < count; i++)
		supervisor_run(supervisor, supervisor_current(supervisor, i));
	supervisor->ran = true;
	action_started(&supervisor->actions);
	if (supervisor->options.for_ns)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_FOR,
			supervisor->options.for_ns);
	if (supervisor->options.progress_ns)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_PROGRESS,
			supervisor->options.progress_ns);
}

static void on_failed(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct supervised_process *one = &supervisor->processes[event->process];

	one->failed = true;
	if (!supervisor_hooked(supervisor, event))
		supervisor_process_failed(supervisor, event->process,
			sentence_failed(event->command));
	if (one->restored && supervised_runs(one))
		action_send(
			&supervisor->actions, event->process, COMMAND_PROCEED);
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

static void on_quiet(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	struct error error = ERROR_NONE;

	if (!supervised_runs(supervised_current(supervisor, node)))
		return;
	if (deadlock_quiet(&supervisor->deadlock, node, command, &error) < 0)
		supervisor_hang_up(supervisor,
			supervisor_current(supervisor, node), error.text);
	else
		supervisor_seek_deadlocks(supervisor);
}

static void on_deadlock(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	struct error error = ERROR_NONE;

	if (deadlock_told(&supervisor->deadlock, node, command, &error) < 0)
		supervisor_hang_up(supervisor,
			supervisor_current(supervisor, node), error.text);
	else
		supervisor_seek_deadlocks(supervisor);
}

static void on_count(struct supervisor *supervisor, uint32_t process,
	const struct command *command)
{
	char *sentence = sentence_count(command);

	if (sentence)
		action_say(&supervisor->actions, SUPERVISOR_NO_NODE, sentence);
	else
		supervisor_hang_up(
			supervisor, process, "it counts what nobody knows");
}

static void on_progress(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	uint64_t records = 0, bytes = 0;

	supervisor->nodes[node].records = command->records;
	supervisor->nodes[node].bytes = command->bytes;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		records += supervisor->nodes[i].records;
		bytes += supervisor->nodes[i].bytes;
	}
	action_show(&supervisor->actions, records, bytes);
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
