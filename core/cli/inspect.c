/*
 * inspect: all about one operator type, or about one plugin file.
 */
#include "core/cli/commands.h"
#include "core/cli/describe.h"
#include "core/cli/search.h"
#include "core/cli/signature.h"
#include "core/text/diagnostic.h"
#include "core/catalogue/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

struct wish {
	const char *what;
	const char *plugin_path;
	const char *param; /* "NAME=VALUE" */
};

enum { OPTION_PARAM = CLI_OWN };

static bool is_file(struct cli *cli, const char *what);
static int inspect_file(struct cli *cli, const char *path);
static int inspect_type(struct cli *cli, const struct wish *wish);
static void show_plugin(struct cli *cli, const struct description *description,
	const struct note_identity *identity);
static void show_type(struct cli *cli, const struct catalogue_type *type);
static void show_param(struct cli *cli, const struct catalogue_type *type,
	const char *text, struct error *error);
static void show_json(struct cli *cli, const struct description *description,
	const struct note_identity *identity, const char *type,
	const json_t *about);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == SEARCH_PLUGIN_PATH)
		wish->plugin_path = value;
	else if (id == OPTION_PARAM)
		wish->param = value;
	else if (wish->what)
		return cli_usage(cli, &inspect_command,
			"inspect takes one word, and %s is a second", value);
	else
		wish->what = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {NULL, NULL, NULL};
	int code = cli_parse(cli, &inspect_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.what)
		return cli_usage(cli, &inspect_command,
			"inspect needs an operator type or a plugin's file");
	if (is_file(cli, wish.what))
		return inspect_file(cli, wish.what);
	return inspect_type(cli, &wish);
}

/* A word with a slash or with .so at its end names a file. */
static bool is_file(struct cli *cli, const char *what)
{
	size_t bytes = strlen(what);

	(void)cli;
	return strchr(what, '/') ||
	       (bytes > 3 && !strcmp(what + bytes - 3, ".so"));
}

static int inspect_file(struct cli *cli, const char *path)
{
	struct description *description;
	struct error error = ERROR_NONE;
	struct note note;
	int code = note_read(&note, &cli->os, path, &error);

	if (code == 0) {
		code = description_create(
			&description, path, note.text, note.bytes, &error);
		if (code == 0) {
			show_plugin(cli, description, &note.identity);
			description_destroy(&description);
		}
		note_release(&note);
	}
	if (code < 0)
		cli_say(cli, "%s", error.text);
	return code < 0 ? EXIT_CODE_FAILED : 0;
}

static int inspect_type(struct cli *cli, const struct wish *wish)
{
	struct error error = ERROR_NONE;
	const struct catalogue_type *type = NULL;
	struct catalogue *catalogue;
	struct search search;

	search_init(&search, cli, wish->plugin_path);
	if (catalogue_create(&catalogue, &cli->os, &search.folders, &error)) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_IO;
	}
	type = catalogue_find(catalogue, wish->what);
	if (type && wish->param)
		show_param(cli, type, wish->param, &error);
	else if (type)
		show_type(cli, type);
	else
		catalogue_explain(catalogue, wish->what, &error);
	catalogue_destroy(&catalogue);
	if (error.code)
		cli_say(cli, "%s", error.text);
	return error.code ? EXIT_CODE_FAILED : 0;
}

/* What is wrong is said with its column and a caret, as of a manifest. */
static json_t *read_signature(const char *text, struct error *error)
{
	struct source source = {.name = "--param",
		.text = text,
		.bytes = strlen(text),
		.folder = "/"};
	struct error wrong = ERROR_NONE;
	struct diagnostics diagnostics;
	struct text said = {0};
	size_t at;
	json_t *read = signature_parse(text, source.bytes, &wrong, &at);

	if (read)
		return read;
	diagnostics_init(&diagnostics, &source);
	diagnostics_add(&diagnostics, (uint32_t)at, "%s", wrong.text);
	diagnostics_print(&diagnostics, &said);
	error_set(error, -EINVAL, "%.*s", (int)said.count - 1,
		text_string(&said));
	text_release(&said);
	diagnostics_release(&diagnostics);
	return NULL;
}

