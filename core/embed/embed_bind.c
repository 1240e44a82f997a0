/* embed_bind: the application's ports in the manifest. See embed.h. */
#include "core/embed/embed.h"

#include <errno.h>
#include <string.h>

/* What a name is looked for in. */
struct binding {
	struct tau_node *node;
	const struct topology *topology;
	uint32_t at; /* the node; TOPOLOGY_NONE: nothing has been placed */
	struct embed_ports *ports;
	struct embed_port *port;
	struct text *why;
};

static int refuse(struct binding *binding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char back[] = ".back"; /* behind a port's name */

int embed_read_ends(struct tau_node *node, struct embed_ports *ports,
	const char *const *names, struct text *why)
{
	int result = 0;

	while (names && names[ports->count])
		ports->count++;
	ports->ports = arena_allocate(
		&node->arena, ports->count + 1, sizeof *ports->ports);
	for (uint32_t i = 0; i < ports->count; i++) {
		struct embed_port *port = &ports->ports[i];
		struct source source = {
			.name = ports->reads ? "reads" : "writes",
			.text = names[i],
			.bytes = strlen(names[i])};
		struct diagnostics wrong;

		diagnostics_init(&wrong, &source);
		port->name = arena_copy(&node->arena, names[i]);
		port->back = source.bytes > strlen(back) &&
			     strcmp(names[i] + source.bytes - strlen(back),
				     back) == 0;
		if (port->back)
			source.bytes -= strlen(back);
		if (manifest_read_end(&port->end, &node->arena, names[i],
			    source.bytes, 0, &wrong) < 0)
			result = -EINVAL;
		diagnostics_print(&wrong, why);
		diagnostics_release(&wrong);
	}
	return result;
}

static int refuse(struct binding *binding, const char *format, ...)
{
	char text[ERROR_TEXT_BYTES];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	text_format(binding->why, "%s: \"%s\": %s\n",
		binding->ports->reads ? "reads" : "writes", binding->port->name,
		text);
	return -EINVAL;
}

/* Of a list of names, what was meant. */
static const char *meant(struct binding *binding, const char *word,
	const char *const *names, uint32_t count)
{
	struct arena *arena = &binding->node->arena;

	return diagnostic_meant(arena, word, names, count,
		arena_format(arena, "; there is %s",
			diagnostic_list(arena, names, count)));
}

static int find_operator(struct binding *binding)
{
	const struct topology *topology = binding->topology;
	const struct placement *placement = &binding->node->plan.placement;
	const char *name = binding->port->end.name;
	const char **names = arena_allocate(&binding->node->arena,
		topology->operator_count + 1u, sizeof *names);
	uint32_t count = 0;

	for (uint32_t i = 0; i < topology->operator_count; i++) {
		if (binding->at == TOPOLOGY_NONE ||
			placement->node_of[i] == binding->at)
			names[count++] = topology->operators[i].name;
		if (strcmp(topology->operators[i].name, name) != 0)
			continue;
		binding->port->owner = i;
		if (binding->at == TOPOLOGY_NONE ||
			placement->node_of[i] == binding->at)
			return 0;
		return refuse(binding,
			"it runs in the node \"%s\", and the node that is "
			"opened here is \"%s\"",
			placement->nodes[placement->node_of[i]].name,
			placement->nodes[binding->at].name);
	}
	return refuse(binding, "no operator is called \"%s\"%s", name,
		meant(binding, name, names, count));
}

static int take_port(struct binding *binding, uint32_t at,
	const struct port_description *description)
{
	struct embed_port *port = binding->port;

	if (port->back && description->back == PORT_BACK_NONE)
		return refuse(binding, "the port has no back stream");
	port->port = port->back ? description->partner : at;
	port->type = port->back ? PORT_ANY : description->type;
	if (description->variadic || port->end.member == MEMBER_NEXT)
		return 0;
	return refuse(binding, "it is one port and takes no number");
}

/* A back stream goes the other way than its port. */
static int find_port(struct binding *binding)
{
	struct embed_port *port = binding->port;
	const struct topology_operator *owner =
		&binding->topology->operators[port->owner];
	const bool out = binding->ports->reads != port->back;
	const struct port_description *ports = out ? owner->out : owner->in;
	uint32_t count = out ? owner->out_count : owner->in_count;
	const char *name = port->end.port;
	const char **names = arena_allocate(
		&binding->node->arena, count + 1u, sizeof *names);
	uint32_t declared = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (ports[i].derived)
			continue;
		names[declared++] = ports[i].name;
		if (name && strcmp(ports[i].name, name) != 0)
			continue;
		return take_port(binding, i, &ports[i]);
	}
	return refuse(binding, "\"%s\" has no %s port%s%s%s%s", owner->name,
		out ? "out" : "in", name ? " \"" : "", name ? name : "",
		name ? "\"" : "",
		name ? meant(binding, name, names, declared) : "");
}

