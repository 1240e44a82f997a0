/* planning: a command line made into a placed topology. See the header. */
#include "core/cli/planning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int take_setting(struct cli *cli, const struct cli_command *command,
	struct planning *planning, const char *value);
static void hint(struct cli *cli, const struct planning *planning);
static void print(struct cli *cli, const struct diagnostics *diagnostics);

int planning_take(struct cli *cli, const struct cli_command *command,
	struct planning *planning, int id, const char *value)
{
	if (id == SEARCH_PLUGIN_PATH) {
		planning->plugin_path = value;
		return 0;
	}
	if (id == PLANNING_SET)
		return take_setting(cli, command, planning, value);
	if (planning->file || planning->expression)
		return cli_usage(cli, command,
			"%s takes one topology: a file, - or -e; %s%s is a "
			"second",
			command->name, id == PLANNING_EXPRESSION ? "-e " : "",
			value);
	if (id == PLANNING_EXPRESSION)
		planning->expression = value;
	else
		planning->file = value;
	return 0;
}

int planning_make(struct cli *cli, const struct cli_command *command,
	const struct planning *planning, bool quiet, struct plan *plan)
{
	struct plan_request request = {.file = planning->file,
		.expression = planning->expression,
		.variables = {.settings = planning->settings,
			.setting_count = planning->setting_count,
			.environment = cli->environment}};
	struct error error = ERROR_NONE;
	struct search search;
	char *folder;
	int code;

	if (!planning->file && !planning->expression)
		return cli_usage(cli, command,
			"%s needs a topology: a manifest's file, - to read one "
			"from standard input, or -e 'ONE-LINER'",
			command->name);
	folder = getcwd(NULL, 0);
	if (!folder) {
		cli_say(cli, "the current folder is not there: %s",
			strerror(errno));
		return EXIT_CODE_IO;
	}
	search_init(&search, cli, planning->plugin_path);
	request.search = search.folders;
	request.variables.folder = folder;
	code = plan_make(plan, &cli->os, &request, &error);
	free(folder);
	if (code == -EINVAL) {
		if (!quiet)
			planning_complain(cli, plan);
		return EXIT_CODE_INVALID;
	}
	if (code < 0) {
		cli_say(cli, "%s", error.text);
		hint(cli, planning);
		return EXIT_CODE_IO;
	}
	return 0;
}

void planning_complain(struct cli *cli, const struct plan *plan)
{
	print(cli, &plan->diagnostics);
}

void planning_warn(struct cli *cli, const struct plan *plan)
{
	print(cli, &plan->warnings);
}

static void print(struct cli *cli, const struct diagnostics *diagnostics)
{
	struct text text = {0};

	diagnostics_print(diagnostics, &text);
	fputs(text_string(&text), cli->err.file);
	text_release(&text);
}

static int take_setting(struct cli *cli, const struct cli_command *command,
	struct planning *planning, const char *value)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return cli_usage(cli, command,
			"--set %s: it has the form NAME=VALUE", value);
	if (planning->setting_count == PLANNING_SETTINGS_MAX)
		return cli_usage(cli, command,
			"--set stands there more than %d times",
			PLANNING_SETTINGS_MAX);
	planning->settings[planning->setting_count++] = value;
	return 0;
}

/* A one-liner in the place of a file is easily meant. */
static void hint(struct cli *cli, const struct planning *planning)
{
	if (planning->file && strchr(planning->file, ' '))
		cli_say(cli, "if that is a one-liner, put -e before it");
}
