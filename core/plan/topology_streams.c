/*
 * topology_streams: from names to ports, one stream per edge and instance.
 *
 * Members of variadic ports keep MEMBER_NEXT here where none was written;
 * topology_number_members gives them their numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/topology_parts.h"

/* One edge between two names, before it is multiplied by replicas. */
struct edge {
	const struct manifest_stream *written;
	const struct manifest_end *from, *to;
	const struct topology_name *writer, *reader;
	uint32_t out, in; /* port indices */
};

static int compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct topology_name *)element)->name);
}

static void say_no_operator(
	struct resolving *resolving, const struct manifest_end *end)
{
	struct arena arena = {0};
	if (diagnostics_skip(resolving->diagnostics))
		return;
	const char **words =
		arena_allocate(&arena, resolving->name_count, sizeof *words);
	for (uint32_t i = 0; i < resolving->name_count; i++)
		words[i] = resolving->names[i].name;
	diagnostics_add(resolving->diagnostics, end->at,
		"there is no operator \"%s\"%s", end->name,
		diagnostic_meant(
			&arena, end->name, words, resolving->name_count, ""));
	arena_release(&arena);
}

/* NULL after a sentence, which is left away where it was `said` before. */
static const struct topology_name *find_name(
	struct resolving *resolving, const struct manifest_end *end, bool said)
{
	const struct topology_name *name =
		resolving->name_count == 0
			? NULL
			: bsearch(end->name, resolving->names,
				  resolving->name_count, sizeof *name,
				  compare_name);
	if (name == NULL && !said && !resolving->manifest->nodes_broken)
		say_no_operator(resolving, end);
	return name;
}

static const struct topology_operator *operator_of(
	const struct resolving *resolving, const struct topology_name *name)
{
	return &resolving->topology->operators[name->first];
}

static uint32_t count_declared(
	const struct port_description *ports, uint32_t count)
{
	uint32_t declared = 0;
	while (declared < count && !ports[declared].derived)
		declared++;
	return declared;
}

static void say_no_port(struct resolving *resolving,
	const struct manifest_end *end, const struct topology_operator *target,
	const struct port_description *ports, uint32_t count, bool out)
{
	const char *direction = out ? "out" : "in";
	const char *words[PORTS_IN_MAX > PORTS_OUT_MAX ? PORTS_IN_MAX
						       : PORTS_OUT_MAX];
	const char *type = target->type == NULL ? "a node" : target->type->type;
	struct arena arena = {0};
	for (uint32_t i = 0; i < count; i++)
		words[i] = ports[i].name;
	if (end->port == NULL)
		diagnostics_add(resolving->diagnostics, end->at,
			"\"%s\" (%s) has no %s port", end->name, type,
			direction);
	else
		diagnostics_add(resolving->diagnostics, end->port_at,
			"\"%s\" (%s) has no %s port \"%s\"%s", end->name, type,
			direction, end->port,
			diagnostic_meant(&arena, end->port, words, count,
				arena_format(&arena, "; it has %s",
					diagnostic_list(
						&arena, words, count))));
	arena_release(&arena);
}

static bool find_port(struct resolving *resolving,
	const struct manifest_end *end, const struct topology_name *name,
	bool out, uint32_t *port)
{
	const struct topology_operator *target = operator_of(resolving, name);
	const struct port_description *ports = out ? target->out : target->in;
	uint32_t count = count_declared(
		ports, out ? target->out_count : target->in_count);
	/* An unknown type was said already; its ports are unknown, too. */
	if (target->written != NULL && target->type == NULL)
		return false;
	*port = 0;
	while (end->port != NULL && *port < count &&
		strcmp(ports[*port].name, end->port) != 0)
		++*port;
	if (*port < count)
		return true;
	say_no_port(resolving, end, target, ports, count, out);
	return false;
}

