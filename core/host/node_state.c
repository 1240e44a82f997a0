/* node_state: an operator's saved state. See the header. */
#include "core/host/node_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/node_report.h"
#include "core/wire/tapped.h"

/* The copies of a state. */
struct copies {
	uint8_t *bytes;
	size_t used, room;
	uint32_t count;
};

static int ask(struct node_state_show *show, const struct command *message,
	struct error *error);
static uint32_t find(const struct node *node, const struct command_text *name);
static const struct instance *late(const struct node *node);
static int save(
	struct instance *instance, struct copies *copies, struct error *error);
static int copy_all(
	struct stream *state, struct copies *copies, struct error *error);
static int copy(struct copies *copies, const struct tau_record *record);
static void say(struct node_state_show *show, const struct copies *copies,
	const struct error *error);

bool node_state_obey(
	struct node_state_show *show, const struct command *message)
{
	struct error error = ERROR_NONE;
	uint64_t asked_before = show->number;

	if (message->kind != COMMAND_STATE)
		return false;
	if (ask(show, message, &error) == 0)
		return true;
	show->number = message->records;
	say(show, NULL, &error);
	show->number = asked_before;
	return true;
}

int64_t node_state_sleep(const struct node_state_show *show, int64_t timeout_ns)
{
	struct os *os;
	int64_t left_ns;

	if (!show->asked)
		return timeout_ns;
	os = show->upgrade->node->fabric.os;
	left_ns = show->deadline_ns - os->clock_ns(os);
	if (left_ns < 0)
		left_ns = 0;
	return timeout_ns >= 0 && timeout_ns < left_ns ? timeout_ns : left_ns;
}

bool node_state_turned(struct node_state_show *show, bool frozen)
{
	struct node *node = show->upgrade->node;
	struct os *os = node->fabric.os;
	struct copies copies = {0};
	struct error error = ERROR_NONE;
	bool alone = !show->upgrade->freezing;

	if (!show->asked)
		return false;
	if (frozen)
		(void)save(node->operators[show->owner], &copies, &error);
	else if (!node->freezing)
		error_set(&error, -EAGAIN,
			"the node was replaced or thawed meanwhile; try again");
	else if (os->clock_ns(os) < show->deadline_ns)
		return false;
	else
		error_set(&error, -ETIMEDOUT,
			"operator %s did not stand still in time, and runs on",
			late(node) ? late(node)->name : "of another node");
	show->asked = false;
	if (alone && node->freezing && node_thaw(node, &error) < 0)
		show->asked = frozen; /* tried again in the next turn */
	if (!show->asked)
		say(show, &copies, &error);
	free(copies.bytes);
	return frozen && alone;
}

static int ask(struct node_state_show *show, const struct command *message,
	struct error *error)
{
	struct node *node = show->upgrade->node;
	struct os *os = node->fabric.os;
	uint32_t owner = find(node, &message->name);

	if (owner == NODE_PLAN_NONE)
		return error_set(error, -ENOENT, "it has no operator %.*s",
			(int)message->name.bytes, message->name.text);
	if (!show->upgrade->started || show->upgrade->freezing || show->asked)
		return error_set(error, -EAGAIN,
			"its node is being asked, or replaced, at this moment; "
			"try again");
	if (!node->operators[owner]->functions->save)
		return error_set(error, -ENOTSUP, "operator %s keeps no state",
			node->operators[owner]->name);
	show->asked = true;
	show->number = message->records;
	show->owner = owner;
	show->deadline_ns = os->clock_ns(os) + STATE_FREEZE_NS;
	node_freeze(node);
	return 0;
}

static uint32_t find(const struct node *node, const struct command_text *name)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		if (strlen(node->operators[i]->name) == name->bytes &&
			!memcmp(node->operators[i]->name, name->text,
				name->bytes))
			return i;
	return NODE_PLAN_NONE;
}

/* The first that has not stood still. */
static const struct instance *late(const struct node *node)
{
	for (uint32_t i = 0; i < node->plan->operator_count; i++)
		if (node->operators[i]->state == INSTANCE_RUNNING)
			return node->operators[i];
	return NULL;
}

static int save(
	struct instance *instance, struct copies *copies, struct error *error)
{
	static const struct stream_settings grows = {
		0, 64, STREAM_ATOMIC_MAX, STREAM_GROW};
	struct stream state;
	int result;

	if (instance->state != INSTANCE_FROZEN)
		return error_set(error, -ENOENT,
			"operator %s has ended, and its state with it",
			instance->name);
	stream_init(&state, &instance->fabric->streams, &grows, instance->name);
	result = instance_save(
		instance, &state, instance->description->state.version, error);
	if (result == 0)
		result = copy_all(&state, copies, error);
	stream_release(&state);
	return result;
}

static int copy_all(
	struct stream *state, struct copies *copies, struct error *error)
{
	struct tau_in in = {0};
	int result = 0;

	while (result == 0 && stream_read(state, &in) == TAU_OK)
		for (; result == 0 && in.next < in.limit; in.next++)
			result = copy(copies, in.next);
	stream_leave(state, &in);
	if (result < 0)
		error_set(error, result,
			"the state of %s is larger than %u MiB, the most that "
			"is shown",
			state->name, STATE_SHOWN_BYTES / MIB);
	return result;
}

static int copy(struct copies *copies, const struct tau_record *record)
{
	size_t need = copies->used + TAPPED_HEAD_BYTES + record->bytes;

	if (need > STATE_SHOWN_BYTES)
		return -EFBIG;
	if (need > copies->room) {
		copies->room = need * 2;
		copies->bytes = realloc(copies->bytes, copies->room);
		CHECK(copies->bytes != NULL);
	}
	copies->used =
		tapped_add(copies->bytes, copies->used, copies->room, record);
	copies->count++;
	return 0;
}

static void say(struct node_state_show *show, const struct copies *copies,
	const struct error *error)
{
	if (error->code == 0)
		node_report_send(show->connection,
			&(struct command){.kind = COMMAND_RECORDS,
				.code = (int)copies->count,
				.records = show->number,
				.text = {(char *)copies->bytes, copies->used}});
	node_report_send(
		show->connection, &(struct command){.kind = COMMAND_SHOWN,
					  .code = error->code,
					  .records = show->number,
					  .text = command_text(error->text)});
}
