/* supervisor: what the processes of nodes say. See the header. */
#include "core/step/supervisor_private.h"

#include "core/base/error.h"
#include "core/step/sentence.h"

static void on_ready(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void run_all(struct supervisor *supervisor);
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

void supervisor_on_command(
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
