/*
 * choice: pinned plugins, and the words about one that is replaced.
 */
#include "core/plan/choice.h"

#include <errno.h>
#include <string.h>

static bool is_chosen(const struct catalogue_choice *choices, size_t count,
	const char *path, const char *node)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(choices[i].path, path) == 0 &&
			(choices[i].node == node ||
				(node != NULL && choices[i].node != NULL &&
					strcmp(choices[i].node, node) == 0)))
			return true;
	return false;
}

struct catalogue_choice *choice_add(struct catalogue_choice *choices,
	size_t *count, struct catalogue_choice choice, struct arena *arena)
{
	choices = arena_grow(arena, choices, *count, sizeof choice);
	choices[(*count)++] = choice;
	return choices;
}

/* Whether the operator has its type from a file for its node alone. */
static bool is_own(const struct catalogue_type *type)
{
	return catalogue_find(type->plugin->catalogue, type->type) != type;
}

/* Those for all nodes stand first: they would take back the others. */
struct catalogue_choice *choice_pin(const struct placement *placement,
	const char *store, struct arena *arena, size_t *count)
{
	const struct topology *topology = placement->topology;
	struct catalogue_choice *choices = NULL;
	*count = 0;
	for (int own = 0; own < 2; own++)
		for (uint32_t i = 0; i < topology->operator_count; i++) {
			const struct topology_operator *target =
				&topology->operators[i];
			if (target->type == NULL || is_own(target->type) != own)
				continue;
			const struct catalogue_plugin *plugin =
				target->type->plugin;
			const char *node =
				own ? topology->manifest->nodes[target->node]
						.name
				    : NULL;
			char sha256[NOTE_SHA256_TEXT];
			const char *path = plugin->identity.path;
			(void)catalogue_sha256(plugin, sha256, NULL);
			if (store != NULL)
				path = arena_format(
					arena, "%s/%s.so", store, sha256);
			if (!is_chosen(choices, *count, path, node))
				choices = choice_add(choices, count,
					(struct catalogue_choice){path, node,
						plugin->standard,
						store == NULL
							? NULL
							: arena_copy(arena,
								  sha256)},
					arena);
		}
	return choices;
}

/* ---- is it used? --------------------------------------------------------- */

static const char *plugin_of(const struct topology_operator *target)
{
	return target->type == NULL ? NULL
				    : target->type->plugin->description->name;
}

static void add_word(const char ***words, size_t *count, const char *word,
	struct arena *arena)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*words)[i], word) == 0)
			return;
	*words = arena_grow(arena, *words, *count, sizeof word);
	(*words)[(*count)++] = word;
}

static int refuse_node(const struct manifest *manifest, const char *node,
	struct arena *arena, struct error *error)
{
	const char **words =
		arena_allocate(arena, manifest->node_count + 1, sizeof *words);
	for (uint32_t i = 0; i < manifest->node_count; i++)
		words[i] = manifest->nodes[i].name;
	return error_set(error, -ENOENT, "no node \"%s\" runs%s", node,
		diagnostic_meant(arena, node, words, manifest->node_count,
			arena_format(arena, "; there are %s",
				diagnostic_list(
					arena, words, manifest->node_count))));
}

int choice_check(const struct placement *placement, const char *plugin,
	const char *node, struct error *error)
{
	const struct topology *topology = placement->topology;
	const struct manifest *manifest = topology->manifest;
	struct arena arena = {0};
	const char **used = NULL;
	size_t count = 0;
	bool known = node == NULL, found = false;
	int result = 0;
	for (uint32_t i = 0; i < manifest->node_count; i++)
		known |= node != NULL &&
			 strcmp(manifest->nodes[i].name, node) == 0;
	for (uint32_t i = 0; i < topology->operator_count; i++) {
		const struct topology_operator *target =
			&topology->operators[i];
		const char *name = plugin_of(target);
		if (name == NULL ||
			(node != NULL &&
				strcmp(manifest->nodes[target->node].name,
					node) != 0))
			continue;
		found |= strcmp(name, plugin) == 0;
		add_word(&used, &count, name, &arena);
	}
	if (!known)
		result = refuse_node(manifest, node, &arena, error);
	else if (!found && count == 0)
		result = error_set(error, -ENOENT,
			"%s%s has only programs of somebody else's (command or "
			"remote), which use no plugins",
			node == NULL ? "the topology" : "node ",
			node == NULL ? "" : node);
	else if (!found)
		result = error_set(error, -ENOENT,
			"no operator%s%s is of the plugin %s; they are of %s",
			node == NULL ? "" : " of node ",
			node == NULL ? "" : node, plugin,
			diagnostic_list(&arena, used, count));
	arena_release(&arena);
	return result;
}

/* ---- the line to change -------------------------------------------------- */

static const struct manifest_plugin *find_plugin(
	const struct manifest *manifest, const char *name)
{
	for (uint32_t i = 0; i < manifest->plugin_count; i++)
		if (strcmp(manifest->plugins[i].name, name) == 0)
			return &manifest->plugins[i];
	return NULL;
}

/* Whether the manifest means that file already, however it is written. */
static bool is_written(const struct catalogue *catalogue,
	const struct manifest *manifest, const struct manifest_plugin *plugin,
	const char *path)
{
	const char *written = plugin->path.text;
	struct arena arena = {0};
	bool same;
	if (written[0] != '/')
		written = arena_format(
			&arena, "%s/%s", manifest->source->folder, written);
	same = strcmp(path, written) == 0 ||
	       catalogue_same_file(catalogue, path, written);
	arena_release(&arena);
	return same;
}

void choice_advise(const struct catalogue *catalogue,
	const struct manifest *manifest, const char *plugin,
	const struct catalogue_choice *choice, struct text *text)
{
	const struct manifest_plugin *written = find_plugin(manifest, plugin);
	const char *file = manifest->source->name;
	if (choice->node != NULL) {
		text_format(text,
			"%s: a manifest names one file of %s for all nodes; "
			"started anew, node %s has that of the others again\n",
			file, plugin, choice->node);
		return;
	}
	if (written == NULL) {
		text_format(text,
			"%s: it does not name %s, which was found in a folder "
			"of plugins; so that a start takes the new one, put it "
			"there, or add \"plugins\": {\"%s\": {\"path\": "
			"\"%s\"}}\n",
			file, plugin, plugin, choice->path);
		return;
	}
	if (is_written(catalogue, manifest, written, choice->path))
		return;
	struct place place = source_place(manifest->source, written->path.at);
	text_format(text,
		"%s:%u:%u: so that a start takes the new one, write \"path\": "
		"\"%s\" here instead of \"%s\"\n",
		file, place.line, place.column, choice->path,
		written->path.written);
}
