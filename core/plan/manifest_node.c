/*
 * manifest_node: the nodes of a manifest, their operators and ports.
 */
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/catalogue/description.h"
#include "core/plan/manifest_take.h"

/* A node while it is read. */
struct written_node {
	struct node_options options; /* first: see manifest_options */
	struct manifest_node node;
	uint32_t kinds;    /* how many of operators, command and remote */
	uint32_t ports_at; /* of a key "in" or "out", or 0 */
};

/* ---- operators ------------------------------------------------------------
 */

static void read_operator_params(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_operator *written = into;
	if (take_is_object(reading, value, "an object of params"))
		manifest_read_params(reading, value, &written->params,
			&written->param_count);
}

static void read_operator(struct reading *reading, struct manifest_node *node,
	struct cursor value)
{
	static const struct take_key keys[] = {
		{.name = "type",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_operator, type),
			.at = offsetof(struct manifest_operator, type_at)},
		TAKE_BY_HAND("params", read_operator_params),
		{.name = "doc",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_operator, doc)},
	};
	struct manifest_operator written = {
		.name = value.key,
		.name_at = take_key_at(reading, value),
		.type_at = take_key_at(reading, value),
	};
	bool good = take_name(reading, value, "an operator");
	good &= take_object(
		reading, value, "an operator", keys, COUNT(keys), &written);
	if (json_is_object(value.json) &&
		json_object_get(value.json, "type") == NULL)
		diagnostics_add(reading->diagnostics, written.name_at,
			"the operator \"%s\" has no \"type\"; say which "
			"operator it is, like \"lines\"",
			written.name);
	if (!good)
		reading->manifest->nodes_broken = true;
	node->operators = arena_grow(&reading->manifest->arena, node->operators,
		node->operator_count, sizeof written);
	node->operators[node->operator_count++] = written;
}

static void read_operators(
	struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	struct cursor child = {0};
	written->kinds++;
	written->node.kind = NODE_OPERATORS;
	written->node.kind_at = take_key_at(reading, value);
	if (!take_is_object(reading, value, "an object of operators")) {
		reading->manifest->nodes_broken = true;
		return;
	}
	while (take_next(reading, value, &child))
		read_operator(reading, &written->node, child);
	if (written->node.operator_count == 0)
		diagnostics_add(reading->diagnostics, written->node.kind_at,
			"a node without operators; take it away or put one in");
}

/* ---- command and remote nodes ----------------------------------------------
 */

static void read_command(
	struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	struct manifest_node *node = &written->node;
	struct cursor item = {0};
	written->kinds++;
	node->kind = NODE_COMMAND;
	node->kind_at = take_key_at(reading, value);
	if (!take_is_array(reading, value,
		    "a list of words like [\"python3\", \"x.py\"]"))
		return;
	while (take_next(reading, value, &item)) {
		node->command =
			arena_grow(&reading->manifest->arena, node->command,
				node->command_count, sizeof *node->command);
		const char *word = "";
		if (take_text(reading, item, &word))
			node->command[node->command_count++] =
				(struct manifest_text){word, word,
					take_at(reading, item), false};
	}
	if (locate_count(reading->manifest->locate, value.node) == 0)
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"command\" is empty; its first word is the program");
}

static void read_remote(
	struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	written->kinds++;
	written->node.kind = NODE_REMOTE;
	written->node.kind_at = take_key_at(reading, value);
	take_manifest_text(reading, value, &written->node.remote);
}

static void read_port_name(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_port *port = into;
	const char *name;
	if (!take_text(reading, value, &name))
		return;
	port->at = take_at(reading, value);
	if (!description_is_name(name))
		diagnostics_add(reading->diagnostics, port->at,
			"\"%s\" cannot name a port; a name has 1 to %d "
			"letters, "
			"digits, _ and -",
			name, NAME_BYTES_MAX);
	else
		port->name = name;
}

static void read_port_type(
	struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {
		"bytes", "utf8", "value", "fd", "any"};
	struct manifest_port *port = into;
	uint32_t index;
	port->type_at = take_at(reading, value);
	if (take_choice(reading, value, words, COUNT(words), &index))
		port->type = words[index];
}

static void read_port_required(
	struct reading *reading, void *into, struct cursor value)
{
	struct manifest_port *port = into;
	if (take_bool(reading, value, &port->required))
		port->required_set = true;
}

static void read_port_back(
	struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {"none", "optional", "required"};
	struct manifest_port *port = into;
	uint32_t index;
	if (take_choice(reading, value, words, COUNT(words), &index))
		port->back = words[index];
}

static void read_ports(struct reading *reading, struct cursor value,
	struct manifest_port **ports, uint32_t *count)
{
	static const struct take_key keys[] = {
		TAKE_BY_HAND("name", read_port_name),
		TAKE_BY_HAND("type", read_port_type),
		{.name = "doc",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest_port, doc)},
		TAKE_BY_HAND("required", read_port_required),
		{.name = "variadic",
			.kind = TAKE_BOOL,
			TAKE_FIELD(struct manifest_port, variadic)},
		TAKE_BY_HAND("back", read_port_back),
	};
	struct cursor item = {0};
	if (!take_is_array(reading, value, "a list of ports")) {
		reading->manifest->nodes_broken = true;
		return;
	}
	while (take_next(reading, value, &item)) {
		struct manifest_port port = {.at = take_at(reading, item)};
		port.type_at = port.at;
		if (!take_object(
			    reading, item, "a port", keys, COUNT(keys), &port))
			continue;
		if (json_object_get(item.json, "name") == NULL ||
			json_object_get(item.json, "type") == NULL)
			diagnostics_add(reading->diagnostics,
				take_at(reading, item),
				"a port needs a \"name\" and a \"type\"");
		if (port.name == NULL || port.type == NULL) {
			reading->manifest->nodes_broken = true;
			continue;
		}
		*ports = arena_grow(
			&reading->manifest->arena, *ports, *count, sizeof port);
		(*ports)[(*count)++] = port;
	}
}

