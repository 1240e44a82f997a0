/* loop: the processes of nodes: what they say and print, and what they are
 * told. */
#include <fcntl.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/fleet/loop_private.h"
#include "core/fleet/peek.h"

static bool is_program(const struct loop *loop, uint32_t node);
static int open_page(struct loop *loop, uint32_t index);
static void give_link(void *context, uint32_t node, uint32_t link, int fd);
static void send_link(struct loop *loop, uint32_t index, uint32_t link, int fd);
static bool find_place(
	const struct version *version, uint32_t link, int *place);
static void serve_commands(struct loop *loop, uint32_t index);
static void shut_fifo(struct loop *loop, uint32_t index, uint32_t place);
static void hear_silence(struct loop *loop, uint32_t index);
static void serve_exit(struct loop *loop, uint32_t index);
static const char *who_died(
	struct loop *loop, uint32_t index, char *name, size_t bytes);
static void take_line(void *context, const char *text, size_t bytes);

/* Its log comes first, so that what it printed stands before what is said
 * about it. */
void loop_serve_process(struct loop *loop, uint32_t index)
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

void loop_hang_up(struct loop *loop, uint32_t index, const char *text)
{
	loop_happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_HANGUP,
				  .process = index,
				  .text = text});
}

void loop_spawn(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	uint32_t node = seat_node(index);
	struct spawn_request request = {.node = loop->names[node],
		.environment = loop->request->environment};
	int *ends;

	if (supervisor_current(&loop->supervisor, node) == index)
		version_put(
			&one->version, version_hold(loop->places[node].now));
	request.with_stdin = one->version->with_stdin;
	request.with_stdout = one->version->with_stdout;
	request.files = one->version->files;
	if (is_program(loop, node))
		request.soft_files = loop->request->program_files;
	request.around = one->version->around;
	request.link_count = one->version->link_count;
	ends = calloc(request.link_count + 1u, sizeof *ends);
	CHECK(ends != NULL);
	one->error = ERROR_NONE;
	one->follows = supervisor_current(&loop->supervisor, node) == index &&
		       loop->supervisor.nodes[node].restarts > 0;
	if (one->follows && links_renew(&loop->links, node, give_link, loop,
				    &one->error) < 0)
		loop_take_lost(loop, one->error.text);
	request.link_fds = ends;
	one->since_ns = loop->os->clock_ns(loop->os);
	loop_watch_again(loop);
	request.counters_fd = open_page(loop, index);
	if (links_reopen(&loop->links, node, &one->error) == 0) {
		for (uint32_t i = 0; i < request.link_count; i++)
			ends[i] = links_end(
				&loop->links, one->version->links[i], node);
		one->outcome = process_start(&one->process, loop->os,
				       loop->reactor, &request, &one->error) < 0
				       ? OUTCOME_FAILED
				       : OUTCOME_SPAWNED;
	} else {
		one->outcome = OUTCOME_FAILED;
	}
	links_spawned(&loop->links, node);
	free(ends);
}

static bool is_program(const struct loop *loop, uint32_t node)
{
	const struct supervised_policy *policies =
		loop->supervisor.options.policies;

	return policies && policies[node].program;
}

void loop_drop(struct loop *loop, uint32_t node, const char *why)
{
	links_drop(&loop->links, node, why, give_link, loop);
}

void loop_renew_program(struct loop *loop, uint32_t node)
{
	const struct version *version = loop->places[node].now;
	struct error error = ERROR_NONE;

	if (!is_program(loop, node))
		return;
	if (links_renew(&loop->links, node, give_link, loop, &error) < 0)
		loop_take_lost(loop, error.text);
	/* Which seat is whose the step may have changed by now. */
	for (uint32_t seat = 0; seat < SEATS; seat++)
		for (uint32_t i = 0; i < version->link_count; i++)
			if (loop->processes[seat_process(node, seat)].version ==
				version)
				send_link(loop, seat_process(node, seat),
					version->links[i],
					links_end(&loop->links,
						version->links[i], node));
}

/* A neighbour gets another end of a connection; so does its standby. A program
 * that runs gets its own when it is started again. */
static void give_link(void *context, uint32_t node, uint32_t link, int fd)
{
	struct loop *loop = context;

	for (uint32_t seat = 0; seat < SEATS; seat++)
		if (!is_program(loop, node))
			send_link(loop, seat_process(node, seat), link, fd);
}

static void send_link(struct loop *loop, uint32_t index, uint32_t link, int fd)
{
	struct command command = {.kind = COMMAND_LINK, .records = 1};
	struct loop_process *one = &loop->processes[index];
	int copy;

	if (!one->process.pid || !find_place(one->version, link, &command.code))
		return;
	copy = loop->os->fcntl(loop->os, fd, F_DUPFD_CLOEXEC, 0);
	one->error = ERROR_NONE;
	one->broken = copy < 0 || process_send_fds(&one->process, &copy, 1,
					  &one->error) < 0;
	if (!one->broken)
		loop_send(loop, index, &command);
}

/* Which of its links that is; one of the next plan may have it no more. */
static bool find_place(const struct version *version, uint32_t link, int *place)
{
	for (uint32_t i = 0; i < version->link_count; i++) {
		*place = (int)i;
		if (version->links[i] == link)
			return true;
	}
	return false;
}

/* Where a process notes what it does, or -1. A standby's is its node's when it
 * runs. */
