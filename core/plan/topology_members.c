/*
 * topology_members: which member of a variadic port each stream gets, and how
 * many streams each port has.
 *
 * Every end of every stream is one use of a port. Uses are sorted by port,
 * those with a written number first, so that one walk finds doubles, hands
 * the free numbers out in manifest order, and finds gaps. Back streams then
 * have the numbers of their forward streams; where a member has none, the
 * group of back streams has a gap.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/topology_parts.h"

struct use {
	struct topology_end *end;
	const struct topology_stream *stream;
	uint32_t order;
	bool out;
};

static int compare_numbers(uint64_t left, uint64_t right)
{
	return left < right ? -1 : left > right;
}

static int compare_uses(const void *left, const void *right)
{
	const struct use *a = left, *b = right;
	int order = compare_numbers(a->end->owner, b->end->owner);
	if (order == 0)
		order = compare_numbers(a->out, b->out);
	if (order == 0)
		order = compare_numbers(a->end->port, b->end->port);
	if (order == 0) /* MEMBER_NEXT is the largest number */
		order = compare_numbers(a->end->member, b->end->member);
	return order != 0 ? order : compare_numbers(a->order, b->order);
}

static bool same_port(const struct use *a, const struct use *b)
{
	return a->end->owner == b->end->owner && a->out == b->out &&
	       a->end->port == b->end->port;
}

static void say_two(struct resolving *resolving, const struct use *first,
	const struct use *second)
{
	if (diagnostics_skip(resolving->diagnostics))
		return;
	struct place place =
		source_place(resolving->manifest->source, first->stream->at);
	diagnostics_add(resolving->diagnostics, second->stream->at,
		"the port %s has a stream already (line %u); put a %s between "
		"them",
		topology_end_name(
			resolving->topology, *second->end, second->out),
		place.line, second->out ? "tee" : "merge");
}

/* A port that is not variadic. */
static void use_single(
	struct resolving *resolving, struct use *uses, uint32_t count)
{
	uses[0].end->member = 0;
	for (uint32_t i = 1; i < count; i++) {
		uses[i].end->member = 0;
		say_two(resolving, &uses[0], &uses[i]);
	}
}

static void say_member(struct resolving *resolving, const struct use *use,
	const char *sentence, uint32_t member)
{
	diagnostics_add(resolving->diagnostics, use->stream->at,
		"member %u of the port %s %s", member,
		topology_end_name(resolving->topology, *use->end, use->out),
		sentence);
}

static void use_variadic(
	struct resolving *resolving, struct use *uses, uint32_t count)
{
	uint32_t written = 0, next = 0, largest = 0;
	while (written < count && uses[written].end->member != MEMBER_NEXT)
		written++;
	for (uint32_t i = 1; i < written; i++)
		if (uses[i].end->member == uses[i - 1].end->member)
			say_member(resolving, &uses[i], "has a stream already",
				uses[i].end->member);
	for (uint32_t i = written, taken = 0; i < count; i++, next++) {
		while (taken < written && uses[taken].end->member <= next) {
			next += uses[taken].end->member == next;
			taken++;
		}
		uses[i].end->member = next;
	}
	for (uint32_t i = 0; i < count; i++)
		if (uses[i].end->member > uses[largest].end->member)
			largest = i;
	if (uses[largest].end->member >= count)
		say_member(resolving, &uses[largest],
			"leaves a gap; members are numbered from 0 without "
			"gaps",
			uses[largest].end->member);
}

static void use_port(
	struct resolving *resolving, struct use *uses, uint32_t count)
{
	struct topology *topology = resolving->topology;
	const struct port_description *port =
		topology_port(topology, *uses[0].end, uses[0].out);
	struct topology_operator *target =
		&topology->operators[uses[0].end->owner];
	uint32_t *members =
		uses[0].out ? target->out_members : target->in_members;
	members[uses[0].end->port] = count;
	if (count > GROUP_MEMBERS_MAX)
		diagnostics_add(resolving->diagnostics, uses[0].stream->at,
			"the port %s has %u streams; at most %u fit",
			topology_end_name(topology, *uses[0].end, uses[0].out),
			count, GROUP_MEMBERS_MAX);
	if (port->variadic)
		use_variadic(resolving, uses, count);
	else
		use_single(resolving, uses, count);
}

/* "OP" for the first port, "OP.PORT" for others, with "[N]" for members. */
static void name_stream(
	struct topology *topology, struct topology_stream *stream)
{
	const struct topology_operator *writer =
		&topology->operators[stream->from.owner];
	const struct port_description *port = &writer->out[stream->from.port];
	if (port->variadic)
		stream->name = arena_format(&topology->arena, "%s.%s[%u]",
			writer->name, port->name, stream->from.member);
	else if (stream->from.port > 0 || stream->back)
		stream->name = arena_format(
			&topology->arena, "%s.%s", writer->name, port->name);
	else
		stream->name = writer->name;
}

/* A derived port has as many members as its owner. */
static void number_back(struct topology *topology, struct topology_stream *back)
{
	const struct topology_stream *forward =
		&topology->streams[back->partner];
	const struct topology_operator *writer =
		&topology->operators[forward->from.owner];
	const struct topology_operator *reader =
		&topology->operators[forward->to.owner];
	back->from.member = forward->to.member;
	back->to.member = forward->from.member;
	writer->in_members[back->to.port] =
		writer->out_members[forward->from.port];
	reader->out_members[back->from.port] =
		reader->in_members[forward->to.port];
}

static void number_forward(struct resolving *resolving)
{
	struct topology *topology = resolving->topology;
	uint32_t count = 0;
	struct arena arena = {0};
	struct use *uses = arena_allocate(
		&arena, 2 * (size_t)topology->stream_count, sizeof *uses);
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		struct topology_stream *stream = &topology->streams[i];
		if (stream->back)
			continue;
		uses[count++] = (struct use){&stream->from, stream, i, true};
		uses[count++] = (struct use){&stream->to, stream, i, false};
	}
	qsort(uses, count, sizeof *uses, compare_uses);
	for (uint32_t begin = 0, end; begin < count; begin = end) {
		end = begin + 1;
		while (end < count && same_port(&uses[begin], &uses[end]))
			end++;
		use_port(resolving, uses + begin, end - begin);
	}
	arena_release(&arena);
}

void topology_number_members(struct resolving *resolving)
{
	struct topology *topology = resolving->topology;
	number_forward(resolving);
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		if (topology->streams[i].back)
			number_back(topology, &topology->streams[i]);
		name_stream(topology, &topology->streams[i]);
	}
}
