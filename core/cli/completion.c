/*
 * completion: what may stand next in a command line of ours.
 *
 * The scripts for shells are small and always the same: they ask this program
 * for words each time, with the line as it stands. So what they offer is what
 * the command table and the usage in it say, and never out of date.
 *
 *     tau completion --words run --plugin-path b --tr
 *                            ^ what was written  ^ what is completed, or ''
 *
 * Answers are lines, WORD and behind a tab what it is; "/files" and "/folders"
 * leave it to the shell, which knows paths better.
 */
#include "core/cli/completion.h"
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = CLI_OWN };

/* A line while it is completed. */
struct line {
	struct cli *cli;
	const struct cli_command *command;
	const char *word;     /* what has been written of the word */
	const char *written;  /* stands before each answer: "--format=" */
	const char *topology; /* as --topology in the line says, or NULL */
	const char *plugins;  /* --plugin-path, likewise */
};

static void offer(const struct line *line, const char *word, const char *doc);
static void offer_commands(const struct line *line);
static void complete(struct line *line, int count, char **words);
static const struct cli_option *option_of(
	const struct cli_command *command, const char *word);
static bool complete_value(struct line *line, int count, char **words);
static void offer_value(
	const struct line *line, const struct cli_option *option);
static void offer_options(const struct line *line);
static void offer_usage(const struct line *line, const char *usage);

static int words(struct cli *cli, int count, char **written)
{
	struct line line = {.cli = cli, .written = ""};

	line.word = count > 0 ? written[count - 1] : "";
	line.command = count > 1 ? cli_find(written[0]) : NULL;
	if (count <= 1)
		offer_commands(&line);
	else if (line.command)
		complete(&line, count, written);
	return 0;
}

static void complete(struct line *line, int count, char **words)
{
	for (int i = 1; i < count - 2; i++) {
		const struct cli_option *option =
			option_of(line->command, words[i]);

		if (option && option->id == ASKING_TOPOLOGY &&
			!strcmp(option->name, "topology"))
			line->topology = words[i + 1];
		else if (option && option->id == SEARCH_PLUGIN_PATH)
			line->plugins = words[i + 1];
	}
	if (complete_value(line, count, words))
		return;
	if (*line->word == '-')
		offer_options(line);
	else
		offer_usage(line, line->command->operands);
}

/* The option that a word is, all of it: "-L" or "--plugin-path". */
static const struct cli_option *option_of(
	const struct cli_command *command, const char *word)
{
	const struct cli_option *lists[] = {
		command->options, cli_common_options};

	if (word[0] != '-')
		return NULL;
	for (size_t i = 0; i < 2; i++)
		for (const struct cli_option *option = lists[i];
			option && option->name; option++)
			if ((word[1] == '-' &&
				    !strcmp(word + 2, option->name)) ||
				(word[1] == option->id && !word[2]))
				return option;
	return NULL;
}

/* The value of an option, behind it or behind an "=", which bash makes a word
 * of its own and others do not. False where no value is due. */
static bool complete_value(struct line *line, int count, char **words)
{
	const struct cli_option *option;
	const char *equals = strchr(line->word, '=');
	int before = count - 2;
	char *name = NULL;

	if (!strcmp(line->word, "="))
		line->word = "";
	else if (!strcmp(words[before], "="))
		before--;
	else if (!strncmp(line->word, "--", 2) && equals) {
		name = strndup(line->word, (size_t)(equals - line->word));
		option = name ? option_of(line->command, name) : NULL;
		free(name);
		name = strndup(line->word, (size_t)(equals - line->word) + 1);
		line->written = name ? name : "";
		line->word = equals + 1;
		if (option && option->argument)
			offer_value(line, option);
		free(name);
		return true;
	}
	option = before > 0 ? option_of(line->command, words[before]) : NULL;
	if (!option || !option->argument)
		return false;
	offer_value(line, option);
	return true;
}

/* ---- what is offered -----------------------------------------------------
 */

static void offer(const struct line *line, const char *word, const char *doc)
{
	if (strncmp(word, line->word, strlen(line->word)) == 0)
		fprintf(line->cli->out.file, "%s%s\t%.*s\n", line->written,
			word, (int)strcspn(doc, "\n\t"), doc);
}

static void offer_commands(const struct line *line)
{
	for (const struct cli_group *group = cli_groups; group->title; group++)
		for (size_t i = 0; group->commands[i]; i++)
			offer(line, group->commands[i]->name,
				group->commands[i]->doc);
	if (*line->word != '-')
		return;
	offer(line, "--help", help_command.doc);
	offer(line, "--version", version_command.doc);
}

static void offer_options(const struct line *line)
{
	const struct cli_option *lists[] = {
		line->command->options, cli_common_options};

	for (size_t i = 0; i < 2; i++)
		for (const struct cli_option *option = lists[i];
			option && option->name; option++) {
			char word[64];

			if (option->id == CLI_JSON && !line->command->json)
				continue;
			snprintf(word, sizeof word, "--%s", option->name);
			offer(line, word, option->doc);
		}
}

static void offer_value(
	const struct line *line, const struct cli_option *option)
{
	if (!strcmp(option->name, "topology"))
		offer_usage(line, "TOPOLOGY");
	else if (!strcmp(option->name, "expression"))
		offer_usage(line, "TYPE");
	else
		offer_usage(line, option->argument);
}

