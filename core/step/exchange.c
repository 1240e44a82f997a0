/* exchange: transactions on the nodes of a supervisor. See the header. */
#include "core/step/exchange.h"

#include <signal.h>
#include <stdlib.h>

#include "core/base/check.h"
#include "core/step/sentence.h"
#include "core/step/supervisor_private.h"

static bool take(void *context, struct supervisor *supervisor,
	const struct supervisor_event *event);
static void stop(void *context, struct supervisor *supervisor);
static bool standby_event(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event);
static bool standby_command(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event);
static bool current_event(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event);
static bool current_command(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event);
static bool current_exited(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event);
static bool step(struct exchange *exchange, struct supervisor *supervisor,
	const struct upgrade_event *event);
static bool step_text(struct exchange *exchange, struct supervisor *supervisor,
	struct upgrade_event event, char *text);
static void carry_out(struct exchange *exchange, struct supervisor *supervisor,
	struct upgrade_action *action);
static void give_up(struct exchange *exchange, struct supervisor *supervisor,
	uint32_t node);
static bool concerns(const struct upgrade_node *node);

void exchange_init(struct exchange *exchange, struct supervisor *supervisor,
	const char *const *names)
{
	*exchange = (struct exchange){0};
	upgrade_init(&exchange->upgrade, names, supervisor->options.node_count);
	supervisor->hook = (struct supervisor_hook){exchange, take, stop};
}

void exchange_release(struct exchange *exchange)
{
	upgrade_release(&exchange->upgrade);
}

char *exchange_refusal(const struct exchange *exchange,
	const struct supervisor *supervisor, const uint32_t *nodes,
	uint32_t node_count)
{
	char *refusal = upgrade_refusal(&exchange->upgrade, nodes, node_count);

	if (!refusal && !supervisor->ran)
		return sentence_format("the topology is only starting; try "
				       "again when it runs");
	for (uint32_t i = 0; i < node_count && !refusal; i++) {
		enum supervised_state state =
			supervised_current(supervisor, nodes[i])->state;

		if (state != SUPERVISED_RUNNING)
			refusal = sentence_format(
				state == SUPERVISED_ENDED
					? "%s has ended, and has nothing to "
					  "hand over any more"
					: "%s does not run yet; try again when "
					  "it does, which tau ps shows",
				exchange->upgrade.names[nodes[i]]);
	}
	return refusal;
}

static bool take(void *context, struct supervisor *supervisor,
	const struct supervisor_event *event)
{
	struct exchange *exchange = context;
	uint32_t node = seat_node(event->process);
	bool reaped_former =
		event->kind == SUPERVISOR_EXITED &&
		exchange->upgrade.nodes[node].stage == STAGE_FENCING &&
		!supervisor->nodes[node].promoting;

	exchange->now = *event;
	if (event->kind == SUPERVISOR_UPGRADE)
		return step(exchange, supervisor,
			&(struct upgrade_event){.kind = UPGRADE_BEGIN,
				.request = event->upgrade});
	if (event->kind == SUPERVISOR_LEFT)
		return step(exchange, supervisor,
			&(struct upgrade_event){
				.kind = UPGRADE_LEFT, .client = event->client});
	if (event->kind == SUPERVISOR_TIMEOUT)
		return step(exchange, supervisor,
			&(struct upgrade_event){.kind = UPGRADE_TIMEOUT,
				.text = command_text(event->text),
				.timer = (enum upgrade_timer)(
					event->timer -
					SUPERVISOR_TIMER_UPGRADE)});
	if (!reaped_former && supervised_stands_by(supervisor, event->process))
		return standby_event(exchange, supervisor, event);
	return current_event(exchange, supervisor, event);
}

static void stop(void *context, struct supervisor *supervisor)
{
	(void)step(context, supervisor,
		&(struct upgrade_event){.kind = UPGRADE_STOP});
}

static bool standby_event(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct upgrade_event said = {.node = seat_node(event->process)};

	switch ((int)event->kind) {
	case SUPERVISOR_COMMAND:
		return standby_command(exchange, supervisor, event);
	case SUPERVISOR_HANGUP:
		said.kind = UPGRADE_STANDBY_FAILED;
		return step_text(exchange, supervisor, said,
			sentence_format("was killed: %s", event->text));
	case SUPERVISOR_SPAWN_FAILED:
		said.kind = UPGRADE_STANDBY_GONE;
		return step_text(exchange, supervisor, said,
			sentence_format("did not start: %s", event->text));
	case SUPERVISOR_EXITED:
		said.kind = UPGRADE_STANDBY_GONE;
		return step_text(exchange, supervisor, said,
			sentence_exited(event->status, false, event->text));
	}
	return false;
}

static bool standby_command(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct upgrade_event said = {.node = seat_node(event->process),
		.text = event->command->text};

	switch ((int)event->command->kind) {
	case COMMAND_READY:
		said.kind = UPGRADE_STANDBY_READY;
		return step(exchange, supervisor, &said);
	case COMMAND_RESTORED:
		said.kind = UPGRADE_STANDBY_RESTORED;
		return step(exchange, supervisor, &said);
	case COMMAND_FAILED:
	case COMMAND_REFUSED:
		said.kind = UPGRADE_STANDBY_FAILED;
		char *why = sentence_failed(event->command);
		char *text = sentence_format("says: %s", why);

		free(why);
		return step_text(exchange, supervisor, said, text);
	}
	return false;
}

