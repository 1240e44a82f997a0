/* deadlock: who has said last that it is quiet. See the header. */
#include "core/step/deadlock.h"

#include "core/base/check.h"
#include "core/plan/waits.h"
#include "core/step/seat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int take_ends(
	struct deadlock *deadlock, uint32_t node, const char *text);
static const char *take_end(const char *text, struct deadlock_end *end);
static bool take_number(const char **text, char behind, uint64_t *value);
static uint32_t count_ends(const struct deadlock *deadlock, uint32_t node);
static void find_live(struct deadlock *deadlock);
static bool may_move(
	const struct deadlock *deadlock, uint32_t link, uint32_t side);
static void find_groups(struct deadlock *deadlock);
static bool is_stuck(const struct deadlock_node *node);
static bool is_complete(
	const struct deadlock *deadlock, uint32_t group, uint32_t *answers);
static char *explain(
	const struct deadlock *deadlock, uint32_t group, bool named);

void deadlock_init(struct deadlock *deadlock, uint32_t node_count,
	const struct links_pair *links, uint32_t link_count)
{
	*deadlock = (struct deadlock){.links = links,
		.node_count = node_count,
		.link_count = link_count};
	deadlock->nodes = calloc(node_count, sizeof *deadlock->nodes);
	deadlock->ends = calloc(link_count + 1u, sizeof *deadlock->ends);
	CHECK(deadlock->nodes != NULL && deadlock->ends != NULL);
	for (uint32_t i = 0; i < node_count; i++)
		deadlock->nodes[i] = (struct deadlock_node){
			.group = DEADLOCK_NONE, .process = seat_process(i, 0)};
}

void deadlock_release(struct deadlock *deadlock)
{
	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		free(deadlock->nodes[i].name);
		free(deadlock->nodes[i].waits);
	}
	free(deadlock->nodes);
	free(deadlock->ends);
	*deadlock = (struct deadlock){0};
}

int deadlock_quiet(struct deadlock *deadlock, uint32_t node,
	const struct command *command, struct error *error)
{
	struct deadlock_node *one = &deadlock->nodes[node];
	char *text = strndup(command->text.bytes ? command->text.text : "",
		command->text.bytes);
	int result;

	CHECK(text != NULL);
	result = strlen(text) == command->text.bytes
			 ? take_ends(deadlock, node, text)
			 : -EPROTO;
	free(text);
	if (result < 0 || command->records > one->orders)
		return error_set(error, -EPROTO,
			"what it says of its links makes no sense");
	one->quiet = true;
	one->obeyed = command->records;
	return 0;
}

int deadlock_told(struct deadlock *deadlock, uint32_t node,
	const struct command *command, struct error *error)
{
	struct deadlock_node *one = &deadlock->nodes[node];
	struct waits waits = {0};
	int result = one->waits ? error_set(error, -EPROTO,
					  "it said twice what it waits for")
				: waits_add(&waits, NULL, command->text.text,
					  command->text.bytes, error);

	waits_release(&waits);
	if (result < 0)
		return result;
	if (one->group == DEADLOCK_NONE)
		one->group = node;
	one->waits = strndup(command->text.bytes ? command->text.text : "",
		command->text.bytes);
	one->name = strndup(command->name.bytes ? command->name.text : "",
		command->name.bytes);
	CHECK(one->waits != NULL && one->name != NULL);
	return 0;
}

void deadlock_order(struct deadlock *deadlock, uint32_t node)
{
	deadlock->nodes[node].orders++;
}

void deadlock_ended(struct deadlock *deadlock, uint32_t node)
{
	deadlock->nodes[node].ended = true;
}

void deadlock_restarted(struct deadlock *deadlock, uint32_t node)
{
	struct deadlock_node *one = &deadlock->nodes[node];

	CHECK(one->group == DEADLOCK_NONE);
	one->quiet = false;
	one->orders = one->obeyed = 0;
}

void deadlock_grow(struct deadlock *deadlock, uint32_t node_count)
{
	deadlock->nodes =
		realloc(deadlock->nodes, node_count * sizeof *deadlock->nodes);
	CHECK(deadlock->nodes != NULL);
	for (uint32_t i = deadlock->node_count; i < node_count; i++)
		deadlock->nodes[i] = (struct deadlock_node){
			.group = DEADLOCK_NONE, .ended = true};
	deadlock->node_count = node_count;
}

void deadlock_added(struct deadlock *deadlock, uint32_t node)
{
	struct deadlock_node *one = &deadlock->nodes[node];

	free(one->name);
	free(one->waits);
	*one = (struct deadlock_node){
		.group = DEADLOCK_NONE, .process = seat_process(node, 0)};
}

void deadlock_rewired(struct deadlock *deadlock)
{
	for (uint32_t i = 0; i < deadlock->link_count; i++)
		if (deadlock->links[i].gone)
			memset(deadlock->ends[i], 0, sizeof deadlock->ends[i]);
}

void deadlock_seek(struct deadlock *deadlock, struct action_list *actions)
{
	find_live(deadlock);
	find_groups(deadlock);
	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		struct deadlock_node *node = &deadlock->nodes[i];

		if (!is_stuck(node))
			continue;
		node->asked = true;
		action_send(actions, node->process, COMMAND_EXPLAIN);
	}
}

bool deadlock_report(
	struct deadlock *deadlock, struct action_list *actions, uint32_t *group)
{
	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		const struct deadlock_node *node = &deadlock->nodes[i];
		uint32_t answers;

