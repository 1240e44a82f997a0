/* loop: nodes that are replaced while they run: their versions, and what they
 * hand over. core/step/upgrade says when. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/loop_private.h"
#include "core/step/sentence.h"

/* Handovers that go to one process: their fds, and how many are of each. */
struct gathered {
	int *fds;
	uint32_t count;
	char *text;
};

static void send_freeze(struct loop *loop, const struct upgrade_action *action);
static int gather(struct loop *loop, const struct upgrade_action *action,
	bool partly, struct gathered *gathered);
static char *states_for(const struct loop *loop, uint32_t node);
static bool add_handed(struct gathered *gathered, const struct handed *handed,
	struct os *os, int *code);
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

	loop->places = calloc(loop->node_room, sizeof *loop->places);
	loop->names = calloc(loop->node_room, sizeof *loop->names);
	CHECK(loop->places != NULL && loop->names != NULL);
	for (uint32_t i = 0; i < count; i++) {
		const struct loop_node *node = &loop->request->nodes[i];
		struct version *now = version_create(node->plan, NULL, NULL,
			node->with_stdin, node->with_stdout);

		loop->names[i] = node->name;
		now->files = node->files;
		now->around = node->around; /* taken */
		version_connect(now, loop->pairs, loop->link_room, i);
		loop->places[i].now = now;
	}
	exchange_init(&loop->exchange, &loop->supervisor, loop->names);
}

void loop_release_exchange(struct loop *loop)
{
	exchange_release(&loop->exchange);
	loop_release_history(loop);
	loop_end_change(loop);
	for (uint32_t i = 0; i < SEATS * loop->node_room; i++)
		version_drop(&loop->processes[i].version);
	for (uint32_t i = 0; i < loop->node_room; i++) {
		struct loop_place *place = &loop->places[i];

		version_drop(&place->next);
		version_drop(&place->now);
		version_drop(&place->previous);
		handed_close(&place->fresh, loop->os);
		handed_close(&place->kept, loop->os);
		handed_close(&place->past, loop->os);
		free(place->before);
		free(place->after);
		free(place->name);
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
	case UPGRADE_DO_REMOVE:
		if (loop->request->ledger)
			ledger_forget(loop->request->ledger, action->node);
		break;
	default: /* the step's own, or the exchange's */
		break;
	}
}

bool loop_note_command(
	struct loop *loop, uint32_t index, const struct command *command)
{
	uint32_t node = seat_node(index);
	struct loop_place *place = &loop->places[node];
	bool runs = supervisor_current(&loop->supervisor, node) == index;
	char *wrong;

	if (command->kind == COMMAND_FROZEN)
		return note_frozen(loop, index, command);
	if (command->kind == COMMAND_REFUSED && runs)
		return is_awaited(loop, node, command->records);
	if (command->kind == COMMAND_RESTORED) {
		note_text(&place->after, command->text);
		wrong = loop_vet_moved(loop, node);
		if (wrong)
			loop_hang_up(loop, index, wrong);
		free(wrong);
	} else if (command->kind == COMMAND_PROGRESS &&
		   place->part == UPGRADE_REPLACED &&
		   loop->exchange.upgrade.nodes[node].stage == STAGE_STARTING)
		place->pause_ns =
			loop->os->clock_ns(loop->os) - place->frozen_ns;
	return true;
}

static void send_freeze(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];
	char *states = states_for(loop, action->node);

	if (action->how != COMMAND_FREEZE_DRAINED)
		place->frozen_ns = loop->os->clock_ns(loop->os);
	place->pause_ns = 0;
	place->dropped = 0;
	loop_send(loop, supervisor_current(&loop->supervisor, action->node),
		&(struct command){.kind = COMMAND_FREEZE,
			.code = (int)action->how,
			.records = action->number,
			.text = command_text(states)});
	free(states);
}

/* What the node's operators are to write, wherever they will be. */
static char *states_for(const struct loop *loop, uint32_t node)
{
	uint32_t count = loop->supervisor.options.node_count;
	char *all = strdup("");

	CHECK(all != NULL);
	for (uint32_t i = 0; i < count; i++) {
		const struct version *to = version_of(
			&loop->places[i], loop->exchange.upgrade.plan);
		char *former = all;

		if (!(i == node || (loop->applies && loop->places[i].member)) ||
			!to || !to->states)
			continue;
		all = sentence_format("%s%s", former, to->states);
		free(former);
	}
	return all;
}

/* Another's handover, or its own, behind those that are there. */
static bool add_handed(struct gathered *gathered, const struct handed *handed,
	struct os *os, int *code)
{
	int *copies = handed_copy(handed, os, code);
	char *former = gathered->text;
	int *grown;

	if (!copies)
		return false;
	grown = realloc(gathered->fds,
		(gathered->count + handed->count + 1u) * sizeof *grown);
	CHECK(grown != NULL);
	memcpy(grown + gathered->count, copies, handed->count * sizeof *grown);
	gathered->fds = grown;
	gathered->count += handed->count;
	gathered->text = sentence_format(
		"%s%" PRIu32 "\n", former ? former : "", handed->count);
	free(former);
	free(copies);
	return true;
}

