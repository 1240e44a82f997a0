/* loop: what tools ask about upgrades, and what they are told of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/loop_private.h"
#include "core/step/proof.h"
#include "core/step/sentence.h"
#include "core/text/object.h"

/* The nodes of a transaction, and what becomes of each. */
struct members {
	uint32_t *nodes;
	enum upgrade_part *parts;
	bool *alone, any_alone;
	uint32_t count;
};

static int make(
	struct loop *loop, const struct request *request, struct error *error);
static char *gather(struct loop *loop, struct members *members);
static void begin(struct loop *loop, uint64_t client,
	const struct request *request, const struct members *members);
static void forget_next(struct loop *loop);
static void settle(struct loop *loop, uint64_t client);
static void tell_node(struct loop *loop, uint64_t client, uint32_t node);
static void tell_streams(struct loop *loop, uint64_t client, uint32_t node);
static int64_t more(uint64_t one, uint64_t other);
static bool find_stream(struct command_text text, struct command_text name,
	struct proof_stream *found);
static void remember(
	struct loop *loop, uint32_t node, const char *what, int64_t pause_ns);
static void note(struct loop *loop, uint32_t node, const char *what,
	const char *runs, int64_t pause_ns);

void loop_upgrade(
	struct loop *loop, uint64_t client, const struct request *request)
{
	struct members members = {0};
	struct error error = ERROR_NONE;
	char *refusal;
	bool made;
	int code = 0;

	refusal = exchange_refusal(&loop->exchange, &loop->supervisor, NULL, 0);
	made = !refusal;
	if (made)
		code = make(loop, request, &error);
	if (made && code == 0)
		refusal = gather(loop, &members);
	if (!refusal && code == 0)
		code = loop_prepare_change(loop, &error);
	if (refusal || code < 0) {
		loop_refuse(loop, client, request, code,
			refusal ? refusal : error.text);
		if (made && loop->request->planner)
			free(loop->request->planner->settle(
				loop->request->planner->context, false));
		if (made) /* else they are another's */
			forget_next(loop);
	} else if (members.count == 0) {
		free(loop_adopt(loop, true));
		forget_next(loop);
		loop_answer_change(loop, client, EXIT_CODE_DONE, NULL);
	} else {
		begin(loop, client, request, &members);
	}
	free(refusal);
	free(members.nodes);
	free(members.parts);
	free(members.alone);
}

static int make(
	struct loop *loop, const struct request *request, struct error *error)
{
	const struct loop_planner *planner = loop->request->planner;

	loop_begin_change(loop);
	if (!planner)
		return error_set(error, -ENOTSUP,
			"nothing of this topology can be replaced");
	return planner->make(planner->context, request, &loop->change, error);
}

/* Those that the change is about; why they cannot be had now, or NULL. */
static char *gather(struct loop *loop, struct members *members)
{
	const struct loop_change *change = &loop->change;
	uint32_t *there = calloc(loop->node_room, sizeof *there);
	uint32_t count = 0;
	char *refusal;

	members->nodes = calloc(loop->node_room, sizeof *members->nodes);
	members->parts = calloc(loop->node_room, sizeof *members->parts);
	members->alone = calloc(loop->node_room, sizeof *members->alone);
	CHECK(there && members->nodes && members->parts && members->alone);
	for (uint32_t i = 0; i < change->node_room; i++) {
		if (!change->members[i])
			continue;
		members->nodes[members->count] = i;
		members->alone[members->count] = change->alone[i];
		members->any_alone |= change->alone[i];
		members->parts[members->count++] = change->parts[i];
		if (change->parts[i] != UPGRADE_ADDED)
			there[count++] = i;
	}
	refusal = exchange_refusal(
		&loop->exchange, &loop->supervisor, there, count);
	free(there);
	return refusal;
}