static void read_in(struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	written->ports_at = take_key_at(reading, value);
	read_ports(reading, value, &written->node.in, &written->node.in_count);
}

static void read_out(struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	written->ports_at = take_key_at(reading, value);
	read_ports(
		reading, value, &written->node.out, &written->node.out_count);
}

/* ---- the rest of a node -----------------------------------------------------
 */

static void read_environment(
	struct reading *reading, void *into, struct cursor value)
{
	struct written_node *written = into;
	struct cursor child = {0};
	if (!take_is_object(reading, value, "an object of strings"))
		return;
	while (take_next(reading, value, &child))
		if (!json_is_string(child.json))
			take_wrong(reading, child, "a string");
		else if (*child.key == '\0' || strchr(child.key, '=') != NULL)
			diagnostics_add(reading->diagnostics,
				take_key_at(reading, child),
				"\"%s\" cannot be the name of an environment "
				"variable",
				child.key);
	manifest_read_params(reading, value, &written->node.environment,
		&written->node.environment_count);
}

static void read_cpus(struct reading *reading, void *into, struct cursor value)
{
	struct manifest_node *node = &((struct written_node *)into)->node;
	struct cursor item = {0};
	uint64_t cpu;
	node->cpus_at = take_at(reading, value);
	if (!take_is_array(reading, value, "a list of numbers like [0, 1]"))
		return;
	while (take_next(reading, value, &item)) {
		if (!take_count(reading, item, 0, MANIFEST_CPUS_MAX - 1, &cpu))
			continue;
		node->cpus = arena_grow(&reading->manifest->arena, node->cpus,
			node->cpu_count, sizeof *node->cpus);
		node->cpus[node->cpu_count++] = (uint32_t)cpu;
	}
}

static void check_kind(struct reading *reading, struct written_node *written)
{
	struct manifest_node *node = &written->node;
	const char *sentence = NULL;
	uint32_t at = written->kinds == 0 ? node->at : node->kind_at;
	if (written->kinds == 0) {
		sentence = "a node needs \"operators\", \"command\" or "
			   "\"remote\"";
	} else if (written->kinds > 1) {
		sentence = "a node has one of \"operators\", \"command\" and "
			   "\"remote\", not several";
	} else if (node->kind == NODE_OPERATORS && written->ports_at != 0) {
		at = written->ports_at;
		sentence = "\"in\" and \"out\" belong to command and remote "
			   "nodes; operators have the ports of their type";
	}
	if (sentence == NULL)
		return;
	diagnostics_add(reading->diagnostics, at, "%s", sentence);
	reading->manifest->nodes_broken = true;
}

static void read_node(struct reading *reading, struct cursor value)
{
	static const struct take_key keys[] = {
		TAKE_BY_HAND("operators", read_operators),
		TAKE_BY_HAND("command", read_command),
		TAKE_BY_HAND("remote", read_remote),
		TAKE_BY_HAND("in", read_in),
		TAKE_BY_HAND("out", read_out),
		{.name = "cwd",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct written_node, node.cwd),
			.at = offsetof(struct written_node, node.cwd_at)},
		TAKE_BY_HAND("env", read_environment),
		{.name = "replicas",
			.kind = TAKE_COUNT,
			.least = 1,
			.most = MANIFEST_REPLICAS_MAX,
			TAKE_FIELD(struct written_node, node.replicas),
			.at = offsetof(struct written_node, node.replicas_at)},
		TAKE_BY_HAND("cpus", read_cpus),
		TAKE_BY_HAND("restart", manifest_read_restart),
		TAKE_BY_HAND("watchdog", manifest_read_watchdog),
		TAKE_BY_HAND("limits", manifest_read_limits),
		{.name = "doc",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct written_node, node.doc)},
	};
	struct manifest *manifest = reading->manifest;
	struct written_node written = {.node.name = value.key,
		.node.replicas = 1,
		.node.at = take_key_at(reading, value)};
	take_name(reading, value, "a node");
	if (take_object(reading, value, "a node", keys, COUNT(keys), &written))
		check_kind(reading, &written);
	else
		manifest->nodes_broken = true;
	written.node.options = written.options;
	manifest->nodes = arena_grow(&manifest->arena, manifest->nodes,
		manifest->node_count, sizeof written.node);
	manifest->nodes[manifest->node_count++] = written.node;
}

void manifest_read_nodes(
	struct reading *reading, void *into, struct cursor value)
{
	struct cursor child = {0};
	(void)into;
	if (!take_is_object(reading, value, "an object of nodes")) {
		reading->manifest->nodes_broken = true;
		return;
	}
	while (take_next(reading, value, &child))
		read_node(reading, child);
	if (reading->manifest->node_count == 0)
		diagnostics_add(reading->diagnostics,
			take_key_at(reading, value),
			"\"nodes\" is empty; a topology has one operator or "
			"more");
}
