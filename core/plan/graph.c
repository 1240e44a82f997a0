/*
 * graph: what the pictures say about operators and streams, and the picture
 * for programs.
 */
#include "core/plan/graph.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/count.h"
#include "core/plan/graph_parts.h"
#include "core/text/pretty.h"

const char *graph_title(const struct placement *placement)
{
	const struct topology *topology = placement->topology;
	const char *file = topology->manifest->source->name;
	const char *slash = strrchr(file, '/');
	if (topology->name != NULL)
		return topology->name;
	/* "-" and "-e" are no files: their pictures go without. */
	if (*file == '-')
		return "";
	return slash != NULL ? slash + 1 : file;
}

const char *graph_type(
	const struct topology *topology, const struct topology_operator *target)
{
	if (target->type != NULL)
		return target->type->type;
	return topology->manifest->nodes[target->node].kind == NODE_COMMAND
		       ? "command"
		       : "remote";
}

static const struct param_value *value_of(
	const struct topology_operator *target, const char *name)
{
	const struct operator_description *type = target->type->description;
	const struct param_description *param = description_param(type, name);
	CHECK(param != NULL);
	return &target->params[param - type->params];
}

/* The bytes that fit, without the middle of a code point. */
static size_t cut(const char *text, size_t most)
{
	size_t bytes = strlen(text);
	if (bytes <= most)
		return bytes;
	bytes = most;
	while (bytes > 0 && ((unsigned char)text[bytes] & 0xc0) == 0x80)
		bytes--;
	return bytes;
}

const char *graph_params(const struct topology_operator *target, size_t most,
	struct arena *arena)
{
	struct text text = {0};
	const struct manifest_operator *written = target->written;
	for (uint32_t i = 0; written != NULL && i < written->param_count; i++) {
		const struct manifest_param *param = &written->params[i];
		text_format(&text, "%s%s=", i == 0 ? "" : " ", param->name);
		if (value_of(target, param->name)->secret)
			text_add(&text, "***");
		else
			pretty_line(param->value, &text);
	}
	size_t bytes = cut(text_string(&text), most);
	const char *shown = arena_format(arena, "%.*s%s", (int)bytes,
		text_string(&text), bytes < text.count ? "…" : "");
	text_release(&text);
	return shown;
}

const char *graph_port(const struct topology *topology, struct topology_end end,
	bool out, struct arena *arena)
{
	const struct port_description *port = topology_port(topology, end, out);
	if (port->variadic)
		return arena_format(arena, "%s[%u]", port->name, end.member);
	return end.port == 0 ? "" : port->name;
}

const char *graph_settings(
	const struct topology_stream *stream, struct arena *arena)
{
	const char *words[] = {
		stream->full == FULL_BLOCK ? ""
					   : manifest_full_words[stream->full],
		stream->feedback ? "feedback" : "",
		stream->transport == TRANSPORT_LINK
			? ""
			: manifest_transport_words[stream->transport],
	};
	const char *all = "";
	for (size_t i = 0; i < COUNT(words); i++)
		if (*words[i] != '\0')
			all = arena_format(arena, "%s%s%s", all,
				*all == '\0' ? "" : " ", words[i]);
	return all;
}

/* ---- for programs -------------------------------------------------------- */

static json_t *show_end(
	const struct topology *topology, struct topology_end end, bool out)
{
	return json_pack("{s:s, s:s, s:I}", "operator",
		topology->operators[end.owner].name, "port",
		topology_port(topology, end, out)->name, "member",
		(json_int_t)end.member);
}

static json_t *show_stream(
	const struct topology *topology, const struct topology_stream *stream)
{
	json_t *json = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:s}", "name",
		stream->name, "from", show_end(topology, stream->from, true),
		"to", show_end(topology, stream->to, false), "capacity",
		(json_int_t)stream->capacity_bytes, "records",
		(json_int_t)stream->records, "atomic",
		(json_int_t)stream->atomic_bytes, "full",
		manifest_full_words[stream->full]);
	if (stream->back)
		json_object_set_new(json, "back", json_true());
	if (stream->feedback)
		json_object_set_new(json, "feedback", json_true());
	return json;
}

static json_t *show_ports(const struct port_description *ports, uint32_t count)
{
	json_t *json = json_array();
	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(json,
			json_pack("{s:s, s:s}", "name", ports[i].name, "type",
				description_port_type_name(ports[i].type)));
	return json;
}

static json_t *show_operator(
	const struct topology *topology, const struct topology_operator *target)
{
	json_t *params = json_object();
	size_t count = target->type == NULL
			       ? 0
			       : target->type->description->param_count;
	for (size_t i = 0; i < count; i++)
		if (target->params[i].set)
			json_object_set_new(params,
				target->type->description->params[i].name,
				value_show(&target->params[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "name", target->name,
		"type", graph_type(topology, target), "node",
		topology->manifest->nodes[target->node].name, "params", params,
		"in", show_ports(target->in, target->in_count), "out",
		show_ports(target->out, target->out_count));
}

static json_t *show_node(
	const struct topology *topology, const struct placement_node *node)
{
	json_t *names = json_array();
	for (uint32_t i = 0; i < node->operator_count; i++)
		json_array_append_new(names,
			json_string(
				topology->operators[node->operators[i]].name));
	return json_pack("{s:s, s:o}", "name", node->name, "operators", names);
}

void graph_json(const struct placement *placement, struct text *text)
{
	const struct topology *topology = placement->topology;
	json_t *nodes = json_array(), *operators = json_array();
	json_t *streams = json_array();
	for (uint32_t i = 0; i < placement->node_count; i++)
		json_array_append_new(
			nodes, show_node(topology, &placement->nodes[i]));
	for (uint32_t i = 0; i < topology->operator_count; i++)
		json_array_append_new(operators,
			show_operator(topology, &topology->operators[i]));
	for (uint32_t i = 0; i < topology->stream_count; i++)
		json_array_append_new(
			streams, show_stream(topology, &topology->streams[i]));
	json_t *json = json_pack("{s:s?, s:o, s:o, s:o}", "topology",
		topology->name, "nodes", nodes, "operators", operators,
		"streams", streams);
	CHECK(json != NULL);
	pretty_print(json, text);
	json_decref(json);
}
