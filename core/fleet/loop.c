#include "core/fleet/loop.h"

#include "core/base/check.h"
#include "core/fleet/process.h"
#include "core/fleet/signals.h"
#include "core/run/timers.h"

#include <stdlib.h>
#include <string.h>

/* What an attempt to spawn has come to, until the step has heard of it. */
enum outcome { OUTCOME_NONE, OUTCOME_SPAWNED, OUTCOME_FAILED };

struct loop_timer {
	struct timer timer;
	bool elapsed;
};

struct loop_process {
	struct process process;
	struct loop *loop;
	const struct loop_node *node;
	enum outcome outcome;
	bool broken; /* a command could not be sent; `error` says why */
	struct error error;
};

struct loop {
	struct os *os;
	const struct loop_request *request;
	struct supervisor supervisor;
	struct reactor *reactor;
	struct timers timers;
	struct loop_timer due[SUPERVISOR_TIMERS];
	struct signals signals;
	struct links links;
	struct reactor_watch signal_watch;
	struct loop_process *processes;
	uint32_t count; /* of processes: SEATS of each node */
	int code;       /* the exit code, once ended */
	bool ended;
};

static int begin(struct loop *loop, struct error *error);
static int turn(struct loop *loop, struct error *error);
static void release(struct loop *loop);
static void serve_signals(struct loop *loop);
static void serve_timers(struct loop *loop);
static void serve_process(struct loop *loop, uint32_t index);
static void serve_commands(struct loop *loop, uint32_t index);
static void serve_exit(struct loop *loop, uint32_t index);
static void hang_up(struct loop *loop, uint32_t index, const char *text);
static void happen(struct loop *loop, const struct supervisor_event *event);
static void settle(struct loop *loop);
static void carry_out(
	struct loop *loop, const struct supervisor_action *action);
static void spawn(struct loop *loop, uint32_t index);
static void send_command(
	struct loop *loop, const struct supervisor_action *action);
static void arm(struct loop *loop, const struct supervisor_action *action);
static void take_line(void *context, const char *text, size_t bytes);
static void take_lost(void *context, const char *sentence);
static void timer_fired(struct timer *timer);
static void signal_told(struct reactor_watch *watch, uint32_t events);

int loop_run(
	struct os *os, const struct loop_request *request, struct error *error)
{
	struct loop loop = {.os = os,
		.request = request,
		.count = SEATS * request->options->node_count,
		.signals = {.fd = -1}};
	int code = begin(&loop, error);

	if (code == 0)
		happen(&loop,
			&(struct supervisor_event){.kind = SUPERVISOR_START});
	while (code == 0 && !loop.ended)
		code = turn(&loop, error);
	release(&loop);
	return code < 0 ? code : loop.code;
}

static int begin(struct loop *loop, struct error *error)
{
	struct supervisor_options options = *loop->request->options;
	int code;

	options.links = loop->request->links;
	options.link_count = loop->request->link_count;
	supervisor_init(&loop->supervisor, &options);
	loop->processes = calloc(loop->count, sizeof *loop->processes);
	CHECK(loop->processes != NULL);
	for (uint32_t i = 0; i < loop->count; i++) {
		loop->processes[i].loop = loop;
		loop->processes[i].node = &loop->request->nodes[seat_node(i)];
	}
	for (int i = 0; i < SUPERVISOR_TIMERS; i++)
		loop->due[i].timer.fired = timer_fired;
	code = reactor_create(&loop->reactor, loop->os, error);
	if (code == 0)
		code = links_init(&loop->links, loop->os, loop->request->links,
			loop->request->link_count, error);
	if (code < 0)
		return code;
	code = signals_init(&loop->signals, loop->os);
	if (code == 0) {
		loop->signal_watch.told = signal_told;
		code = reactor_add(loop->reactor, &loop->signal_watch,
			loop->signals.fd, EPOLLIN);
	}
	if (code < 0)
		error_set(error, code, "cannot wait for signals: %s",
			strerror(-code));
	return code;
}

