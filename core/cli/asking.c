/* asking: requests to running topologies. See the header. */
#include "core/cli/asking.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/text/object.h"
#include "core/text/text.h"
#include "core/wire/command_connection.h"

static int ask_some(struct cli *cli, struct asking *asking, bool all);
static int say_which(struct cli *cli, const struct client_names *names);
static int ask(struct cli *cli, const struct asking *asking, const char *name);
static int listen_to(struct cli *cli, const struct asking *asking,
	const char *name, struct client *client);
static void take_line(struct cli *cli, const struct asking *asking,
	const char *name, struct command_text text);
static int take_result(struct cli *cli, const struct asking *asking,
	const char *name, struct client *client, const struct command *command);
static void print_outcome(struct cli *cli, const struct asking *asking,
	const char *name, int code, const char *text);
static void await_end(struct client *client);
static const char *runtime_folder(const struct cli *cli);

void asking_add(struct asking *asking, const char *format, ...)
{
	char **argument = asking->arguments;
	va_list list;

	while (*argument)
		argument++;
	CHECK(argument < asking->arguments + ASKING_ARGUMENTS_MAX);
	va_start(list, format);
	CHECK(vasprintf(argument, format, list) >= 0);
	va_end(list);
}

int asking_one(struct cli *cli, struct asking *asking)
{
	return ask_some(cli, asking, false);
}

int asking_all(struct cli *cli, struct asking *asking)
{
	return ask_some(cli, asking, true);
}

int asking_connect(struct cli *cli, const char *topology,
	struct client **client, char **name)
{
	struct error error = ERROR_NONE;
	struct client_names names = {0};
	int code = 0;

	if (!topology) {
		client_names_list(&names, &cli->os, runtime_folder(cli));
		if (names.count != 1)
			code = say_which(cli, &names);
		else
			topology = names.names[0];
	}
	if (code == 0 && client_connect(client, &cli->os, runtime_folder(cli),
				 topology, &error) < 0) {
		cli_say(cli, "%s", error.text);
		code = error.code == -ENOENT ? EXIT_CODE_UNAVAILABLE
					     : EXIT_CODE_IO;
	}
	if (code == 0) {
		*name = strdup(topology);
		CHECK(*name != NULL);
	}
	client_names_release(&names);
	return code;
}

const char *asking_text(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

int64_t asking_number(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

static int ask_some(struct cli *cli, struct asking *asking, bool all)
{
	struct client_names names = {0};
	int code = 0;

	if (!asking->topology)
		client_names_list(&names, &cli->os, runtime_folder(cli));
	if (asking->topology)
		code = ask(cli, asking, asking->topology);
	else if (names.count == 0 || (names.count > 1 && !all))
		code = say_which(cli, &names);
	else
		for (size_t i = 0; i < names.count; i++) {
			int one = ask(cli, asking, names.names[i]);

			code = code ? code : one;
		}
	client_names_release(&names);
	for (char **argument = asking->arguments; *argument; argument++) {
		free(*argument);
		*argument = NULL;
	}
	return code;
}

/* Of none or several. */
static int say_which(struct cli *cli, const struct client_names *names)
{
	struct text text = {0};

	if (names->count == 0) {
		cli_say(cli, "no topology of yours is running");
		return EXIT_CODE_UNAVAILABLE;
	}
	for (size_t i = 0; i < names->count; i++)
		text_format(&text, "%s%s", i ? ", " : "", names->names[i]);
	cli_say(cli,
		"%zu topologies are running: %s; --topology NAME says which "
		"is meant",
		names->count, text_string(&text));
	text_release(&text);
	return EXIT_CODE_USAGE;
}

static int ask(struct cli *cli, const struct asking *asking, const char *name)
{
	struct error error = ERROR_NONE;
	struct client *client = NULL;
	int code = client_connect(
		&client, &cli->os, runtime_folder(cli), name, &error);

	if (code == 0)
		code = client_ask(client, asking->verb,
			(const char *const *)asking->arguments, &error);
	if (code == 0)
		code = listen_to(cli, asking, name, client);
	else {
		cli_say(cli, "%s", error.text);
		code = code == -ENOENT ? EXIT_CODE_UNAVAILABLE : EXIT_CODE_IO;
	}
	client_destroy(&client);
	return code;
}

static int listen_to(struct cli *cli, const struct asking *asking,
	const char *name, struct client *client)
{
	struct error error = ERROR_NONE;
	struct command command;
	bool behind = false; /* it was shown something already */
	int flow;

	while ((flow = client_hear(client, &command, &error)) == COMMAND_OK) {
		behind |= command.kind != COMMAND_RESULT;
		if (command.kind == COMMAND_LINE)
			take_line(cli, asking, name, command.text);
		else if (command.kind == COMMAND_RECORDS && asking->records) {
			if (!asking->records(asking->context, &command))
				return EXIT_CODE_DONE;
		} else if (command.kind == COMMAND_RESULT)
			break;
	}
	if (flow == COMMAND_OK)
		return take_result(cli, asking, name, client, &command);
	if (flow == COMMAND_END)
		cli_say(cli,
			behind ? "%s: it has ended before all of this was "
				 "read; the last of it is missing here"
			       : "%s: it ended before it had answered",
			name);
	else
		cli_say(cli, "%s: %s", name, error.text);
	return EXIT_CODE_IO;
}

static void take_line(struct cli *cli, const struct asking *asking,
	const char *name, struct command_text text)
{
	json_t *line;

	if (cli->json && !asking->own) {
		fwrite(text.text, 1, text.bytes, cli->out.file);
		fputc('\n', cli->out.file);
		fflush(cli->out.file);
		return;
	}
	line = json_loadb(text.text, text.bytes, 0, NULL);
	if (line && asking->line)
		asking->line(asking->context, name, line);
	json_decref(line);
}

/* Views of the result live until more is heard. */
static int take_result(struct cli *cli, const struct asking *asking,
	const char *name, struct client *client, const struct command *command)
{
	char *text = strndup(command->text.bytes ? command->text.text : "",
		command->text.bytes);
	int code = command->code;

	CHECK(text != NULL);
	if (*text)
		cli_say(cli, "%s: %s", name, text);
	if (asking->end)
		await_end(client);
	if (cli->json && asking->outcome)
		print_outcome(cli, asking, name, code, text);
	free(text);
	return code;
}

static void print_outcome(struct cli *cli, const struct asking *asking,
	const char *name, int code, const char *text)
{
	struct object object = OBJECT_NONE;
	char *line;

	object_text(&object, "topology", name);
	object_text(&object, "command", asking->verb);
	object_number(&object, "code", code);
	object_text(&object, "text", text);
	line = object_take(&object);
	fprintf(cli->out.file, "%s\n", line);
	free(line);
}

/* The socket closes when the name is free again. */
static void await_end(struct client *client)
{
	struct command command;

	while (client_hear(client, &command, NULL) == COMMAND_OK)
		;
}

static const char *runtime_folder(const struct cli *cli)
{
	return cli_environment(cli, "XDG_RUNTIME_DIR");
}
