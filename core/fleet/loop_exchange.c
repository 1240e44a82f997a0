/* loop: nodes that are replaced while they run: their versions, and what they
 * hand over. core/fleet/upgrade says when. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/loop_private.h"
#include "core/fleet/sentence.h"

static void send_freeze(struct loop *loop, const struct upgrade_action *action);
static bool begins_anew(const struct loop *loop, uint32_t node);
static void send_restore(
	struct loop *loop, const struct upgrade_action *action);
static void commit(struct loop *loop, const struct upgrade_action *action);
static void come_back(struct loop *loop, const struct upgrade_action *action);
static struct version *version_of(
	struct loop_place *place, enum upgrade_plan plan);
static struct handed *handed_of(
	struct loop_place *place, enum upgrade_plan plan);
static bool note_frozen(
	struct loop *loop, uint32_t index, const struct command *command);
static bool is_awaited(const struct loop *loop, uint32_t node, uint64_t number);
static void note_text(char **place, struct command_text text);

void loop_init_exchange(struct loop *loop)
{
	uint32_t count = loop->request->options->node_count;

	loop->places = calloc(count, sizeof *loop->places);
	loop->names = calloc(count, sizeof *loop->names);
	CHECK(loop->places != NULL && loop->names != NULL);
	for (uint32_t i = 0; i < count; i++) {
		const struct loop_node *node = &loop->request->nodes[i];

		loop->names[i] = node->name;
		loop->places[i].now = version_create(node->plan, NULL, NULL,
			node->with_stdin, node->with_stdout);
	}
	exchange_init(&loop->exchange, &loop->supervisor, loop->names);
}

void loop_release_exchange(struct loop *loop)
{
	exchange_release(&loop->exchange);
	loop_release_history(loop);
	for (uint32_t i = 0; i < loop->count; i++)
		version_drop(&loop->processes[i].version);
	for (uint32_t i = 0; i < loop->request->options->node_count; i++) {
		struct loop_place *place = &loop->places[i];

		version_drop(&place->next);
		version_drop(&place->now);
		version_drop(&place->previous);
		handed_close(&place->fresh, loop->os);
		handed_close(&place->kept, loop->os);
		free(place->before);
		free(place->after);
	}
	free(loop->places);
	free(loop->names);
}

void loop_exchange(struct loop *loop, const struct supervisor_action *about)
{
	const struct upgrade_action *action = &about->upgrade;
	struct loop_place *place = &loop->places[action->node];

	switch (action->kind) {
	case UPGRADE_DO_SPAWN:
		version_put(
			&loop->processes[supervisor_standby(&loop->supervisor,
						 action->node)]
				 .version,
			version_hold(version_of(place, action->plan)));
		break;
	case UPGRADE_DO_FREEZE:
		send_freeze(loop, action);
		break;
	case UPGRADE_DO_THAW:
		handed_close(&place->fresh, loop->os);
		loop_send(loop,
			supervisor_current(&loop->supervisor, action->node),
			&(struct command){.kind = COMMAND_THAW});
		break;
	case UPGRADE_DO_RESTORE:
		send_restore(loop, action);
		break;
	case UPGRADE_DO_COMMIT:
		commit(loop, action);
		break;
	case UPGRADE_DO_RETURN:
	case UPGRADE_DO_GIVE_UP:
		come_back(loop, action);
		break;
	case UPGRADE_DO_CLOSE:
		handed_close(handed_of(place, action->plan), loop->os);
		break;
	case UPGRADE_DO_PHASE:
		loop_tell_phase(loop, action);
		break;
	case UPGRADE_DO_RESULT:
		loop_answer_change(
			loop, action->client, action->code, about->text);
		break;
	case UPGRADE_DO_DISCARD:
	case UPGRADE_DO_PROMOTE:
	case UPGRADE_DO_ASK:
	case UPGRADE_DO_KILL:
	case UPGRADE_DO_ARM:
	case UPGRADE_DO_SAY:
		break;
	}
}

bool loop_note_command(
	struct loop *loop, uint32_t index, const struct command *command)
{
	uint32_t node = seat_node(index);
	struct loop_place *place = &loop->places[node];
	bool runs = supervisor_current(&loop->supervisor, node) == index;

	if (command->kind == COMMAND_FROZEN)
		return note_frozen(loop, index, command);
	if (command->kind == COMMAND_REFUSED && runs)
		return is_awaited(loop, node, command->records);
	if (command->kind == COMMAND_RESTORED) {
		note_text(&place->after, command->text);
		place->dropped = command->records;
	} else if (command->kind == COMMAND_PROGRESS &&
		   loop->exchange.upgrade.nodes[node].stage == STAGE_STARTING)
		place->pause_ns =
			loop->os->clock_ns(loop->os) - place->frozen_ns;
	return true;
}

static void send_freeze(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];
	struct version *to = version_of(place, loop->exchange.upgrade.plan);

	place->frozen_ns = loop->os->clock_ns(loop->os);
	place->pause_ns = 0;
	loop_send(loop, supervisor_current(&loop->supervisor, action->node),
		&(struct command){.kind = COMMAND_FREEZE,
			.records = action->number,
			.text = command_text(to->states)});
}

/* Whether all who it has streams to find their way with a process that follows
 * on the same connections: others count from where the crashed one was. */