/* Waits for something to happen, and serves it. */
static int turn(struct loop *loop, struct error *error)
{
	int64_t next_ns = timers_next(&loop->timers);
	int64_t now_ns = loop->os->clock_ns(loop->os);
	int64_t timeout_ns = next_ns > now_ns ? next_ns - now_ns : 0;
	int code = reactor_poll(
		loop->reactor, next_ns == TIMERS_NEVER ? -1 : timeout_ns);

	if (code < 0)
		return error_set(error, code, "cannot wait for nodes: %s",
			strerror(-code));
	for (uint32_t i = 0; i < loop->count && !loop->ended; i++)
		serve_process(loop, i);
	if (!loop->ended)
		serve_signals(loop);
	if (!loop->ended)
		serve_timers(loop);
	return 0;
}

static void release(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->count; i++)
		process_release(&loop->processes[i].process);
	if (loop->reactor)
		reactor_remove(loop->reactor, &loop->signal_watch);
	links_release(&loop->links);
	signals_release(&loop->signals);
	reactor_destroy(&loop->reactor);
	supervisor_release(&loop->supervisor);
	free(loop->processes);
}

static void serve_signals(struct loop *loop)
{
	int number;

	while (!loop->ended && (number = signals_next(&loop->signals)))
		happen(loop,
			&(struct supervisor_event){
				.kind = SUPERVISOR_SIGNAL, .number = number});
}

static void serve_timers(struct loop *loop)
{
	timers_fire(&loop->timers, loop->os->clock_ns(loop->os));
	for (int i = 0; i < SUPERVISOR_TIMERS && !loop->ended; i++) {
		if (!loop->due[i].elapsed)
			continue;
		loop->due[i].elapsed = false;
		happen(loop,
			&(struct supervisor_event){.kind = SUPERVISOR_TIMEOUT,
				.timer = (enum supervisor_timer)i});
	}
}

/* Its log comes first, so that what it printed stands before what is said
 * about it. */
static void serve_process(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	struct process *process = &one->process;

	if (process->pid && process->log.told)
		process_read_log(process, take_line, one);
	process->log.told = false;
	if (process->pid && process->command.told)
		serve_commands(loop, index);
	process->command.told = false;
	if (process->pid && process->exit.told && !loop->ended)
		serve_exit(loop, index);
}

/* What it printed before it said a command stands before it here too. */
static void serve_commands(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	struct process *process = &one->process;
	struct error error = ERROR_NONE;
	struct command command;
	int flow;

	while ((flow = process_receive(process, &command, &error)) ==
		COMMAND_OK) {
		process_read_log(process, take_line, one);
		happen(loop,
			&(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				.process = index,
				.command = &command});
	}
	if (flow < 0)
		hang_up(loop, index, error.text);
}

/* All that it has said, in words and in commands, comes before its end. */
static void serve_exit(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	const char *who = NULL;
	int status;

	if (!process_reap(&one->process, &status)) {
		one->process.exit.told = false;
		return;
	}
	process_read_log(&one->process, take_line, one);
	serve_commands(loop, index);
	if (loop->request->ledger &&
		supervisor_holds(&loop->supervisor, index) &&
		(status != 0 || !loop->supervisor.processes[index].done))
		who = ledger_died(loop->request->ledger, index);
	process_release(&one->process); /* its seat may be taken again */
	happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_EXITED,
			     .process = index,
			     .status = status,
			     .text = who});
}

static void hang_up(struct loop *loop, uint32_t index, const char *text)
{
	happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_HANGUP,
			     .process = index,
			     .text = text});
}

/* One event, its actions, and the events that these are in turn. */
static void happen(struct loop *loop, const struct supervisor_event *event)
{
	size_t count;
	const struct supervisor_action *actions =
		supervisor_step(&loop->supervisor, event, &count);

	for (size_t i = 0; i < count; i++)
		carry_out(loop, &actions[i]);
	settle(loop);
}

