/* catalogue_explain: why there is no such operator type, in one sentence. */
#include "core/catalogue/catalogue_parts.h"

#include "core/text/diagnostic.h"

#include <errno.h>
#include <string.h>

/* The plugin's part of a type: "acme" of "acme.shout". */
struct part {
	const char *text;
	size_t bytes;
};

static bool is_part(struct part part, const char *name)
{
	return strlen(name) == part.bytes &&
	       strncmp(name, part.text, part.bytes) == 0;
}

static const struct catalogue_plugin *find_plugin(
	const struct catalogue *catalogue, struct part part)
{
	for (size_t i = 0; i < catalogue->plugin_count; i++) {
		const struct catalogue_plugin *plugin = catalogue->plugins[i];

		if (!plugin->standard &&
			is_part(part, plugin->description->name))
			return plugin;
	}
	return NULL;
}

/* What was refused and, by the manifest or by its file's name, is the plugin.
 */
static const struct catalogue_refusal *find_refusal(
	const struct catalogue *catalogue, struct part part)
{
	for (size_t i = 0; i < catalogue->refusal_count; i++) {
		const char *path = catalogue->refusals[i].path;
		const char *name = catalogue->refusals[i].name;
		const char *slash = strrchr(path, '/');
		const char *file = slash != NULL ? slash + 1 : path;

		if (name != NULL
				? is_part(part, name)
				: strncmp(file, part.text, part.bytes) == 0 &&
					  strcmp(file + part.bytes, ".so") == 0)
			return &catalogue->refusals[i];
	}
	return NULL;
}

static const char *nearest_type(const struct catalogue *catalogue,
	struct arena *arena, const char *type)
{
	const char **types =
		arena_allocate(arena, catalogue->type_count + 1, sizeof *types);

	for (size_t i = 0; i < catalogue->type_count; i++)
		types[i] = catalogue->types[i].type;
	return diagnostic_nearest(type, types, catalogue->type_count);
}

static int explain_operator(const struct catalogue_plugin *plugin,
	const char *type, const char *nearest, struct error *error)
{
	const struct description *description = plugin->description;

	if (nearest != NULL)
		return error_set(error, -ENOENT,
			"the plugin \"%s\" has no operator \"%.80s\"; did you "
			"mean \"%s\"?",
			description->name, type + strlen(description->name) + 1,
			nearest);
	return error_set(error, -ENOENT,
		"the plugin \"%s\" has no operator \"%.80s\"; tau inspect %s "
		"shows those it has",
		description->name, type + strlen(description->name) + 1,
		plugin->identity.path);
}

/* The type of that operator in a plugin that is not a standard one, or NULL. */
static const char *type_of_plugin(
	const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->type_count; i++)
		if (!catalogue->types[i].plugin->standard &&
			strcmp(catalogue->types[i].description->name, name) ==
				0)
			return catalogue->types[i].type;
	return NULL;
}

/* A standard plugin that could not be read may be where the type is. */
static int explain_absence(const struct catalogue *catalogue, const char *type,
	struct part part, struct error *error)
{
	for (size_t i = 0; i < catalogue->refusal_count; i++)
		if (catalogue->refusals[i].origin >= CATALOGUE_BESIDE)
			return error_set(error, -ENOENT,
				"there is no operator type \"%.80s\", and not "
				"all standard plugins could be read: %s",
				type, catalogue->refusals[i].error.text);
	if (type[part.bytes] == '.')
		return error_set(error, -ENOENT,
			"there is no operator type \"%.80s\", nor a plugin "
			"\"%.*s\"; name its file under \"plugins\", or its "
			"folder with --plugin-path",
			type, (int)part.bytes, part.text);
	return error_set(error, -ENOENT,
		"there is no operator type \"%.80s\"; tau ls shows those there "
		"are",
		type);
}

const struct catalogue_refusal *catalogue_refusal_of(
	const struct catalogue *catalogue, const char *type)
{
	struct part part = {type, strcspn(type, ".")};

	if (type[part.bytes] != '.' || find_plugin(catalogue, part) != NULL)
		return NULL;
	return find_refusal(catalogue, part);
}

int catalogue_explain(const struct catalogue *catalogue, const char *type,
	struct error *error)
{
	struct part part = {type, strcspn(type, ".")};
	bool dotted = type[part.bytes] == '.';
	const struct catalogue_plugin *plugin =
		dotted ? find_plugin(catalogue, part) : NULL;
	const struct catalogue_refusal *refusal =
		catalogue_refusal_of(catalogue, type);
	struct arena arena = {0};
	const char *nearest = nearest_type(catalogue, &arena, type);
	const char *whole = dotted ? NULL : type_of_plugin(catalogue, type);

	if (plugin != NULL)
		explain_operator(plugin, type, nearest, error);
	else if (refusal != NULL)
		error_set(error, -ENOENT,
			"there is no operator type \"%.80s\": its plugin was "
			"refused: %s",
			type, refusal->error.text);
	else if (nearest != NULL || whole != NULL)
		error_set(error, -ENOENT,
			"there is no operator type \"%.80s\"; did you mean "
			"\"%s\"?",
			type, whole != NULL ? whole : nearest);
	else
		explain_absence(catalogue, type, part, error);
	arena_release(&arena);
	return -ENOENT;
}
