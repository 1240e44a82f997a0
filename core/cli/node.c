/*
 * node: the process that a supervisor starts, of this same program. Nobody
 * types it; who does is told so.
 */
#include "core/cli/commands.h"
#include "core/cli/search.h"
#include "core/fleet/resolver.h"
#include "core/host/node_process.h"
#include "core/host/store.h"
#include "core/wire/command.h"

#include <fcntl.h>
#include <sys/stat.h>

static bool started_by_a_supervisor(struct os *os);

int node_command(struct cli *cli, int argc, char **argv)
{
	struct os *os = &cli->os;
	struct error error = ERROR_NONE;
	char folder[SEARCH_PATH_BYTES];

	(void)argc;
	(void)argv;
	if (!started_by_a_supervisor(os)) {
		cli_say(cli, "node is what tau run starts; nobody else does");
		return EXIT_CODE_USAGE;
	}
	if (store_folder(folder, sizeof folder,
		    cli_environment(cli, "XDG_STATE_HOME"),
		    cli_environment(cli, "HOME"), &error) < 0) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_FAILED;
	}
	return node_process(os, folder, cli->environment);
}

int symbols_command(struct cli *cli)
{
	struct os *os = &cli->os;
	struct stat status;

	if (os->fstat(os, 0, &status) == 0 && S_ISREG(status.st_mode))
		return resolver_serve(os);
	cli_say(cli, "symbols is what tau run starts; nobody else does");
	return EXIT_CODE_USAGE;
}

static bool started_by_a_supervisor(struct os *os)
{
	struct stat status;

	return os->fstat(os, COMMAND_FD, &status) == 0 &&
	       S_ISSOCK(status.st_mode);
}
