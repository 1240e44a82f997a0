/* record: a running topology, to be resolved again. See the header. */
#define XXH_INLINE_ALL
#include "core/cli/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "core/host/store.h"
#include "core/plan/choice.h"

static json_t *settings_of(const struct planning *planning);
static json_t *environment_of(
	const struct cli *cli, const struct manifest *manifest);
static json_t *plugins_of(const struct cli *cli, const struct plan *plan);
static char *digest_of(const struct plan *plan);

json_t *record_request(const struct cli *cli, const struct planning *planning,
	const struct plan *plan)
{
	char *folder = getcwd(NULL, 0), *digest = digest_of(plan);
	bool piped = planning->file && !strcmp(planning->file, "-");
	json_t *record = json_pack(
		"{s:s?, s:s?, s:s?, s:s, s:s, s:o, s:o, s:s?}", "file",
		planning->file, "expression", planning->expression, "text",
		piped ? plan->source.text : NULL, "digest", digest, "folder",
		folder ? folder : "/", "settings", settings_of(planning),
		"environment", environment_of(cli, &plan->manifest),
		"plugin_path", planning->plugin_path);

	if (folder && planning->file && planning->file[0] != '/' && !piped)
		json_object_set_new(record, "file",
			json_sprintf("%s/%s", folder, planning->file));
	free(folder);
	free(digest);
	return record;
}

int record_digest_check(
	const json_t *record, const struct plan *plan, struct error *error)
{
	const char *wanted =
		json_string_value(json_object_get(record, "digest"));
	char *digest = digest_of(plan);
	bool same = !wanted || !strcmp(wanted, digest);

	free(digest);
	if (same)
		return 0;
	return error_set(error, -EAGAIN,
		"%s has changed while it was being applied; try again",
		plan->source.name);
}

json_t *record_plugins(const struct cli *cli, const struct plan *plan)
{
	return plugins_of(cli, plan);
}

char *record_write(const struct cli *cli, const struct planning *planning,
	const struct plan *plan)
{
	char *folder = getcwd(NULL, 0);
	json_t *record = json_pack(
		"{s:s?, s:s?, s:s?, s:s, s:o, s:o, s:s?, s:o}", "file",
		planning->file, "expression", planning->expression, "text",
		planning->file ? plan->source.text : NULL, "folder",
		folder ? folder : "/", "settings", settings_of(planning),
		"environment", environment_of(cli, &plan->manifest),
		"plugin_path", planning->plugin_path, "plugins",
		plugins_of(cli, plan));
	char *text = json_dumps(record, JSON_COMPACT);

	json_decref(record);
	free(folder);
	return text;
}

static json_t *settings_of(const struct planning *planning)
{
	json_t *settings = json_array();

	for (size_t i = 0; i < planning->setting_count; i++)
		json_array_append_new(
			settings, json_string(planning->settings[i]));
	return settings;
}

/* What the manifest's variables may come from, and nothing else. */
static json_t *environment_of(
	const struct cli *cli, const struct manifest *manifest)
{
	json_t *environment = json_array();

	for (uint32_t i = 0; i < manifest->variable_count; i++) {
		const char *name = manifest->variables[i].environment;
		const char *value = name ? cli_environment(cli, name) : NULL;

		if (value)
			json_array_append_new(environment,
				json_sprintf("%s=%s", name, value));
	}
	return environment;
}

static json_t *plugins_of(const struct cli *cli, const struct plan *plan)
{
	struct arena arena = {0};
	char store[SEARCH_PATH_BYTES];
	json_t *plugins = json_array();
	size_t count;
	int code = store_folder(store, sizeof store,
		cli_environment(cli, "XDG_STATE_HOME"),
		cli_environment(cli, "HOME"), NULL);
	const struct catalogue_choice *choices = choice_pin(
		&plan->placement, code == 0 ? store : NULL, &arena, &count);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(plugins,
			json_pack("{s:s, s:s?, s:b}", "path", choices[i].path,
				"node", choices[i].node, "standard",
				choices[i].standard));
	arena_release(&arena);
	return plugins;
}

/* ---- and again ----------------------------------------------------------- */

/* Texts of a list, with a NULL behind them. */
static const char **read_texts(
	const json_t *record, const char *key, struct arena *arena)
{
	const json_t *list = json_object_get(record, key);
	size_t count = json_array_size(list);
	const char **texts = arena_allocate(arena, count + 1, sizeof *texts);

	for (size_t i = 0; i < count; i++) {
		texts[i] = json_string_value(json_array_get(list, i));
		texts[i] = texts[i] ? texts[i] : "";
	}
	return texts;
}

static struct catalogue_choice *read_plugins(
	const json_t *record, struct arena *arena, size_t *count)
{
	const json_t *list = json_object_get(record, "plugins");
	struct catalogue_choice *choices = NULL;

	*count = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *path =
			json_string_value(json_object_get(one, "path"));

		choices = choice_add(choices, count,
			(struct catalogue_choice){.path = path ? path : "",
				.node = json_string_value(
					json_object_get(one, "node")),
				.standard = json_is_true(
					json_object_get(one, "standard"))},
			arena);
	}
	return choices;
}

static const char *text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

static char *digest_of(const struct plan *plan)
{
	struct text text = {0};

	text_format(&text, "%016" PRIx64,
		(uint64_t)XXH3_64bits(plan->source.text, plan->source.bytes));
	return text_take(&text);
}

int record_resolve(struct cli *cli, const json_t *record,
	const struct catalogue_choice *choices, size_t choice_count,
	struct plan *plan, struct error *error)
{
	struct plan_request request = {.file = text_of(record, "file"),
		.expression = text_of(record, "expression"),
		.text = text_of(record, "text")};
	struct arena arena = {0};
	struct search search;
	int code;

	request.variables.settings = read_texts(record, "settings", &arena);
	request.variables.setting_count =
		json_array_size(json_object_get(record, "settings"));
	request.variables.environment =
		(char *const *)read_texts(record, "environment", &arena);
	request.variables.folder = text_of(record, "folder");
	if (!request.file == !request.expression || !request.variables.folder) {
		arena_release(&arena);
		return error_set(error, -EPROTO,
			"it does not say which topology; it is of another "
			"version");
	}
	search_init(&search, cli, text_of(record, "plugin_path"));
	request.search = search.folders;
	request.search.choices = choices;
	request.search.choice_count = choice_count;
	request.search.chosen_alone = choice_count > 0; /* all of it, then */
	code = plan_make(plan, &cli->os, &request, error);
	arena_release(&arena);
	return code;
}

int record_plan(struct cli *cli, const json_t *record, struct plan *plan)
{
	struct error error = ERROR_NONE;
	struct arena arena = {0};
	struct catalogue_choice *choices;
	size_t count;
	int code;

	if (text_of(record, "file") && !text_of(record, "text")) {
		cli_say(cli, "the supervisor that runs it does not say what "
			     "it runs; it is of another version");
		return EXIT_CODE_IO;
	}
	choices = read_plugins(record, &arena, &count);
	code = record_resolve(cli, record, choices, count, plan, &error);
	arena_release(&arena);
	if (code == 0)
		return 0;
	cli_say(cli, "what runs cannot be read again:");
	if (code == -EINVAL)
		planning_complain(cli, plan);
	else
		cli_say(cli, "%s", error.text);
	return EXIT_CODE_IO;
}