static bool current_event(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	const struct upgrade_node *node =
		&exchange->upgrade.nodes[seat_node(event->process)];

	if (event->kind == SUPERVISOR_COMMAND)
		return current_command(exchange, supervisor, event);
	if (event->kind == SUPERVISOR_EXITED)
		return current_exited(exchange, supervisor, event);
	if (event->kind == SUPERVISOR_SICK)
		return step(exchange, supervisor,
			&(struct upgrade_event){.kind = UPGRADE_SICK,
				.node = seat_node(event->process),
				.text = command_text(event->text)});
	/* What follows comes when it is reaped. */
	if (event->kind != SUPERVISOR_HANGUP || !(node->fresh || node->kept) ||
		exchange->upgrade.stopping)
		return false;
	action_say(&supervisor->actions, seat_node(event->process),
		sentence_format("killed: %s", event->text));
	return true;
}

static bool current_command(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	struct upgrade_event said = {.node = seat_node(event->process),
		.number = (uint64_t)event->command->code,
		.text = event->command->text};

	switch ((int)event->command->kind) {
	case COMMAND_FROZEN:
		said.kind = UPGRADE_FROZEN;
		return step(exchange, supervisor, &said);
	case COMMAND_REFUSED:
		said.kind = UPGRADE_REFUSED;
		said.number = event->command->records;
		return step(exchange, supervisor, &said);
	case COMMAND_PROGRESS:
		if (exchange->upgrade.nodes[said.node].stage != STAGE_STARTING)
			return false; /* it was asked by somebody else */
		said.kind = UPGRADE_RUNS;
		return step(exchange, supervisor, &said);
	case COMMAND_FAILED:
		said.kind = UPGRADE_FAILED;
		(void)step(exchange, supervisor, &said);
		if (!exchange->acted)
			return false;
		action_say(&supervisor->actions, said.node,
			sentence_failed(event->command));
		return true;
	}
	return false;
}

static bool current_exited(struct exchange *exchange,
	struct supervisor *supervisor, const struct supervisor_event *event)
{
	uint32_t node = seat_node(event->process);
	const struct supervised_process *one =
		&supervisor->processes[event->process];
	bool fence = exchange->upgrade.nodes[node].stage == STAGE_FENCING;
	bool clean = !fence && one->done && event->status == 0;
	bool taken = step(exchange, supervisor,
		&(struct upgrade_event){
			.kind = UPGRADE_GONE, .node = node, .clean = clean});

	if (taken && !fence && !one->failed)
		action_say(&supervisor->actions, node,
			sentence_exited(event->status, one->done, event->text));
	return taken;
}

static bool step_text(struct exchange *exchange, struct supervisor *supervisor,
	struct upgrade_event event, char *text)
{
	bool taken;

	event.text = command_text(text);
	taken = step(exchange, supervisor, &event);
	free(text);
	return taken;
}

static bool step(struct exchange *exchange, struct supervisor *supervisor,
	const struct upgrade_event *event)
{
	struct upgrade_action *actions;
	size_t count;
	bool taken;

	(void)upgrade_step(&exchange->upgrade, event, &count, &taken);
	actions = upgrade_take_actions(&exchange->upgrade);
	for (size_t i = 0; i < count; i++)
		carry_out(exchange, supervisor, &actions[i]);
	free(actions);
	exchange->acted = count > 0;
	for (uint32_t i = 0; i < exchange->upgrade.node_count; i++)
		supervisor->nodes[i].hooked =
			concerns(&exchange->upgrade.nodes[i]);
	return taken;
}

/* Whether a node is in a transaction, or on probation behind one. */
static bool concerns(const struct upgrade_node *node)
{
	return node->stage != STAGE_OUT || node->kept || node->standby ||
	       node->revival != REVIVAL_NONE;
}

/* A node that is given up may be the end of the topology, of which this room
 * hears in the midst of its own step: the list is its own. The loop learns of
 * each first, so that it knows what a seat is for. */
static void carry_out(struct exchange *exchange, struct supervisor *supervisor,
	struct upgrade_action *action)
{
	uint32_t node = action->node;

	if (action->kind == UPGRADE_DO_ARM) {
		action_arm(&supervisor->actions,
			(enum supervisor_timer)(
				SUPERVISOR_TIMER_UPGRADE + (int)action->timer),
			action->timeout_ns);
		return;
	}
	if (action->kind == UPGRADE_DO_SAY) {
		action_say(&supervisor->actions, node, action->text);
		action->text = NULL;
		return;
	}
	action_exchange(&supervisor->actions, action);
	switch ((int)action->kind) {
	case UPGRADE_DO_SPAWN:
		supervisor_spawn_standby(supervisor, node);
		break;
	case UPGRADE_DO_DISCARD:
		supervisor_discard_standby(supervisor, node);
		break;
	case UPGRADE_DO_PROMOTE:
		supervisor_promote(supervisor, node);
		break;
	case UPGRADE_DO_REMOVE:
		supervisor_remove(supervisor, node);
		break;
	case UPGRADE_DO_ASK:
		action_send(&supervisor->actions,
			supervisor_current(supervisor, node), COMMAND_ASK);
		break;
	case UPGRADE_DO_KILL:
		supervisor_kill(
			supervisor, supervisor_current(supervisor, node));
		break;
	case UPGRADE_DO_GIVE_UP:
		give_up(exchange, supervisor, node);
		break;
	}
}

/* As if it had crashed only now. */
static void give_up(
	struct exchange *exchange, struct supervisor *supervisor, uint32_t node)
{
	struct supervisor_event event = {.kind = SUPERVISOR_EXITED,
		.process = supervisor_current(supervisor, node),
		.status = SIGKILL,
		.now_ns = exchange->now.now_ns,
		.chance = exchange->now.chance};

	supervisor_current_exited(supervisor, &event,
		(struct supervised_process){
			.state = SUPERVISED_RUNNING, .failed = true});
}
