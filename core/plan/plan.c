/*
 * plan: the steps in their order, and what each needs of the one before.
 */
#include "core/plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/base/os.h"
#include "core/plan/oneliner.h"

/* Reads until the end, or until it is certainly too much. */
static int read_all(struct os *os, int fd, struct text *text)
{
	char buffer[16384];
	ssize_t bytes;
	do {
		bytes = os->read(os, fd, buffer, sizeof buffer);
		if (bytes > 0)
			text_add_bytes(text, buffer, (size_t)bytes);
	} while ((bytes > 0 && text->count <= MANIFEST_BYTES_MAX) ||
		 bytes == -EINTR);
	return bytes < 0 ? (int)bytes : 0;
}

static int read_file(
	struct plan *plan, struct os *os, const char *file, struct error *error)
{
	bool terminal = strcmp(file, "-") == 0;
	struct text text = {0};
	int fd = 0, result = 0;
	if (!terminal)
		fd = os->openat(
			os, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
	if (fd < 0)
		return error_set(error, fd,
			"the manifest %s cannot be opened: %s", file,
			strerror(-fd));
	result = read_all(os, fd, &text);
	if (!terminal)
		os->close(os, fd);
	plan->source.bytes = text.count;
	plan->text = text_take(&text);
	plan->source.text = plan->text;
	plan->source.name = file;
	if (result < 0)
		return error_set(error, result,
			"the manifest %s cannot be read: %s", file,
			strerror(-result));
	return 0;
}

static int take_text(struct plan *plan, const struct plan_request *request)
{
	struct text text = {0};
	text_add(&text, request->text);
	plan->source.bytes = text.count;
	plan->text = text_take(&text);
	plan->source.text = plan->text == NULL ? "" : plan->text;
	plan->source.name = request->file;
	return 0;
}

/* The folder that a file's relative paths are relative to. */
static char *folder_of(const char *file, const char *current)
{
	struct text text = {0};
	const char *slash = strrchr(file, '/');
	size_t bytes = slash == NULL ? 0 : (size_t)(slash - file);
	if (file[0] == '/') {
		text_add_bytes(&text, file, bytes == 0 ? 1 : bytes);
		return text_take(&text);
	}
	text_add(&text, current);
	if (bytes > 0 && strcmp(file, "-") != 0) {
		if (strcmp(current, "/") != 0)
			text_add_byte(&text, '/');
		text_add_bytes(&text, file, bytes);
	}
	return text_take(&text);
}

/* The manifest's plugins as the catalogue wants them. */
static struct catalogue_named *name_plugins(
	const struct manifest *manifest, struct arena *arena)
{
	struct catalogue_named *named =
		arena_allocate(arena, manifest->plugin_count, sizeof *named);
	for (uint32_t i = 0; i < manifest->plugin_count; i++) {
		const struct manifest_plugin *plugin = &manifest->plugins[i];
		const char *path = plugin->path.text;
		if (path[0] != '/')
			path = arena_format(
				arena, "%s/%s", manifest->source->folder, path);
		named[i] = (struct catalogue_named){.name = plugin->name,
			.path = path,
			.version = plugin->version.text,
			.sha256 = plugin->sha256.text,
			.at = plugin->at};
	}
	return named;
}

/* A plugin that was chosen, or that the manifest itself names, and that is
 * refused is an error of the manifest; others are one only when their types are
 * used. */
static void say_refusals(struct plan *plan)
{
	size_t count = catalogue_refusal_count(plan->catalogue);
	for (size_t i = 0; i < count; i++) {
		const struct catalogue_refusal *refusal =
			catalogue_refusal_at(plan->catalogue, i);
		if (refusal->origin == CATALOGUE_MANIFEST ||
			refusal->origin == CATALOGUE_CHOSEN)
			diagnostics_add(&plan->diagnostics, refusal->at, "%s",
				refusal->error.text);
	}
}

static int make_catalogue(struct plan *plan, struct os *os,
	const struct plan_request *request, struct error *error)
{
	struct arena arena = {0};
	struct catalogue_search search = request->search;
	search.named = name_plugins(&plan->manifest, &arena);
	search.named_count = plan->manifest.plugin_count;
	int result = catalogue_create(&plan->catalogue, os, &search, error);
	arena_release(&arena);
	if (result == 0)
		say_refusals(plan);
	return result;
}

/* A manifest: the catalogue comes after the variables, which it may need. */
static int read_manifest(struct plan *plan, struct os *os,
	const struct plan_request *request, struct error *error)
{
	int result = request->text == NULL
			     ? read_file(plan, os, request->file, error)
			     : take_text(plan, request);
	if (result != 0)
		return result;
	plan->folder = folder_of(request->file, request->variables.folder);
	plan->source.folder = plan->folder;
	manifest_parse(&plan->manifest, &plan->source, &plan->diagnostics);
	if (!plan->manifest.read)
		return 0;
	variables_apply(
		&plan->manifest, &request->variables, &plan->diagnostics);
	return make_catalogue(plan, os, request, error);
}

/* A one-liner: the catalogue comes first, since types decide about words. */
static int read_expression(struct plan *plan, struct os *os,
	const struct plan_request *request, struct error *error)
{
	plan->folder = folder_of("-", request->variables.folder);
	plan->source = (struct source){.name = "-e",
		.text = request->expression,
		.bytes = strlen(request->expression),
		.folder = plan->folder};
	int result = make_catalogue(plan, os, request, error);
	if (result != 0)
		return result;
	plan->manifest.read = oneliner_parse(&plan->manifest, &plan->source,
				      plan->catalogue, &plan->diagnostics) == 0;
	if (plan->manifest.read)
		variables_apply(&plan->manifest, &request->variables,
			&plan->diagnostics);
	return 0;
}

int plan_make(struct plan *plan, struct os *os,
	const struct plan_request *request, struct error *error)
{
	CHECK((request->file == NULL) != (request->expression == NULL));
	diagnostics_init(&plan->diagnostics, &plan->source);
	diagnostics_init(&plan->warnings, &plan->source);
	plan->warnings.warnings = true;
	plan->manifest.lent = request->lent;
	plan->manifest.lent_count = request->lent_count;
	plan->manifest.embedded = request->embedded;
	int result = request->file != NULL
			     ? read_manifest(plan, os, request, error)
			     : read_expression(plan, os, request, error);
	if (result != 0)
		return result;
	if (plan->manifest.read)
		topology_resolve(&plan->topology, &plan->manifest,
			plan->catalogue, &plan->diagnostics);
	/* Whoever types a one-liner sees at once what comes of it, and has no
	 * room to connect what he does not want. */
	if (plan->diagnostics.count == 0 && request->file != NULL)
		topology_warn(&plan->topology, &plan->warnings);
	plan->manifest.lent = NULL;
	plan->manifest.lent_count = 0;
	if (plan->diagnostics.count > 0)
		return -EINVAL;
	placement_make(&plan->placement, &plan->topology);
	plan->placed = true;
	return placement_check(&plan->placement, &plan->diagnostics);
}

void plan_release(struct plan *plan)
{
	placement_release(&plan->placement);
	topology_release(&plan->topology);
	catalogue_destroy(&plan->catalogue);
	manifest_release(&plan->manifest);
	diagnostics_release(&plan->diagnostics);
	diagnostics_release(&plan->warnings);
	free(plan->text);
	free(plan->folder);
	*plan = (struct plan){0};
}
