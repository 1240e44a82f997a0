/*
 * plan: what would change if a running topology became another one, without
 * changing anything.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/planning.h"
#include "core/cli/record.h"
#include "core/plan/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { AGAINST = CLI_OWN };

struct wish {
	struct planning planning;
	const char *against;
	const char *topology;
	json_t *record; /* of what runs */
};

static int compare(struct cli *cli, const struct plan *before,
	struct plan *after, struct changes *changes);
static void print(struct cli *cli, const struct changes *changes);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == AGAINST)
		wish->against = value;
	else if (id == ASKING_TOPOLOGY)
		wish->topology = value;
	else
		return planning_take(
			cli, &plan_command, &wish->planning, id, value);
	return 0;
}

static void take_record(void *context, const char *topology, json_t *line)
{
	struct wish *wish = context;

	(void)topology;
	json_decref(wish->record);
	wish->record = json_incref(line);
}

/* What runs. Where nothing does, it is said what a start would begin. */
static int ask_before(struct cli *cli, struct wish *wish,
	const struct plan *after, struct plan *before)
{
	const struct asking asking = {.topology = wish->topology,
		.verb = "record",
		.own = true,
		.line = take_record,
		.context = wish};
	int code = asking_one(cli, &asking);

	if (code == EXIT_CODE_UNAVAILABLE && !wish->topology)
		cli_say(cli,
			"started, %s would have %u node%s with %u operator%s",
			after->source.name, after->placement.node_count,
			after->placement.node_count == 1 ? "" : "s",
			after->topology.operator_count,
			after->topology.operator_count == 1 ? "" : "s");
	return code ? code : record_plan(cli, wish->record, before);
}

/* The same as the topology asked for, but for the file. */
static int make_before(struct cli *cli, struct wish *wish,
	const struct plan *after, struct plan *before)
{
	struct planning planning = wish->planning;

	if (!wish->against)
		return ask_before(cli, wish, after, before);
	planning.file = wish->against;
	planning.expression = NULL;
	return planning_make(cli, &plan_command, &planning, false, before);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan before = {0}, after = {0};
	struct changes changes = {0};
	struct wish wish = {0};
	int code = cli_parse(cli, &plan_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	code = planning_make(cli, &plan_command, &wish.planning, false, &after);
	if (code == 0)
		code = make_before(cli, &wish, &after, &before);
	if (code == 0)
		code = compare(cli, &before, &after, &changes);
	if (code == 0) {
		print(cli, &changes);
		code = changes_none(&changes) ? 0 : EXIT_CODE_FAILED;
	}
	changes_release(&changes);
	plan_release(&before);
	plan_release(&after);
	json_decref(wish.record);
	return code;
}

static int compare(struct cli *cli, const struct plan *before,
	struct plan *after, struct changes *changes)
{
	char *folder = getcwd(NULL, 0);
	int result;

	placement_follow(&after->placement, &before->placement);
	result = changes_make(changes, &before->placement, &after->placement,
		"plan", folder ? folder : "/", &after->diagnostics);
	free(folder);
	if (result == 0)
		return 0;
	planning_complain(cli, after);
	return EXIT_CODE_INVALID;
}

static void print(struct cli *cli, const struct changes *changes)
{
	struct changes_style style = {.added = term_on(&cli->out, TERM_GOOD),
		.removed = term_on(&cli->out, TERM_BAD),
		.changed = term_on(&cli->out, TERM_STRONG),
		.strong = term_on(&cli->out, TERM_STRONG),
		.faint = term_on(&cli->out, TERM_FAINT),
		.off = term_off(&cli->out)};
	struct text text = {0};

	if (cli->json)
		changes_json(changes, &text);
	else
		changes_print(changes, &style, &text);
	fputs(text_string(&text), cli->out.file);
	text_release(&text);
}

static const struct cli_option options[] = {PLANNING_OPTIONS, ASKING_OPTION,
	{"against", AGAINST, "FILE",
		"compare with this manifest instead of what runs; --set holds "
		"for both"},
	{0}};

const struct cli_command plan_command = {
	.name = "plan",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "show what would change if what runs became another topology",
	.text = "Nothing is run or changed. Each node is kept, upgraded (a new "
		"process takes over its state and records), restarted (another "
		"program, whose state nobody can carry), added or removed. "
		"The exit code is 0 when nothing would change, 1 when "
		"something would, 69 when nothing runs, and 78 when it cannot "
		"be done while the topology runs.",
	.options = options,
	.examples = "tau plan weblog.json\n"
		    "tau plan --against words.json new.json --set "
		    "text=LICENSE\n",
	.json = true,
	.run = run,
};
