/*
 * plan: what would change if a topology became another one, without changing
 * anything.
 */
#include "core/cli/commands.h"
#include "core/cli/planning.h"
#include "core/plan/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { AGAINST = CLI_OWN };

struct wish {
	struct planning planning;
	const char *against;
};

static int compare(struct cli *cli, const struct plan *before,
	struct plan *after, struct changes *changes);
static void print(struct cli *cli, const struct changes *changes);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id != AGAINST)
		return planning_take(
			cli, &plan_command, &wish->planning, id, value);
	wish->against = value;
	return 0;
}

/* The same as the topology asked for, but for the file. */
static int make_before(
	struct cli *cli, const struct wish *wish, struct plan *before)
{
	struct planning planning = wish->planning;

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
	if (!wish.against) {
		cli_say(cli, "asking a running topology is designed, but not "
			     "built in this version; --against FILE compares "
			     "with another manifest");
		return EXIT_CODE_USAGE;
	}
	code = planning_make(cli, &plan_command, &wish.planning, false, &after);
	if (code == 0)
		code = make_before(cli, &wish, &before);
	if (code == 0)
		code = compare(cli, &before, &after, &changes);
	if (code == 0) {
		print(cli, &changes);
		code = changes_none(&changes) ? 0 : EXIT_CODE_FAILED;
	}
	changes_release(&changes);
	plan_release(&before);
	plan_release(&after);
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

static const struct cli_option options[] = {PLANNING_OPTIONS,
	{"against", AGAINST, "FILE",
		"the manifest to begin from; --set holds for both"},
	{0}};

const struct cli_command plan_command = {
	.name = "plan",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "show what would change if a topology became another one",
	.text = "Nothing is run or changed. Each node is kept, upgraded (a new "
		"process takes over its state and records), restarted (another "
		"program, whose state nobody can carry), added or removed. "
		"The exit code is 0 when nothing would change, 1 when "
		"something would, and 78 when it cannot be done while the "
		"topology runs.",
	.options = options,
	.examples = "tau plan --against words.json new.json --set "
		    "text=LICENSE\n",
	.json = true,
	.run = run,
};
