/*
 * loop: tools that look at what passes on streams, and at saved state.
 *
 *	tool          loop                        node
 *	 | REQUEST ->  | TAP on ->                  |
 *	 | <- RECORDS  |                <- RECORDS  |
 *	 |             | TAP more ->                |  once the tool has room
 *	 | <- RESULT   |                  <- SHOWN  |  or it is gone
 *
 * Who does not read holds up nothing but its own tap: the node counts on.
 */
#include "core/fleet/loop_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/plan/node_plan.h"
#include "core/step/sentence.h"

static void ask(struct loop *loop, struct loop_tap *tap);
static bool put_off(struct loop *loop, struct loop_tap *tap);
static bool runs(const struct loop *loop, uint32_t process);
static bool will_run(const struct loop *loop, uint32_t process);
static bool promotes(const struct loop *loop, uint32_t process);
static void give_up(struct loop *loop, struct loop_tap *tap);
static void send_off(struct loop *loop, const struct loop_tap *tap);
static void finish(
	struct loop *loop, struct loop_tap *tap, int code, char *text);
static void forget(struct loop *loop, struct loop_tap *tap);
static uint32_t find_node(const struct loop *loop, const struct loop_tap *tap,
	struct error *error);
static bool is_program(
	const struct loop *loop, const char *name, struct error *error);
static uint32_t find_writer(
	const struct loop *loop, const char *name, struct error *error);
static bool has_stream(const struct loop_process *one, const char *name,
	bool *writes, struct error *error);
static bool writes_it(const struct node_plan *plan, const char *name);
static struct loop_tap *find(
	struct loop *loop, uint64_t client, uint32_t process);

void loop_begin_tap(
	struct loop *loop, uint64_t client, const struct request *request)
{
	struct loop_tap *tap = loop->taps;

	if (!request->stream) {
		control_result(loop->request->control, client, EXIT_CODE_FAILED,
			"which stream is to be shown?");
		return;
	}
	while (tap->client)
		tap++; /* as many as there may be clients */
	*tap = (struct loop_tap){.client = client,
		.stream = strdup(request->stream),
		.state = request->kind == REQUEST_STATE,
		.node = request->node,
		.process = LOOP_NOBODY,
		.until_ns = loop->os->clock_ns(loop->os) + TAP_PATIENCE_NS,
		.late.timer.fired = loop_timer_fired,
		.again.timer.fired = loop_timer_fired};
	CHECK(tap->stream != NULL);
	ask(loop, tap);
}

bool loop_hear_tap(
	struct loop *loop, uint32_t process, const struct command *command)
{
	struct loop_tap *tap;

	if (command->kind != COMMAND_RECORDS && command->kind != COMMAND_SHOWN)
		return false;
	tap = find(loop, command->records, process);
	if (!tap) /* it was taken off meanwhile */
		return true;
	if (command->kind == COMMAND_RECORDS) {
		tap->owes = tap->shown = true;
		timers_disarm(&loop->timers, &tap->late.timer);
		control_records(loop->request->control, tap->client, command);
		return true;
	}
	if (tap->state && command->code == -EAGAIN && put_off(loop, tap))
		return true;
	finish(loop, tap, command->code < 0 ? EXIT_CODE_FAILED : EXIT_CODE_DONE,
		command->code < 0
			? sentence_format("%.*s", (int)command->text.bytes,
				  command->text.text)
			: NULL);
	return true;
}

void loop_serve_taps(struct loop *loop)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_tap *tap = &loop->taps[i];

		if (tap->client && tap->late.elapsed)
			give_up(loop, tap);
		if (tap->client && tap->again.elapsed)
			ask(loop, tap);
		if (!tap->client || !tap->owes ||
			!control_has_room(loop->request->control, tap->client))
			continue;
		tap->owes = false;
		loop_send(loop, tap->process,
			&(struct command){.kind = COMMAND_TAP,
				.code = COMMAND_TAP_MORE,
				.records = tap->client});
	}
}