static void settle(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->count && !loop->ended; i++) {
		struct loop_process *one = &loop->processes[i];
		enum outcome outcome = one->outcome;
		bool broken = one->broken;

		one->outcome = OUTCOME_NONE;
		one->broken = false;
		if (outcome != OUTCOME_NONE)
			happen(loop,
				&(struct supervisor_event){
					.kind = outcome == OUTCOME_SPAWNED
							? SUPERVISOR_SPAWNED
							: SUPERVISOR_SPAWN_FAILED,
					.process = i,
					.text = one->error.text});
		else if (broken)
			hang_up(loop, i, one->error.text);
	}
}

static void carry_out(struct loop *loop, const struct supervisor_action *action)
{
	const struct loop_view *view = &loop->request->view;

	switch (action->kind) {
	case SUPERVISOR_SPAWN:
		spawn(loop, action->process);
		break;
	case SUPERVISOR_SEND:
		send_command(loop, action);
		break;
	case SUPERVISOR_ABORT:
		process_abort(&loop->processes[action->process].process);
		break;
	case SUPERVISOR_KILL:
		process_kill(&loop->processes[action->process].process);
		break;
	case SUPERVISOR_DROP:
		links_drop(&loop->links, action->node);
		break;
	case SUPERVISOR_ARM:
		arm(loop, action);
		break;
	case SUPERVISOR_SAY:
		view->line(view->context,
			action->node == SUPERVISOR_NO_NODE
				? NULL
				: loop->request->nodes[action->node].name,
			action->text, strlen(action->text));
		break;
	case SUPERVISOR_SHOW:
		view->progress(view->context, action->records, action->bytes);
		break;
	case SUPERVISOR_EXIT:
		if (loop->request->ledger)
			ledger_tell(loop->request->ledger, take_lost, loop);
		loop->ended = true;
		loop->code = action->code;
		break;
	}
}

static void spawn(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	uint32_t node = seat_node(index);
	struct spawn_request request = {.node = one->node->name,
		.environment = loop->request->environment,
		.with_stdin = one->node->with_stdin,
		.with_stdout = one->node->with_stdout,
		.counters_fd = loop->request->ledger
				       ? ledger_fd(loop->request->ledger, index)
				       : -1,
		.link_count = links_count(&loop->links, node)};
	int *ends = calloc(request.link_count + 1u, sizeof *ends);

	CHECK(ends != NULL);
	links_ends(&loop->links, node, ends);
	request.link_fds = ends;
	one->error = ERROR_NONE;
	one->outcome = process_start(&one->process, loop->os, loop->reactor,
			       &request, &one->error) < 0
			       ? OUTCOME_FAILED
			       : OUTCOME_SPAWNED;
	links_spawned(&loop->links, node);
	free(ends);
}

/* A node that is gone says so by its end. */
static void send_command(
	struct loop *loop, const struct supervisor_action *action)
{
	struct loop_process *one = &loop->processes[action->process];
	struct command command = {.kind = action->command};

	if (action->command == COMMAND_PLAN)
		command.text = one->node->plan;
	one->error = ERROR_NONE;
	one->broken = process_send(&one->process, &command, &one->error) < 0;
}

static void arm(struct loop *loop, const struct supervisor_action *action)
{
	struct loop_timer *due = &loop->due[action->timer];

	due->elapsed = false;
	if (action->timeout_ns)
		timers_arm(&loop->timers, &due->timer,
			loop->os->clock_ns(loop->os) + action->timeout_ns);
	else
		timers_disarm(&loop->timers, &due->timer);
}

static void take_line(void *context, const char *text, size_t bytes)
{
	const struct loop_process *one = context;
	const struct loop_view *view = &one->loop->request->view;

	view->line(view->context, one->node->name, text, bytes);
}

static void take_lost(void *context, const char *sentence)
{
	const struct loop *loop = context;
	const struct loop_view *view = &loop->request->view;

	view->line(view->context, NULL, sentence, strlen(sentence));
}

static void timer_fired(struct timer *timer)
{
	((struct loop_timer *)timer)->elapsed = true;
}

/* serve_signals asks the fd itself, in each turn. */
static void signal_told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
