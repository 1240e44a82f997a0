/*
 * schema: what a manifest may say, as a JSON Schema, from the plugins that are
 * there. Editors complete and check from it.
 */
#include "core/catalogue/schema.h"
#include "core/cli/commands.h"
#include "core/cli/search.h"

#include <stdio.h>

static int take(struct cli *cli, void *context, int id, const char *value)
{
	const char **option = context;

	if (id != SEARCH_PLUGIN_PATH)
		return cli_usage(cli, &schema_command,
			"schema takes no %s; it is of all types that tau ls "
			"lists",
			value);
	*option = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct error error = ERROR_NONE;
	struct catalogue *catalogue;
	struct search search;
	struct text text = {0};
	const char *option = NULL;
	int code = cli_parse(cli, &schema_command, argc, argv, take, &option);

	if (code >= 0)
		return code;
	search_init(&search, cli, option);
	if (catalogue_create(&catalogue, &cli->os, &search.folders, &error)) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_IO;
	}
	for (size_t i = 0; i < catalogue_refusal_count(catalogue); i++)
		cli_say(cli, "not in the schema: %s",
			catalogue_refusal_at(catalogue, i)->error.text);
	schema_print(catalogue, &text);
	fputs(text_string(&text), cli->out.file);
	text_release(&text);
	catalogue_destroy(&catalogue);
	return 0;
}

static const struct cli_option options[] = {SEARCH_OPTION, {0}};

const struct cli_command schema_command = {
	.name = "schema",
	.operands = "",
	.doc = "write the JSON Schema of manifests, for editors",
	.text = "Draft 2020-12: every key of a manifest, and the operator "
		"types "
		"of the plugins that are there with their params. None of the "
		"plugins' code is run.\n"
		"Write it to a file and name that in the manifest's first key, "
		"\"$schema\": an editor that knows JSON Schema then completes, "
		"explains and checks while you write. tau validate sees more: "
		"which names are meant, and whether ports meet.",
	.options = options,
	.examples = "tau schema >topology-1.schema.json\n"
		    "tau schema -L build >topology-1.schema.json\n",
	.json = true,
	.run = run,
};