/* Whether another of the application's has it. */
static bool is_taken(const struct binding *binding, uint32_t member)
{
	const struct embed_port *port = binding->port;

	for (const struct embed_port *other = binding->ports->ports;
		other < port; other++)
		if (other->back == port->back && other->owner == port->owner &&
			other->port == port->port && other->member == member)
			return true;
	return false;
}

/* The stream of the topology that has that member, or the first that leads out
 * of the node and nobody has; or TOPOLOGY_NONE. */
static uint32_t find_stream(const struct binding *binding, uint32_t member)
{
	const struct topology *topology = binding->topology;
	const struct placement *placement = &binding->node->plan.placement;
	const bool out = binding->ports->reads;

	for (uint32_t i = 0; i < topology->stream_count; i++) {
		const struct topology_stream *stream = &topology->streams[i];
		const struct topology_end *end =
			out ? &stream->from : &stream->to;
		const struct topology_end *far =
			out ? &stream->to : &stream->from;

		if (end->owner != binding->port->owner ||
			end->port != binding->port->port)
			continue;
		if (member == MEMBER_NEXT
				? placement->node_of[far->owner] !=
						  binding->at &&
					  !is_taken(binding, end->member)
				: end->member == member)
			return i;
	}
	return TOPOLOGY_NONE;
}

/* How many members the port has, those of the manifest and the
 * application's. */
static uint32_t count_members(const struct binding *binding)
{
	const struct embed_port *port = binding->port;
	const struct topology_operator *owner =
		&binding->topology->operators[port->owner];
	uint32_t count = binding->ports->reads ? owner->out_members[port->port]
					       : owner->in_members[port->port];

	for (const struct embed_port *other = binding->ports->ports;
		other < port; other++)
		count += !other->back && other->owner == port->owner &&
			 other->port == port->port &&
			 other->stream == TOPOLOGY_NONE;
	return count;
}

static int take_stream(struct binding *binding)
{
	const struct topology *topology = binding->topology;
	struct embed_port *port = binding->port;
	const bool out = binding->ports->reads;
	const struct topology_stream *stream = &topology->streams[port->stream];
	const struct topology_end *far = out ? &stream->to : &stream->from;

	port->member = out ? stream->from.member : stream->to.member;
	if (binding->node->plan.placement.node_of[far->owner] != binding->at)
		return is_taken(binding, port->member)
			       ? refuse(binding, "it stands there twice")
			       : 0;
	return refuse(binding,
		out ? "\"%s\" reads it in the same node; put a tee between them"
		    : "\"%s\" writes to it in the same node; put a merge "
		      "between them",
		topology->operators[far->owner].name);
}

static int find_member(struct binding *binding)
{
	struct embed_port *port = binding->port;
	const struct port_description *description =
		topology_port(binding->topology,
			(struct topology_end){port->owner, port->port, 0},
			binding->ports->reads);
	uint32_t member = description->variadic ? port->end.member : 0;
	uint32_t members = count_members(binding);

	port->stream = find_stream(binding, member);
	if (port->stream != TOPOLOGY_NONE)
		return take_stream(binding);
	port->member = member == MEMBER_NEXT ? members : member;
	if (is_taken(binding, port->member))
		return refuse(binding, "it stands there twice");
	if (port->member > members)
		return refuse(binding,
			"it leaves a gap: the next free member is %u", members);
	return 0;
}