static void begin(struct loop *loop, uint64_t client,
	const struct request *request, const struct members *members)
{
	bool applies = request->kind == REQUEST_APPLY;
	struct upgrade_request wish = {.client = client,
		.wait = request->wait,
		.nodes = members->nodes,
		.parts = members->parts,
		.alone = members->alone,
		.node_count = members->count,
		.halts = loop->change.halts,
		.together = applies,
		.prepare_ns = request->deadline_ns < 0 ? UPGRADE_PREPARE_NS
						       : request->deadline_ns,
		.freeze_ns = request->freeze_ns < 0 ? UPGRADE_FREEZE_NS
						    : request->freeze_ns,
		.restore_ns = request->deadline_ns < 0 ? UPGRADE_RESTORE_NS
						       : request->deadline_ns,
		.probation_ns = applies && !members->any_alone ? 0
				: request->probation_ns < 0
					? UPGRADE_PROBATION_NS
					: request->probation_ns};

	loop->committed = false;
	loop->back = request->kind == REQUEST_ROLLBACK;
	loop->applies = applies;
	loop->itself = client == LOOP_ITSELF;
	loop_happen(loop, &(struct supervisor_event){.kind = SUPERVISOR_UPGRADE,
				  .upgrade = &wish});
}

static void forget_next(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++)
		version_drop(&loop->places[i].next);
	loop_end_change(loop);
}

void loop_tell_phase(struct loop *loop, const struct upgrade_action *action)
{
	static const char *const phases[] = {[UPGRADE_PREPARING] = "preparing",
		[UPGRADE_FREEZING] = "freezing",
		[UPGRADE_RESTORING] = "restoring",
		[UPGRADE_FENCING] = "committed",
		[UPGRADE_ABORTING] = "taking back"};
	struct object object = OBJECT_NONE;
	char *line;

	if (action->phase == UPGRADE_IDLE) {
		settle(loop, action->client);
		return;
	}
	if (!action->client)
		return;
	object_text(&object, "phase", phases[action->phase]);
	line = object_take(&object);
	control_line(loop->request->control, action->client, line);
	free(line);
}

void loop_note_commit(struct loop *loop, uint32_t node)
{
	struct loop_place *place = &loop->places[node];

	if (place->told)
		return;
	place->told = true;
	remember(loop, node,
		place->part == UPGRADE_ADDED     ? "added"
		: place->part == UPGRADE_REMOVED ? "removed"
		: loop->back                     ? "rolled back"
		: loop->applies                  ? "applied"
						 : "upgraded",
		place->pause_ns);
}

void loop_note_return(struct loop *loop, uint32_t node)
{
	const struct loop_planner *planner = loop->request->planner;
	uint32_t process = supervisor_current(&loop->supervisor, node);

	if (loop->supervisor.processes[process].state == SUPERVISED_ENDED)
		note(loop, node, "given up", NULL, 0); /* why was said */
	else
		remember(loop, node, "returned", 0);
	loop->places[node].told = true;
	if (planner)
		planner->came_back(planner->context, node);
}

/* It is over: what was made becomes what runs, or goes. */
static void settle(struct loop *loop, uint64_t client)
{
	const struct loop_planner *planner = loop->request->planner;
	char *advice = NULL;

	if (loop->exchange.upgrade.plan == UPGRADE_PLAN_NEXT && planner)
		advice = loop_adopt(loop, loop->committed);
	if (loop->committed)
		loop_count_removed(loop);
	forget_next(loop);
	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++) {
		handed_close(&loop->places[i].past, loop->os);
		if (!loop->places[i].member ||
			loop->exchange.upgrade.plan == UPGRADE_PLAN_KEPT)
			continue;
		if (!loop->committed) {
			remember(loop, i, "taken back", 0);
			continue;
		}
		/* Who came back in the midst of it is what it was. */
		if (client && !loop->places[i].told)
			tell_node(loop, client, i);
		loop_note_commit(loop, i);
	}
	if (advice && client) {
		struct object object = OBJECT_NONE;
		char *line;

		object_text(&object, "advice", advice);
		line = object_take(&object);
		control_line(loop->request->control, client, line);
		free(line);
	}
	free(advice);
	loop->applies = false; /* whoever goes back does so alone */
}

static void tell_node(struct loop *loop, uint64_t client, uint32_t node)
{
	static const char *const parts[] = {[UPGRADE_REPLACED] = "replaced",
		[UPGRADE_ADDED] = "added",
		[UPGRADE_REMOVED] = "removed"};
	const struct loop_place *place = &loop->places[node];
	struct object object = OBJECT_NONE;
	char *line;

	if (client == LOOP_ITSELF) {
		loop_say_change(loop, node);
		return;
	}
	object_text(&object, "node", loop->names[node]);
	object_text(&object, "what", parts[place->part]);
	object_text(
		&object, "to", place->now ? version_label(place->now) : NULL);
	object_text(&object, "from",
		place->previous ? version_label(place->previous) : NULL);
	object_number(&object, "pause_us", place->pause_ns / 1000);
	object_number(&object, "carried_bytes", (int64_t)place->carried_bytes);
	if (place->dropped)
		object_number(&object, "dropped", (int64_t)place->dropped);
	line = object_take(&object);
	control_line(loop->request->control, client, line);
	free(line);
	tell_streams(loop, client, node);
}