		if (node->group == DEADLOCK_NONE || node->reported ||
			!is_complete(deadlock, node->group, &answers))
			continue;
		*group = node->group;
		if (answers > 0)
			action_say(actions,
				node->asked ? SUPERVISOR_NO_NODE : i,
				explain(deadlock, *group, node->asked));
		for (uint32_t j = 0; j < deadlock->node_count; j++)
			if (deadlock->nodes[j].group == *group)
				deadlock->nodes[j].reported = true;
		if (answers > 0)
			return true;
	}
	return false;
}

/* A line per link, in the order of their places: "SENT RECEIVED OWN PEER", or
 * "-" for one that is closed. All are there, or nothing is changed. */
static int take_ends(struct deadlock *deadlock, uint32_t node, const char *text)
{
	uint32_t count = count_ends(deadlock, node);
	struct deadlock_end *ends = calloc(count + 1u, sizeof *ends);

	CHECK(ends != NULL);
	for (uint32_t i = 0; i < count && text; i++)
		text = take_end(text, &ends[i]);
	for (uint32_t i = 0; i < deadlock->link_count && text && !*text; i++)
		for (uint32_t side = 0; side < 2; side++)
			if (!deadlock->links[i].gone &&
				deadlock->links[i].nodes[side] == node)
				deadlock->ends[i][side] =
					ends[deadlock->links[i].places[side]];
	free(ends);
	return text && !*text ? 0 : -EPROTO;
}

/* Reads a line; what stands behind it, or NULL. */
static const char *take_end(const char *text, struct deadlock_end *end)
{
	if (!strncmp(text, "-\n", 2))
		return text + 2;
	end->open = true;
	if (!take_number(&text, ' ', &end->sent) ||
		!take_number(&text, ' ', &end->received) ||
		!take_number(&text, ' ', &end->own) ||
		!take_number(&text, '\n', &end->peer))
		return NULL;
	return text;
}

static bool take_number(const char **text, char behind, uint64_t *value)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	if (errno != 0 || *end != behind)
		return false;
	*text = end + 1;
	return true;
}

static uint32_t count_ends(const struct deadlock *deadlock, uint32_t node)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < deadlock->link_count; i++)
		for (uint32_t side = 0; side < 2; side++)
			count += !deadlock->links[i].gone &&
				 deadlock->links[i].nodes[side] == node;
	return count;
}

/* Who may move: who has not said that it cannot, and whoever one of these can
 * reach. */
static void find_live(struct deadlock *deadlock)
{
	bool changed = true;

	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		struct deadlock_node *node = &deadlock->nodes[i];

		node->live = !node->ended &&
			     (!node->quiet || node->obeyed != node->orders ||
				     node->group != DEADLOCK_NONE);
	}
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < deadlock->link_count * 2; i++) {
			const struct links_pair *link = &deadlock->links[i / 2];
			struct deadlock_node *node;

			if (link->gone)
				continue;
			node = &deadlock->nodes[link->nodes[i % 2]];
			if (node->live || !may_move(deadlock, i / 2, i % 2))
				continue;
			node->live = changed = true;
		}
	}
}

/* Whether something may still come to that side of a link: what the other side
 * will send, what is under way, or the link's end. */
static bool may_move(
	const struct deadlock *deadlock, uint32_t link, uint32_t side)
{
	const uint32_t *nodes = deadlock->links[link].nodes;
	const struct deadlock_node *other = &deadlock->nodes[nodes[!side]];
	const struct deadlock_end *near = &deadlock->ends[link][side];
	const struct deadlock_end *far = &deadlock->ends[link][!side];

	if (deadlock->nodes[nodes[side]].ended || !near->open)
		return false;
	return other->ended || other->live || !far->open ||
	       far->sent != near->received || far->own != near->peer ||
	       far->peer != near->own;
}

/* Those that are stuck, and reach each other, get the index of the first. */
static void find_groups(struct deadlock *deadlock)
{
	bool changed = true;

	for (uint32_t i = 0; i < deadlock->node_count; i++)
		if (!deadlock->nodes[i].live && !deadlock->nodes[i].ended)
			deadlock->nodes[i].group = i;
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < deadlock->link_count * 2; i++) {
			const uint32_t *nodes = deadlock->links[i / 2].nodes;
			struct deadlock_node *near =
				&deadlock->nodes[nodes[i % 2]];
			const struct deadlock_node *far =
				&deadlock->nodes[nodes[!(i % 2)]];

			if (!is_stuck(near) || !is_stuck(far) ||
				!deadlock->ends[i / 2][0].open ||
				far->group >= near->group)
				continue;
			near->group = far->group;
			changed = true;
		}
	}
}

/* Found just now. */
static bool is_stuck(const struct deadlock_node *node)
{
	return !node->live && !node->ended && !node->asked &&
	       node->group != DEADLOCK_NONE;
}

/* Whether nobody of a group is still to answer; and how many have. */
static bool is_complete(
	const struct deadlock *deadlock, uint32_t group, uint32_t *answers)
{
	*answers = 0;
	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		const struct deadlock_node *node = &deadlock->nodes[i];

		if (node->group != group)
			continue;
		if (!node->waits && !node->ended)
			return false;
		*answers += node->waits != NULL;
	}
	return true;
}

static char *explain(
	const struct deadlock *deadlock, uint32_t group, bool named)
{
	struct waits waits = {0};
	char *report;

	for (uint32_t i = 0; i < deadlock->node_count; i++) {
		const struct deadlock_node *node = &deadlock->nodes[i];

		if (node->group == group && node->waits)
			CHECK(waits_add(&waits, named ? node->name : NULL,
				      node->waits, strlen(node->waits),
				      NULL) == 0);
	}
	report = waits_explain(&waits);
	waits_release(&waits);
	return report;
}
