/*
 * cli: what every command has and keeps to.
 *
 * stdout carries only the result; messages go to stderr as `tau: text`. A
 * command is described by a table of its options, from which its help and its
 * parsing are both made, so that they cannot disagree.
 */
#ifndef TAU_CORE_CLI_CLI_H
#define TAU_CORE_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/cli/term.h"
#include "core/step/exit_code.h"

#define CLI_GROUP_MAX 15 /* commands of one kind */

struct cli {
	struct os os;
	char *const *environment;
	struct term out, err;
	bool json;
	int detached_fd; /* of a child that `run --detach` started; else 0 */
};

/* One option; a list of them ends with a zeroed one. `id` is its short letter,
 * or a number above 255 when it has none. */
struct cli_option {
	const char *name;
	int id;
	const char *argument; /* what its value is called, or NULL */
	const char *doc;
};

enum cli_option_id {
	CLI_HELP = 'h',
	CLI_JSON = 256,
	CLI_COLOR,
	CLI_OWN, /* the first number for a command's own options */
};

struct cli_command {
	const char *name;
	const char *operands; /* as usage shows them: "[FILE.so | TYPE]" */
	const char *doc;      /* one line */
	const char *text;     /* a few sentences for `help COMMAND` */
	const char *examples; /* lines, or NULL */
	const struct cli_option
		*options; /* --help and --color are everybody's */
	bool json;        /* takes --json */
	/* Given the command's own words, argv[0] being its name. Returns the
	 * exit code. */
	int (*run)(struct cli *cli, int argc, char **argv);
};

/* --json for who takes it, --color and --help; ends with a zeroed one. */
extern const struct cli_option cli_common_options[];

/* Called for each option of the command's own, and with id 0 for each word
 * that is none. Returns 0, or an exit code that ends it all. */
typedef int cli_take(struct cli *cli, void *context, int id, const char *value);

/* Commands as the overview shows them, ending in a NULL. */
struct cli_group {
	const char *title;
	const struct cli_command *commands[CLI_GROUP_MAX + 1];
};

/* All commands; ends with a zeroed one. */
extern const struct cli_group cli_groups[];
const struct cli_command *cli_find(const char *name);

/* Goes through a command's words. Returns -1 to go on, else the exit code:
 * 0 after --help, EXIT_CODE_USAGE after a sentence. */
int cli_parse(struct cli *cli, const struct cli_command *command, int argc,
	char **argv, cli_take *take, void *context);

/* Says "tau: text" on stderr. */
void cli_say(struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with a pointer to the command's help; EXIT_CODE_USAGE. */
int cli_usage(struct cli *cli, const struct cli_command *command,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reads the value of --`option`. 0, or EXIT_CODE_USAGE after a sentence. */
int cli_take_duration(struct cli *cli, const struct cli_command *command,
	const char *option, const char *value, int64_t *duration_ns);

/* The same where 0 makes no sense, such as a limit that leaves no time. */
int cli_take_limit(struct cli *cli, const struct cli_command *command,
	const char *option, const char *value, int64_t *limit_ns);

/* The value of an environment variable, or NULL. */
const char *cli_environment(const struct cli *cli, const char *name);

/* Flushes stdout; `code`, or EXIT_CODE_IO after a sentence. */
int cli_finish(struct cli *cli, int code);

/* The help of one command, on stdout. */
void cli_help(struct cli *cli, const struct cli_command *command);

#endif