/* Both sides agree on what both have, or it would not have been committed. */
static void tell_streams(struct loop *loop, uint64_t client, uint32_t node)
{
	const struct loop_place *place = &loop->places[node];
	struct command_text text = command_text(place->before);
	struct proof_stream before, after;

	while (proof_next(&text, &before)) {
		struct object object = OBJECT_NONE;
		uint64_t expected;
		char digest[17], *line;

		object_text(&object, "node", loop->names[node]);
		object_bytes(
			&object, "stream", before.name.text, before.name.bytes);
		object_number(&object, "sent", (int64_t)before.sent);
		object_number(&object, "received", (int64_t)before.received);
		object_number(&object, "retired", (int64_t)before.retired);
		object_number(&object, "carried", (int64_t)before.carried);
		snprintf(digest, sizeof digest, "%016" PRIx64, before.digest);
		object_text(&object, "digest", digest);
		if (find_stream(
			    command_text(place->after), before.name, &after)) {
			snprintf(digest, sizeof digest, "%016" PRIx64,
				after.digest);
			object_number(
				&object, "sent_after", (int64_t)after.sent);
			object_text(&object, "digest_after", digest);
			object_number(&object, "lost",
				more(after.retired, before.retired) +
					more(before.received, after.received));
			object_number(&object, "duplicated",
				more(before.retired, after.retired) +
					more(after.received, before.received));
		} else if (loop_find_moved(loop, before.name, &after) &&
			   loop_expect(loop, before.name, &expected)) {
			object_number(
				&object, "lost", more(expected, after.carried));
			object_number(&object, "duplicated",
				more(after.carried, expected));
		}
		line = object_take(&object);
		control_line(loop->request->control, client, line);
		free(line);
	}
}

/* By how much one side's number is beyond the other's. */
static int64_t more(uint64_t one, uint64_t other)
{
	return one > other ? (int64_t)(one - other) : 0;
}

static bool find_stream(struct command_text text, struct command_text name,
	struct proof_stream *found)
{
	while (proof_next(&text, found))
		if (found->name.bytes == name.bytes &&
			!memcmp(found->name.text, name.text, name.bytes))
			return true;
	return false;
}

static void remember(
	struct loop *loop, uint32_t node, const char *what, int64_t pause_ns)
{
	struct version *now = loop->places[node].now;

	note(loop, node, what, now ? version_label(now) : NULL, pause_ns);
	if (!loop->itself)
		loop_log_change(loop, node, what, pause_ns);
}

static void note(struct loop *loop, uint32_t node, const char *what,
	const char *runs, int64_t pause_ns)
{
	struct object object = OBJECT_NONE;

	if (!loop->history)
		loop->history =
			calloc(UPGRADE_HISTORY_MAX, sizeof *loop->history);
	CHECK(loop->history != NULL);
	if (loop->history_count == UPGRADE_HISTORY_MAX) {
		free(loop->history[0]);
		memmove(loop->history, loop->history + 1,
			--loop->history_count * sizeof *loop->history);
	}
	object_number(
		&object, "time_ms", loop->os->realtime_ns(loop->os) / 1000000);
	object_text(&object, "node", loop->names[node]);
	object_text(&object, "what", what);
	object_text(&object, "runs", runs);
	if (pause_ns)
		object_number(&object, "pause_us", pause_ns / 1000);
	loop->history[loop->history_count++] = object_take(&object);
}

void loop_tell_history(struct loop *loop, uint64_t client)
{
	for (uint32_t i = 0; i < loop->history_count; i++)
		control_line(loop->request->control, client, loop->history[i]);
	control_result(loop->request->control, client, EXIT_CODE_DONE,
		loop->history_count ? NULL : "nothing was replaced so far");
}

void loop_release_history(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->history_count; i++)
		free(loop->history[i]);
	free(loop->history);
}
