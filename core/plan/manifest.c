/*
 * manifest: the outermost object and its bounds.
 *
 * The walk of `locate` comes first: it refuses what is too large before
 * jansson builds anything, and it is what tells keys that stand twice.
 */
#include "core/plan/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/catalogue/description.h"
#include "core/plan/manifest_take.h"

static void read_version(
	struct reading *reading, void *into, struct cursor value)
{
	(void)into;
	if (!json_is_integer(value.json))
		take_wrong(reading, value, "the number 1");
	else if (json_integer_value(value.json) != 1)
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"tau\" is %" JSON_INTEGER_FORMAT ", but this version "
			"reads manifests of version 1 alone",
			json_integer_value(value.json));
}

static void read_name(struct reading *reading, void *into, struct cursor value)
{
	const char *name;
	(void)into;
	if (!take_text(reading, value, &name))
		return;
	if (description_is_name(name))
		reading->manifest->name = name;
	else
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"\"%s\" cannot name a topology; a name has 1 to %d "
			"letters, digits, _ and -",
			name, NAME_BYTES_MAX);
}

static void read_on_failure(
	struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {"stop", "continue"};
	uint32_t index;
	(void)into;
	if (!take_choice(reading, value, words, COUNT(words), &index))
		return;
	reading->manifest->on_failure = (enum on_failure)index;
	reading->manifest->on_failure_set = true;
	reading->manifest->on_failure_at = take_at(reading, value);
}

static void read_stream_defaults(
	struct reading *reading, void *into, struct cursor value)
{
	(void)into;
	manifest_read_stream_defaults(
		reading, value, &reading->manifest->stream_defaults);
}

static void read_node_defaults(
	struct reading *reading, void *into, struct cursor value)
{
	(void)into;
	manifest_read_node_defaults(
		reading, value, &reading->manifest->node_defaults);
}

static void read_defaults(
	struct reading *reading, void *into, struct cursor value)
{
	static const struct take_key keys[] = {
		TAKE_BY_HAND("stream", read_stream_defaults),
		TAKE_BY_HAND("node", read_node_defaults),
	};
	take_object(reading, value, "the defaults", keys, COUNT(keys), into);
}

/* Whether a key was most likely meant to be that one. */
static bool has_misspelt(json_t *object, const char *wanted)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (diagnostic_nearest(key, &wanted, 1) != NULL)
			return true;
	}
	return false;
}

/* Whether it is the other kind of file there is. */
static bool is_test(const json_t *root)
{
	return json_object_get(root, "test") != NULL &&
	       json_object_get(root, "tau") == NULL &&
	       json_object_get(root, "nodes") == NULL;
}

static void read_document(struct reading *reading, struct cursor root)
{
	static const struct take_key keys[] = {
		{.name = "$schema",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest, schema)},
		TAKE_BY_HAND("tau", read_version),
		TAKE_BY_HAND("name", read_name),
		{.name = "doc",
			.kind = TAKE_TEXT,
			TAKE_FIELD(struct manifest, doc)},
		TAKE_BY_HAND("vars", manifest_read_variables),
		TAKE_BY_HAND("plugins", manifest_read_plugins),
		TAKE_BY_HAND("defaults", read_defaults),
		TAKE_BY_HAND("nodes", manifest_read_nodes),
		TAKE_BY_HAND("streams", manifest_read_streams),
		TAKE_BY_HAND("on_failure", read_on_failure),
	};
	uint32_t at = take_at(reading, root);
	if (is_test(root.json)) {
		reading->manifest->nodes_broken = true;
		diagnostics_add(reading->diagnostics, at,
			"this is a test, not a manifest; tau test runs it");
		return;
	}
	take_object(reading, root, "the manifest", keys, COUNT(keys),
		reading->manifest);
	if (json_object_get(root.json, "tau") == NULL)
		diagnostics_add(reading->diagnostics, at,
			"\"tau\" is missing; write \"tau\": 1, the version of "
			"the manifest's format");
	if (json_object_get(root.json, "nodes") == NULL) {
		reading->manifest->nodes_broken = true;
		diagnostics_add(reading->diagnostics, at,
			"\"nodes\" is missing; it holds the operators");
	}
	if (json_object_get(root.json, "streams") == NULL &&
		has_misspelt(root.json, "streams"))
		reading->manifest->streams_broken = true;
}

