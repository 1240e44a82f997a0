/* loop: answering tools. See core/fleet/control.h. */
#include "core/fleet/loop_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/fleet/control.h"
#include "core/fleet/crash.h"
#include "core/fleet/status.h"
#include "core/step/sentence.h"

static void asked(
	void *context, uint64_t client, const struct command *command);
static void left(void *context, uint64_t client);
static uint32_t find_node(void *context, const char *name, size_t bytes);
static void show_lines(struct loop *loop, struct loop_reader *reader);
static bool show_line(struct loop *loop, struct loop_reader *reader,
	const struct journal_line *line);
static void stop_reading(struct loop *loop, uint64_t client);

void loop_say(
	struct loop *loop, const char *node, const char *text, size_t bytes)
{
	const struct loop_view *view = &loop->request->view;

	if (loop->request->control)
		journal_add(&loop->journal, loop->os->realtime_ns(loop->os),
			node, text, bytes);
	view->line(view->context, node, text, bytes);
}

void loop_serve_control(struct loop *loop)
{
	const struct control_owner owner = {loop, asked, left};

	if (!loop->request->control)
		return;
	control_serve(loop->request->control, &owner);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (loop->readers[i].client)
			show_lines(loop, &loop->readers[i]);
	loop_serve_taps(loop);
	loop_serve_looks(loop);
}

void loop_describe(struct loop *loop, const struct supervisor_action *action)
{
	uint32_t process = supervisor_current(&loop->supervisor, action->node);
	uint32_t standby = supervisor_standby(&loop->supervisor, action->node);
	const struct loop_process *one = &loop->processes[process];
	struct status status = {.topology = loop->request->name,
		.node = loop->names[action->node],
		.state = loop->supervisor.processes[process].state,
		.restarts = loop->supervisor.nodes[action->node].restarts,
		.pid = one->process.pid,
		.standby = loop->supervisor.processes[standby].state,
		.standby_pid = loop->processes[standby].process.pid,
		.waiting = loop->supervisor.nodes[action->node].waiting,
		.since_ns = one->since_ns};
	char *line;

	if (loop->request->ledger)
		ledger_flow(loop->request->ledger, action->node, &status.flow);
	if (loop->request->crashes)
		status.crash = crash_book_last(loop->request->crashes, process);
	line = status_line(&status, loop->os);
	control_line(loop->request->control, action->client, line);
	free(line);
}

void loop_show_log(struct loop *loop, const struct supervisor_action *action)
{
	struct loop_reader *reader = loop->readers;

	while (reader->client)
		reader++; /* as many as there may be clients */
	*reader = (struct loop_reader){action->client, 1, action->node};
	show_lines(loop, reader);
	if (action->follow)
		return;
	reader->client = 0;
	control_result(
		loop->request->control, action->client, EXIT_CODE_DONE, NULL);
}

void loop_answer(struct loop *loop, const struct supervisor_action *action)
{
	control_result(loop->request->control, action->client, action->code,
		action->text);
}

void loop_end_control(struct loop *loop)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_reader *reader = &loop->readers[i];

		if (!reader->client)
			continue;
		show_lines(loop, reader);
		control_result(loop->request->control, reader->client,
			EXIT_CODE_DONE, NULL);
	}
	loop_end_taps(loop);
	if (loop->request->control)
		control_detach(loop->request->control);
}

static void asked(void *context, uint64_t client, const struct command *command)
{
	struct loop *loop = context;
	struct error error = ERROR_NONE;
	struct request request;

	if (request_read(&request, command, find_node, loop, &error) < 0)
		control_result(loop->request->control, client, EXIT_CODE_USAGE,
			error.text);
	else if (request.kind == REQUEST_HISTORY)
		loop_tell_history(loop, client);
	else if (request.kind == REQUEST_TOP)
		loop_begin_look(loop, client);
	else if (request.kind == REQUEST_TAP || request.kind == REQUEST_STATE)
		loop_begin_tap(loop, client, &request);
	else if (request.kind == REQUEST_UPGRADE ||
		 request.kind == REQUEST_ROLLBACK ||
		 request.kind == REQUEST_APPLY)
		loop_upgrade(loop, client, &request);
	else if (!loop->ended)
		loop_happen(loop,
			&(struct supervisor_event){.kind = SUPERVISOR_REQUEST,
				.client = client,
				.request = &request});
}

static void left(void *context, uint64_t client)
{
	struct loop *loop = context;

	stop_reading(loop, client);
	loop_end_tap(loop, client);
	loop_end_look(loop, client);
	if (!loop->ended)
		loop_happen(loop,
			&(struct supervisor_event){
				.kind = SUPERVISOR_LEFT, .client = client});
}

static uint32_t find_node(void *context, const char *name, size_t bytes)
{
	const struct loop *loop = context;

	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++)
		if (!loop->supervisor.nodes[i].absent &&
			strlen(loop->names[i]) == bytes &&
			!memcmp(loop->names[i], name, bytes))
			return i;
	return SUPERVISOR_NO_NODE;
}

/* As many as it takes now; what was thrown away before it had room is said. */
static void show_lines(struct loop *loop, struct loop_reader *reader)
{
	const struct journal_line *line =
		journal_from(&loop->journal, reader->next);

	for (; line; line = STAILQ_NEXT(line, next))
		if (!show_line(loop, reader, line))
			return;
}

static bool show_line(struct loop *loop, struct loop_reader *reader,
	const struct journal_line *line)
{
	struct control *control = loop->request->control;
	const char *wanted = reader->node == SUPERVISOR_NO_NODE
				     ? NULL
				     : loop->names[reader->node];
	char *text;

	if (!control_has_room(control, reader->client))
		return false;
	if (line->number > reader->next) {
		text = status_gap(line->number - reader->next);
		control_line(control, reader->client, text);
		free(text);
	}
	reader->next = line->number + 1;
	if (wanted && (!line->node || strcmp(line->node, wanted) != 0))
		return true;
	text = status_said(line->time_ns, line->node, line->text, line->bytes);
	control_line(control, reader->client, text);
	free(text);
	return true;
}

static void stop_reading(struct loop *loop, uint64_t client)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (loop->readers[i].client == client)
			loop->readers[i].client = 0;
}
