/* cli: what every command says, and looks up. See the header. */
#include "core/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void vsay(struct cli *cli, const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		return;
	fprintf(cli->err.file, "%stau:%s %s\n", term_on(&cli->err, TERM_FAINT),
		term_off(&cli->err), text);
	free(text);
}

void cli_say(struct cli *cli, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(cli, format, arguments);
	va_end(arguments);
}

int cli_usage(struct cli *cli, const struct cli_command *command,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsay(cli, format, arguments);
	va_end(arguments);
	if (command)
		cli_say(cli, "see: tau help %s", command->name);
	return EXIT_CODE_USAGE;
}

const char *cli_environment(const struct cli *cli, const char *name)
{
	size_t bytes = strlen(name);

	for (char *const *entry = cli->environment; *entry; entry++)
		if (!strncmp(*entry, name, bytes) && (*entry)[bytes] == '=')
			return *entry + bytes + 1;
	return NULL;
}

int cli_finish(struct cli *cli, int code)
{
	if (fflush(cli->out.file) == 0 && !ferror(cli->out.file))
		return code;
	cli_say(cli, "cannot write the result: %s", strerror(errno));
	return code ? code : EXIT_CODE_IO;
}
