/*
 * version: what this program is, and which contracts it keeps.
 */
#include "core/cli/commands.h"
#include "core/catalogue/description.h"

#define MANIFEST_VERSION 1

static int take(struct cli *cli, void *context, int id, const char *value)
{
	(void)context;
	(void)id;
	return cli_usage(cli, &version_command, "version takes no %s", value);
}

static int run(struct cli *cli, int argc, char **argv)
{
	int code = cli_parse(cli, &version_command, argc, argv, take, NULL);

	if (code >= 0)
		return code;
	if (cli->json)
		fprintf(cli->out.file,
			"{\"version\": \"%s\", \"abi\": \"%u.%u\", "
			"\"manifest\": %d}\n",
			PACKAGE_VERSION, DESCRIPTION_ABI_MAJOR,
			DESCRIPTION_ABI_MINOR, MANIFEST_VERSION);
	else
		fprintf(cli->out.file,
			"tau %s (operator ABI %u.%u, manifest %d)\n",
			PACKAGE_VERSION, DESCRIPTION_ABI_MAJOR,
			DESCRIPTION_ABI_MINOR, MANIFEST_VERSION);
	return 0;
}

const struct cli_command version_command = {
	.name = "version",
	.operands = "",
	.doc = "print the version, and those of its contracts",
	.text = "A plugin that was built for operator ABI 1.0 loads in every "
		"version whose ABI begins with 1.",
	.json = true,
	.run = run,
};