static const struct port_description *description_of(
	const struct tau_node *node, const struct embed_port *port, bool out)
{
	return topology_port(&node->plan.topology,
		(struct topology_end){port->owner, port->port, 0}, out);
}

/* A back stream has the member of its stream, which must be the application's,
 * too. */
static int find_forward(struct binding *binding)
{
	struct tau_node *node = binding->node;
	struct embed_port *port = binding->port;
	const bool reads = binding->ports->reads;
	const struct embed_ports *others = reads ? &node->writes : &node->reads;
	uint32_t partner = description_of(node, port, reads)->partner;

	for (const struct embed_port *other = others->ports;
		other < others->ports + others->count; other++) {
		if (other->back || other->owner != port->owner ||
			other->port != partner ||
			(port->end.member != MEMBER_NEXT &&
				port->end.member != other->member) ||
			is_taken(binding, other->member))
			continue;
		port->member = other->member;
		port->stream =
			other->stream == TOPOLOGY_NONE
				? TOPOLOGY_NONE
				: node->plan.topology.streams[other->stream]
					  .partner;
		return 0;
	}
	return refuse(binding,
		"its stream is not the application's: name %.*s in `%s`, too",
		(int)(strlen(port->name) - strlen(back)), port->name,
		reads ? "writes" : "reads");
}

static int bind_port(struct binding *binding)
{
	int result = find_operator(binding);

	if (result == 0)
		result = find_port(binding);
	if (result < 0)
		return result;
	return binding->port->back ? find_forward(binding)
				   : find_member(binding);
}

/* Who needs a back stream cannot do without. */
static int check_back(struct binding *binding)
{
	const struct tau_node *node = binding->node;
	const struct embed_port *port = binding->port;
	const bool reads = binding->ports->reads;
	const struct embed_ports *others = reads ? &node->writes : &node->reads;
	const struct port_description *description =
		description_of(node, port, reads);

	if (port->back || description->back != PORT_BACK_REQUIRED)
		return 0;
	for (uint32_t i = 0; i < others->count; i++)
		if (others->ports[i].back &&
			others->ports[i].owner == port->owner &&
			others->ports[i].port == description->partner &&
			others->ports[i].member == port->member)
			return 0;
	return refuse(binding,
		"it requires its back stream: name %s.%s.back in `%s`, too",
		port->end.name, description->name, reads ? "writes" : "reads");
}

/* All ports of both lists for which that is so. */
static int each(
	struct binding *binding, int (*visit)(struct binding *), bool backs)
{
	struct tau_node *node = binding->node;
	struct embed_ports *const lists[] = {&node->writes, &node->reads};
	int result = 0;

	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < lists[side]->count; i++) {
			binding->ports = lists[side];
			binding->port = &lists[side]->ports[i];
			if (binding->port->back == backs && visit(binding) < 0)
				result = -EINVAL;
		}
	return result;
}

/* Of an unknown type nobody knows the ports. */
static int check_name(struct binding *binding)
{
	int result = find_operator(binding);

	if (result < 0 ||
		!binding->topology->operators[binding->port->owner].type)
		return result;
	return find_port(binding);
}

void embed_check_names(struct tau_node *node, struct text *why)
{
	struct binding binding = {.node = node,
		.topology = &node->plan.topology,
		.at = TOPOLOGY_NONE,
		.why = why};

	if (node->plan.topology.operator_count == 0)
		return;
	(void)each(&binding, check_name, false);
	(void)each(&binding, check_name, true);
}

int embed_bind(struct tau_node *node, uint32_t at, struct text *why)
{
	struct binding binding = {.node = node,
		.topology = &node->plan.topology,
		.at = at,
		.why = why};
	int result = each(&binding, bind_port, false);

	if (result == 0)
		result = each(&binding, bind_port, true);
	return result == 0 ? each(&binding, check_back, false) : result;
}
