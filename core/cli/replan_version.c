/* replan: what a node's next process is told. */
#include <stdlib.h>
#include <string.h>

#include "core/cli/replan_private.h"
#include "core/text/text.h"

static char *states_of(const struct changes_node *node);
static char *label_of(
	const struct replan *replan, const struct changes_node *node);
static bool is_told(const struct replan *replan, uint32_t node,
	const struct catalogue_plugin *plugin);

struct version *replan_version(
	struct replan *replan, const struct changes_node *node)
{
	char *text = node_plan_encode(&node->plan);
	struct version *version = version_create(command_text(text),
		states_of(node), label_of(replan, node),
		node->plan.stdin_operator != NODE_PLAN_NONE,
		node->plan.stdout_operator != NODE_PLAN_NONE);

	version->files =
		replan->next->placement.nodes[node->after].options.files;
	version->around = surroundings_create(
		replan->next->placement.nodes[node->after].written,
		replan->next->folder);
	explicit_bzero(text, strlen(text));
	free(text);
	return version;
}

/* What FREEZE says. */
static char *states_of(const struct changes_node *node)
{
	struct text text = {0};

	for (uint32_t i = 0; i < node->operator_count; i++)
		if (node->operators[i].state_version)
			text_format(&text, "%s %u\n", node->operators[i].name,
				node->operators[i].state_version);
	return text_take(&text);
}

/* "acme 1.2.0 (9f86d081)": of an upgrade the plugin that was asked for, of a
 * rollback those that are others now; else all, which version_label tells. */
static char *label_of(
	const struct replan *replan, const struct changes_node *node)
{
	const struct topology *topology = replan->next->placement.topology;
	const struct placement_node *placed =
		&replan->next->placement.nodes[node->after];
	struct text text = {0};
	const struct catalogue_plugin *last = NULL;

	if (replan->applies)
		return NULL;
	for (uint32_t i = 0; i < placed->operator_count; i++) {
		const struct topology_operator *one =
			&topology->operators[placed->operators[i]];
		char sha256[NOTE_SHA256_TEXT];

		if (!one->type || one->type->plugin == last ||
			!is_told(replan, node->before, one->type->plugin))
			continue;
		(void)catalogue_sha256(one->type->plugin, sha256, NULL);
		text_format(&text, "%s%s %s (%.8s)", last ? ", " : "",
			one->type->plugin->description->name,
			one->type->plugin->description->version, sha256);
		last = one->type->plugin;
	}
	return text_take(&text);
}

/* The one that is asked for; else whatever the node does not run now. */
static bool is_told(const struct replan *replan, uint32_t node,
	const struct catalogue_plugin *plugin)
{
	const struct placement *running = &replan->running->placement;
	const struct placement_node *placed;
	char sha256[NOTE_SHA256_TEXT], other[NOTE_SHA256_TEXT];

	if (replan->plugin)
		return strcmp(plugin->description->name, replan->plugin) == 0;
	if (node == CHANGES_NONE)
		return true;
	placed = &running->nodes[node];
	(void)catalogue_sha256(plugin, sha256, NULL);
	for (uint32_t i = 0; i < placed->operator_count; i++) {
		const struct topology_operator *one =
			&running->topology->operators[placed->operators[i]];

		if (!one->type)
			continue;
		(void)catalogue_sha256(one->type->plugin, other, NULL);
		if (strcmp(sha256, other) == 0)
			return false;
	}
	return true;
}
