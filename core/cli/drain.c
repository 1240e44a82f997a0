/*
 * drain: lets a running topology run out, however long that takes.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct asking *asking = context;

	if (id != ASKING_TOPOLOGY)
		return cli_usage(cli, &drain_command,
			"drain is for the whole topology; to say which: "
			"--topology %s",
			value);
	asking->topology = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct asking asking = {.verb = "drain", .end = true, .outcome = true};
	int code = cli_parse(cli, &drain_command, argc, argv, take, &asking);

	return code >= 0 ? code : asking_one(cli, &asking);
}

static const struct cli_option options[] = {ASKING_OPTION, {0}};

const struct cli_command drain_command = {
	.name = "drain",
	.operands = "",
	.doc = "let a running topology run out",
	.text = "Ends the sources, and waits until all that they gave was "
		"worked off. Nothing is lost, however long that takes: unlike "
		"stop, it has no deadline. Ctrl-C ends the waiting and not the "
		"draining; tau stop ends that.\n"
		"The exit code is that of its run, or 69 when nothing runs.",
	.options = options,
	.examples = "tau drain\n"
		    "tau drain --topology weblog\n",
	.json = true,
	.run = run,
};