void loop_end_tap(struct loop *loop, uint64_t client)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_tap *tap = &loop->taps[i];

		if (tap->client != client)
			continue;
		send_off(loop, tap);
		forget(loop, tap);
	}
}

void loop_end_taps_of(struct loop *loop, uint32_t process)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct loop_tap *tap = &loop->taps[i];

		if (!tap->client || tap->process != process)
			continue;
		if (tap->state && !tap->shown && promotes(loop, process) &&
			put_off(loop, tap))
			continue;
		finish(loop, tap, EXIT_CODE_FAILED,
			sentence_format("%s's process is gone; nothing "
					"more is seen of it (where another has "
					"taken its place, tap again)",
				loop->names[seat_node(process)]));
	}
}

void loop_end_taps(struct loop *loop)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (loop->taps[i].client)
			finish(loop, &loop->taps[i], EXIT_CODE_FAILED,
				sentence_format("it has ended"));
}

/* Whoever has that now, or a moment later. */
static void ask(struct loop *loop, struct loop_tap *tap)
{
	struct error error = ERROR_NONE;
	uint32_t node = find_node(loop, tap, &error);
	uint32_t process;

	tap->again.elapsed = false;
	if (node == SUPERVISOR_NO_NODE) {
		finish(loop, tap, EXIT_CODE_FAILED,
			sentence_format("%s", error.text));
		return;
	}
	process = supervisor_current(&loop->supervisor, node);
	if (!runs(loop, process)) {
		if (!will_run(loop, process) || !put_off(loop, tap))
			finish(loop, tap, EXIT_CODE_FAILED,
				sentence_format("%s, which has that, does not "
						"run; tau ps shows its nodes",
					loop->names[node]));
		return;
	}
	tap->process = process;
	if (tap->state)
		timers_arm(&loop->timers, &tap->late.timer,
			loop->os->clock_ns(loop->os) + STATE_ANSWER_NS);
	loop_send(loop, process,
		&(struct command){
			.kind = tap->state ? COMMAND_STATE : COMMAND_TAP,
			.code = tap->state ? 0 : COMMAND_TAP_ON,
			.records = tap->client,
			.name = command_text(tap->stream)});
}

/* False: it has been for too long. */
static bool put_off(struct loop *loop, struct loop_tap *tap)
{
	int64_t now_ns = loop->os->clock_ns(loop->os);

	if (now_ns >= tap->until_ns)
		return false;
	tap->process = LOOP_NOBODY;
	timers_disarm(&loop->timers, &tap->late.timer);
	timers_arm(&loop->timers, &tap->again.timer, now_ns + TAP_AGAIN_NS);
	return true;
}

static bool runs(const struct loop *loop, uint32_t process)
{
	enum supervised_state state = loop->supervisor.processes[process].state;

	return state == SUPERVISED_RUNNING || state == SUPERVISED_DRAINING;
}

/* Soon, as far as is known: it starts, or makes way for one that does. */
static bool will_run(const struct loop *loop, uint32_t process)
{
	return !loop->supervisor.closing &&
	       !loop->supervisor.nodes[seat_node(process)].waiting &&
	       loop->supervisor.processes[process].state != SUPERVISED_ENDED;
}

static bool promotes(const struct loop *loop, uint32_t process)
{
	return loop->supervisor.nodes[seat_node(process)].promoting;
}

/* Who blocks or is stopped cannot keep a deadline of its own. */
static void give_up(struct loop *loop, struct loop_tap *tap)
{
	uint32_t process = tap->process;

	send_off(loop, tap);
	finish(loop, tap, EXIT_CODE_FAILED,
		sentence_format("%s does not answer within %s: it is "
				"stopped, or an operator of it has the thread, "
				"which tau ps shows",
			loop->names[seat_node(process)],
			sentence_time(STATE_ANSWER_NS).text));
}

static void send_off(struct loop *loop, const struct loop_tap *tap)
{
	if (tap->process != LOOP_NOBODY)
		loop_send(loop, tap->process,
			&(struct command){.kind = COMMAND_TAP,
				.code = COMMAND_TAP_OFF,
				.records = tap->client});
}

