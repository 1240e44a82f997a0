/*
 * stop: ends a running topology, and waits until it has ended.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"

enum { NOW = CLI_OWN };

struct wish {
	struct asking asking;
	bool now;
};

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (id == NOW)
		wish->now = true;
	else
		return cli_usage(cli, &stop_command,
			"stop ends the whole topology; to say which: "
			"--topology %s",
			value);
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.asking = {.verb = "stop", .end = true, .outcome = true}};
	int code = cli_parse(cli, &stop_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (wish.now)
		asking_add(&wish.asking, "now=1");
	return asking_one(cli, &wish.asking);
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"now", NOW, NULL, "let nothing run out; what is lost is counted"},
	{0}};

const struct cli_command stop_command = {
	.name = "stop",
	.operands = "",
	.doc = "end a running topology",
	.text = "Lets it run out as Ctrl-C does, for as long as the "
		"--drain-timeout it was started with, and waits until it has "
		"ended and its name is free.\n"
		"The exit code is that of its run: 0 when all went well, 1 "
		"when something had failed, 75 when it did not run out in "
		"time; 69 when nothing runs.",
	.options = options,
	.examples = "tau stop\n"
		    "tau stop --topology weblog --now\n",
	.json = true,
	.run = run,
};
