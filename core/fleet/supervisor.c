#include "core/fleet/supervisor.h"

#include "core/base/check.h"
#include "core/fleet/sentence.h"
#include "core/fleet/supervisor_private.h"

#include <stdlib.h>

static void start(struct supervisor *supervisor);
static void on_command(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_spawned(struct supervisor *supervisor, uint32_t node);
static void on_ready(struct supervisor *supervisor, uint32_t node);
static void on_failed(
	struct supervisor *supervisor, uint32_t node, char *sentence);
static void on_quiet(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_deadlock(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_count(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_progress(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_hangup(
	struct supervisor *supervisor, uint32_t node, const char *text);
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
	CHECK(supervisor->nodes != NULL);
	deadlock_init(&supervisor->deadlock, options->node_count,
		options->links, options->link_count);
}

void supervisor_release(struct supervisor *supervisor)
{
	action_list_release(&supervisor->actions);
	deadlock_release(&supervisor->deadlock);
	free(supervisor->nodes);
	*supervisor = (struct supervisor){0};
}

const struct supervisor_action *supervisor_step(struct supervisor *supervisor,
	const struct supervisor_event *event, size_t *count)
{
	struct supervised *node;

	CHECK(event->node < supervisor->options.node_count);
	CHECK(!supervisor->ended);
	node = &supervisor->nodes[event->node];
	action_list_clear(&supervisor->actions);
	switch (event->kind) {
	case SUPERVISOR_START:
		start(supervisor);
		break;
	case SUPERVISOR_SPAWNED:
		CHECK(node->state == SUPERVISED_SPAWNING);
		on_spawned(supervisor, event->node);
		break;
	case SUPERVISOR_SPAWN_FAILED:
		CHECK(node->state == SUPERVISED_SPAWNING);
		node->state = SUPERVISED_ENDED;
		deadlock_ended(&supervisor->deadlock, event->node);
		on_failed(supervisor, event->node,
			sentence_format("%s", event->text));
		break;
	case SUPERVISOR_COMMAND:
		if (supervised_alive(node))
			on_command(supervisor, event->node, event->command);
		break;
	case SUPERVISOR_HANGUP:
		if (supervised_alive(node))
			on_hangup(supervisor, event->node, event->text);
		break;
	case SUPERVISOR_EXITED:
		CHECK(supervised_alive(node));
		on_exited(supervisor, event);
		break;
	case SUPERVISOR_SIGNAL:
		supervisor_on_signal(supervisor, event->number);
		break;
	case SUPERVISOR_TIMEOUT:
		supervisor_on_timeout(supervisor, event->timer);
		break;
	}
	end_if_all_ended(supervisor);
	*count = supervisor->actions.count;
	return supervisor->actions.items;
}

static void start(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		CHECK(supervisor->nodes[i].state == SUPERVISED_ABSENT);
		supervisor->nodes[i].state = SUPERVISED_SPAWNING;
		action_spawn(&supervisor->actions, i);
	}
}

static void on_spawned(struct supervisor *supervisor, uint32_t node)
{
	supervisor->nodes[node].state = SUPERVISED_PREPARING;
	if (supervisor->stopping)
		supervisor_kill(supervisor, node);
	else
		action_send(&supervisor->actions, node, COMMAND_PLAN);
}

static void on_command(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	switch ((int)command->kind) {
	case COMMAND_READY:
		on_ready(supervisor, node);
		break;
	case COMMAND_QUIET:
		on_quiet(supervisor, node, command);
		break;
	case COMMAND_DEADLOCK:
		on_deadlock(supervisor, node, command);
		break;
	case COMMAND_FAILED:
		on_failed(supervisor, node, sentence_failed(command));
		break;
	case COMMAND_COUNT:
		on_count(supervisor, node, command);
		break;
	case COMMAND_PROGRESS:
		on_progress(supervisor, node, command);
		break;
	case COMMAND_DONE:
		supervisor->nodes[node].done = true;
		break;
	default:
		on_hangup(supervisor, node, "it sent a supervisor's command");
	}
}

static void on_ready(struct supervisor *supervisor, uint32_t node)
{
	struct supervised *one = &supervisor->nodes[node];

	if (one->state >= SUPERVISED_ABORTED)
		return;
	if (one->state != SUPERVISED_PREPARING) {
		on_hangup(supervisor, node, "it said twice that it was ready");
		return;
	}
	one->state = SUPERVISED_PREPARED;
	run_all(supervisor);
}

/* RUN goes out when all nodes are prepared, and to none before. */
static void run_all(struct supervisor *supervisor)
{
	uint32_t count = supervisor->options.node_count;

	for (uint32_t i = 0; i < count; i++)
		if (supervisor->nodes[i].state != SUPERVISED_PREPARED)
			return;
	for (uint32_t i = 0; i < count; i++) {
		supervisor->nodes[i].state = SUPERVISED_RUNNING;
		action_send(&supervisor->actions, i, COMMAND_RUN);
	}
	supervisor->ran = true;
	if (supervisor->options.for_ns)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_FOR,
			supervisor->options.for_ns);
	if (supervisor->options.progress_ns)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_PROGRESS,
			supervisor->options.progress_ns);
}

static void on_failed(
	struct supervisor *supervisor, uint32_t node, char *sentence)
{
	action_say(&supervisor->actions, node, sentence);
	supervisor->nodes[node].failed = true;
	supervisor_failed(supervisor);
}

static void on_quiet(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	struct error error = ERROR_NONE;

	if (!supervised_runs(&supervisor->nodes[node]))
		return;
	if (deadlock_quiet(&supervisor->deadlock, node, command, &error) < 0)
		on_hangup(supervisor, node, error.text);
	else
		supervisor_seek_deadlocks(supervisor);
}

static void on_deadlock(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	struct error error = ERROR_NONE;

	if (deadlock_told(&supervisor->deadlock, node, command, &error) < 0)
		on_hangup(supervisor, node, error.text);
	else
		supervisor_seek_deadlocks(supervisor);
}

static void on_count(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	char *sentence = sentence_count(command);

	if (sentence)
		action_say(&supervisor->actions, SUPERVISOR_NO_NODE, sentence);
	else
		on_hangup(supervisor, node, "it counts what nobody knows");
}

static void on_progress(struct supervisor *supervisor, uint32_t node,
	const struct command *command)
{
	uint64_t records = 0;
	uint64_t bytes = 0;

	supervisor->nodes[node].records = command->records;
	supervisor->nodes[node].bytes = command->bytes;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		records += supervisor->nodes[i].records;
		bytes += supervisor->nodes[i].bytes;
	}
	action_show(&supervisor->actions, records, bytes);
}

/* A node that breaks the rules of the conversation is not let run on. */
static void on_hangup(
	struct supervisor *supervisor, uint32_t node, const char *text)
{
	if (supervisor->nodes[node].state >= SUPERVISED_ABORTED)
		return;
	supervisor_kill(supervisor, node);
	on_failed(supervisor, node, sentence_format("killed: %s", text));
}

static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct supervised *one = &supervisor->nodes[event->node];
	bool killed = one->state >= SUPERVISED_ABORTED;

	one->state = SUPERVISED_ENDED;
	deadlock_ended(&supervisor->deadlock, event->node);
	supervisor_seek_deadlocks(supervisor);
	if (killed || (one->done && event->status == 0))
		return;
	if (one->failed)
		supervisor_failed(supervisor);
	else
		on_failed(supervisor, event->node,
			sentence_exited(event->status, one->done, event->text));
}

static void end_if_all_ended(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (supervisor->nodes[i].state != SUPERVISED_ENDED)
			return;
	supervisor->ended = true;
	action_exit(
		&supervisor->actions, (int)exit_code_of(&supervisor->causes));
}
