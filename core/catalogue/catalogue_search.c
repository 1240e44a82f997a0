/*
 * catalogue_search: finds plugins in files that a manifest names and in
 * folders, and takes or refuses each. See catalogue.h for the order.
 */
#include "core/catalogue/catalogue_parts.h"

#include "core/base/bounds.h"
#include "core/base/os.h"
#include "core/text/diagnostic.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where a plugin is looked for, and what a manifest says of it. */
struct candidate {
	const char *path;
	enum catalogue_origin origin;
	const struct catalogue_named *named; /* NULL: found in a folder */
	const char *node;   /* that it was chosen for; NULL: for all */
	bool standard;      /* although it lies elsewhere */
	const char *sha256; /* NULL: not known yet */
};

struct listing {
	struct arena *arena;
	const char **names;
	size_t count;
};

static void search_list(struct catalogue *catalogue, const char *folders,
	enum catalogue_origin origin, const struct catalogue_search *search);
static void search_folder(struct catalogue *catalogue, const char *folder,
	enum catalogue_origin origin);
static void search_choices(
	struct catalogue *catalogue, const struct catalogue_search *search);
static const struct catalogue_plugin *find_plugin(
	const struct catalogue *catalogue, const char *name);
static void take(struct catalogue *catalogue, struct candidate candidate,
	const struct catalogue_search *search);

void catalogue_search_all(
	struct catalogue *catalogue, const struct catalogue_search *search)
{
	search_choices(catalogue, search);
	if (search->chosen_alone)
		return;
	for (size_t i = 0; i < search->named_count; i++)
		if (find_plugin(catalogue, search->named[i].name) == NULL)
			take(catalogue,
				(struct candidate){
					.path = search->named[i].path,
					.origin = CATALOGUE_MANIFEST,
					.named = &search->named[i],
				},
				NULL);
	search_list(catalogue, search->option, CATALOGUE_OPTION, search);
	search_list(
		catalogue, search->environment, CATALOGUE_ENVIRONMENT, search);
	if (search->beside != NULL)
		search_folder(catalogue, search->beside, CATALOGUE_BESIDE);
	if (search->installed != NULL)
		search_folder(
			catalogue, search->installed, CATALOGUE_INSTALLED);
}