static int open_page(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	struct ledger *ledger = loop->request->ledger;
	uint32_t node = seat_node(index);
	struct node_plan plan = {0};
	int result;

	if (!ledger)
		return -1;
	one->stands_by = supervisor_current(&loop->supervisor, node) != index;
	if (!one->stands_by) {
		if (ledger_renew(ledger, node, loop_take_lost, loop,
			    &one->error) < 0)
			loop_take_lost(loop, one->error.text);
		return ledger_fd(ledger, node);
	}
	result = node_plan_decode(&plan, one->version->plan,
		one->version->plan_bytes, &one->error);
	if (result == 0)
		result = ledger_stand_by(ledger, node, &plan, &one->error);
	if (result < 0)
		loop_take_lost(loop, one->error.text);
	else if (loop->request->crashes)
		crash_book_learn(loop->request->crashes, index, &plan);
	node_plan_release(&plan);
	return ledger_standby_fd(ledger, node);
}

/* A node that is gone says so by its end. */
void loop_send_command(
	struct loop *loop, const struct supervisor_action *action)
{
	struct loop_process *one = &loop->processes[action->process];
	struct command command = {.kind = action->command};

	if (action->command == COMMAND_PLAN)
		command.text = (struct command_text){
			one->version->plan, one->version->plan_bytes};
	if (action->command == COMMAND_PLAN) {
		command.code = one->stands_by;
		command.records = one->follows;
		command.bytes = loop->number;
	}
	if (action->command == COMMAND_RUN && one->stands_by)
		ledger_take_over(
			loop->request->ledger, seat_node(action->process));
	if (action->command == COMMAND_RUN)
		one->stands_by = false;
	loop_send(loop, action->process, &command);
}

void loop_send(struct loop *loop, uint32_t index, const struct command *command)
{
	struct loop_process *one = &loop->processes[index];

	one->error = ERROR_NONE;
	one->broken = process_send(&one->process, command, &one->error) < 0;
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
		if (crash_book_hear(loop->request->crashes, index, &command,
			    take_line, one) ||
			loop_hear_tap(loop, index, &command) ||
			loop_hear_look(loop, index, &command) ||
			loop_hear_spawn(loop, index, &command) ||
			ledger_hear(loop->request->ledger, seat_node(index),
				&command, loop_take_lost, loop))
			continue;
		if (command.kind == COMMAND_SHUT) {
			shut_fifo(loop, index, (uint32_t)command.code);
			continue;
		}
		if (command.kind == COMMAND_AWAKE) {
			loop_watch_again(loop);
			continue;
		}
		if (!loop_note_command(loop, index, &command))
			continue;
		loop_happen(loop,
			&(struct supervisor_event){.kind = SUPERVISOR_COMMAND,
				.process = index,
				.command = &command});
	}
	if (flow < 0)
		loop_hang_up(loop, index, error.text);
	if (flow == COMMAND_END)
		hear_silence(loop, index);
}

/* Who ends closes its way here, too, and its end tells more. Who does not end
 * would hear nothing any more, and nobody would hear of it: it is as good as
 * crashed. */
static void hear_silence(struct loop *loop, uint32_t index)
{
	static const char lost[] =
		"the way to the supervisor is lost; did an operator close an "
		"fd that was not its own?";
	const struct supervised_process *one =
		&loop->supervisor.processes[index];
	struct process *process = &loop->processes[index].process;
	struct peek peek = {0};

	if (one->done || one->failed || one->state >= SUPERVISED_CLOSING ||
		peek_process(loop->os, process->pid, &peek) < 0 || peek.ending)
		return;
	process_read_log(process, take_line, &loop->processes[index]);
	take_line(&loop->processes[index], lost, sizeof lost - 1);
	process_kill(process);
}

/* All that it has said, in words and in commands, comes before its end. */
static void serve_exit(struct loop *loop, uint32_t index)
{
	struct loop_process *one = &loop->processes[index];
	char name[2 * NAME_BYTES_MAX + 8];
	const char *who = NULL;
	int status;

	if (!process_reap(&one->process, &status)) {
		one->process.exit.told = false;
		return;
	}
	process_read_log(&one->process, take_line, one);
	serve_commands(loop, index);
	if (status != 0 || !loop->supervisor.processes[index].done)
		who = who_died(loop, index, name, sizeof name);
	loop_end_taps_of(loop, index);
	loop_end_looks_of(loop, index);
	process_release(&one->process); /* its seat may be taken again */
	loop_happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_EXITED,
				  .process = index,
				  .status = status,
				  .text = who});
}

/* Who had the thread, as "OPERATOR (PLUGIN)"; NULL: nobody, or it is not told.
 */
static const char *who_died(
	struct loop *loop, uint32_t index, char *name, size_t bytes)
{
	struct ledger *ledger = loop->request->ledger;

	if (!ledger)
		return NULL;
	if (supervisor_holds(&loop->supervisor, index))
		return ledger_died(ledger, seat_node(index));
	return loop->processes[index].stands_by
		       ? ledger_who(ledger, seat_node(index), true, name, bytes)
		       : NULL;
}

/* Nobody believes a node which links it has. */
static void shut_fifo(struct loop *loop, uint32_t index, uint32_t place)
{
	const struct version *version = loop->processes[index].version;

	if (place < version->link_count)
		links_shut(
			&loop->links, version->links[place], seat_node(index));
}

static void take_line(void *context, const char *text, size_t bytes)
{
	const struct loop_process *one = context;

	loop_say(one->loop,
		one->loop->names[seat_node(
			(uint32_t)(one - one->loop->processes))],
		text, bytes);
}