/* Takes the text. */
static void finish(
	struct loop *loop, struct loop_tap *tap, int code, char *text)
{
	control_result(loop->request->control, tap->client, code, text);
	free(text);
	forget(loop, tap);
}

static void forget(struct loop *loop, struct loop_tap *tap)
{
	timers_disarm(&loop->timers, &tap->late.timer);
	timers_disarm(&loop->timers, &tap->again.timer);
	free(tap->stream);
	*tap = (struct loop_tap){0};
}

/* The node that has what was asked for, or SUPERVISOR_NO_NODE. */
static uint32_t find_node(const struct loop *loop, const struct loop_tap *tap,
	struct error *error)
{
	uint32_t node = SUPERVISOR_NO_NODE;

	if (!tap->state || !is_program(loop, tap->stream, error))
		node = find_writer(loop, tap->stream, error);
	if (!tap->state || node == SUPERVISOR_NO_NODE || tap->node == node ||
		tap->node == SUPERVISOR_NO_NODE)
		return node;
	error_set(error, -EINVAL, "%s is in the node %s", tap->stream,
		loop->names[node]);
	return SUPERVISOR_NO_NODE;
}

/* Whether that is the name of a node that is one; then what is to be said. */
static bool is_program(
	const struct loop *loop, const char *name, struct error *error)
{
	const struct supervised_policy *policies =
		loop->supervisor.options.policies;
	uint32_t count = loop->supervisor.options.node_count, at = 0;
	const char *runs;

	while (at < count && (!policies || !policies[at].program ||
				     loop->supervisor.nodes[at].absent ||
				     strcmp(loop->names[at], name) != 0))
		at++;
	if (at == count)
		return false;
	runs = version_label(loop->places[at].now);
	error_set(error, -ENOTSUP,
		"%s is a program of somebody else's%s%s: what it knows only it "
		"can tell",
		name, *runs ? ", " : "", runs);
	return true;
}

/* The node of the writer; where that is somebody else's program, of the
 * reader. */
static uint32_t find_writer(
	const struct loop *loop, const char *name, struct error *error)
{
	uint32_t found = SUPERVISOR_NO_NODE;
	uint32_t count = loop->supervisor.options.node_count;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t process = supervisor_current(&loop->supervisor, i);
		bool writes = false;

		if (!loop->supervisor.nodes[i].absent &&
			has_stream(&loop->processes[process], name, &writes,
				error))
			found = i;
		if (writes)
			return i;
	}
	if (found == SUPERVISOR_NO_NODE)
		error_set(error, -ENOENT,
			"it has no operator and no stream called %s; tau graph "
			"and tau plan show them",
			name);
	return found;
}

/* Plans are read only where they may hold the name. */
static bool has_stream(const struct loop_process *one, const char *name,
	bool *writes, struct error *error)
{
	size_t bytes = strcspn(name, ".");
	struct node_plan plan = {0};
	bool has = false;

	if (!one->version || !memmem(one->version->plan,
				     one->version->plan_bytes, name, bytes))
		return false;
	if (node_plan_decode(&plan, one->version->plan,
		    one->version->plan_bytes, error) == 0) {
		*writes = writes_it(&plan, name);
		for (uint32_t i = 0; i < plan.stream_count; i++)
			has |= !strcmp(plan.streams[i].name, name) &&
			       plan.streams[i].to.owner != NODE_PLAN_NONE;
	}
	node_plan_release(&plan);
	return has || *writes;
}

static bool writes_it(const struct node_plan *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->operator_count; i++) {
		size_t bytes = strlen(plan->operators[i].name);

		if (!strncmp(plan->operators[i].name, name, bytes) &&
			(!name[bytes] || name[bytes] == '.'))
			return true;
	}
	return false;
}

static struct loop_tap *find(
	struct loop *loop, uint64_t client, uint32_t process)
{
	for (size_t i = 0; client && i < CONTROL_CLIENTS_MAX; i++)
		if (loop->taps[i].client == client &&
			loop->taps[i].process == process)
			return &loop->taps[i];
	return NULL;
}