static void offer_types(const struct line *line)
{
	struct catalogue *catalogue;
	struct search search;

	search_init(&search, line->cli, line->plugins);
	if (catalogue_create(&catalogue, &line->cli->os, &search.folders, NULL))
		return;
	for (size_t i = 0; i < catalogue_type_count(catalogue); i++)
		offer(line, catalogue_type_at(catalogue, i)->type,
			catalogue_type_at(catalogue, i)->description->doc);
	catalogue_destroy(&catalogue);
}

static void offer_topologies(const struct line *line)
{
	struct client_names names = {0};

	client_names_list(&names, &line->cli->os,
		cli_environment(line->cli, "XDG_RUNTIME_DIR"));
	for (size_t i = 0; i < names.count; i++)
		offer(line, names.names[i], "a running topology");
	client_names_release(&names);
}

static void offer_node(void *context, const char *topology, json_t *told)
{
	offer(context, asking_text(told, "node"), topology);
}

static void offer_operator(void *context, const char *topology, json_t *told)
{
	const char *name = asking_text(told, "operator");

	if (*name)
		offer(context, name, topology);
}

/* Of the running topology that the line names, else of all. What went wrong
 * is said on stderr, which the scripts throw away. */
static void offer_running(struct line line, const char *verb,
	void (*take)(void *context, const char *topology, json_t *told))
{
	struct asking asking = {.topology = line.topology,
		.verb = verb,
		.line = take,
		.context = &line};

	(void)asking_all(line.cli, &asking);
}

/* A word of a usage, as "FILE.so", "[NODE/]OP" or "bash | zsh". */
static void offer_part(const struct line *line, const char *part)
{
	static const struct {
		const char *part, *words[6];
	} known[] = {
		{"WHEN", {"auto", "always", "never"}},
		{"FORMAT", {"tree", "dot", "svg", "mermaid", "json"}},
	};

	if (!strcmp(part, "FILE") || !strcmp(part, "FILE.so"))
		fputs("/files\n", line->cli->out.file);
	else if (!strcmp(part, "FOLDER"))
		fputs("/folders\n", line->cli->out.file);
	else if (!strcmp(part, "TYPE"))
		offer_types(line);
	else if (!strcmp(part, "TOPOLOGY"))
		offer_topologies(line);
	else if (!strcmp(part, "NODE"))
		offer_running(*line, "ps", offer_node);
	else if (!strcmp(part, "OP"))
		offer_running(*line, "top", offer_operator);
	else if (!strcmp(part, "COMMAND"))
		offer_commands(line);
	else if (islower((unsigned char)*part))
		offer(line, part, "");
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (size_t j = 0;
			!strcmp(part, known[i].part) && known[i].words[j]; j++)
			offer(line, known[i].words[j], "");
}

static void offer_usage(const struct line *line, const char *usage)
{
	bool of_operators = strstr(usage, "/]OP") != NULL;
	char before[64] = "";

	while (*usage) {
		size_t bytes = strcspn(usage, " |[]:/'");
		char part[64];

		snprintf(part, sizeof part, "%.*s", (int)bytes, usage);
		if (bytes && *part != '-' && strcmp(part, before) != 0 &&
			!(of_operators && !strcmp(part, "NODE"))) {
			offer_part(line, part);
			memcpy(before, part, sizeof before);
		}
		usage += bytes;
		usage += *usage != '\0';
	}
}

/* ---- the command ---------------------------------------------------------
 */

static int take(struct cli *cli, void *context, int id, const char *value)
{
	const char **shell = context;

	if (id == WORDS)
		return cli_usage(cli, &completion_command,
			"--words stands first, before what is completed");
	if (*shell)
		return cli_usage(cli, &completion_command,
			"completion takes one shell, and %s is a second",
			value);
	*shell = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const char *shell = NULL;
	const char *script;
	int code;

	/* What follows are words of another line, not ours. */
	if (argc > 1 && !strcmp(argv[1], "--words"))
		return words(cli, argc - 2, argv + 2);
	code = cli_parse(cli, &completion_command, argc, argv, take, &shell);
	if (code >= 0)
		return code;
	if (!shell)
		return cli_usage(cli, &completion_command,
			"completion needs a shell: bash, zsh or fish");
	script = completion_script(shell);
	if (!script)
		return cli_usage(cli, &completion_command,
			"completion knows bash, zsh and fish; %s is none of "
			"them",
			shell);
	fputs(script, cli->out.file);
	return 0;
}

static const struct cli_option options[] = {
	{"words", WORDS, NULL,
		"what may stand last in the line of words that follows; the "
		"scripts ask so"},
	{0}};

const struct cli_command completion_command = {
	.name = "completion",
	.operands = "bash | zsh | fish",
	.doc = "write a script that makes a shell complete tau's words",
	.text = "Commands and options are completed, operator types, running "
		"topologies with their nodes and operators, and files. "
		"make install puts the scripts where the shells find them; "
		"else a line in a shell's start file does.",
	.options = options,
	.examples =
		"source <(tau completion bash)\n"
		"tau completion zsh >~/.zfunc/_tau\n"
		"tau completion fish >~/.config/fish/completions/tau.fish\n",
	.run = run,
};
