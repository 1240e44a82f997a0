/*
 * catalogue: see catalogue.h. Plugins are taken one by one, from the first
 * place of the search to the last; types are put together at the end, when
 * it is known which names are standard. The search of folders is in
 * catalogue_search.c, what is said about types not found in
 * catalogue_explain.c.
 */
#include "core/catalogue/catalogue.h"

#include "core/base/check.h"
#include "core/base/os.h"
#include "core/catalogue/catalogue_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static void release_plugin(struct catalogue_plugin *plugin);
static void make_types(struct catalogue *catalogue);
static void refuse_names_like_standard_ones(struct catalogue *catalogue);
static int compare_types(const void *left, const void *right);
static int compare_plugins(const void *left, const void *right);

int catalogue_create(struct catalogue **catalogue, struct os *os,
	const struct catalogue_search *search, struct error *error)
{
	struct catalogue *made = calloc(1, sizeof *made);

	*catalogue = NULL;
	if (made == NULL)
		return error_set(error, -ENOMEM,
			"out of memory for the list of plugins");
	made->os = os;
	catalogue_search_all(made, search);
	refuse_names_like_standard_ones(made);
	make_types(made);
	if (made->plugin_count > 0)
		qsort(made->plugins, made->plugin_count, sizeof *made->plugins,
			compare_plugins);
	*catalogue = made;
	return 0;
}

void catalogue_destroy(struct catalogue **catalogue)
{
	struct catalogue *made = *catalogue;

	if (made == NULL)
		return;
	for (size_t i = 0; i < made->plugin_count; i++)
		release_plugin(made->plugins[i]);
	for (size_t i = 0; i < made->chosen_count; i++)
		release_plugin(made->chosen[i].plugin);
	arena_release(&made->arena);
	free(made);
	*catalogue = NULL;
}

/* Gives back what a plugin owns; its place is the arena's. */
static void release_plugin(struct catalogue_plugin *plugin)
{
	struct description *description =
		(struct description *)(uintptr_t)plugin->description;

	note_identity_release(&plugin->identity);
	description_destroy(&description);
	plugin->description = NULL;
}

const struct catalogue_type *catalogue_find(
	const struct catalogue *catalogue, const char *type)
{
	struct catalogue_type wanted = {.type = type};

	if (catalogue->type_count == 0)
		return NULL;
	return bsearch(&wanted, catalogue->types, catalogue->type_count,
		sizeof *catalogue->types, compare_types);
}

const struct catalogue_type *catalogue_find_in(
	const struct catalogue *catalogue, const char *node, const char *type)
{
	for (size_t i = 0; i < catalogue->chosen_count; i++) {
		const struct catalogue_chosen *chosen = &catalogue->chosen[i];
		size_t count = chosen->plugin->description->operator_count;

		if (strcmp(chosen->node, node) != 0)
			continue;
		for (size_t j = 0; j < count; j++)
			if (strcmp(chosen->types[j].type, type) == 0)
				return &chosen->types[j];
	}
	return catalogue_find(catalogue, type);
}

int catalogue_sha256(const struct catalogue_plugin *plugin,
	char text[NOTE_SHA256_TEXT], struct error *error)
{
	/* A cache: plugins are the catalogue's own, and not constant. */
	struct catalogue_plugin *own =
		(struct catalogue_plugin *)(uintptr_t)plugin;
	int result = 0;

	if (!own->hashed)
		result = note_hash(&own->identity, own->catalogue->os, error);
	own->hashed = result == 0;
	note_sha256_text(own->identity.sha256, text);
	return result;
}

size_t catalogue_type_count(const struct catalogue *catalogue)
{
	return catalogue->type_count;
}

const struct catalogue_type *catalogue_type_at(
	const struct catalogue *catalogue, size_t index)
{
	CHECK(index < catalogue->type_count);
	return &catalogue->types[index];
}

size_t catalogue_plugin_count(const struct catalogue *catalogue)
{
	return catalogue->plugin_count;
}

const struct catalogue_plugin *catalogue_plugin_at(
	const struct catalogue *catalogue, size_t index)
{
	CHECK(index < catalogue->plugin_count);
	return catalogue->plugins[index];
}

size_t catalogue_refusal_count(const struct catalogue *catalogue)
{
	return catalogue->refusal_count;
}

