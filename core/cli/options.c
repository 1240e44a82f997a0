/*
 * options: the words of a command line, taken apart by its table.
 */
#include "core/cli/cli.h"
#include "core/cli/commands.h"

#include "core/base/check.h"
#include "core/text/diagnostic.h"
#include "core/text/quantity.h"

#include <getopt.h>
#include <string.h>

#define OPTIONS_MAX 24

/* What is not an exit code. */
enum { GO_ON = -1, NOT_COMMON = -2 };

/* A command's own options, and those that every command has. */
struct options {
	struct cli_option all[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX];
	char shorts[2 * OPTIONS_MAX + 3];
	size_t count;
};

const struct cli_option cli_common_options[] = {
	{"json", CLI_JSON, NULL, "write the result as JSON, for programs"},
	{"color", CLI_COLOR, "WHEN",
		"auto, always or never; NO_COLOR is heeded as well"},
	{"help", CLI_HELP, NULL, "show this text"}, {0}};

static void gather(struct options *options, const struct cli_command *command);
static void add(struct options *options, const struct cli_option *option);
static int common(struct cli *cli, const struct cli_command *command, int id,
	const char *value);
static int unknown(struct cli *cli, const struct cli_command *command,
	const struct options *options, const char *word);
static int lacking(struct cli *cli, const struct cli_command *command,
	const struct options *options, int id);

int cli_parse(struct cli *cli, const struct cli_command *command, int argc,
	char **argv, cli_take *take, void *context)
{
	struct options options;
	int id;
	int code = GO_ON;

	gather(&options, command);
	opterr = 0;
	optind = 0;
	while (code < 0) {
		const char *word = argv[optind ? optind : 1];

		id = getopt_long(
			argc, argv, options.shorts, options.longs, NULL);
		if (id == -1)
			break;
		if (id == '?')
			return unknown(cli, command, &options, word);
		if (id == ':')
			return lacking(cli, command, &options, optopt);
		code = common(cli, command, id, optarg);
		if (code == NOT_COMMON) {
			code = take(cli, context, id == 1 ? 0 : id, optarg);
			code = code == 0 ? GO_ON : code;
		}
	}
	for (int i = optind; code < 0 && i < argc; i++) {
		code = take(cli, context, 0, argv[i]);
		code = code == 0 ? GO_ON : code;
	}
	return code;
}

int cli_take_duration(struct cli *cli, const struct cli_command *command,
	const char *option, const char *value, int64_t *duration_ns)
{
	if (quantity_duration(value, duration_ns) == 0)
		return 0;
	return cli_usage(cli, command,
		"--%s %s: it is a duration, as 500ms, 10s or 1m30s", option,
		value);
}

int cli_take_limit(struct cli *cli, const struct cli_command *command,
	const char *option, const char *value, int64_t *limit_ns)
{
	int code = cli_take_duration(cli, command, option, value, limit_ns);

	if (code == 0 && *limit_ns == 0)
		return cli_usage(cli, command,
			"--%s %s: it is more than nothing, as 500ms or 10s",
			option, value);
	return code;
}

/* What every command has; the command's own is NOT_COMMON. */
static int common(struct cli *cli, const struct cli_command *command, int id,
	const char *value)
{
	const char *no_color = cli_environment(cli, "NO_COLOR");
	const char *type = cli_environment(cli, "TERM");
	enum term_color color;

	if (id == CLI_HELP) {
		cli_help(cli, command);
		return 0;
	}
	if (id == CLI_JSON) {
		cli->json = true;
		return GO_ON;
	}
	if (id != CLI_COLOR)
		return NOT_COMMON;
	if (!strcmp(value, "auto"))
		color = TERM_COLOR_AUTO;
	else if (!strcmp(value, "always"))
		color = TERM_COLOR_ALWAYS;
	else if (!strcmp(value, "never"))
		color = TERM_COLOR_NEVER;
	else
		return cli_usage(cli, command,
			"--color %s: it is auto, always or never", value);
	term_set_color(&cli->out, color, no_color, type);
	term_set_color(&cli->err, color, no_color, type);
	return GO_ON;
}

static void gather(struct options *options, const struct cli_command *command)
{
	memset(options, 0, sizeof *options);
	strcpy(options->shorts, "-:"); /* in order; no messages of its own */
	for (const struct cli_option *own = command->options; own && own->name;
		own++)
		add(options, own);
	for (const struct cli_option *common = cli_common_options; common->name;
		common++)
		if (common->id != CLI_JSON || command->json)
			add(options, common);
}

static void add(struct options *options, const struct cli_option *option)
{
	size_t used = strlen(options->shorts);

	CHECK(options->count + 1 < OPTIONS_MAX);
	options->all[options->count] = *option;
	options->longs[options->count] = (struct option){option->name,
		option->argument ? required_argument : no_argument, NULL,
		option->id};
	if (option->id < CLI_JSON) {
		options->shorts[used++] = (char)option->id;
		if (option->argument)
			options->shorts[used] = ':';
	}
	options->count++;
}

static int unknown(struct cli *cli, const struct cli_command *command,
	const struct options *options, const char *word)
{
	const char *names[OPTIONS_MAX];
	const char *near = NULL;
	char name[NAME_BYTES_MAX];

	if (strncmp(word, "--", 2) != 0)
		return cli_usage(cli, command, "unknown option -%c", optopt);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="),
		word + 2);
	for (size_t i = 0; i < options->count; i++) {
		names[i] = options->all[i].name;
		if (!strcmp(names[i], name))
			return cli_usage(
				cli, command, "--%s takes no value", name);
	}
	near = diagnostic_nearest(name, names, options->count);
	if (near)
		return cli_usage(cli, command,
			"unknown option --%s; did you mean --%s?", name, near);
	return cli_usage(cli, command, "unknown option --%s", name);
}

static int lacking(struct cli *cli, const struct cli_command *command,
	const struct options *options, int id)
{
	for (size_t i = 0; i < options->count; i++)
		if (options->all[i].id == id)
			return cli_usage(cli, command, "--%s needs a value: %s",
				options->all[i].name, options->all[i].argument);
	return cli_usage(cli, command, "-%c needs a value", id);
}