/* The fds are kept; who restores gets others of the same descriptions. */
static void send_restore(struct loop *loop, const struct upgrade_action *action)
{
	uint32_t index = supervisor_standby(&loop->supervisor, action->node);
	struct loop_process *one = &loop->processes[index];
	bool partly = action->plan == UPGRADE_PLAN_SAME ||
		      (loop->applies && loop->exchange.upgrade.phase ==
						UPGRADE_RESTORING);
	struct gathered gathered = {0};
	struct command command = {.kind = COMMAND_RESTORE,
		.code = action->again ? COMMAND_RESTORE_ALONE
			: partly      ? COMMAND_RESTORE_PARTLY
				      : COMMAND_RESTORE_ALL};
	int code = 0;

	one->error = ERROR_NONE;
	if (action->again && !loop_begins_anew(loop, action->node))
		code = error_set(&one->error, -ENOTSUP,
			"it cannot be taken back alone: it has streams to a "
			"program of somebody else's, or over a transport of "
			"bytes");
	else
		code = gather(loop, action, partly, &gathered);
	if (code < 0 && one->error.code == 0)
		error_set(&one->error, code,
			"what it is to restore cannot be passed on: %s",
			strerror(-code));
	else if (code == 0 && gathered.count > 0)
		code = process_send_fds(&one->process, gathered.fds,
			gathered.count, &one->error);
	command.records = gathered.count;
	if (action->again && code == 0)
		loop_add_passed(loop, action->node, &gathered.text);
	command.text = command_text(gathered.text);
	if (code < 0)
		one->broken = true;
	else
		loop_send(loop, index, &command);
	free(gathered.fds);
	free(gathered.text);
}

/* Its own handover, and those of others from which its version goes on. */
static int gather(struct loop *loop, const struct upgrade_action *action,
	bool partly, struct gathered *gathered)
{
	struct loop_place *place = &loop->places[action->node];
	const struct version *version =
		loop->processes[supervisor_standby(
					&loop->supervisor, action->node)]
			.version;
	struct handed *own = handed_of(place, action->plan);
	int code = 0;

	if (own->count > 0)
		(void)add_handed(gathered, own, loop->os, &code);
	for (uint32_t i = 0; partly && code == 0 && i < version->source_count;
		i++) {
		const struct handed *other = handed_of(
			&loop->places[version->sources[i]], action->plan);

		if (other->count > 0)
			(void)add_handed(gathered, other, loop->os, &code);
	}
	if (code == 0 && gathered->count > COMMAND_FDS_MAX)
		code = -EMFILE;
	for (uint32_t i = 0; code < 0 && i < gathered->count; i++)
		loop->os->close(loop->os, gathered->fds[i]);
	if (code < 0)
		gathered->count = 0;
	return code;
}

/* From here on a process that is spawned for the node is of the new version. */
static void commit(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];
	struct version *to = version_hold(version_of(place, action->plan));

	if (!loop->committed)
		loop_commit_change(loop);
	loop->committed = true;
	version_put(&place->previous, place->now);
	place->now = to;
	version_drop(&place->next);
	/* To free its memory takes time, in which the node would stand still. */
	handed_move(&place->past, &place->kept, loop->os);
	handed_move(&place->kept, &place->fresh, loop->os);
	place->told = false;
	if (place->part == UPGRADE_REPLACED)
		loop_renew_program(loop, action->node);
	if (action->plan == UPGRADE_PLAN_KEPT)
		loop_note_return(loop, action->node);
}

/* Who wrote the fresh handover is still the version that the node has. */
static void come_back(struct loop *loop, const struct upgrade_action *action)
{
	struct loop_place *place = &loop->places[action->node];
	bool keeps;

	if (action->plan != UPGRADE_PLAN_KEPT)
		return;
	keeps = place->now && place->now->states && place->now->states[0];
	loop_note_commit(loop, action->node);
	version_put(&place->now, place->previous);
	place->previous = NULL;
	loop_renew_program(loop, action->node);
	loop_note_return(loop, action->node);
	if (action->again && loop->request->ledger)
		ledger_take_back(loop->request->ledger, action->node, keeps,
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
	case UPGRADE_PLAN_SAME:
		return place->now;
	}
	return NULL;
}

static struct handed *handed_of(
	struct loop_place *place, enum upgrade_plan plan)
{
	return plan == UPGRADE_PLAN_FRESH ? &place->fresh : &place->kept;
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
	if (loop->exchange.upgrade.nodes[node].stage == STAGE_HALTING) {
		handed_close(&arrived, loop->os);
		return true;
	}
	handed_move(&loop->places[node].fresh, &arrived, loop->os);
	loop->places[node].carried_bytes = command->bytes;
	note_text(&loop->places[node].before, command->text);
	return true;
}

static bool is_awaited(const struct loop *loop, uint32_t node, uint64_t number)
{
	const struct upgrade *upgrade = &loop->exchange.upgrade;
	enum upgrade_stage stage = upgrade->nodes[node].stage;

	return (stage == STAGE_FREEZING || stage == STAGE_HALTING) &&
	       number == upgrade->number;
}

static void note_text(char **place, struct command_text text)
{
	free(*place);
	*place = sentence_format(
		"%.*s", (int)text.bytes, text.text ? text.text : "");
}
