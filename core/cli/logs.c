/*
 * logs: what a running topology has said.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/check.h"

enum { FOLLOW = 'f' };

struct wish {
	struct asking asking;
	const char *node;
	bool follow;
};

static void print_line(void *context, const char *topology, json_t *line);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (id == FOLLOW)
		wish->follow = true;
	else if (wish->node)
		return cli_usage(cli, &logs_command,
			"logs takes one node, and %s is a second", value);
	else
		wish->node = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.asking = {.verb = "logs", .line = print_line, .context = cli}};
	const char *arguments[3] = {NULL};
	size_t count = 0;
	char *node = NULL;
	int code = cli_parse(cli, &logs_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (wish.follow)
		arguments[count++] = "follow=1";
	if (wish.node) {
		CHECK(asprintf(&node, "node=%s", wish.node) >= 0);
		arguments[count++] = node;
	}
	wish.asking.arguments = arguments;
	code = asking_one(cli, &wish.asking);
	free(node);
	return code;
}

static void print_line(void *context, const char *topology, json_t *line)
{
	const struct cli *cli = context;
	const struct term *term = &cli->out;
	time_t seconds = (time_t)(asking_number(line, "time_ms") / 1000);
	const char *node = asking_text(line, "node");
	char when[32] = "";
	struct tm there;

	(void)topology;
	if (json_object_get(line, "skipped")) {
		term_print(term, TERM_FAINT,
			"… %lld lines before this were not kept\n",
			(long long)asking_number(line, "skipped"));
		return;
	}
	if (localtime_r(&seconds, &there))
		strftime(when, sizeof when, "%H:%M:%S", &there);
	fprintf(term->file, "%s%s%s %s%s%s\n", term_on(term, TERM_FAINT), when,
		term_off(term), node, *node ? ": " : "",
		asking_text(line, "text"));
	fflush(term->file);
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"follow", FOLLOW, NULL, "go on with what it says from now on"}, {0}};

const struct cli_command logs_command = {
	.name = "logs",
	.operands = "[NODE]",
	.doc = "show what a running topology has said",
	.text = "The newest 256 KiB are kept, of what the nodes and their "
		"plugins printed and of what tau said about them. With a NODE, "
		"only what it said and what was said about it.\n"
		"--follow ends when the topology does, or with Ctrl-C, which "
		"only ends the looking.",
	.options = options,
	.examples = "tau logs\n"
		    "tau logs -f parse\n"
		    "tau logs --json | jq -r .text\n",
	.json = true,
	.run = run,
};
