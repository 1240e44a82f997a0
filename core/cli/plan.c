/*
 * plan: what would change if a running topology became another one, without
 * changing anything.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/comparing.h"
#include "core/cli/planning.h"
#include "core/plan/changes.h"

#include <stdlib.h>
#include <unistd.h>

enum { AGAINST = CLI_OWN };

struct wish {
	struct planning planning;
	const char *against;
	struct comparing comparing;
};

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == AGAINST)
		wish->against = value;
	else if (id == ASKING_TOPOLOGY)
		wish->comparing.topology = value;
	else
		return planning_take(
			cli, &plan_command, &wish->planning, id, value);
	return 0;
}

/* The same as the topology asked for, but for the file. */
static int make_before(struct cli *cli, struct wish *wish,
	const struct plan *after, struct plan *before)
{
	struct planning planning = wish->planning;

	if (!wish->against)
		return comparing_ask(cli, &wish->comparing, after, before);
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
		code = comparing_make(cli, &before, &after, &changes);
	if (code == 0) {
		comparing_print(cli, &changes);
		code = changes_none(&changes) ? 0 : EXIT_CODE_FAILED;
	}
	changes_release(&changes);
	plan_release(&before);
	plan_release(&after);
	json_decref(wish.comparing.record);
	return code;
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