static bool begins_anew(const struct loop *loop, uint32_t node)
{
	for (uint32_t i = 0; i < loop->links.count; i++) {
		const struct links_pair *pair = &loop->links.pairs[i];

		if ((pair->nodes[0] == node || pair->nodes[1] == node) &&
			!pair->packets)
			return false;
	}
	return true;
}

/* The fds are kept; who restores gets others of the same descriptions. */
static void send_restore(struct loop *loop, const struct upgrade_action *action)
{
	uint32_t index = supervisor_standby(&loop->supervisor, action->node);
	struct loop_process *one = &loop->processes[index];
	struct handed *handed =
		handed_of(&loop->places[action->node], action->plan);
	bool partly = loop->applies &&
		      loop->exchange.upgrade.phase == UPGRADE_RESTORING;
	struct command command = {.kind = COMMAND_RESTORE,
		.code = action->again ? COMMAND_RESTORE_ALONE
			: partly      ? COMMAND_RESTORE_PARTLY
				      : COMMAND_RESTORE_ALL,
		.records = handed->count};
	int code = 0;
	int *fds = NULL;

	one->error = ERROR_NONE;
	if (action->again && !begins_anew(loop, action->node))
		code = error_set(&one->error, -ENOTSUP,
			"it cannot be taken back alone: it has streams to a "
			"program of somebody else's, or over a transport of "
			"bytes");
	else
		fds = handed_copy(handed, loop->os, &code);
	if (!fds && one->error.code == 0)
		error_set(&one->error, code,
			"what it is to restore cannot be passed on: %s",
			strerror(-code));
	else if (fds)
		code = process_send_fds(
			&one->process, fds, handed->count, &one->error);
	free(fds);
	if (code < 0)
		one->broken = true;
	else
		loop_send(loop, index, &command);
}

/* From here on a process that is spawned for the node is of the new version. */
static void commit(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];
	struct version *to = version_hold(version_of(place, action->plan));

	loop->committed = true;
	version_put(&place->previous, place->now);
	place->now = to;
	version_drop(&place->next);
	handed_move(&place->kept, &place->fresh, loop->os);
	place->told = false;
	if (action->plan == UPGRADE_PLAN_KEPT)
		loop_note_return(loop, action->node);
}

/* Who wrote the fresh handover is still the version that the node has. */
static void come_back(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];

	if (action->plan != UPGRADE_PLAN_KEPT)
		return;
	loop_note_commit(loop, action->node);
	version_put(&place->now, place->previous);
	place->previous = NULL;
	loop_note_return(loop, action->node);
	if (action->again && loop->request->ledger)
		ledger_take_back(loop->request->ledger, action->node,
			loop_take_lost, loop);
}

static struct version *version_of(
	struct loop_place *place, enum upgrade_plan plan)
{
	switch (plan) {
	case UPGRADE_PLAN_NEXT:
		return place->next;
	case UPGRADE_PLAN_FRESH:
		return place->now;
	case UPGRADE_PLAN_KEPT:
		return place->previous;
	}
	return NULL;
}

static struct handed *handed_of(
	struct loop_place *place, enum upgrade_plan plan)
{
	return plan == UPGRADE_PLAN_KEPT ? &place->kept : &place->fresh;
}

/* What nobody waits for any more is closed. */
static bool note_frozen(
	struct loop *loop, uint32_t index, const struct command *command)
{
	uint32_t node = seat_node(index);
	struct handed arrived = {0};

	arrived.fds = command_take_fds(
		loop->processes[index].process.connection, &arrived.count);
	if (!is_awaited(loop, node, (uint64_t)command->code) ||
		supervisor_current(&loop->supervisor, node) != index) {
		handed_close(&arrived, loop->os);
		return false;
	}
	handed_move(&loop->places[node].fresh, &arrived, loop->os);
	loop->places[node].carried_bytes = command->bytes;
	note_text(&loop->places[node].before, command->text);
	return true;
}

static bool is_awaited(const struct loop *loop, uint32_t node, uint64_t number)
{
	const struct upgrade *upgrade = &loop->exchange.upgrade;

	return upgrade->nodes[node].stage == STAGE_FREEZING &&
	       number == upgrade->number;
}

static void note_text(char **place, struct command_text text)
{
	free(*place);
	*place = sentence_format(
		"%.*s", (int)text.bytes, text.text ? text.text : "");
}
