#include "core/fleet/supervisor.h"

#include "core/base/check.h"
#include "core/fleet/sentence.h"

#include <signal.h>
#include <stdlib.h>

static void start(struct supervisor *supervisor);
static void on_command(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_spawned(struct supervisor *supervisor, uint32_t node);
static void on_ready(struct supervisor *supervisor, uint32_t node);
static void on_failed(
	struct supervisor *supervisor, uint32_t node, char *sentence);
static void on_count(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_progress(struct supervisor *supervisor, uint32_t node,
	const struct command *command);
static void on_hangup(
	struct supervisor *supervisor, uint32_t node, const char *text);
static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event);
static void on_signal(struct supervisor *supervisor, int number);
static void on_timeout(
	struct supervisor *supervisor, enum supervisor_timer timer);
static void run_all(struct supervisor *supervisor);
static void failed(struct supervisor *supervisor);
static void drain(struct supervisor *supervisor);
static void close_all(struct supervisor *supervisor);
static void kill_all(struct supervisor *supervisor);
static void kill_node(struct supervisor *supervisor, uint32_t node);
static void ask_all(struct supervisor *supervisor);
static void end_if_all_ended(struct supervisor *supervisor);
static bool alive(const struct supervised *node);

void supervisor_init(
	struct supervisor *supervisor, const struct supervisor_options *options)
{
	CHECK(options->node_count > 0);
	*supervisor = (struct supervisor){.options = *options};
	supervisor->nodes =
		calloc(options->node_count, sizeof *supervisor->nodes);
	CHECK(supervisor->nodes != NULL);
}

void supervisor_release(struct supervisor *supervisor)
{
	action_list_release(&supervisor->actions);
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
		on_failed(supervisor, event->node,
			sentence_format("%s", event->text));
		break;
	case SUPERVISOR_COMMAND:
		if (alive(node))
			on_command(supervisor, event->node, event->command);
		break;
	case SUPERVISOR_HANGUP:
		if (alive(node))
			on_hangup(supervisor, event->node, event->text);
		break;
	case SUPERVISOR_EXITED:
		CHECK(alive(node));
		on_exited(supervisor, event);
		break;
	case SUPERVISOR_SIGNAL:
		on_signal(supervisor, event->number);
		break;
	case SUPERVISOR_TIMEOUT:
		on_timeout(supervisor, event->timer);
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
		kill_node(supervisor, node);
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
	case COMMAND_FAILED:
	case COMMAND_DEADLOCK:
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
	failed(supervisor);
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
	kill_node(supervisor, node);
	on_failed(supervisor, node, sentence_format("killed: %s", text));
}

static void on_exited(
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct supervised *one = &supervisor->nodes[event->node];
	bool killed = one->state >= SUPERVISED_ABORTED;

	one->state = SUPERVISED_ENDED;
	if (killed || (one->done && event->status == 0))
		return;
	if (one->failed)
		failed(supervisor);
	else
		on_failed(supervisor, event->node,
			sentence_exited(event->status, one->done, event->text));
}

static void on_signal(struct supervisor *supervisor, int number)
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
		supervisor->causes.cut_short = true;
		close_all(supervisor);
	}
}

static void on_timeout(
	struct supervisor *supervisor, enum supervisor_timer timer)
{
	switch (timer) {
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
			sentence_format("not drained within %.3g s "
					"(--drain-timeout); the rest is lost",
				(double)supervisor->options.drain_ns / 1e9));
		close_all(supervisor);
		break;
	case SUPERVISOR_TIMER_CLOSE:
		kill_all(supervisor);
		break;
	case SUPERVISOR_TIMER_PROGRESS:
		ask_all(supervisor);
		break;
	case SUPERVISOR_TIMERS:
		CHECK(timer < SUPERVISOR_TIMERS);
	}
}

/* Something failed; whether the rest goes on is the topology's to say. Before
 * RUN it is over: who failed may finish its sentences, the others are killed.
 */
static void failed(struct supervisor *supervisor)
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
		if (!supervisor->nodes[i].failed)
			kill_node(supervisor, i);
}

/* Ends the sources and lets all behind them run out. */
static void drain(struct supervisor *supervisor)
{
	if (supervisor->stopping)
		return;
	supervisor->stopping = true;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		if (supervisor->nodes[i].state != SUPERVISED_RUNNING)
			continue;
		supervisor->nodes[i].state = SUPERVISED_DRAINING;
		action_send(&supervisor->actions, i, COMMAND_DRAIN);
	}
	if (supervisor->options.drain_ns > SUPERVISOR_PATIENCE_NS)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_PATIENCE,
			SUPERVISOR_PATIENCE_NS);
	if (supervisor->options.drain_ns)
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_DRAIN,
			supervisor->options.drain_ns);
	else
		close_all(supervisor);
}

/* Ends everything now; the nodes count what they lose. */
static void close_all(struct supervisor *supervisor)
{
	if (supervisor->closing)
		return;
	supervisor->closing = true;
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		enum supervised_state state = supervisor->nodes[i].state;

		if (state != SUPERVISED_RUNNING && state != SUPERVISED_DRAINING)
			continue;
		supervisor->nodes[i].state = SUPERVISED_CLOSING;
		action_send(&supervisor->actions, i, COMMAND_CLOSE);
	}
	action_arm(&supervisor->actions, SUPERVISOR_TIMER_CLOSE,
		SUPERVISOR_CLOSE_NS);
}

static void kill_all(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++) {
		if (supervisor->nodes[i].state != SUPERVISED_CLOSING) {
			kill_node(supervisor, i);
			continue;
		}
		supervisor->nodes[i].state = SUPERVISED_ABORTED;
		action_say(&supervisor->actions, i, sentence_unclosed());
		action_abort(&supervisor->actions, i);
		action_arm(&supervisor->actions, SUPERVISOR_TIMER_CLOSE,
			SUPERVISOR_ABORT_NS);
	}
}

static void kill_node(struct supervisor *supervisor, uint32_t node)
{
	struct supervised *one = &supervisor->nodes[node];

	if (!alive(one) || one->state == SUPERVISED_KILLED)
		return;
	one->state = SUPERVISED_KILLED;
	action_kill(&supervisor->actions, node);
}

static void ask_all(struct supervisor *supervisor)
{
	for (uint32_t i = 0; i < supervisor->options.node_count; i++)
		if (supervisor->nodes[i].state == SUPERVISED_RUNNING ||
			supervisor->nodes[i].state == SUPERVISED_DRAINING)
			action_send(&supervisor->actions, i, COMMAND_ASK);
	action_arm(&supervisor->actions, SUPERVISOR_TIMER_PROGRESS,
		supervisor->options.progress_ns);
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

/* Whether there is a process that was not yet reaped. */
static bool alive(const struct supervised *node)
{
	return node->state >= SUPERVISED_PREPARING &&
	       node->state < SUPERVISED_ENDED;
}
