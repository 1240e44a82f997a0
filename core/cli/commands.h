/*
 * commands: one description per command, each made by the file of its name.
 */
#ifndef TAU_CORE_CLI_COMMANDS_H
#define TAU_CORE_CLI_COMMANDS_H

#include "core/cli/cli.h"

extern const struct cli_command run_command, validate_command, graph_command,
	plan_command, apply_command, ls_command, inspect_command, ps_command,
	stop_command, drain_command, restart_command, tap_command,
	state_command, logs_command, upgrade_command, rollback_command,
	history_command, top_command, test_command, version_command,
	help_command, check_command, new_command;

extern const struct cli_command schema_command, completion_command;

/* What `tau` alone and `tau help` say. */
void help_overview(struct cli *cli, const struct term *term);

/* The word that a supervisor starts a node with; nobody types it. */
#define NODE_WORD "node"
int node_command(struct cli *cli, int argc, char **argv);

/* What `tau test` starts (core/check/trials). */
int trials_command(struct cli *cli, int argc, char **argv);
/* What `check` starts to try an operator: `tau WORD FILE OPERATOR GROUP`. */
int checking_command(struct cli *cli, int argc, char **argv);

/* What a supervisor starts to have files read (core/fleet/resolver). */
int symbols_command(struct cli *cli);

/* The word that `run --detach` starts its own child with: `tau WORD run …`. */
#define DETACHED_WORD "detached"
int detached_command(struct cli *cli, int argc, char **argv);

#endif