static void check_types(struct resolving *resolving, const struct edge *edge)
{
	const struct port_description *out =
		&operator_of(resolving, edge->writer)->out[edge->out];
	const struct port_description *in =
		&operator_of(resolving, edge->reader)->in[edge->in];
	if (description_port_types_meet(out->type, in->type))
		return;
	diagnostics_add(resolving->diagnostics, edge->to->at,
		"types do not meet: %s.%s gives %s, but %s.%s takes %s",
		edge->writer->name, out->name,
		description_port_type_name(out->type), edge->reader->name,
		in->name, description_port_type_name(in->type));
}

/* An end whose other end has replicas fans out over the members of a variadic
 * port, which it must not number itself. */
static bool check_fan(struct resolving *resolving,
	const struct manifest_end *end, const struct topology_name *name,
	const struct port_description *port, const struct topology_name *other)
{
	bool inside = operator_of(resolving, name)->node ==
		      operator_of(resolving, other)->node;
	if (other->replicas <= 1 || inside)
		return true;
	if (!port->variadic)
		diagnostics_add(resolving->diagnostics, end->at,
			"\"%s\" has %u replicas, so the port %s.%s would have "
			"to be variadic; put a tee or a merge between them",
			other->name, other->replicas, name->name, port->name);
	else if (end->member != MEMBER_NEXT)
		diagnostics_add(resolving->diagnostics, end->member_at,
			"\"%s\" has %u replicas, which take their members of "
			"%s.%s by themselves; leave the number away",
			other->name, other->replicas, name->name, port->name);
	else
		return true;
	return false;
}

static bool check_member(struct resolving *resolving,
	const struct manifest_end *end, const struct port_description *port)
{
	if (end->member == MEMBER_NEXT || port->variadic)
		return true;
	diagnostics_add(resolving->diagnostics, end->member_at,
		"the port %s.%s takes one stream and has no members", end->name,
		port->name);
	return false;
}

static bool resolve_edge(struct resolving *resolving, struct edge *edge)
{
	/* The middle of a chain was the end of the edge before. */
	bool said = edge->from != edge->written->ends;
	edge->writer = find_name(resolving, edge->from, said);
	edge->reader = find_name(resolving, edge->to, false);
	bool good =
		edge->writer != NULL && find_port(resolving, edge->from,
						edge->writer, true, &edge->out);
	good &= edge->reader != NULL &&
		find_port(resolving, edge->to, edge->reader, false, &edge->in);
	if (!good)
		return false;
	const struct port_description *out =
		&operator_of(resolving, edge->writer)->out[edge->out];
	const struct port_description *in =
		&operator_of(resolving, edge->reader)->in[edge->in];
	check_types(resolving, edge);
	good = check_member(resolving, edge->from, out);
	good &= check_member(resolving, edge->to, in);
	good &= check_fan(
		resolving, edge->from, edge->writer, out, edge->reader);
	good &= check_fan(resolving, edge->to, edge->reader, in, edge->writer);
	return good;
}

static void add_stream(
	struct resolving *resolving, const struct topology_stream *stream)
{
	struct topology *topology = resolving->topology;
	topology->streams = arena_grow(&topology->arena, topology->streams,
		topology->stream_count, sizeof *stream);
	topology->streams[topology->stream_count++] = *stream;
}

static const struct stream_options *back_options(
	const struct resolving *resolving, const struct edge *edge)
{
	const struct stream_options *own = &edge->written->options;
	return own->set & STREAM_BACK ? own
				      : &resolving->manifest->stream_defaults;
}

