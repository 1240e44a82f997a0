/* replan: the plans of a topology that runs. See the header. */
#include "core/cli/replan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/cli/replan_private.h"
#include "core/host/store.h"
#include "core/plan/choice.h"

static int make(void *context, const struct request *request,
	struct loop_change *change, struct error *error);
static int make_choice(struct replan *replan, const struct request *request,
	struct error *error);
static char *report(void *context);
static bool stops(void *context);
static char *settle(void *context, bool committed);
static void came_back(void *context, uint32_t node);
static int choose_upgrade(struct replan *replan, const struct request *request,
	struct catalogue_choice **choices, size_t *count, struct arena *arena,
	struct error *error);
static int choose_before(struct replan *replan, uint32_t node, bool came_back,
	struct catalogue_choice **choices, size_t *count, struct arena *arena,
	struct error *error);
static const char *node_name(const struct replan *replan, uint32_t node);
static void forget_next(struct replan *replan);
static void adopt(struct replan *replan);
static void remember(struct replan *replan, uint32_t node);
static void forget_before(struct before *before);
static void drop(struct replan *replan, struct plan **plan);

struct replan *replan_create(struct cli *cli, const struct planning *planning,
	const struct plan *plan, const char *topology, const char *folder,
	struct replan_settings settings, struct error *error)
{
	struct replan *replan = calloc(1, sizeof *replan);
	char *record = record_write(cli, planning, plan);

	CHECK(replan != NULL);
	*replan = (struct replan){.cli = cli,
		.first = plan,
		.record = json_loads(record, 0, NULL),
		.settings = settings,
		.running = (struct plan *)(uintptr_t)plan,
		.topology = topology,
		.runtime = folder,
		.planner = {.context = replan,
			.make = make,
			.settle = settle,
			.came_back = came_back,
			.report = report,
			.stops = stops,
			.record = replan_record,
			.files = replan_files},
		.folder = getcwd(NULL, 0)};
	free(record);
	replan->node_room = plan->placement.node_count + APPLY_NODES_MAX;
	replan->link_room = plan->placement.link_count + APPLY_LINKS_MAX;
	replan->before = calloc(replan->node_room, sizeof *replan->before);
	replan_place_first(replan);
	CHECK(replan->before != NULL && replan->folder != NULL);
	json_object_set_new(replan->record, "files",
		replan_list_files(replan, replan->record, plan));
	if (store_folder(replan->store, sizeof replan->store,
		    cli_environment(cli, "XDG_STATE_HOME"),
		    cli_environment(cli, "HOME"), error) < 0)
		replan_destroy(&replan);
	return replan;
}

void replan_destroy(struct replan **place)
{
	struct replan *replan = *place;

	*place = NULL;
	if (!replan)
		return;
	forget_next(replan);
	for (uint32_t i = 0; i < replan->node_room; i++)
		forget_before(&replan->before[i]);
	drop(replan, &replan->running);
	replan_forget_places(&replan->places);
	arena_release(&replan->arena);
	json_decref(replan->record);
	json_decref(replan->tried);
	free(replan->report);
	free(replan->before);
	free(replan->folder);
	free(replan);
}

const struct loop_planner *replan_planner(const struct replan *replan)
{
	return replan ? &replan->planner : NULL;
}

static int make(void *context, const struct request *request,
	struct loop_change *change, struct error *error)
{
	struct replan *replan = context;
	int code;

	free(replan->report);
	replan->report = NULL;
	if (request->kind == REQUEST_APPLY)
		code = replan_apply(replan, request, error);
	else
		code = make_choice(replan, request, error);
	if (code == 0 && !replan->applies && changes_none(&replan->changes))
		code = error_set(error, -EALREADY,
			"%s is what runs already; nothing is replaced",
			request->plugin ? request->plugin
					: "the version before that");
	if (code == 0)
		code = replan_fill(replan, change, error);
	if (code < 0)
		forget_next(replan);
	return code;
}

