/* action: a list of what is to be done. See the header. */
#include "core/step/action.h"

#include "core/base/check.h"

#include <stdlib.h>

static struct supervisor_action *add(
	struct action_list *list, enum supervisor_action_kind kind);

void action_list_clear(struct action_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].text);
	list->count = 0;
}

void action_list_release(struct action_list *list)
{
	action_list_clear(list);
	free(list->items);
	*list = (struct action_list){0};
}

void action_spawn(struct action_list *list, uint32_t process)
{
	add(list, SUPERVISOR_SPAWN)->process = process;
}

void action_send(
	struct action_list *list, uint32_t process, enum command_kind command)
{
	struct supervisor_action *action = add(list, SUPERVISOR_SEND);

	action->process = process;
	action->command = command;
}

void action_abort(struct action_list *list, uint32_t process)
{
	add(list, SUPERVISOR_ABORT)->process = process;
}

void action_kill(struct action_list *list, uint32_t process)
{
	add(list, SUPERVISOR_KILL)->process = process;
}

void action_drop(struct action_list *list, uint32_t node, char *sentence)
{
	struct supervisor_action *action = add(list, SUPERVISOR_DROP);

	action->node = node;
	action->text = sentence;
}

void action_arm(struct action_list *list, enum supervisor_timer timer,
	int64_t timeout_ns)
{
	struct supervisor_action *action = add(list, SUPERVISOR_ARM);

	action->timer = timer;
	action->timeout_ns = timeout_ns;
}

void action_arm_process(struct action_list *list, uint32_t process,
	enum supervisor_timer timer, int64_t timeout_ns)
{
	action_arm(list, timer, timeout_ns);
	list->items[list->count - 1].process = process;
}

void action_say(struct action_list *list, uint32_t node, char *sentence)
{
	struct supervisor_action *action = add(list, SUPERVISOR_SAY);

	action->node = node;
	action->text = sentence;
}

void action_show(struct action_list *list, uint64_t records, uint64_t bytes)
{
	struct supervisor_action *action = add(list, SUPERVISOR_SHOW);

	action->records = records;
	action->bytes = bytes;
}

void action_started(struct action_list *list)
{
	add(list, SUPERVISOR_STARTED);
}

void action_stopping(struct action_list *list)
{
	add(list, SUPERVISOR_STOPPING);
}

void action_exit(struct action_list *list, int code)
{
	add(list, SUPERVISOR_EXIT)->code = code;
}

void action_record(struct action_list *list, uint64_t client)
{
	add(list, SUPERVISOR_RECORD)->client = client;
}

void action_describe(struct action_list *list, uint64_t client, uint32_t node)
{
	struct supervisor_action *action = add(list, SUPERVISOR_DESCRIBE);

	action->client = client;
	action->node = node;
}

void action_logs(
	struct action_list *list, uint64_t client, uint32_t node, bool follow)
{
	struct supervisor_action *action = add(list, SUPERVISOR_LOGS);

	action->client = client;
	action->node = node;
	action->follow = follow;
}

void action_result(
	struct action_list *list, uint64_t client, int code, char *sentence)
{
	struct supervisor_action *action = add(list, SUPERVISOR_RESULT);

	action->client = client;
	action->code = code;
	action->text = sentence;
}

void action_exchange(struct action_list *list, struct upgrade_action *action)
{
	struct supervisor_action *wrapped = add(list, SUPERVISOR_EXCHANGE);

	wrapped->node = action->node;
	wrapped->upgrade = *action;
	wrapped->text = action->text;
	action->text = NULL;
}

static struct supervisor_action *add(
	struct action_list *list, enum supervisor_action_kind kind)
{
	struct supervisor_action *action;

	if (list->count == list->room) {
		size_t room = list->room * 2 + 8;

		action = realloc(list->items, room * sizeof *action);
		CHECK(action != NULL);
		list->items = action;
		list->room = room;
	}
	action = &list->items[list->count++];
	*action = (struct supervisor_action){
		.kind = kind, .node = SUPERVISOR_NO_NODE};
	return action;
}
