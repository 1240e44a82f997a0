/*
 * main: the program tau. Finds the command and gives it its words.
 */
#include "core/cli/cli.h"
#include "core/check/probes.h"
#include "core/check/trials.h"
#include "core/cli/commands.h"
#include "core/fleet/resolver.h"
#include "core/text/diagnostic.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COMMANDS_MAX 64

const struct cli_group cli_groups[] = {
	{"run and look", {&run_command, &validate_command, &graph_command,
				 &plan_command}},
	{"what is running",
		{&ps_command, &top_command, &logs_command, &tap_command,
			&state_command, &apply_command, &upgrade_command,
			&rollback_command, &history_command, &restart_command,
			&drain_command, &stop_command}},
	{"find operators", {&ls_command, &inspect_command, &schema_command}},
	{"write operators", {&new_command, &check_command, &test_command}},
	{"more", {&completion_command, &version_command, &help_command}},
	{0},
};

static void open_missing(struct os *os);
static void prepare_for_bugs(struct os *os);
static void on_abort(int number);
static int dispatch(struct cli *cli, int argc, char **argv);
static int unknown(struct cli *cli, const char *name);

int main(int argc, char **argv)
{
	struct cli cli = {.environment = environ};
	const char *no_color, *type;

	os_linux_init(&cli.os);
	open_missing(&cli.os);
	term_init(&cli.out, &cli.os, stdout, STDOUT_FILENO);
	term_init(&cli.err, &cli.os, stderr, STDERR_FILENO);
	no_color = cli_environment(&cli, "NO_COLOR");
	type = cli_environment(&cli, "TERM");
	term_set_color(&cli.out, TERM_COLOR_AUTO, no_color, type);
	term_set_color(&cli.err, TERM_COLOR_AUTO, no_color, type);
	return cli_finish(&cli, dispatch(&cli, argc, argv));
}

/* Who starts us may have closed fds 0 to 2: what is opened next must not take
 * their numbers. Reading then gives an end at once, and writing fails, even
 * through an fd that is opened anew: a folder takes no bytes. */
static void open_missing(struct os *os)
{
	for (int fd = 0; fd <= 2; fd++)
		if (os->fcntl(os, fd, F_GETFD, 0) < 0)
			os->openat(os, AT_FDCWD, fd ? "/" : "/dev/null",
				O_RDONLY, 0);
}

/* A CHECK that fails has said where, and aborts. Who wants a core file has one
 * then; who does not, sees an exit code that tells our bugs from the rest. */
static void prepare_for_bugs(struct os *os)
{
	struct sigaction action = {.sa_handler = on_abort};
	struct rlimit core = {0};

	if (os->rlimit(os, RLIMIT_CORE, NULL, &core) == 0 && core.rlim_cur == 0)
		os->sigaction(os, SIGABRT, &action, NULL);
}

static void on_abort(int number)
{
	(void)number;
	_exit(EXIT_CODE_BUG);
}

const struct cli_command *cli_find(const char *name)
{
	for (const struct cli_group *group = cli_groups; group->title; group++)
		for (size_t i = 0; group->commands[i]; i++)
			if (!strcmp(group->commands[i]->name, name))
				return group->commands[i];
	return NULL;
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cli_command *command;
	char *help[] = {(char *)"help", NULL};

	if (!name) {
		help_overview(cli, &cli->err);
		return EXIT_CODE_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		return help_command.run(cli, 1, help);
	if (!strcmp(name, "--version") || !strcmp(name, "-V"))
		return version_command.run(cli, 1, help);
	if (!strcmp(name, NODE_WORD))
		return node_command(cli, argc - 1, argv + 1);
	if (!strcmp(name, RESOLVER_WORD))
		return symbols_command(cli);
	if (!strcmp(name, TRIALS_WORD))
		return trials_command(cli, argc - 1, argv + 1);
	if (!strcmp(name, PROBE_WORD))
		return checking_command(cli, argc - 1, argv + 1);
	prepare_for_bugs(&cli->os);
	if (!strcmp(name, DETACHED_WORD))
		return detached_command(cli, argc - 1, argv + 1);
	command = cli_find(name);
	if (!command)
		return unknown(cli, name);
	return command->run(cli, argc - 1, argv + 1);
}

/* No such command: misspelt, or a file that was meant to be run. */
static int unknown(struct cli *cli, const char *name)
{
	const char *names[COMMANDS_MAX];
	const char *near;
	size_t count = 0;
	struct stat status;

	for (const struct cli_group *group = cli_groups; group->title; group++)
		for (size_t i = 0; group->commands[i]; i++)
			names[count++] = group->commands[i]->name;
	near = diagnostic_nearest(name, names, count);
	if (near)
		cli_say(cli, "unknown command %s; did you mean %s?", name,
			near);
	else if (cli->os.fstatat(&cli->os, AT_FDCWD, name, &status, 0) == 0)
		cli_say(cli, "unknown command %s; to run that file: tau run %s",
			name, name);
	else
		cli_say(cli, "unknown command %s; tau help lists all of them",
			name);
	return EXIT_CODE_USAGE;
}
