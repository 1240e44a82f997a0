/*
 * upgrade, rollback, history: nodes that are replaced while they run.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/cli/asking.h"
#include "core/cli/changing.h"
#include "core/cli/commands.h"
#include "core/cli/figure.h"

enum { PLUGIN = CLI_OWN, WAIT, DEADLINE, FREEZE_TIMEOUT, PROBATION };

struct wish {
	struct asking asking;
	const struct cli_command *command;
	const char *node, *plugin;
	bool wait;
	int64_t deadline_ns, freeze_ns, probation_ns;
};

static int ask(struct cli *cli, struct wish *wish);
static void show_history(void *context, const char *topology, json_t *line);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	switch (id) {
	case ASKING_TOPOLOGY:
		wish->asking.topology = value;
		return 0;
	case PLUGIN:
		wish->plugin = value;
		return 0;
	case WAIT:
		wish->wait = true;
		return 0;
	case DEADLINE:
		return cli_take_limit(cli, wish->command, "deadline", value,
			&wish->deadline_ns);
	case FREEZE_TIMEOUT:
		return cli_take_limit(cli, wish->command, "freeze-timeout",
			value, &wish->freeze_ns);
	case PROBATION:
		return cli_take_duration(cli, wish->command, "probation", value,
			&wish->probation_ns);
	}
	if (wish->node || wish->command == &history_command)
		return cli_usage(cli, wish->command,
			"%s takes %s; %s is one too many", wish->command->name,
			wish->command == &history_command ? "no node"
							  : "one node",
			value);
	wish->node = value;
	return 0;
}

static int upgrade(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.command = &upgrade_command,
		.asking = {.verb = "upgrade"},
		.deadline_ns = -1,
		.freeze_ns = -1,
		.probation_ns = -1};
	char path[PATH_MAX];
	int code = cli_parse(cli, &upgrade_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.plugin)
		return cli_usage(cli, &upgrade_command,
			"upgrade needs --plugin FILE: the new version");
	if (!realpath(wish.plugin, path)) {
		cli_say(cli, "the plugin %s is not there: %m", wish.plugin);
		return EXIT_CODE_IO;
	}
	asking_add(&wish.asking, "plugin=%s", path);
	return ask(cli, &wish);
}

static int rollback(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.command = &rollback_command,
		.asking = {.verb = "rollback"},
		.deadline_ns = -1,
		.freeze_ns = -1,
		.probation_ns = -1};
	int code = cli_parse(cli, &rollback_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.node)
		return cli_usage(cli, &rollback_command,
			"rollback needs the name of a node; tau history lists "
			"what was upgraded");
	return ask(cli, &wish);
}

static int history(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.command = &history_command,
		.asking = {.verb = "history",
			.line = show_history,
			.context = cli}};
	int code = cli_parse(cli, &history_command, argc, argv, take, &wish);

	return code >= 0 ? code : asking_one(cli, &wish.asking);
}

static int ask(struct cli *cli, struct wish *wish)
{
	struct changing changing = {.cli = cli};
	int code;

	if (wish->node)
		asking_add(&wish->asking, "node=%s", wish->node);
	if (wish->wait)
		asking_add(&wish->asking, "wait=1");
	if (wish->deadline_ns >= 0)
		asking_add(&wish->asking, "deadline_ns=%" PRId64,
			wish->deadline_ns);
	if (wish->freeze_ns >= 0)
		asking_add(
			&wish->asking, "freeze_ns=%" PRId64, wish->freeze_ns);
	if (wish->probation_ns >= 0)
		asking_add(&wish->asking, "probation_ns=%" PRId64,
			wish->probation_ns);
	wish->asking.line = changing_show;
	wish->asking.context = &changing;
	code = asking_one(cli, &wish->asking);
	changing_finish(&changing);
	return code;
}

static void show_history(void *context, const char *topology, json_t *line)
{
	const struct cli *cli = context;
	time_t when = (time_t)(asking_number(line, "time_ms") / 1000);
	struct tm parts;
	char text[32] = "";

	(void)topology;
	if (localtime_r(&when, &parts))
		strftime(text, sizeof text, "%F %T", &parts);
	fprintf(cli->out.file, "%s  %s  %s%s%s\n", text,
		asking_text(line, "node"), asking_text(line, "what"),
		*asking_text(line, "runs") ? "  " : "",
		asking_text(line, "runs"));
}

#define SHARED_OPTIONS                                                         \
	{"wait", WAIT, NULL, "return only when the probation is over"},        \
		{"deadline", DEADLINE, "DURATION",                             \
			"how long the new version may take to be ready, and "  \
			"to restore its state; 10s each unless given"},        \
		{"freeze-timeout", FREEZE_TIMEOUT, "DURATION",                 \
			"how long a node may take to stand still, 1s unless "  \
			"given"},                                              \
		{"probation", PROBATION, "DURATION",                           \
			"how long the version before can come back by "        \
			"itself, 30s unless given; 0s: not at all"},           \
		ASKING_OPTION

static const struct cli_option upgrade_options[] = {
	{"plugin", PLUGIN, "FILE", "the plugin's new version"}, SHARED_OPTIONS,
	{0}};
static const struct cli_option rollback_options[] = {SHARED_OPTIONS, {0}};
static const struct cli_option history_options[] = {ASKING_OPTION, {0}};

const struct cli_command upgrade_command = {
	.name = "upgrade",
	.operands = "[NODE]",
	.doc = "replace a plugin while the rest runs",
	.text = "Starts the nodes that use the plugin (or NODE alone) anew "
		"with "
		"the new version, beside those that run; these stand still, "
		"hand over all that they hold, and end when the new ones have "
		"it. Until then every failure leaves all as it was.\n"
		"What it prints is what was handed over, the pause, and for "
		"each stream the numbers and the digest of both sides.\n"
		"For the time of its probation, a new version that crashes is "
		"replaced by the version before it.",
	.options = upgrade_options,
	.examples = "tau upgrade --plugin build/acme.so\n"
		    "tau upgrade stats --plugin build/acme.so --wait\n",
	.json = true,
	.run = upgrade,
};

const struct cli_command rollback_command = {
	.name = "rollback",
	.operands = "NODE",
	.doc = "take a node's upgrade back",
	.text = "Hands over to the version that the node had before its last "
		"upgrade, whose files are kept. A version that writes no state "
		"that the one before it reads cannot be taken back.",
	.options = rollback_options,
	.examples = "tau rollback stats\n",
	.json = true,
	.run = rollback,
};

const struct cli_command history_command = {
	.name = "history",
	.operands = "",
	.doc = "list what was replaced while a topology ran",
	.text = "A line for each node that was upgraded, changed by apply, "
		"added, removed, rolled back, taken back because the change "
		"failed, or has returned to the version before, and for one "
		"that could not, and was given up.",
	.options = history_options,
	.examples = "tau history\n",
	.json = true,
	.run = history,
};
