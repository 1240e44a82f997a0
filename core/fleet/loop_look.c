/*
 * loop: tools that look at what all operators do just now.
 *
 *	tool             loop                       nodes
 *	 | REQUEST top -> | LOOK ->                   |  each that runs
 *	 | <- LINEs       |        <- SEEN            |  as they answer
 *	 | <- RESULT      |  when all have, or LOOK_WAIT_NS have passed
 *
 * First a line for each node as `ps` has it: of one that does not answer, its
 * page tells who has the thread. Who does not read gets fewer lines, and is
 * told how many it did not get.
 */
#include "core/fleet/loop_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/status.h"

static bool answers(const struct loop *loop, uint32_t node, uint32_t process);
static void pass_lines(
	struct loop *loop, struct loop_look *look, struct command_text text);
static void settle(struct loop *loop, struct loop_look *look);
static void finish(struct loop *loop, struct loop_look *look);
static void forget(struct loop_look *look);

void loop_begin_look(struct loop *loop, uint64_t client)
{
	struct loop_look *look = loop->looks;

	while (look->client)
		look++; /* as many as there may be clients */
	*look = (struct loop_look){.client = client,
		.number = ++loop->look_number,
		.count = loop->count,
		.owes = calloc(loop->count, sizeof *look->owes),
		.due_ns = loop->os->clock_ns(loop->os) + LOOK_WAIT_NS};
	CHECK(look->owes != NULL);
	for (uint32_t i = 0; i < loop->count / SEATS; i++) {
		uint32_t process = supervisor_current(&loop->supervisor, i);

		loop_describe(loop, &(struct supervisor_action){
					    .client = client, .node = i});
		if (!answers(loop, i, process))
			continue;
		look->owes[process] = true;
		look->waits_for++;
		loop_send(loop, process,
			&(struct command){
				.kind = COMMAND_LOOK, .records = look->number});
	}
	settle(loop, look);
	if (look->client)
		timers_arm(&loop->timers, &loop->look_due.timer, look->due_ns);
}

bool loop_hear_look(
	struct loop *loop, uint32_t process, const struct command *command)
{
	if (command->kind != COMMAND_SEEN)
		return false;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_look *look = &loop->looks[i];

		if (!look->client || look->number != command->records ||
			process >= look->count || !look->owes[process])
			continue;
		pass_lines(loop, look, command->text);
		look->owes[process] = false;
		look->waits_for--;
		settle(loop, look);
	}
	return true;
}

void loop_serve_looks(struct loop *loop)
{
	int64_t next_ns = INT64_MAX;

	if (!loop->look_due.elapsed)
		return;
	loop->look_due.elapsed = false;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_look *look = &loop->looks[i];

		if (!look->client)
			continue;
		if (look->due_ns <= loop->os->clock_ns(loop->os))
			finish(loop, look);
		else if (look->due_ns < next_ns)
			next_ns = look->due_ns;
	}
	if (next_ns != INT64_MAX)
		timers_arm(&loop->timers, &loop->look_due.timer, next_ns);
}

void loop_end_look(struct loop *loop, uint64_t client)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (loop->looks[i].client == client)
			forget(&loop->looks[i]);
}

void loop_end_looks_of(struct loop *loop, uint32_t process)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_look *look = &loop->looks[i];

		if (!look->client || process >= look->count ||
			!look->owes[process])
			continue;
		look->owes[process] = false;
		look->waits_for--;
		settle(loop, look);
	}
}

void loop_release_looks(struct loop *loop)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		forget(&loop->looks[i]);
}

/* Whether its process is one of ours that hears commands; a program of
 * somebody else's has no page. */
static bool answers(const struct loop *loop, uint32_t node, uint32_t process)
{
	enum supervised_state state = loop->supervisor.processes[process].state;

	return loop->request->ledger &&
	       ledger_fd(loop->request->ledger, node) >= 0 &&
	       (state == SUPERVISED_RUNNING || state == SUPERVISED_DRAINING);
}

static void pass_lines(
	struct loop *loop, struct loop_look *look, struct command_text text)
{
	struct control *control = loop->request->control;

	while (text.bytes > 0) {
		const char *end = memchr(text.text, '\n', text.bytes);
		size_t bytes = end ? (size_t)(end - text.text) : text.bytes;
		char *line = strndup(text.text, bytes);

		CHECK(line != NULL);
		if (control_has_room(control, look->client))
			control_line(control, look->client, line);
		else
			look->skipped++;
		free(line);
		bytes += end != NULL;
		text.text += bytes;
		text.bytes -= bytes;
	}
}

static void settle(struct loop *loop, struct loop_look *look)
{
	if (look->waits_for == 0)
		finish(loop, look);
}

static void finish(struct loop *loop, struct loop_look *look)
{
	if (look->skipped) {
		char *line = status_gap(look->skipped);

		control_line(loop->request->control, look->client, line);
		free(line);
	}
	control_result(
		loop->request->control, look->client, EXIT_CODE_DONE, NULL);
	forget(look);
}

static void forget(struct loop_look *look)
{
	free(look->owes);
	*look = (struct loop_look){0};
}
