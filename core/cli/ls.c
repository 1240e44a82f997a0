/*
 * ls: the operator types that are there. Plugins are read, never loaded.
 */
#include "core/cli/commands.h"
#include "core/cli/describe.h"
#include "core/cli/search.h"
#include "core/cli/table.h"

#include <jansson.h>
#include <string.h>

#define CELL_BYTES 256
#define SENTENCE_MIN 20 /* what is shorter says nothing by itself */

static void print_table(struct cli *cli, const struct catalogue *catalogue);
static void first_sentence(const char *doc, char *text, size_t bytes);
static void print_json(struct cli *cli, const struct catalogue *catalogue);
static void say_refusals(struct cli *cli, const struct catalogue *catalogue);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	const char **option = context;

	if (id != SEARCH_PLUGIN_PATH)
		return cli_usage(cli, &ls_command,
			"ls takes no %s; tau inspect %s tells about one", value,
			value);
	*option = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct error error = ERROR_NONE;
	struct catalogue *catalogue;
	struct search search;
	const char *option = NULL;
	int code = cli_parse(cli, &ls_command, argc, argv, take, &option);

	if (code >= 0)
		return code;
	search_init(&search, cli, option);
	if (catalogue_create(&catalogue, &cli->os, &search.folders, &error)) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_IO;
	}
	if (cli->json)
		print_json(cli, catalogue);
	else
		print_table(cli, catalogue);
	say_refusals(cli, catalogue);
	catalogue_destroy(&catalogue);
	return 0;
}

static void print_table(struct cli *cli, const struct catalogue *catalogue)
{
	struct table table = {.columns = 4,
		.headings = {"TYPE", "IN", "OUT", "WHAT IT DOES"}};
	size_t count = catalogue_type_count(catalogue);

	for (size_t i = 0; i < count; i++) {
		const struct catalogue_type *type =
			catalogue_type_at(catalogue, i);
		const struct operator_description *described =
			type->description;
		char in[CELL_BYTES];
		char out[CELL_BYTES];
		char doc[CELL_BYTES];
		const char *cells[] = {type->type, in, out, doc};

		first_sentence(described->doc, doc, sizeof doc);

		describe_ports(
			described->in, described->in_declared, in, sizeof in);
		describe_ports(described->out, described->out_declared, out,
			sizeof out);
		table_add(&table, cells);
	}
	if (count)
		table_print(&table, &cli->out, 0);
	else
		cli_say(cli, "no plugins found; --plugin-path or "
			     "TAU_PLUGIN_PATH says where they are");
	table_release(&table);
}

/* What a sentence is over: an end, a colon or a semicolon before a blank. */
static void first_sentence(const char *doc, char *text, size_t bytes)
{
	size_t length = strlen(doc);

	for (size_t i = 0; i + 1 < length; i++) {
		if (!strchr(i < SENTENCE_MIN ? "." : ".:;", doc[i]) ||
			doc[i + 1] != ' ')
			continue;
		length = i;
		break;
	}
	if (length && doc[length - 1] == '.')
		length--;
	snprintf(text, bytes, "%.*s", (int)length, doc);
}

/* One line per type: what its plugin says about it, and where that is. */
static void print_json(struct cli *cli, const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue_type_count(catalogue); i++) {
		const struct catalogue_type *type =
			catalogue_type_at(catalogue, i);
		const struct description *plugin = type->plugin->description;
		json_t *operators = json_object_get(plugin->json, "operators");
		size_t index = (size_t)(type->description - plugin->operators);
		json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:b, s:O}",
			"type", type->type, "plugin", plugin->name, "version",
			plugin->version, "file", type->plugin->identity.path,
			"standard", type->plugin->standard, "description",
			json_array_get(operators, index));

		json_dumpf(line, cli->out.file, 0);
		fputc('\n', cli->out.file);
		json_decref(line);
	}
}

static void say_refusals(struct cli *cli, const struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue_refusal_count(catalogue); i++)
		cli_say(cli, "not listed: %s",
			catalogue_refusal_at(catalogue, i)->error.text);
}

static const struct cli_option options[] = {SEARCH_OPTION, {0}};

const struct cli_command ls_command = {
	.name = "ls",
	.operands = "",
	.doc = "list the operator types that are there",
	.text = "Lists what the plugins say about themselves; none of their "
		"code is run.\nA port with [] takes any number of streams.",
	.options = options,
	.examples = "tau ls\n"
		    "tau ls --json | jq -r .type\n"
		    "tau ls -L build/plugins\n",
	.json = true,
	.run = run,
};