/* The same topology with other files. */
static int make_choice(struct replan *replan, const struct request *request,
	struct error *error)
{
	struct catalogue_choice *choices;
	struct arena arena = {0};
	size_t count;
	int code;

	choices = choice_pin(
		&replan->running->placement, replan->store, &arena, &count);
	if (request->kind == REQUEST_UPGRADE)
		code = choose_upgrade(
			replan, request, &choices, &count, &arena, error);
	else
		code = choose_before(replan, request->node, false, &choices,
			&count, &arena, error);
	replan->next_record = json_incref(replan->record);
	if (code == 0)
		code = replan_resolve(replan, choices, count, error);
	arena_release(&arena);
	replan_mark_returned(replan, false);
	return code < 0 ? code : replan_compare(replan, error);
}

static char *settle(void *context, bool committed)
{
	struct replan *replan = context;
	struct text advice = {0};
	char *said = NULL;

	if (!replan->next)
		return NULL;
	if (committed && replan->plugin) {
		struct catalogue_choice choice = {
			.path = replan->path, .node = replan->node};

		choice_advise(replan->next->catalogue, &replan->next->manifest,
			replan->plugin, &choice, &advice);
		said = text_take(&advice);
	}
	if (committed)
		adopt(replan);
	forget_next(replan);
	return said;
}

/* Resolved again with what the node had before, that is the truth anew. */
static void came_back(void *context, uint32_t node)
{
	struct replan *replan = context;
	struct catalogue_choice *choices;
	struct arena arena = {0};
	size_t count;

	if (replan->next) {
		adopt(replan);
		forget_next(replan);
	}
	choices = choice_pin(
		&replan->running->placement, replan->store, &arena, &count);
	replan->next_record = json_incref(replan->record);
	replan->before[node].returned = replan->before[node].applied;
	if (choose_before(replan, node, true, &choices, &count, &arena, NULL) ==
			0 &&
		replan_resolve(replan, choices, count, NULL) == 0) {
		placement_follow(
			&replan->next->placement, &replan->running->placement);
		drop(replan, &replan->running);
		replan->running = replan->next;
		replan->next = NULL;
	}
	forget_next(replan);
	arena_release(&arena);
}

static int choose_upgrade(struct replan *replan, const struct request *request,
	struct catalogue_choice **choices, size_t *count, struct arena *arena,
	struct error *error)
{
	const struct placement *placement = &replan->running->placement;
	struct note note = {0};
	struct catalogue_choice choice = {.path = request->plugin};
	struct description *description = NULL;
	int code;

	if (!request->plugin)
		return error_set(error, -EINVAL,
			"upgrade needs --plugin: the file of the new version");
	if (request->node != SUPERVISOR_NO_NODE)
		choice.node = node_name(replan, request->node);
	code = note_peek(&note, &replan->cli->os, request->plugin, error);
	if (code == 0)
		code = description_create(&description, request->plugin,
			note.text, note.bytes, error);
	if (code == 0 && strncmp(description->name, "tau-", 4) == 0)
		code = error_set(error, -ENOTSUP,
			"%s is one of the standard plugins, which come with "
			"tau: start the topology anew with the other tau",
			description->name);
	if (code == 0)
		code = choice_check(
			placement, description->name, choice.node, error);
	if (code == 0) {
		replan->plugin = strdup(description->name);
		replan->path = strdup(request->plugin);
		replan->node = choice.node;
		choice.path = arena_copy(arena, request->plugin);
		*choices = choice_add(*choices, count, choice, arena);
	}
	description_destroy(&description);
	note_release(&note);
	return code;
}

static int choose_before(struct replan *replan, uint32_t node, bool came_back,
	struct catalogue_choice **choices, size_t *count, struct arena *arena,
	struct error *error)
{
	const struct before *before;

