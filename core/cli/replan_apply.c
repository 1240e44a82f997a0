/* replan: another topology in the place of the one that runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/cli/replan_private.h"
#include "core/text/text.h"

static int take_record(struct replan *replan, const struct request *request,
	struct error *error);
static int vet(struct replan *replan, struct error *error);
static int complain(struct replan *replan, int code, struct error *error);
static void add_file(json_t *files, const char *folder, const char *path);

int replan_apply(struct replan *replan, const struct request *request,
	struct error *error)
{
	struct text text = {0};
	int code = take_record(replan, request, error);

	replan->applies = true;
	if (code == 0)
		code = replan_resolve(replan, NULL, 0, error);
	if (replan->next) {
		json_decref(replan->tried);
		replan->tried = replan_list_files(
			replan, replan->next_record, replan->next);
		json_object_set(replan->next_record, "files", replan->tried);
	}
	if (code == 0)
		code = record_digest_check(
			replan->next_record, replan->next, error);
	if (code < 0)
		return code;
	if (!json_is_null(json_object_get(replan->next_record, "file")))
		json_object_set_new(replan->next_record, "text",
			json_string(replan->next->source.text));
	code = vet(replan, error);
	replan_mark_returned(replan, true);
	if (code == 0)
		code = replan_compare(replan, error);
	if (code < 0)
		return code;
	if (changes_none(&replan->changes))
		return error_set(error, -EALREADY, "nothing to change");
	changes_print(&replan->changes, &(struct changes_style){0}, &text);
	replan->report = text_take(&text);
	return 0;
}

void replan_mark_returned(struct replan *replan, bool again)
{
	struct placement *running = &replan->running->placement;

	for (uint32_t i = 0; i < running->node_count; i++)
		running->nodes[i].returned =
			again &&
			replan->before[replan->places.nodes[i]].returned;
}

/* What a tool sends; or, when files have changed, what was read at the start,
 * read again. */
static int take_record(struct replan *replan, const struct request *request,
	struct error *error)
{
	if (!request->record) {
		replan->next_record = json_copy(replan->record);
		json_object_del(replan->next_record, "digest");
		json_object_set_new(replan->next_record, "text", json_null());
		return 0;
	}
	replan->next_record = json_loads(request->record, 0, NULL);
	if (replan->next_record)
		return 0;
	return error_set(error, -EPROTO,
		"the request to apply a topology cannot be read");
}

/* What a start would refuse, too. */
static int vet(struct replan *replan, struct error *error)
{
	const char *name = replan->next->topology.name;

	if (name && strcmp(name, replan->topology) != 0)
		return error_set(error, -EINVAL,
			"it is called %s, and what runs is called %s; a "
			"topology keeps its name while it runs: write "
			"\"name\": "
			"\"%s\", or start it beside that one",
			name, replan->topology, replan->topology);
	if (placement_runnable(
		    &replan->next->placement, &replan->next->diagnostics) == 0)
		return 0;
	return complain(replan, -EINVAL, error);
}

int replan_resolve(struct replan *replan, struct catalogue_choice *choices,
	size_t count, struct error *error)
{
	int code;

	CHECK(replan->next == NULL);
	replan->next = calloc(1, sizeof *replan->next);
	CHECK(replan->next != NULL);
	code = record_resolve(replan->cli, replan->next_record, choices, count,
		replan->next, error);
	return code == -EINVAL ? complain(replan, code, error) : code;
}

int replan_compare(struct replan *replan, struct error *error)
{
	struct plan *next = replan->next;
	int code;

	placement_follow(&next->placement, &replan->running->placement);
	code = changes_make(&replan->changes, &replan->running->placement,
		&next->placement, replan->topology, replan->folder,
		&next->diagnostics);
	return code < 0 ? complain(replan, code, error) : 0;
}

/* All of it in the report, as much as fits in the sentence. */
static int complain(struct replan *replan, int code, struct error *error)
{
	struct text text = {0};

	diagnostics_print(&replan->next->diagnostics, &text);
	error_set(error, code, "%s", text_string(&text));
	free(replan->report);
	replan->report = text_take(&text);
	return code;
}

void replan_settings_fill(const struct replan_settings *settings,
	const struct placement *placement, const uint32_t *places)
{
	for (uint32_t i = 0; i < placement->node_count; i++) {
		const struct node_options *node = &placement->nodes[i].options;
		uint32_t at = places ? places[i] : i;

		settings->policies[at] = (struct supervised_policy){
			.restart = restart_policy_of(node),
			.start_ns = node->set & NODE_WATCHDOG_START
					    ? node->start_ns
					    : NODE_START_NS,
			.program = placement->nodes[i].written->kind !=
				   NODE_OPERATORS,
			.no_restart = placement_no_restart(placement, i)};
		settings->watchdogs[at] = watchdog_settings_of(node);
	}
}

char *replan_record(void *context)
{
	const struct replan *replan = context;
	const struct placement *running = &replan->running->placement;
	json_t *record = json_copy(replan->record), *returned = json_array();
	char *text;

	for (uint32_t i = 0; i < running->node_count; i++)
		if (replan->before[replan->places.nodes[i]].returned)
			json_array_append_new(
				returned, json_string(running->nodes[i].name));
	json_object_set_new(record, "returned", returned);

	json_object_set_new(record, "plugins",
		record_plugins(replan->cli, replan->running));
	json_object_del(record, "digest");
	json_object_del(record, "files");
	text = json_dumps(record, JSON_COMPACT);
	json_decref(record);
	return text;
}

void replan_files(
	void *context, void (*take)(void *, const char *), void *taker)
{
	const struct replan *replan = context;
	const json_t *files[] = {
		json_object_get(replan->record, "files"), replan->tried};

	for (size_t list = 0; list < 2; list++)
		for (size_t i = 0; i < json_array_size(files[list]); i++)
			take(taker, json_string_value(
					    json_array_get(files[list], i)));
}

/* The manifest, and the files of its plugins: those that were found, and those
 * that it names, found or not. */
json_t *replan_list_files(const struct replan *replan, const json_t *record,
	const struct plan *plan)
{
	const char *file = json_string_value(json_object_get(record, "file"));
	json_t *files = json_array();

	if (file && strcmp(file, "-") != 0)
		add_file(files, replan->folder, file);
	for (uint32_t i = 0; i < plan->topology.operator_count; i++) {
		const struct topology_operator *one =
			&plan->topology.operators[i];

		if (one->type)
			add_file(files, replan->folder,
				one->type->plugin->identity.path);
	}
	for (uint32_t i = 0; i < plan->manifest.plugin_count; i++)
		if (plan->manifest.plugins[i].path.text)
			add_file(files, plan->folder,
				plan->manifest.plugins[i].path.text);
	return files;
}

/* Each once, absolute. */
static void add_file(json_t *files, const char *folder, const char *path)
{
	json_t *file = path[0] == '/' ? json_string(path)
				      : json_sprintf("%s/%s", folder, path);

	for (size_t i = 0; i < json_array_size(files); i++)
		if (json_equal(file, json_array_get(files, i))) {
			json_decref(file);
			return;
		}
	json_array_append_new(files, file);
}
