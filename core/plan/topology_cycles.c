/*
 * topology_cycles: cycles of streams of which none is marked.
 *
 * A walk in depth over all streams but feedback and back streams, without
 * recursion. An operator is new, open (on the path to here) or done; a stream
 * into an open one closes a cycle, and the path tells which.
 */
#include "core/plan/topology_parts.h"

enum state { NEW, OPEN, DONE };

struct walk {
	struct resolving *resolving;
	struct topology_leaving leaving;
	uint32_t *next; /* which of them is looked at next, per operator */
	uint32_t *path; /* operators, outermost first */
	uint32_t length;
	unsigned char *states;
};

struct topology_leaving topology_gather(
	const struct topology *topology, struct arena *arena, bool feedback)
{
	uint32_t operators = topology->operator_count;
	uint32_t streams = topology->stream_count;
	struct topology_leaving leaving = {
		arena_allocate(arena, operators + 2, sizeof(uint32_t)),
		arena_allocate(arena, streams, sizeof(uint32_t))};
	/* Counted two places on and summed, then filled in one place on: what
	 * is left are the beginnings. */
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < streams; i++) {
			const struct topology_stream *stream =
				&topology->streams[i];
			uint32_t from = stream->from.owner;
			if (stream->back || (stream->feedback && !feedback))
				continue;
			if (pass == 0)
				leaving.first[from + 2]++;
			else
				leaving.streams[leaving.first[from + 1]++] = i;
		}
		for (uint32_t i = 2; pass == 0 && i < operators + 2; i++)
			leaving.first[i] += leaving.first[i - 1];
	}
	return leaving;
}

/* "a -> b -> c -> a"; a long one is cut in the middle. */
static char *show(struct walk *walk, uint32_t begin, struct arena *arena)
{
	const struct topology_operator *operators =
		walk->resolving->topology->operators;
	char *text = arena_copy(arena, "");
	uint32_t count = walk->length - begin;
	for (uint32_t i = 0; i < count; i++) {
		if (count > 12 && i == 6) {
			text = arena_format(arena, "%s… -> ", text);
			i = count - 5;
		}
		text = arena_format(arena, "%s%s -> ", text,
			operators[walk->path[begin + i]].name);
	}
	return arena_format(
		arena, "%s%s", text, operators[walk->path[begin]].name);
}

static void say_cycle(struct walk *walk, const struct topology_stream *closing)
{
	struct arena arena = {0};
	uint32_t begin = walk->length - 1;
	while (walk->path[begin] != closing->to.owner)
		begin--;
	diagnostics_add(walk->resolving->diagnostics, closing->at,
		"the streams %s form a cycle; mark one of them with "
		"\"feedback\": true, once it is sure that its capacity "
		"suffices",
		show(walk, begin, &arena));
	arena_release(&arena);
}

static void enter(struct walk *walk, uint32_t owner)
{
	walk->states[owner] = OPEN;
	walk->next[owner] = walk->leaving.first[owner];
	walk->path[walk->length++] = owner;
}

static void walk_from(struct walk *walk, uint32_t start)
{
	const struct topology *topology = walk->resolving->topology;
	enter(walk, start);
	while (walk->length > 0) {
		uint32_t at = walk->path[walk->length - 1];
		if (walk->next[at] == walk->leaving.first[at + 1]) {
			walk->states[at] = DONE;
			walk->length--;
			continue;
		}
		const struct topology_stream *stream =
			&topology->streams[walk->leaving
						   .streams[walk->next[at]++]];
		if (walk->states[stream->to.owner] == NEW)
			enter(walk, stream->to.owner);
		else if (walk->states[stream->to.owner] == OPEN)
			say_cycle(walk, stream);
	}
}

void topology_check_cycles(struct resolving *resolving)
{
	struct walk walk = {.resolving = resolving};
	struct arena arena = {0};
	uint32_t operators = resolving->topology->operator_count;
	walk.leaving = topology_gather(resolving->topology, &arena, false);
	walk.next = arena_allocate(&arena, operators, sizeof(uint32_t));
	walk.path = arena_allocate(&arena, operators, sizeof(uint32_t));
	walk.states = arena_allocate(&arena, operators, 1);
	for (uint32_t i = 0; i < operators; i++)
		if (walk.states[i] == NEW)
			walk_from(&walk, i);
	arena_release(&arena);
}