	if (node == SUPERVISOR_NO_NODE)
		return error_set(
			error, -EINVAL, "rollback needs the name of a node");
	before = &replan->before[node];
	if (before->count == 0 || (before->applied && !came_back))
		return error_set(error, -ENOENT,
			"%s runs as it was started or applied: there is no "
			"version before that to return to",
			replan->running->placement
				.nodes[replan_node(replan, node)]
				.name);
	for (size_t i = 0; i < before->count; i++)
		*choices =
			choice_add(*choices, count, before->choices[i], arena);
	return 0;
}

static char *report(void *context)
{
	struct replan *replan = context;
	char *said = replan->report;

	replan->report = NULL;
	return said;
}

static bool stops(void *context)
{
	const struct replan *replan = context;

	return replan->running->manifest.on_failure == ON_FAILURE_STOP;
}

/* As the manifest has it: replicas are of one node. */
static const char *node_name(const struct replan *replan, uint32_t node)
{
	return replan->running->placement.nodes[replan_node(replan, node)]
		.written->name;
}

static void forget_next(struct replan *replan)
{
	changes_release(&replan->changes);
	replan->changes = (struct changes){0};
	replan_forget_places(&replan->next_places);
	drop(replan, &replan->next);
	json_decref(replan->next_record);
	replan->next_record = NULL;
	replan->applies = false;
	free(replan->plugin);
	free(replan->path);
	replan->plugin = replan->path = NULL;
	replan->node = NULL;
}

static void adopt(struct replan *replan)
{
	for (uint32_t i = 0; i < replan->changes.node_count; i++) {
		const struct changes_node *node = &replan->changes.nodes[i];

		if (node->action == CHANGES_NODE_KEPT)
			continue;
		if (node->alone || (node->action == CHANGES_NODE_UPGRADED &&
					   !replan->applies))
			remember(replan, replan->places.nodes[node->before]);
		else if (node->before != CHANGES_NONE)
			forget_before(
				&replan->before[replan->places
							.nodes[node->before]]);
	}
	changes_release(&replan->changes);
	replan->changes = (struct changes){0};
	drop(replan, &replan->running);
	replan->running = replan->next;
	replan->next = NULL;
	replan_forget_places(&replan->places);
	replan->places = replan->next_places;
	replan->next_places = (struct replan_places){0};
	json_decref(replan->record);
	replan->record = replan->next_record;
	replan->next_record = NULL;
	replan_settings_fill(&replan->settings, &replan->running->placement,
		replan->places.nodes);
}

/* The copies that a node runs, before it runs others. */
static void remember(struct replan *replan, uint32_t node)
{
	const struct placement *placement = &replan->running->placement;
	const struct topology *topology = placement->topology;
	const struct placement_node *placed =
		&placement->nodes[replan_node(replan, node)];
	struct before *before = &replan->before[node];

	forget_before(before);
	before->applied = replan->applies;
	before->choices =
		calloc(placed->operator_count + 1u, sizeof *before->choices);
	CHECK(before->choices != NULL);
	for (uint32_t i = 0; i < placed->operator_count; i++) {
		const struct topology_operator *one =
			&topology->operators[placed->operators[i]];
		char sha256[NOTE_SHA256_TEXT];
		struct text path = {0};

		if (!one->type)
			continue;
		(void)catalogue_sha256(one->type->plugin, sha256, NULL);
		text_format(&path, "%s/%s.so", replan->store, sha256);
		before->choices[before->count++] =
			(struct catalogue_choice){.path = text_take(&path),
				.node = strdup(node_name(replan, node)),
				.standard = one->type->plugin->standard};
	}
}

static void forget_before(struct before *before)
{
	for (size_t i = 0; i < before->count; i++) {
		free((void *)(uintptr_t)before->choices[i].path);
		free((void *)(uintptr_t)before->choices[i].node);
	}
	free(before->choices);
	*before = (struct before){0};
}

static void drop(struct replan *replan, struct plan **place)
{
	struct plan *plan = *place;

	*place = NULL;
	if (!plan || plan == replan->first)
		return;
	plan_release(plan);
	free(plan);
}
