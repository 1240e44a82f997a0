/*
 * restart: another process in the place of one node's.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"

struct wish {
	struct asking asking;
	const char *node;
};

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (wish->node)
		return cli_usage(cli, &restart_command,
			"restart takes one node, and %s is a second", value);
	else
		wish->node = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.asking = {.verb = "restart", .outcome = true}};
	int code = cli_parse(cli, &restart_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.node)
		return cli_usage(cli, &restart_command,
			"restart needs a node; tau ps lists them");
	asking_add(&wish.asking, "node=%s", wish.node);
	return asking_one(cli, &wish.asking);
}

static const struct cli_option options[] = {ASKING_OPTION, {0}};

const struct cli_command restart_command = {
	.name = "restart",
	.operands = "NODE",
	.doc = "put a fresh process in a node's place",
	.text = "Kills the node's process and starts it anew, as after a "
		"crash; its neighbours only wait. What was inside it is lost, "
		"counted and said, and its operators begin afresh.\n"
		"The exit code is 0 when the node runs again, 1 when it cannot "
		"be restarted or did not come back, 69 when nothing runs.",
	.options = options,
	.examples = "tau restart parse\n"
		    "tau restart parse --topology weblog\n",
	.json = true,
	.run = run,
};
