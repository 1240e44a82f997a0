/* loop: what comes and goes between nodes when they become another topology:
 * their places, and the links. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/loop_private.h"
#include "core/step/proof.h"
#include "core/step/sentence.h"

static void say_away(struct loop *loop, const struct loop_removed *one);
static void grow(struct loop *loop, uint32_t node_count);
static void name(struct loop *loop, uint32_t node, const char *text);
static bool take_mark(struct command_text *name);
static bool is(struct command_text one, struct command_text other);

void loop_begin_change(struct loop *loop)
{
	struct loop_change *change = &loop->change;
	uint32_t nodes = loop->node_room, links = loop->link_room;

	*change = (struct loop_change){.node_room = nodes,
		.link_room = links,
		.next = calloc(nodes, sizeof(void *)),
		.parts = calloc(nodes, sizeof *change->parts),
		.members = calloc(nodes, sizeof *change->members),
		.alone = calloc(nodes, sizeof *change->alone),
		.names = calloc(nodes, sizeof(void *)),
		.links = calloc(links + 1u, sizeof *change->links)};
	CHECK(change->next && change->parts && change->members &&
		change->alone);
	CHECK(change->names && change->links);
	memcpy(change->links, loop->pairs, links * sizeof *change->links);
}

/* Before anybody is spawned: what they will be given. */
int loop_prepare_change(struct loop *loop, struct error *error)
{
	struct loop_change *change = &loop->change;
	uint32_t count = loop->supervisor.options.node_count;
	int code = 0;

	for (uint32_t i = 0; i < change->node_room; i++)
		if (change->members[i] && i >= count)
			count = i + 1;
	grow(loop, count);
	for (uint32_t i = 0; i < count; i++) {
		struct loop_place *place = &loop->places[i];

		place->member = change->members[i];
		place->part = change->parts[i];
		if (change->names[i])
			name(loop, i, change->names[i]);
		if (place->member) {
			free(place->before);
			free(place->after);
			place->before = place->after = NULL;
			place->pause_ns = 0;
			place->carried_bytes = place->dropped = 0;
		}
		version_put(&place->next, change->next[i]);
		change->next[i] = NULL;
		if (place->next)
			version_connect(place->next, change->links,
				change->link_room, i);
	}
	for (uint32_t i = 0; i < change->link_room && code == 0; i++)
		if (loop->pairs[i].gone && !change->links[i].gone)
			code = links_add(
				&loop->links, i, &change->links[i], error);
	return code;
}

/* From here on the links are others. */
void loop_commit_change(struct loop *loop)
{
	const struct loop_change *change = &loop->change;

	for (uint32_t i = 0; change->links && i < loop->link_room; i++) {
		if (change->links[i].gone && !loop->pairs[i].gone)
			links_remove(&loop->links, i);
		loop->pairs[i] = loop->links.pairs[i] = change->links[i];
	}
	deadlock_rewired(&loop->supervisor.deadlock);
}

/* It is over; what was made for nothing goes. */
void loop_end_change(struct loop *loop)
{
	struct loop_change *change = &loop->change;

	for (uint32_t i = 0; change->links && i < loop->link_room; i++)
		if (loop->pairs[i].gone && !loop->links.pairs[i].gone)
			links_remove(&loop->links, i);
	for (uint32_t i = 0; change->next && i < change->node_room; i++) {
		if (change->members[i] && loop->request->ledger)
			ledger_dismiss(loop->request->ledger, i);
		version_drop(&change->next[i]);
	}
	for (uint32_t i = 0; i < change->removed_count; i++)
		free(change->removed[i].name);
	free(change->removed);
	free(change->next);
	free(change->parts);
	free(change->members);
	free(change->alone);
	free(change->names);
	free(change->links);
	*change = (struct loop_change){0};
}

bool loop_begins_anew(const struct loop *loop, uint32_t node)
{
	const struct supervised_policy *policies =
		loop->supervisor.options.policies;

	if (policies && policies[node].program)
		return true; /* it gets new ones */
	for (uint32_t i = 0; i < loop->links.count; i++) {
		const struct links_pair *pair = &loop->links.pairs[i];

		if (!pair->gone && !pair->packets &&
			(pair->nodes[0] == node || pair->nodes[1] == node))
			return false;
	}
	return true;
}