/* Whether the edge has a back stream; says where one is missing. */
static bool check_back(struct resolving *resolving, const struct edge *edge)
{
	const struct port_description *out =
		&operator_of(resolving, edge->writer)->out[edge->out];
	const struct port_description *in =
		&operator_of(resolving, edge->reader)->in[edge->in];
	const struct stream_options *options = back_options(resolving, edge);
	bool both = out->back != PORT_BACK_NONE && in->back != PORT_BACK_NONE;
	bool needed = out->back == PORT_BACK_REQUIRED ||
		      in->back == PORT_BACK_REQUIRED;
	bool own = edge->written->options.set & STREAM_BACK;
	bool lacks =
		in->back == PORT_BACK_NONE; /* the reader, else the writer */

	if (needed && both && options->back_off)
		diagnostics_add(resolving->diagnostics, options->back_at,
			"between %s.%s and %s.%s a back stream is required",
			edge->writer->name, out->name, edge->reader->name,
			in->name);
	else if (needed && !both)
		diagnostics_add(resolving->diagnostics, edge->to->at,
			"%s.%s works with a back stream alone, and %s.%s "
			"offers none: connect it to a port that does",
			(lacks ? edge->writer : edge->reader)->name,
			lacks ? out->name : in->name,
			(lacks ? edge->reader : edge->writer)->name,
			lacks ? in->name : out->name);
	else if (!both && own && !options->back_off)
		diagnostics_add(resolving->diagnostics, options->back_at,
			"a back stream needs both ends to offer one, but %s.%s "
			"does not",
			(lacks ? edge->reader : edge->writer)->name,
			lacks ? in->name : out->name);
	return both && !options->back_off;
}

static void add_back(
	struct resolving *resolving, const struct edge *edge, uint32_t forward)
{
	struct topology *topology = resolving->topology;
	const struct stream_options *options = back_options(resolving, edge);
	struct topology_stream back = topology->streams[forward];
	uint32_t out_back =
		operator_of(resolving, edge->reader)->in[edge->in].partner;
	uint32_t in_back =
		operator_of(resolving, edge->writer)->out[edge->out].partner;
	back.from = topology->streams[forward].to;
	back.to = topology->streams[forward].from;
	back.from.port = out_back;
	back.to.port = in_back;
	back.back = true;
	back.feedback = back.shred = back.fds = false;
	back.partner = forward;
	topology_fill_flow(&back, &options->back,
		&resolving->manifest->stream_defaults.back);
	topology->streams[forward].partner = topology->stream_count;
	add_stream(resolving, &back);
}

/* The stream between two instances. */
static void connect(struct resolving *resolving, const struct edge *edge,
	uint32_t writer, uint32_t reader, bool back)
{
	struct topology_stream stream = {
		.from = {edge->writer->first + writer * edge->writer->step,
			edge->out, edge->from->member},
		.to = {edge->reader->first + reader * edge->reader->step,
			edge->in, edge->to->member},
		.partner = TOPOLOGY_NONE,
		.written = edge->written,
		.at = edge->from->at};
	uint32_t index = resolving->topology->stream_count;
	topology_fill_options(resolving, &stream, &edge->written->options);
	add_stream(resolving, &stream);
	if (back)
		add_back(resolving, edge, index);
}

static void multiply(struct resolving *resolving, const struct edge *edge)
{
	bool inside = operator_of(resolving, edge->writer)->node ==
		      operator_of(resolving, edge->reader)->node;
	bool back = check_back(resolving, edge);
	for (uint32_t i = 0; i < edge->writer->replicas; i++)
		for (uint32_t j = 0; j < edge->reader->replicas; j++)
			if (!inside || i == j)
				connect(resolving, edge, i, j, back);
}

void topology_read_streams(struct resolving *resolving)
{
	const struct manifest *manifest = resolving->manifest;
	topology_check_flow(resolving, &manifest->stream_defaults, NULL);
	for (uint32_t i = 0; i < manifest->stream_count; i++) {
		const struct manifest_stream *written = &manifest->streams[i];
		topology_check_flow(resolving, &written->options,
			&manifest->stream_defaults);
		for (uint32_t j = 0; j + 1 < written->end_count; j++) {
			struct edge edge = {.written = written,
				.from = &written->ends[j],
				.to = &written->ends[j + 1]};
			if (resolve_edge(resolving, &edge))
				multiply(resolving, &edge);
			else
				resolving->streams_broken = true;
		}
	}
}