const struct catalogue_refusal *catalogue_refusal_at(
	const struct catalogue *catalogue, size_t index)
{
	CHECK(index < catalogue->refusal_count);
	return &catalogue->refusals[index];
}

struct error *catalogue_refuse(struct catalogue *catalogue, const char *path,
	enum catalogue_origin origin, uint32_t at)
{
	struct catalogue_refusal *refusal;

	catalogue->refusals = arena_grow(&catalogue->arena, catalogue->refusals,
		catalogue->refusal_count, sizeof *catalogue->refusals);
	refusal = &catalogue->refusals[catalogue->refusal_count++];
	*refusal = (struct catalogue_refusal){
		.path = arena_copy(&catalogue->arena, path),
		.origin = origin,
		.at = at,
	};
	return &refusal->error;
}

/* Of "file.read" it is "file". */
static size_t first_part(const char *type)
{
	return strcspn(type, ".");
}

const char *catalogue_standard_like(
	const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->plugin_count; i++) {
		const struct catalogue_plugin *plugin = catalogue->plugins[i];
		const struct description *description = plugin->description;

		for (size_t j = 0;
			plugin->standard && j < description->operator_count;
			j++) {
			const char *type = description->operators[j].name;

			if (strlen(name) == first_part(type) &&
				strncmp(name, type, first_part(type)) == 0)
				return type;
		}
	}
	return NULL;
}

static void refuse_names_like_standard_ones(struct catalogue *catalogue)
{
	size_t kept = 0;

	for (size_t i = 0; i < catalogue->plugin_count; i++) {
		struct catalogue_plugin *plugin = catalogue->plugins[i];
		const char *name = plugin->description->name;
		const char *like = plugin->standard
					   ? NULL
					   : catalogue_standard_like(catalogue, name);

		if (like == NULL) {
			catalogue->plugins[kept++] = plugin;
			continue;
		}
		error_set(catalogue_refuse(catalogue, plugin->identity.path,
				  plugin->origin, plugin->at),
			-EINVAL,
			"%s: its name \"%s\" is taken by the standard operator "
			"\"%s\"; give the plugin another one",
			plugin->identity.path, name, like);
		release_plugin(plugin);
	}
	catalogue->plugin_count = kept;
}

struct catalogue_type catalogue_type_of(struct catalogue *catalogue,
	const struct catalogue_plugin *plugin,
	const struct operator_description *described)
{
	return (struct catalogue_type){
		.plugin = plugin,
		.description = described,
		.type = plugin->standard
				? described->name
				: arena_format(&catalogue->arena, "%s.%s",
					  plugin->description->name,
					  described->name),
	};
}

static void make_types(struct catalogue *catalogue)
{
	size_t count = 0;

	for (size_t i = 0; i < catalogue->plugin_count; i++)
		count += catalogue->plugins[i]->description->operator_count;
	catalogue->types = arena_allocate(
		&catalogue->arena, count + 1, sizeof *catalogue->types);
	for (size_t i = 0; i < catalogue->plugin_count; i++) {
		const struct catalogue_plugin *plugin = catalogue->plugins[i];
		const struct description *description = plugin->description;

		for (size_t j = 0; j < description->operator_count; j++)
			catalogue->types[catalogue->type_count++] =
				catalogue_type_of(catalogue, plugin,
					&description->operators[j]);
	}
	qsort(catalogue->types, count, sizeof *catalogue->types, compare_types);
}

static int compare_types(const void *left, const void *right)
{
	return strcmp(((const struct catalogue_type *)left)->type,
		((const struct catalogue_type *)right)->type);
}

static int compare_plugins(const void *left, const void *right)
{
	const struct catalogue_plugin *const *one = left, *const *other = right;

	return strcmp((*one)->description->name, (*other)->description->name);
}

bool catalogue_same_file(
	const struct catalogue *catalogue, const char *one, const char *other)
{
	struct os *os = catalogue->os;
	struct stat left, right;

	return os->fstatat(os, AT_FDCWD, one, &left, 0) == 0 &&
	       os->fstatat(os, AT_FDCWD, other, &right, 0) == 0 &&
	       S_ISREG(left.st_mode) && left.st_dev == right.st_dev &&
	       left.st_ino == right.st_ino;
}
