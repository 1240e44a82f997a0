/* embed_plan: from a manifest to the plan of one of its nodes. See embed.h. */
#include "core/embed/embed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int make_plan(
	struct embed_opening *opening, const struct plan_request *request);
static int count_settings(struct embed_opening *opening, size_t *count);
static void find_plugins(
	struct embed_opening *opening, struct catalogue_search *search);
static void lend_ports(
	struct embed_opening *opening, struct plan_request *request);
static int find_node(struct embed_opening *opening, uint32_t *at);
static void say_which(struct embed_opening *opening, const char *const *names,
	uint32_t count);
static bool is_text(const char *manifest);

int embed_plan(struct embed_opening *opening)
{
	struct tau_node *node = opening->node;
	const struct tau_node_options *options = &opening->options;
	const bool text = is_text(opening->manifest);
	const char *file = !text             ? opening->manifest
			   : options->source ? options->source
					     : "manifest";
	struct plan_request request = {.text = text ? opening->manifest : NULL,
		.file = arena_copy(&node->arena, file),
		.variables = {.settings = options->settings,
			.environment = options->environment
					       ? options->environment
					       : environ,
			.folder = opening->folder}};
	uint32_t at;
	int result = count_settings(opening, &request.variables.setting_count);

	if (result < 0)
		return result;
	find_plugins(opening, &request.search);
	lend_ports(opening, &request);
	result = make_plan(opening, &request);
	if (result < 0)
		return result;
	result = find_node(opening, &at);
	if (result == 0)
		result = embed_bind(node, at, &opening->why);
	if (result == 0)
		result = embed_place(node, at, opening->folder, &opening->why);
	return result == 0 ? 0 : embed_say_why(opening, result);
}

/* The whole topology's; -errno with the sentence kept. */
static int make_plan(
	struct embed_opening *opening, const struct plan_request *request)
{
	struct tau_node *node = opening->node;
	struct text *why = &opening->why;
	struct error error = ERROR_NONE;
	int result = plan_make(&node->plan, &node->os, request, &error);

	if (result == -EINVAL) {
		/* Where a name is wrong, a port that is open follows. */
		embed_check_names(node, why);
		diagnostics_print(&node->plan.diagnostics, why);
		return embed_say_why(opening, result);
	}
	if (result < 0)
		return embed_fail(node, result, "%s", error.text);
	diagnostics_print(&node->plan.warnings, why);
	if (why->count > 0)
		log_text(&node->log, LOG_WARNING, why->bytes, why->count);
	text_release(why);
	return 0;
}

static int count_settings(struct embed_opening *opening, size_t *count)
{
	const char *const *settings = opening->options.settings;

	for (*count = 0; settings && settings[*count]; ++*count) {
		const char *equals = strchr(settings[*count], '=');

		if (!equals || equals == settings[*count])
			return embed_fail(opening->node, -EINVAL,
				"settings: \"%s\" has not the form NAME=VALUE",
				settings[*count]);
	}
	return 0;
}

/* The texts live as long as the opening; what is found is copied. */
static void find_plugins(
	struct embed_opening *opening, struct catalogue_search *search)
{
	struct os *os = &opening->node->os;
	char folder[EMBED_PATH_BYTES - 32];
	struct stat status;

	search->option = opening->options.plugin_path;
	search->environment = embed_variable(opening, "TAU_PLUGIN_PATH");
	search->installed = TAU_PLUGIN_FOLDER;
	if (!library_folder((const void *)(uintptr_t)tau_node_open, folder,
		    sizeof folder))
		return;
	(void)snprintf(
		opening->beside, sizeof opening->beside, "%s/plugins", folder);
	search->beside = opening->beside;
	(void)snprintf(
		opening->own, sizeof opening->own, "%s/tau/plugins", folder);
	if (os->fstatat(os, AT_FDCWD, opening->own, &status, 0) == 0)
		search->installed = opening->own;
}

/* What the application names need not be connected in the manifest. */
static void lend_ports(
	struct embed_opening *opening, struct plan_request *request)
{
	struct tau_node *node = opening->node;
	const struct embed_ports *const lists[] = {&node->writes, &node->reads};
	struct manifest_lent *lent = arena_allocate(&node->arena,
		node->writes.count + node->reads.count + 1u, sizeof *lent);
	uint32_t count = 0;

	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < lists[side]->count; i++) {
			const struct manifest_end *end =
				&lists[side]->ports[i].end;

			if (!lists[side]->ports[i].back)
				lent[count++] =
					(struct manifest_lent){end->name,
						end->port, lists[side]->reads};
		}
	request->lent = lent;
	request->lent_count = count;
	request->embedded = true;
}

static int find_node(struct embed_opening *opening, uint32_t *at)
{
	struct tau_node *node = opening->node;
	const struct placement *placement = &node->plan.placement;
	const char **names = arena_allocate(
		&node->arena, placement->node_count + 1u, sizeof *names);
	uint32_t count = 0, found = TOPOLOGY_NONE;

	for (uint32_t i = 0; i < placement->node_count; i++) {
		const struct placement_node *one = &placement->nodes[i];

		if (one->written->kind != NODE_OPERATORS)
			continue;
		names[count++] = one->name;
		if (!opening->name || strcmp(one->name, opening->name) == 0)
			found = i;
	}
	*at = found;
	if (found != TOPOLOGY_NONE && (opening->name || count == 1))
		return 0;
	say_which(opening, names, count);
	return -EINVAL;
}

/* Which nodes there are, where it cannot be told which one is meant. */
static void say_which(
	struct embed_opening *opening, const char *const *names, uint32_t count)
{
	struct tau_node *node = opening->node;
	struct arena *arena = &node->arena;
	const char *list = diagnostic_list(arena, names, count);

	if (!opening->name)
		text_format(&opening->why,
			"%s has %u nodes with operators; say which of them: "
			"%s\n",
			node->plan.source.name, count, list);
	else
		text_format(&opening->why,
			"%s has no node with operators that is called "
			"\"%s\"%s\n",
			node->plan.source.name, opening->name,
			diagnostic_meant(arena, opening->name, names, count,
				arena_format(arena, "; it has %s", list)));
}

static bool is_text(const char *manifest)
{
	return manifest[strspn(manifest, " \t\r\n")] == '{';
}
