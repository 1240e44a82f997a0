/*
 * planning: what `run`, `validate` and `graph` have in common: a manifest or
 * a one-liner from the command line, made into a placed topology.
 */
#ifndef TAU_CORE_CLI_PLANNING_H
#define TAU_CORE_CLI_PLANNING_H

#include "core/cli/cli.h"
#include "core/cli/search.h"
#include "core/plan/plan.h"
#include "core/text/text.h"

#define PLANNING_SETTINGS_MAX 256

enum { PLANNING_EXPRESSION = 'e', PLANNING_SET = 's' };

#define PLANNING_OPTIONS                                                       \
	{"expression", PLANNING_EXPRESSION, "TEXT",                            \
		"a one-liner instead of a file"},                              \
		{"set", PLANNING_SET, "NAME=VALUE",                            \
			"give a variable of the manifest a value"},            \
		SEARCH_OPTION

/* What was asked for. Zeroed is nothing yet. */
struct planning {
	const char *file;
	const char *expression;
	const char *plugin_path;
	const char *settings[PLANNING_SETTINGS_MAX];
	size_t setting_count;
};

/* Takes one of the options above, or a word as the file. Returns 0, or
 * EXIT_CODE_USAGE after a sentence. */
int planning_take(struct cli *cli, const struct cli_command *command,
	struct planning *planning, int id, const char *value);

/* Makes the plan into a zeroed one. Returns 0; EXIT_CODE_INVALID or
 * EXIT_CODE_IO after all that is wrong was said; or EXIT_CODE_USAGE when
 * nothing was asked for. `quiet`: an invalid one's sentences are left in
 * plan->diagnostics. The plan must be released in any case. */
int planning_make(struct cli *cli, const struct cli_command *command,
	const struct planning *planning, bool quiet, struct plan *plan);

/* Prints all that was found wrong with a plan, on stderr. */
void planning_complain(struct cli *cli, const struct plan *plan);

/* Prints likewise what is valid and most likely not meant. */
void planning_warn(struct cli *cli, const struct plan *plan);

#endif
