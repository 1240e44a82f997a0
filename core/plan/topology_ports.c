/*
 * topology_ports: the ports of a command or remote node.
 *
 * They are laid out as in a description: the declared ones in order, then one
 * derived port per back stream, in order of their owners.
 */
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/topology_parts.h"

static enum port_type type_of(const char *name)
{
	int type = PORT_BYTES;
	while (type < PORT_ANY &&
		strcmp(name,
			description_port_type_name((enum port_type)type)) != 0)
		type++;
	return (enum port_type)type;
}

static enum port_back back_of(const char *name)
{
	if (name == NULL || strcmp(name, "none") == 0)
		return PORT_BACK_NONE;
	return strcmp(name, "optional") == 0 ? PORT_BACK_OPTIONAL
					     : PORT_BACK_REQUIRED;
}

static uint32_t count_backs(const struct manifest_port *ports, uint32_t count)
{
	uint32_t backs = 0;
	for (uint32_t i = 0; i < count; i++)
		backs += back_of(ports[i].back) != PORT_BACK_NONE;
	return backs;
}

/* Writes the declared ports to `ports`, the derived ones to `others`, which
 * are the ports of the other direction, from `derived` on. */
static void lay_out(struct arena *arena, const struct manifest_port *written,
	uint32_t count, bool out, struct port_description *ports,
	struct port_description *others, uint32_t derived)
{
	for (uint32_t i = 0; i < count; i++) {
		struct port_description port = {.name = written[i].name,
			.doc = written[i].doc ? written[i].doc : "",
			.type = type_of(written[i].type),
			.variadic = written[i].variadic,
			.required = written[i].required_set
					    ? written[i].required
					    : !out || i == 0,
			.back = back_of(written[i].back),
			.partner = PORT_NO_INDEX};
		if (port.back != PORT_BACK_NONE) {
			port.partner = derived;
			others[derived++] = (struct port_description){
				.name = arena_format(
					arena, "%s.back", port.name),
				.doc = "",
				.type = PORT_ANY,
				.required = port.back == PORT_BACK_REQUIRED,
				.variadic = port.variadic,
				.derived = true,
				.partner = i};
		}
		ports[i] = port;
	}
}

static bool check_ports(struct resolving *resolving,
	const struct manifest_node *node, const struct manifest_port *ports,
	uint32_t count, uint32_t total, uint32_t most, const char *direction)
{
	bool good = total <= most;
	if (!good)
		diagnostics_add(resolving->diagnostics, node->at,
			"\"%s\" has %u %s ports, back streams included; at "
			"most %u fit",
			node->name, total, direction, most);
	for (uint32_t i = 1; good && i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(ports[i].name, ports[j].name) == 0) {
				diagnostics_add(resolving->diagnostics,
					ports[i].at,
					"\"%s\" names two %s ports",
					ports[i].name, direction);
				good = false;
			}
	return good;
}

void topology_read_ports(
	struct resolving *resolving, struct topology_operator *target)
{
	const struct manifest_node *node =
		&resolving->manifest->nodes[target->node];
	struct arena *arena = &resolving->topology->arena;
	uint32_t in_count =
		node->in_count + count_backs(node->out, node->out_count);
	uint32_t out_count =
		node->out_count + count_backs(node->in, node->in_count);
	bool good = check_ports(resolving, node, node->in, node->in_count,
		in_count, PORTS_IN_MAX, "in");
	good &= check_ports(resolving, node, node->out, node->out_count,
		out_count, PORTS_OUT_MAX, "out");
	if (!good)
		return;
	struct port_description *in =
		arena_allocate(arena, in_count, sizeof *in);
	struct port_description *out =
		arena_allocate(arena, out_count, sizeof *out);
	lay_out(arena, node->in, node->in_count, false, in, out,
		node->out_count);
	lay_out(arena, node->out, node->out_count, true, out, in,
		node->in_count);
	target->in = in;
	target->out = out;
	target->in_count = in_count;
	target->out_count = out_count;
}