/* Counts of nodes, operators and streams, before anything is built. */
static int check_bounds(
	const struct locate *locate, struct diagnostics *diagnostics)
{
	uint32_t nodes = locate_pointer(locate, "/nodes");
	uint32_t streams = locate_pointer(locate, "/streams");
	uint32_t variables = locate_pointer(locate, "/vars");
	uint32_t plugins = locate_pointer(locate, "/plugins");
	uint64_t operators = 0;
	uint32_t node = locate_first(locate, nodes);
	for (; node != 0; node = locate_next(locate, node))
		operators += locate_count(
			locate, locate_member(locate, node, "operators"));
	const struct {
		const char *what;
		uint64_t count, most;
		uint32_t node;
	} bounds[] = {
		{"variables", locate_count(locate, variables),
			MANIFEST_VARIABLES_MAX, variables},
		{"plugins", locate_count(locate, plugins), MANIFEST_PLUGINS_MAX,
			plugins},
		{"nodes", locate_count(locate, nodes), MANIFEST_NODES_MAX,
			nodes},
		{"operators", operators, MANIFEST_OPERATORS_MAX, nodes},
		{"streams", locate_count(locate, streams), MANIFEST_STREAMS_MAX,
			streams},
	};
	int result = 0;
	for (size_t i = 0; i < COUNT(bounds); i++) {
		if (bounds[i].count <= bounds[i].most)
			continue;
		diagnostics_add(diagnostics, locate_at(locate, bounds[i].node),
			"%" PRIu64 " %s; a manifest has at most %" PRIu64,
			bounds[i].count, bounds[i].what, bounds[i].most);
		result = -EINVAL;
	}
	return result;
}

/* jansson's word on what `locate` let pass: numbers beyond 64 bits, halves of
 * surrogate pairs. It stops at the end of what it complains about. */
static json_t *load(const struct source *source, const struct locate *locate,
	struct diagnostics *diagnostics)
{
	json_error_t fault;
	json_t *root = json_loadb(source->text, source->bytes, 0, &fault);
	if (root != NULL)
		return root;
	int bytes = (int)strcspn(fault.text, "\n");
	const char *near = strstr(fault.text, " near ");
	if (near != NULL)
		bytes = (int)(near - fault.text);
	diagnostics_add(diagnostics,
		locate_before(locate, (uint32_t)fault.position),
		"this cannot be read: %.*s", bytes, fault.text);
	return NULL;
}

int manifest_parse(struct manifest *manifest, const struct source *source,
	struct diagnostics *diagnostics)
{
	uint32_t said = diagnostics->count;
	struct reading reading = {manifest, diagnostics};
	json_t *root = NULL;
	manifest->source = source;
	if (locate_create(&manifest->locate, source, diagnostics) != 0)
		return -EINVAL;
	if (source->text[locate_at(manifest->locate, LOCATE_ROOT)] != '{')
		diagnostics_add(diagnostics,
			locate_at(manifest->locate, LOCATE_ROOT),
			"a manifest is a JSON object: { \"tau\": 1, … }");
	else if (check_bounds(manifest->locate, diagnostics) == 0)
		root = load(source, manifest->locate, diagnostics);
	manifest->read = root != NULL;
	if (root != NULL)
		read_document(&reading,
			(struct cursor){root, LOCATE_ROOT, NULL, 0, 0});
	json_decref(root);
	return diagnostics->count == said ? 0 : -EINVAL;
}

static void release_params(struct manifest_param *params, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		json_decref(params[i].written);
		json_decref(params[i].value);
	}
}

static void release_variable(struct manifest_variable *variable)
{
	json_decref(variable->initial);
	json_decref(variable->min);
	json_decref(variable->max);
	json_decref(variable->values);
}

void manifest_release(struct manifest *manifest)
{
	for (uint32_t i = 0; i < manifest->variable_count; i++)
		release_variable(&manifest->variables[i]);
	for (uint32_t i = 0; i < manifest->node_count; i++) {
		struct manifest_node *node = &manifest->nodes[i];
		release_params(node->environment, node->environment_count);
		for (uint32_t j = 0; j < node->operator_count; j++)
			release_params(node->operators[j].params,
				node->operators[j].param_count);
	}
	locate_destroy(&manifest->locate);
	arena_release(&manifest->arena);
	*manifest = (struct manifest){0};
}
