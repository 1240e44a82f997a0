/*
 * topology_check: what can be said only of the whole: ports that are left
 * open, operators that no data can reach, two readers of one stdin.
 */
#include <stdlib.h>
#include <string.h>

#include "core/plan/topology_parts.h"

static uint32_t at_of(const struct resolving *resolving,
	const struct topology_operator *target)
{
	return target->written != NULL
		       ? target->written->name_at
		       : resolving->manifest->nodes[target->node].at;
}

/* Names the operator as the manifest does, without its replica. */
static const char *name_of(const struct resolving *resolving,
	const struct topology_operator *target)
{
	return target->written != NULL
		       ? target->written->name
		       : resolving->manifest->nodes[target->node].name;
}

bool topology_is_lent(const struct manifest *manifest,
	const struct topology_operator *target,
	const struct port_description *port, bool out)
{
	for (uint32_t i = 0; i < manifest->lent_count; i++) {
		const struct manifest_lent *lent = &manifest->lent[i];
		const struct port_description *first =
			out ? target->out : target->in;
		if (strcmp(lent->name, target->name) != 0)
			continue;
		if (port == NULL ||
			(lent->out == out &&
				(lent->port == NULL
						? port == first
						: strcmp(lent->port,
							  port->name) == 0)))
			return true;
	}
	return false;
}

/* Who lends a port may leave out ports unread. */
static bool is_lent(const struct resolving *resolving,
	const struct topology_operator *target,
	const struct port_description *port, bool out)
{
	return topology_is_lent(resolving->manifest, target, port, out);
}

/* What else than a stream would do. */
static const char *how_lent(const struct manifest *manifest, bool out)
{
	if (!manifest->embedded)
		return "";
	return out ? "; connect it, or name it in `reads`"
		   : "; connect it, or name it in `writes`";
}

static bool check_open(struct resolving *resolving,
	const struct topology_operator *target,
	const struct port_description *ports, const uint32_t *members,
	uint32_t count, bool out)
{
	bool whole = true;
	for (uint32_t i = 0; i < count; i++) {
		if (!ports[i].required || ports[i].derived || members[i] > 0 ||
			is_lent(resolving, target, out ? NULL : &ports[i], out))
			continue;
		whole = false;
		if (target->replica > 0)
			continue;
		diagnostics_add(resolving->diagnostics,
			at_of(resolving, target),
			"nobody %s %s.%s, which is required%s",
			out ? "reads" : "writes to", name_of(resolving, target),
			ports[i].name, how_lent(resolving->manifest, out));
	}
	return whole;
}

static uint32_t count_streams(const uint32_t *members, uint32_t count)
{
	uint32_t streams = 0;
	for (uint32_t i = 0; i < count; i++)
		streams += members[i];
	return streams;
}

/* An operator that has ports, none of them required, and no stream at all. */
static void check_alone(
	struct resolving *resolving, const struct topology_operator *target)
{
	uint32_t ports = target->in_count + target->out_count;
	uint32_t streams =
		count_streams(target->in_members, target->in_count) +
		count_streams(target->out_members, target->out_count);
	if (ports > 0 && streams == 0 && target->replica == 0 &&
		!is_lent(resolving, target, NULL, false))
		diagnostics_add(resolving->diagnostics,
			at_of(resolving, target),
			"\"%s\" is connected to nothing",
			name_of(resolving, target));
}

/* Whether data can begin here: nothing that it needs comes from others, or
 * what it needs is missing, which was said already. */
static bool begins(const struct resolving *resolving,
	const struct topology_operator *target, bool whole)
{
	if (target->type == NULL || !whole ||
		is_lent(resolving, target, NULL, false))
		return true;
	for (uint32_t i = 0; i < target->in_count; i++)
		if (target->in[i].required && !target->in[i].derived)
			return false;
	return true;
}

