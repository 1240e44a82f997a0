/*
 * graph_picture: a topology for Graphviz and for Mermaid.
 *
 * Operators are called o0, o1, …, so that no name of a person can be mistaken
 * for syntax; labels are escaped for each language.
 */
#include "core/plan/graph.h"

#include <string.h>

#include "core/plan/graph_parts.h"

#define PARAM_BYTES_MAX 48

/* Replaces bytes that mean something by what stands for them. */
static void add_escaped(struct text *text, const char *from, const char *bytes,
	const char *const *replacements)
{
	for (; *from != '\0'; from++) {
		const char *found = strchr(bytes, *from);
		if (found != NULL)
			text_add(text, replacements[found - bytes]);
		else
			text_add_byte(text, *from);
	}
}

static void add_html(struct text *text, const char *from)
{
	static const char *const replacements[] = {
		"&lt;", "&gt;", "&amp;", "&quot;"};
	add_escaped(text, from, "<>&\"", replacements);
}

/* ---- Graphviz ------------------------------------------------------------ */

static void dot_operator(struct text *text, const struct topology *topology,
	uint32_t index, struct arena *arena)
{
	const struct topology_operator *target = &topology->operators[index];
	const char *params = graph_params(target, PARAM_BYTES_MAX, arena);
	text_format(text, "    o%u [label=<<b>", index);
	add_html(text, target->name);
	text_add(text, "</b><br/><font color=\"#5b6470\">");
	add_html(text, graph_type(topology, target));
	text_add(text, "</font>");
	if (*params != '\0') {
		text_add(text, "<br/><font point-size=\"9\" "
			       "color=\"#5b6470\">");
		add_html(text, params);
		text_add(text, "</font>");
	}
	text_add(text, ">];\n");
}

static void dot_node(struct text *text, const struct topology *topology,
	const struct placement_node *node, uint32_t index, struct arena *arena)
{
	text_format(text, "  subgraph cluster%u {\n    label=<", index);
	add_html(text, node->name);
	text_add(text, ">;\n");
	for (uint32_t i = 0; i < node->operator_count; i++)
		dot_operator(text, topology, node->operators[i], arena);
	text_add(text, "  }\n");
}

static void dot_label(struct text *text, const char *key, const char *label)
{
	if (*label == '\0')
		return;
	text_format(text, " %s=<", key);
	add_html(text, label);
	text_add_byte(text, '>');
}

static void dot_stream(struct text *text, const struct topology *topology,
	const struct topology_stream *stream, struct arena *arena)
{
	/* A back stream is the other point of its forward stream's arrow. */
	if (stream->back)
		return;
	text_format(
		text, "  o%u -> o%u [", stream->from.owner, stream->to.owner);
	dot_label(text, "taillabel",
		graph_port(topology, stream->from, true, arena));
	dot_label(text, "headlabel",
		graph_port(topology, stream->to, false, arena));
	dot_label(text, "label", graph_settings(stream, arena));
	if (stream->partner != TOPOLOGY_NONE)
		text_add(text, " dir=both");
	if (stream->feedback)
		text_add(text, " style=dashed constraint=false");
	text_add(text, " ];\n");
}

/* Graphviz takes no empty label of this kind. */
static void add_title(struct text *text, const char *title)
{
	if (*title == '\0')
		return;
	text_add(text, "  label=<");
	add_html(text, title);
	text_add(text, ">;\n");
}

void graph_dot(const struct placement *placement, struct text *text)
{
	const struct topology *topology = placement->topology;
	struct arena arena = {0};
	text_add(text, "digraph {\n");
	add_title(text, graph_title(placement));
	text_add(text,
		"  labelloc=t; rankdir=LR; ranksep=0.6; nodesep=0.3;\n"
		"  fontname=\"Helvetica\"; fontsize=14;\n"
		"  node [shape=box style=\"rounded,filled\" "
		"fillcolor=\"#ffffff\" color=\"#3d5a80\" "
		"fontname=\"Helvetica\" fontsize=11 margin=\"0.14,0.07\"];\n"
		"  edge [color=\"#3d5a80\" fontname=\"Helvetica\" fontsize=9 "
		"fontcolor=\"#9a3b2e\" arrowsize=0.7 labeldistance=1.6];\n"
		"  graph [style=\"rounded,filled\" fillcolor=\"#eef2f6\" "
		"color=\"#c3ccd6\" fontcolor=\"#3d5a80\"];\n");
	for (uint32_t i = 0; i < placement->node_count; i++)
		dot_node(text, topology, &placement->nodes[i], i, &arena);
	for (uint32_t i = 0; i < topology->stream_count; i++)
		dot_stream(text, topology, &topology->streams[i], &arena);
	text_add(text, "}\n");
	arena_release(&arena);
}

/* ---- Mermaid ------------------------------------------------------------- */

static void add_mermaid(struct text *text, const char *from)
{
	static const char *const replacements[] = {
		"#quot;", "#lt;", "#gt;", "#35;", "#124;", "#96;"};
	add_escaped(text, from, "\"<>#|`", replacements);
}

static void mermaid_node(struct text *text, const struct topology *topology,
	const struct placement_node *node, uint32_t index)
{
	text_format(text, "  subgraph n%u[\"", index);
	add_mermaid(text, node->name);
	text_add(text, "\"]\n");
	for (uint32_t i = 0; i < node->operator_count; i++) {
		const struct topology_operator *target =
			&topology->operators[node->operators[i]];
		text_format(text, "    o%u[\"", node->operators[i]);
		add_mermaid(text, target->name);
		text_add(text, "<br/>");
		add_mermaid(text, graph_type(topology, target));
		text_add(text, "\"]\n");
	}
	text_add(text, "  end\n");
}

static void mermaid_stream(struct text *text, const struct topology *topology,
	const struct topology_stream *stream, struct arena *arena)
{
	const char *from = graph_port(topology, stream->from, true, arena);
	const char *to = graph_port(topology, stream->to, false, arena);
	const char *settings = graph_settings(stream, arena);
	const char *arrow = stream->partner != TOPOLOGY_NONE ? "<-->"
			    : stream->feedback               ? "-.->"
							     : "-->";
	if (stream->back)
		return;
	text_format(text, "  o%u %s", stream->from.owner, arrow);
	const char *label =
		arena_format(arena, "%s%s%s%s%s", from, *to != '\0' ? "→" : "",
			to, *settings != '\0' ? " " : "", settings);
	if (*label != '\0') {
		text_add(text, "|\"");
		add_mermaid(text, label);
		text_add(text, "\"|");
	}
	text_format(text, " o%u\n", stream->to.owner);
}

void graph_mermaid(const struct placement *placement, struct text *text)
{
	const struct topology *topology = placement->topology;
	struct arena arena = {0};
	text_add(text, "flowchart LR\n");
	for (uint32_t i = 0; i < placement->node_count; i++)
		mermaid_node(text, topology, &placement->nodes[i], i);
	for (uint32_t i = 0; i < topology->stream_count; i++)
		mermaid_stream(text, topology, &topology->streams[i], &arena);
	arena_release(&arena);
}