static bool same_folder(struct os *os, const char *one, const char *other)
{
	struct stat left, right;

	return other != NULL && os->fstatat(os, AT_FDCWD, one, &left, 0) == 0 &&
	       os->fstatat(os, AT_FDCWD, other, &right, 0) == 0 &&
	       left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

/* A folder of the standard plugins stays one however it is named. */
static void search_list(struct catalogue *catalogue, const char *folders,
	enum catalogue_origin origin, const struct catalogue_search *search)
{
	while (folders != NULL && *folders != '\0') {
		size_t bytes = strcspn(folders, ":");
		char *folder = arena_text(&catalogue->arena, folders, bytes);

		folders += bytes + (folders[bytes] == ':');
		if (bytes == 0 ||
			same_folder(catalogue->os, folder, search->beside) ||
			same_folder(catalogue->os, folder, search->installed))
			continue;
		search_folder(catalogue, folder, origin);
	}
}

static int keep_name(void *context, const char *name, unsigned char kind)
{
	struct listing *listing = context;
	size_t bytes = strlen(name);

	if (bytes <= 3 || strcmp(name + bytes - 3, ".so") != 0 ||
		name[0] == '.' || kind == DT_DIR)
		return 0;
	listing->names = arena_grow(listing->arena, listing->names,
		listing->count, sizeof *listing->names);
	listing->names[listing->count++] =
		arena_text(listing->arena, name, bytes);
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A folder that nobody asked for by name may be absent. */
static void search_folder(struct catalogue *catalogue, const char *folder,
	enum catalogue_origin origin)
{
	struct os *os = catalogue->os;
	struct listing listing = {.arena = &catalogue->arena};
	int fd = os->openat(
		os, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	int result = fd < 0 ? fd : os->list(os, fd, keep_name, &listing);

	if (fd >= 0)
		os->close(os, fd);
	if (result < 0 && (result != -ENOENT || origin < CATALOGUE_BESIDE))
		error_set(catalogue_refuse(catalogue, folder, origin, AT_NONE),
			result, "%s: plugins cannot be looked for there: %s",
			folder, strerror(-result));
	if (listing.count > 0)
		qsort(listing.names, listing.count, sizeof *listing.names,
			compare_names);
	for (size_t i = 0; i < listing.count; i++)
		take(catalogue,
			(struct candidate){
				.path = arena_format(&catalogue->arena, "%s/%s",
					folder, listing.names[i]),
				.origin = origin,
			},
			NULL);
}

/* From the last to the first, since the last counts. A copy from the folders
 * of the standard plugins is one of them, as is a copy of such a one. */
static void search_choices(
	struct catalogue *catalogue, const struct catalogue_search *search)
{
	struct os *os = catalogue->os;

	for (size_t i = search->choice_count; i-- > 0;) {
		const struct catalogue_choice *choice = &search->choices[i];
		const char *slash = strrchr(choice->path, '/');
		const char *folder =
			slash == NULL
				? "."
				: arena_text(&catalogue->arena, choice->path,
					  (size_t)(slash - choice->path) +
						  (slash == choice->path));

		take(catalogue,
			(struct candidate){
				.path = choice->path,
				.origin = CATALOGUE_CHOSEN,
				.node = choice->node,
				.sha256 = choice->sha256,
				.standard = choice->standard ||
					    (search->beside != NULL &&
						    same_folder(os, folder,
							    search->beside)) ||
					    same_folder(os, folder,
						    search->installed),
			},
			search);
	}
}

static const struct catalogue_plugin *find_plugin(
	const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->plugin_count; i++)
		if (strcmp(catalogue->plugins[i]->description->name, name) == 0)
			return catalogue->plugins[i];
	return NULL;
}

/* Whether the plugin is what the manifest says it is. */
static int judge_named(const struct catalogue_named *named, struct os *os,
	struct note_identity *identity, const struct description *description,
	struct error *error)
{
	char found[NOTE_SHA256_TEXT];
	struct error version = ERROR_NONE;
	int result;

	if (strcmp(named->name, description->name) != 0)
		return error_set(error, -EINVAL,
			"%s: it is the plugin \"%s\" and the manifest calls it "
			"\"%s\"; write \"%s\" there",
			identity->path, description->name, named->name,
			description->name);
	if (named->version != NULL &&
		catalogue_check_version(
			named->version, description->version, &version) != 0)
		return error_set(
			error, -EINVAL, "%s: %s", identity->path, version.text);
	if (named->sha256 == NULL)
		return 0;
	result = note_hash(identity, os, error);
	if (result != 0)
		return result;
	note_sha256_text(identity->sha256, found);
	if (strcasecmp(named->sha256, found) != 0)
		return error_set(error, -EINVAL,
			"%s: its SHA-256 is %s and the manifest asks for "
			"%.80s",
			identity->path, found, named->sha256);
	return 0;
}

static bool is_standard(const char *name, const struct candidate *candidate)
{
	return strncmp(name, "tau-", 4) == 0 &&
	       (candidate->standard || candidate->origin >= CATALOGUE_BESIDE);
}

/* Whether the plugin may stand under its name. Returns 0; 1 when an earlier
 * place has one of that name; or -EINVAL with a sentence. */
static int judge_name(const struct catalogue *catalogue,
	const struct candidate *candidate,
	const struct description *description, struct error *error)
{
	const struct catalogue_plugin *former =
		find_plugin(catalogue, description->name);

	if (strncmp(description->name, "tau-", 4) == 0 &&
		!is_standard(description->name, candidate))
		return error_set(error, -EINVAL,
			"%s: its name \"%s\" begins with \"tau-\", as only "
			"those of the standard plugins do; give it another one",
			candidate->path, description->name);
	for (size_t i = 0; candidate->node != NULL && former == NULL &&
			   i < catalogue->chosen_count;
		i++)
		if (strcmp(catalogue->chosen[i].node, candidate->node) == 0 &&
			strcmp(catalogue->chosen[i].plugin->description->name,
				description->name) == 0)
			former = catalogue->chosen[i].plugin;
	if (former == NULL)
		return 0;
	if (former->origin != candidate->origin ||
		candidate->origin == CATALOGUE_CHOSEN ||
		candidate->origin >= CATALOGUE_BESIDE)
		return 1;
	return error_set(error, -EINVAL,
		"%s: it is the plugin \"%s\", and so is %s; take one of them "
		"away",
		candidate->path, description->name, former->identity.path);
}

static void keep_for_node(struct catalogue *catalogue, const char *node,
	struct catalogue_plugin *plugin)
{
	const struct description *description = plugin->description;
	struct catalogue_chosen chosen = {
		.node = arena_copy(&catalogue->arena, node),
		.plugin = plugin,
		.types = arena_allocate(&catalogue->arena,
			description->operator_count + 1, sizeof *chosen.types)};

	for (size_t i = 0; i < description->operator_count; i++)
		chosen.types[i] = catalogue_type_of(
			catalogue, plugin, &description->operators[i]);
	catalogue->chosen = arena_grow(&catalogue->arena, catalogue->chosen,
		catalogue->chosen_count, sizeof chosen);
	catalogue->chosen[catalogue->chosen_count++] = chosen;
}

static void keep(struct catalogue *catalogue, struct candidate candidate,
	struct note_identity identity, struct description *description)
{
	struct catalogue_plugin *plugin =
		arena_allocate(&catalogue->arena, 1, sizeof *plugin);

	*plugin = (struct catalogue_plugin){
		.catalogue = catalogue,
		.identity = identity,
		.description = description,
		.origin = candidate.origin,
		.at = candidate.named != NULL ? candidate.named->at : AT_NONE,
		.hashed = candidate.named != NULL &&
			  candidate.named->sha256 != NULL,
		.standard = is_standard(description->name, &candidate),
	};
	if (candidate.sha256 != NULL)
		plugin->hashed = note_sha256_read(plugin->identity.sha256,
					 candidate.sha256) == 0;
	if (candidate.node != NULL) {
		keep_for_node(catalogue, candidate.node, plugin);
		return;
	}
	catalogue->plugins = arena_grow(&catalogue->arena, catalogue->plugins,
		catalogue->plugin_count, sizeof(struct catalogue_plugin *));
	catalogue->plugins[catalogue->plugin_count++] = plugin;
}

static void refuse(struct catalogue *catalogue,
	const struct candidate *candidate, const struct error *error)
{
	const struct catalogue_named *named = candidate->named;

	*catalogue_refuse(catalogue, candidate->path, candidate->origin,
		named != NULL ? named->at : AT_NONE) = *error;
	if (named != NULL)
		catalogue->refusals[catalogue->refusal_count - 1].name =
			arena_copy(&catalogue->arena, named->name);
}

/* What the manifest says of a plugin that was chosen. */
static const struct catalogue_named *find_named(
	const struct catalogue_search *search, const char *name)
{
	for (size_t i = 0; search != NULL && i < search->named_count; i++)
		if (strcmp(search->named[i].name, name) == 0)
			return &search->named[i];
	return NULL;
}

/* Reads one file, and keeps it, refuses it or leaves it to an earlier one.
 * `search`: of one that was chosen. */
static void take(struct catalogue *catalogue, struct candidate candidate,
	const struct catalogue_search *search)
{
	struct description *description = NULL;
	struct error error = ERROR_NONE;
	struct note note;
	int result = note_peek(&note, catalogue->os, candidate.path, &error);

	if (result == 0)
		result = description_create(&description, candidate.path,
			note.text, note.bytes, &error);
	if (result == 0 && candidate.named == NULL)
		candidate.named = find_named(search, description->name);
	if (result == 0 && candidate.named != NULL)
		result = judge_named(candidate.named, catalogue->os,
			&note.identity, description, &error);
	if (result == 0)
		result = judge_name(catalogue, &candidate, description, &error);
	if (result == 0) {
		keep(catalogue, candidate, note.identity, description);
		note.identity.path = NULL;
	} else {
		description_destroy(&description);
	}
	if (result < 0)
		refuse(catalogue, &candidate, &error);
	note_release(&note);
}