/* Follows the streams from all places where data begins. */
static void check_reach(struct resolving *resolving, bool *reached)
{
	const struct topology *topology = resolving->topology;
	uint32_t count = topology->operator_count, top = 0;
	struct arena arena = {0};
	struct topology_leaving leaving =
		topology_gather(topology, &arena, true);
	uint32_t *stack = arena_allocate(&arena, count, sizeof *stack);
	for (uint32_t i = 0; i < count; i++)
		if (reached[i])
			stack[top++] = i;
	while (top > 0) {
		uint32_t at = stack[--top];
		for (uint32_t i = leaving.first[at]; i < leaving.first[at + 1];
			i++) {
			const struct topology_stream *stream =
				&topology->streams[leaving.streams[i]];
			if (reached[stream->to.owner])
				continue;
			reached[stream->to.owner] = true;
			stack[top++] = stream->to.owner;
		}
	}
	for (uint32_t i = 0; i < count; i++)
		if (!reached[i] && topology->operators[i].replica == 0)
			diagnostics_add(resolving->diagnostics,
				at_of(resolving, &topology->operators[i]),
				"no data can reach \"%s\": nothing in front of "
				"it can begin by itself",
				name_of(resolving, &topology->operators[i]));
	arena_release(&arena);
}

static void check_ports(struct resolving *resolving)
{
	struct topology *topology = resolving->topology;
	struct arena arena = {0};
	bool *reached = arena_allocate(
		&arena, topology->operator_count, sizeof *reached);
	for (uint32_t i = 0; i < topology->operator_count; i++) {
		struct topology_operator *target = &topology->operators[i];
		bool whole = check_open(resolving, target, target->in,
			target->in_members, target->in_count, false);
		whole &= check_open(resolving, target, target->out,
			target->out_members, target->out_count, true);
		if (whole)
			check_alone(resolving, target);
		reached[i] = begins(resolving, target, whole);
	}
	check_reach(resolving, reached);
	arena_release(&arena);
}

static void take_stdio(struct resolving *resolving, uint32_t index,
	uint32_t *taken, const char *direction)
{
	struct topology *topology = resolving->topology;
	const struct topology_operator *target = &topology->operators[index];
	if (*taken == TOPOLOGY_NONE) {
		*taken = index;
		return;
	}
	if (diagnostics_skip(resolving->diagnostics))
		return;
	const struct topology_operator *first = &topology->operators[*taken];
	struct place place = source_place(
		resolving->manifest->source, at_of(resolving, first));
	diagnostics_add(resolving->diagnostics, at_of(resolving, target),
		"\"%s\" and \"%s\" (line %u) both use %s; a topology has one",
		target->name, first->name, place.line, direction);
}

static void check_stdio(struct resolving *resolving)
{
	struct topology *topology = resolving->topology;
	for (uint32_t i = 0; i < topology->operator_count; i++) {
		const struct catalogue_type *type = topology->operators[i].type;
		if (type == NULL)
			continue;
		if (type->description->stdio == OPERATOR_STDIO_IN)
			take_stdio(resolving, i, &topology->stdin_operator,
				"stdin");
		if (type->description->stdio == OPERATOR_STDIO_OUT)
			take_stdio(resolving, i, &topology->stdout_operator,
				"stdout");
	}
}

static void check_remote(
	struct resolving *resolving, const struct manifest_node *node)
{
	const char *text = node->remote.text;
	const char *colon;
	if (node->kind != NODE_REMOTE || text == NULL)
		return;
	if (strncmp(text, "unix:", 5) == 0 && text[5] != '\0')
		return;
	if (strncmp(text, "tcp:", 4) == 0) {
		colon = strrchr(text + 4, ':');
		if (colon != NULL && colon > text + 4 && colon[1] != '\0' &&
			colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
			strtol(colon + 1, NULL, 10) < 65536)
			return;
	}
	diagnostics_add(resolving->diagnostics, node->remote.at,
		"\"remote\" is written \"unix:PATH\" or \"tcp:HOST:PORT\"");
}

void topology_check(struct resolving *resolving)
{
	const struct manifest *manifest = resolving->manifest;
	for (uint32_t i = 0; i < manifest->node_count; i++)
		check_remote(resolving, &manifest->nodes[i]);
	check_stdio(resolving);
	topology_check_files(resolving);
	/* With a stream or a node missing, what follows would be guesses. */
	if (!manifest->streams_broken && !manifest->nodes_broken &&
		!resolving->streams_broken)
		check_ports(resolving);
}