/* What was written into a stream that is gone, and not read. */
void loop_count_removed(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->change.removed_count; i++) {
		const struct loop_removed *one = &loop->change.removed[i];
		uint64_t lost;
		char *text;

		say_away(loop, one);
		if (one->goes_on ||
			!loop_expect(loop, command_text(one->name), &lost) ||
			lost == 0)
			continue;
		loop->places[one->reader].dropped += lost;
		text = sentence_format("%" PRIu64
				       " records of stream %s are dropped with "
				       "it",
			lost, one->name);
		loop_say(loop, loop->names[one->reader], text, strlen(text));
		free(text);
	}
}

/* What had gone to a program, and may or may not have been read. */
static void say_away(struct loop *loop, const struct loop_removed *one)
{
	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++) {
		struct command_text text = command_text(loop->places[i].before);
		struct proof_stream line;

		while (loop->places[i].member && proof_next(&text, &line)) {
			char *said;

			if (!line.away ||
				!is(line.name, command_text(one->name)))
				continue;
			said = sentence_format("up to %" PRIu64 " record%s of "
					       "stream %s had gone to it and "
					       "may be lost",
				line.away, line.away == 1 ? "" : "s",
				one->name);
			loop_say(loop, loop->names[one->reader], said,
				strlen(said));
			free(said);
		}
	}
}

/* Nothing is under way but what either side has: all were drained. What they
 * count as sent and read begins anew with each process that has crashed. */
bool loop_expect(
	const struct loop *loop, struct command_text stream, uint64_t *records)
{
	bool found = false;

	*records = 0;
	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++) {
		struct command_text text = command_text(loop->places[i].before);
		struct proof_stream line;

		while (loop->places[i].member && proof_next(&text, &line)) {
			if (!is(line.name, stream))
				continue;
			*records += line.carried;
			found = true;
		}
	}
	return found;
}

bool loop_find_moved(const struct loop *loop, struct command_text stream,
	struct proof_stream *found)
{
	for (uint32_t i = 0; i < loop->supervisor.options.node_count; i++) {
		struct command_text text = command_text(loop->places[i].after);

		while (loop->places[i].member && proof_next(&text, found))
			if (take_mark(&found->name) && is(found->name, stream))
				return true;
	}
	return false;
}

/* None are carried of a stream whose reader has left it. */
char *loop_vet_moved(const struct loop *loop, uint32_t node)
{
	struct command_text text = command_text(loop->places[node].after);
	struct proof_stream line;

	while (proof_next(&text, &line)) {
		uint64_t expected;

		if (!take_mark(&line.name))
			continue;
		if (!loop_expect(loop, line.name, &expected) ||
			(line.carried != expected && line.carried > 0))
			return sentence_format(
				"of stream %.*s, which moves, %" PRIu64
				" records arrived, and %" PRIu64
				" were handed over",
				(int)line.name.bytes, line.name.text,
				line.carried, expected);
	}
	return NULL;
}

/* Whether a line is of one that moved; its name then. */
static bool take_mark(struct command_text *name)
{
	if (name->bytes == 0 || name->text[0] != '>')
		return false;
	name->text++;
	name->bytes--;
	return true;
}

static bool is(struct command_text one, struct command_text other)
{
	return one.bytes == other.bytes &&
	       !memcmp(one.text, other.text, one.bytes);
}

static void grow(struct loop *loop, uint32_t node_count)
{
	if (node_count == loop->supervisor.options.node_count)
		return;
	CHECK(node_count <= loop->node_room);
	supervisor_grow(&loop->supervisor, node_count);
	upgrade_grow(&loop->exchange.upgrade, node_count);
	loop->count = SEATS * node_count;
}

static void name(struct loop *loop, uint32_t node, const char *text)
{
	free(loop->places[node].name);
	loop->names[node] = loop->places[node].name = strdup(text);
	CHECK(loop->names[node] != NULL);
}

void loop_add_passed(struct loop *loop, uint32_t node, char **text)
{
	struct ledger *ledger = loop->request->ledger;
	char *passed = ledger ? ledger_passed(ledger, node) : NULL;
	char *former = *text;

	if (!passed)
		return;
	*text = sentence_format("%s%s", former ? former : "", passed);
	free(former);
	free(passed);
}
