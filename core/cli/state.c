/*
 * state: what an operator of a running topology would hand over.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/shown.h"

#include <string.h>

#include "core/wire/tapped.h"

enum { RAW = 'r' };

struct wish {
	struct asking asking;
	struct cli *cli;
	const char *name;
	enum shown_style style;
};

static int ask(struct cli *cli, struct wish *wish);
static bool show(void *context, const struct command *records);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (id == RAW)
		wish->style = SHOWN_RAW;
	else if (wish->name)
		return cli_usage(cli, &state_command,
			"state takes one operator, and %s is a second", value);
	else
		wish->name = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.cli = cli};
	int code = cli_parse(cli, &state_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.name || !*wish.name)
		return cli_usage(cli, &state_command,
			"state needs an operator: OP or NODE/OP");
	if (cli->json && wish.style == SHOWN_RAW)
		return cli_usage(cli, &state_command,
			"--json and --raw exclude each other");
	if (cli->json)
		wish.style = SHOWN_JSON;
	wish.asking.verb = "state";
	wish.asking.records = show;
	wish.asking.context = &wish;
	return ask(cli, &wish);
}

static int ask(struct cli *cli, struct wish *wish)
{
	const char *slash = strchr(wish->name, '/');

	asking_add(&wish->asking, "stream=%s", slash ? slash + 1 : wish->name);
	if (slash)
		asking_add(&wish->asking, "node=%.*s",
			(int)(slash - wish->name), wish->name);
	return asking_one(cli, &wish->asking);
}

static bool show(void *context, const struct command *records)
{
	const struct wish *wish = context;
	struct command_text rest = records->text;
	struct tau_record record;

	while (tapped_next(&rest, &record))
		shown_record(wish->cli->out.file, wish->style, &record);
	return true;
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"raw", RAW, NULL, "the bodies as they are, and nothing else"}, {0}};

const struct cli_command state_command = {
	.name = "state",
	.operands = "[NODE/]OP",
	.doc = "show the state that an operator would hand over",
	.text = "The operator's node stands still for a moment, as in an "
		"upgrade, and goes on; nothing is lost by it. Where an "
		"operator of that node does not stand still within a second, "
		"that is said, and it runs on.\n"
		"A record of the state is a line: a value as JSON; in text and "
		"bytes, what is not printable is \\n, \\t, \\\\ or \\xNN.",
	.options = options,
	.examples = "tau state sum\n"
		    "tau state --json there/sum | jq .value\n",
	.json = true,
	.run = run,
};
