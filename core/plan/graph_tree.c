/*
 * graph_tree: a topology as lines for a terminal.
 *
 *     tail  file.read path="a.log"
 *     └─ lines  lines
 *        └─ parse  weblog
 *           ├─ per  count by=["/status"]
 *           │  └─ out  stdout
 *           └─ bad → bad  file.write path="bad.log"
 *
 * Data flows downwards. Each operator is told once; where a second stream
 * reaches it, its name alone stands with an arrow up. Walked without
 * recursion, since a chain may be as long as a manifest; and what stands
 * deeper than DEPTH_MAX has an arrow down and is told as a tree of its own,
 * so that lines do not grow without end.
 */
#include "core/plan/graph.h"

#include <string.h>

#include "core/plan/graph_parts.h"
#include "core/plan/topology_parts.h"

#define PARAM_BYTES_MAX 60
#define DEPTH_MAX 24

/* A stream on the way down, or a beginning. */
struct step {
	uint32_t owner;
	uint32_t stream; /* TOPOLOGY_NONE: it begins here */
	uint32_t depth;
	bool last; /* of its siblings */
};

struct growing {
	const struct placement *placement;
	const struct topology *topology;
	struct text *text;
	struct arena arena;
	struct topology_leaving leaving;
	struct step *stack;
	uint32_t height;
	bool *told;
	uint32_t *later; /* operators whose own trees are still to be told */
	uint32_t later_count;
	struct text indent; /* of the line's depth, three columns each */
	size_t widths[DEPTH_MAX + 1]; /* bytes of `indent` at each depth */
};

/* What comes before the operator's name: its line and the ports. */
static void add_stream(struct growing *tree, const struct step *step)
{
	const struct topology *topology = tree->topology;
	if (step->stream == TOPOLOGY_NONE)
		return;
	const struct topology_stream *stream = &topology->streams[step->stream];
	const char *from =
		graph_port(topology, stream->from, true, &tree->arena);
	const char *settings = graph_settings(stream, &tree->arena);
	text_add(tree->text, step->last ? "└─ " : "├─ ");
	if (*from != '\0')
		text_format(tree->text, "%s → ", from);
	if (stream->partner != TOPOLOGY_NONE)
		text_add(tree->text, "⇄ ");
	if (*settings != '\0')
		text_format(tree->text, "(%s) ", settings);
}

static void add_operator(struct growing *tree, const struct step *step)
{
	const struct topology *topology = tree->topology;
	const struct topology_operator *target =
		&topology->operators[step->owner];
	const char *to = step->stream == TOPOLOGY_NONE
				 ? ""
				 : graph_port(topology,
					   topology->streams[step->stream].to,
					   false, &tree->arena);
	text_add(tree->text, target->name);
	if (*to != '\0')
		text_format(tree->text, ".%s", to);
	if (tree->told[step->owner] || step->depth == DEPTH_MAX) {
		text_add(tree->text, tree->told[step->owner] ? " ↑\n" : " ↓\n");
		return;
	}
	const char *params =
		graph_params(target, PARAM_BYTES_MAX, &tree->arena);
	text_format(tree->text, "  %s%s%s", graph_type(topology, target),
		*params == '\0' ? "" : " ", params);
	if (tree->placement->node_count > 1)
		text_format(tree->text, "  @%s",
			topology->manifest->nodes[target->node].name);
	text_add_byte(tree->text, '\n');
}

/* Sets the indent for what stands below this step. */
static void indent_below(struct growing *tree, const struct step *step)
{
	size_t bytes = tree->widths[step->depth];
	tree->indent.count = bytes;
	if (step->stream != TOPOLOGY_NONE)
		text_add(&tree->indent, step->last ? "   " : "│  ");
	tree->widths[step->depth + 1] = tree->indent.count;
}

static void push_streams(struct growing *tree, const struct step *step)
{
	const struct topology_leaving *leaving = &tree->leaving;
	uint32_t begin = leaving->first[step->owner];
	uint32_t end = leaving->first[step->owner + 1];
	for (uint32_t i = end; i-- > begin;) {
		const struct topology_stream *stream =
			&tree->topology->streams[leaving->streams[i]];
		tree->stack[tree->height++] = (struct step){stream->to.owner,
			leaving->streams[i], step->depth + 1, i + 1 == end};
	}
}

static void tell_one(struct growing *tree, uint32_t start)
{
	tree->stack[tree->height++] =
		(struct step){start, TOPOLOGY_NONE, 0, true};
	while (tree->height > 0) {
		struct step step = tree->stack[--tree->height];
		text_add_bytes(tree->text, text_string(&tree->indent),
			tree->widths[step.depth]);
		add_stream(tree, &step);
		add_operator(tree, &step);
		if (tree->told[step.owner])
			continue;
		if (step.depth == DEPTH_MAX) {
			tree->later[tree->later_count++] = step.owner;
			continue;
		}
		tree->told[step.owner] = true;
		indent_below(tree, &step);
		push_streams(tree, &step);
	}
}

static void tell_from(struct growing *tree, uint32_t start)
{
	tell_one(tree, start);
	for (uint32_t i = 0; i < tree->later_count; i++)
		if (!tree->told[tree->later[i]])
			tell_one(tree, tree->later[i]);
	tree->later_count = 0;
}

void graph_tree(const struct placement *placement, struct text *text)
{
	const struct topology *topology = placement->topology;
	uint32_t count = topology->operator_count;
	struct growing tree = {
		.placement = placement, .topology = topology, .text = text};
	tree.leaving = topology_gather(topology, &tree.arena, true);
	tree.told = arena_allocate(&tree.arena, count, sizeof *tree.told);
	tree.later = arena_allocate(&tree.arena,
		(size_t)topology->stream_count + 1, sizeof *tree.later);
	tree.stack = arena_allocate(&tree.arena,
		(size_t)topology->stream_count + 1, sizeof *tree.stack);
	bool *fed = arena_allocate(&tree.arena, count, sizeof *fed);
	for (uint32_t i = 0; i < topology->stream_count; i++)
		if (!topology->streams[i].back)
			fed[topology->streams[i].to.owner] = true;
	for (uint32_t i = 0; i < count; i++)
		if (!fed[i])
			tell_from(&tree, i);
	for (uint32_t i = 0; i < count; i++) /* cycles that begin nowhere */
		if (!tree.told[i])
			tell_from(&tree, i);
	text_release(&tree.indent);
	arena_release(&tree.arena);
}