/* A param's value, as the operator gets it: what a signature means. */
static void show_param(struct cli *cli, const struct catalogue_type *type,
	const char *text, struct error *error)
{
	const struct param_description *param = NULL;
	const char *value = strchr(text, '=');
	char name[NAME_BYTES_MAX + 1];
	json_t *read;

	snprintf(name, sizeof name, "%.*s",
		value ? (int)(value - text) : (int)strlen(text), text);
	param = description_param(type->description, name);
	if (!param) {
		error_set(error, -ENOENT, "%s has no param \"%s\"", type->type,
			name);
		return;
	}
	if (!value || param->type != PARAM_SIGNATURE) {
		error_set(error, -EINVAL,
			value ? "\"%s\" of %s is no signature, which alone is "
				"explained"
			      : "write --param %s=VALUE, for %s",
			name, type->type);
		return;
	}
	read = read_signature(value + 1, error);
	if (read && cli->json) {
		json_dumpf(read, cli->out.file, JSON_INDENT(2));
		fputc('\n', cli->out.file);
	} else if (read) {
		signature_show(&cli->out, read);
	}
	json_decref(read);
}

static void show_plugin(struct cli *cli, const struct description *description,
	const struct note_identity *identity)
{
	char type[2 * NAME_BYTES_MAX + 2];
	bool standard = !strncmp(description->name, "tau-", 4);

	if (cli->json) {
		show_json(cli, description, identity, NULL, description->json);
		return;
	}
	describe_plugin(&cli->out, description, identity);
	for (size_t i = 0; i < description->operator_count; i++) {
		const struct operator_description *described =
			&description->operators[i];

		snprintf(type, sizeof type, "%s%s%s",
			standard ? "" : description->name, standard ? "" : ".",
			described->name);
		fputc('\n', cli->out.file);
		describe_operator(&cli->out, type, described);
	}
}

static void show_type(struct cli *cli, const struct catalogue_type *type)
{
	const struct catalogue_plugin *plugin = type->plugin;
	const struct description *description = plugin->description;
	size_t index = (size_t)(type->description - description->operators);
	char sha256[NOTE_SHA256_TEXT];

	if (cli->json) {
		(void)catalogue_sha256(plugin, sha256, NULL);
		show_json(cli, description, &plugin->identity, type->type,
			json_array_get(
				json_object_get(description->json, "operators"),
				index));
		return;
	}
	describe_operator(&cli->out, type->type, type->description);
	fputc('\n', cli->out.file);
	term_print(&cli->out, TERM_FAINT, "from %s %s, %s", description->name,
		description->version, plugin->identity.path);
	fputc('\n', cli->out.file);
}

static void show_json(struct cli *cli, const struct description *description,
	const struct note_identity *identity, const char *type,
	const json_t *about)
{
	char sha256[NOTE_SHA256_TEXT];
	json_t *object;

	note_sha256_text(identity->sha256, sha256);
	object = json_pack("{s:s*, s:s, s:s, s:s, s:s, s:O}", "type", type,
		"plugin", description->name, "version", description->version,
		"file", identity->path, "sha256", sha256, "description",
		(json_t *)about);
	json_dumpf(object, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(object);
}

static const struct cli_option options[] = {SEARCH_OPTION,
	{"param", OPTION_PARAM, "NAME=SIGNATURE",
		"tell what a C function's signature means"},
	{0}};

const struct cli_command inspect_command = {
	.name = "inspect",
	.operands = "TYPE | FILE.so",
	.doc = "tell all about an operator type or a plugin",
	.text = "Shows ports, params and an example. A plugin's file is read "
		"as "
		"data; none of its code is run, so a stranger's plugin can be "
		"looked at safely.",
	.options = options,
	.examples = "tau inspect file.read\n"
		    "tau inspect ./shout.so\n"
		    "tau inspect ffi --param call='int abs(int in)'\n",
	.json = true,
	.run = run,
};
