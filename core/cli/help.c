/*
 * help: what the commands say about themselves, as text for a person.
 */
#include "core/cli/commands.h"
#include "core/cli/table.h"

#include <string.h>

static void print_group(const struct term *term, const struct cli_group *group);
static void print_paragraphs(const struct term *term, const char *text);
static void print_options(
	const struct term *term, const struct cli_command *command);
static void add_option(struct table *table, const struct cli_option *option);
static void print_indented(const struct term *term, const char *lines);

void help_overview(struct cli *cli, const struct term *term)
{
	(void)cli;
	fputs("tau runs dataflow programs: operators, and the streams between "
	      "them.\n\nusage: tau COMMAND [WORD]...\n",
		term->file);
	for (const struct cli_group *group = cli_groups; group->title; group++)
		print_group(term, group);
	term_print(term, TERM_STRONG, "\nfirst steps\n");
	print_indented(term, "tau run -e 'generate 3 ! stdout'\n"
			     "tau ls\n"
			     "tau help run\n");
}

void cli_help(struct cli *cli, const struct cli_command *command)
{
	const struct term *term = &cli->out;

	term_print(term, TERM_STRONG, "tau %s", command->name);
	fprintf(term->file, ": %s\n\nusage: tau %s [OPTION]...%s%s\n",
		command->doc, command->name, *command->operands ? " " : "",
		command->operands);
	print_paragraphs(term, command->text);
	term_print(term, TERM_STRONG, "\noptions\n");
	print_options(term, command);
	if (!command->examples)
		return;
	term_print(term, TERM_STRONG, "\nexamples\n");
	print_indented(term, command->examples);
}

/* Each line of the text is a paragraph. */
static void print_paragraphs(const struct term *term, const char *text)
{
	while (text && *text) {
		size_t bytes = strcspn(text, "\n");
		char paragraph[1024];

		snprintf(paragraph, sizeof paragraph, "%.*s", (int)bytes, text);
		fputc('\n', term->file);
		term_wrap(term, 0, paragraph);
		fputc('\n', term->file);
		text += bytes;
		text += *text == '\n';
	}
}

static void print_group(const struct term *term, const struct cli_group *group)
{
	term_print(term, TERM_STRONG, "\n%s\n", group->title);
	for (size_t i = 0; group->commands[i]; i++)
		fprintf(term->file, "  %s%-10s%s  %s\n",
			term_on(term, TERM_STRONG), group->commands[i]->name,
			term_off(term), group->commands[i]->doc);
}

static void print_options(
	const struct term *term, const struct cli_command *command)
{
	struct table table = {.columns = 2};

	for (const struct cli_option *own = command->options; own && own->name;
		own++)
		add_option(&table, own);
	for (const struct cli_option *common = cli_common_options; common->name;
		common++)
		if (common->id != CLI_JSON || command->json)
			add_option(&table, common);
	table_print(&table, term, 2);
	table_release(&table);
}

static void add_option(struct table *table, const struct cli_option *option)
{
	char left[128];
	const char *cells[] = {left, option->doc};
	char letter[8] = "    ";

	if (option->id < CLI_JSON)
		snprintf(letter, sizeof letter, "-%c, ", option->id);
	snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
		option->argument ? " " : "",
		option->argument ? option->argument : "");
	table_add(table, cells);
}

static void print_indented(const struct term *term, const char *lines)
{
	while (*lines) {
		size_t bytes = strcspn(lines, "\n");

		fprintf(term->file, "  %.*s\n", (int)bytes, lines);
		lines += bytes;
		lines += *lines == '\n';
	}
}

static int take(struct cli *cli, void *context, int id, const char *value)
{
	const struct cli_command **command = context;

	(void)id;
	if (*command)
		return cli_usage(cli, NULL,
			"help takes one command, and %s is a second", value);
	*command = cli_find(value);
	if (*command)
		return 0;
	cli_say(cli, "there is no command %s; tau help lists all", value);
	return EXIT_CODE_USAGE;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct cli_command *command = NULL;
	int code = cli_parse(cli, &help_command, argc, argv, take, &command);

	if (code >= 0)
		return code;
	if (command)
		cli_help(cli, command);
	else
		help_overview(cli, &cli->out);
	return 0;
}

const struct cli_command help_command = {
	.name = "help",
	.operands = "[COMMAND]",
	.doc = "say what there is, or all about one command",
	.text = "The manual page tau(1) has the manifest, the one-liners and "
		"the exit codes.",
	.run = run,
};
