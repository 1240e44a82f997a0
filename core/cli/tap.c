/*
 * tap: what passes on a stream of a running topology.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/shown.h"

#include <errno.h>
#include <stdlib.h>

#include "core/wire/tapped.h"

enum { RAW = 'r', COUNT = 'n' };

struct wish {
	struct asking asking;
	struct cli *cli;
	const char *stream;
	enum shown_style style;
	uint64_t left; /* records to show; UINT64_MAX: all */
};

static int take_count(struct cli *cli, struct wish *wish, const char *value);
static bool show(void *context, const struct command *records);
static void show_skipped(const struct wish *wish, uint64_t skipped);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (id == RAW)
		wish->style = SHOWN_RAW;
	else if (id == COUNT)
		return take_count(cli, wish, value);
	else if (wish->stream)
		return cli_usage(cli, &tap_command,
			"tap takes one stream, and %s is a second", value);
	else
		wish->stream = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.cli = cli, .left = UINT64_MAX};
	int code = cli_parse(cli, &tap_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.stream || !*wish.stream)
		return cli_usage(cli, &tap_command,
			"tap needs a stream: OP or OP.PORT, after its writer");
	if (cli->json && wish.style == SHOWN_RAW)
		return cli_usage(cli, &tap_command,
			"--json and --raw exclude each other");
	if (cli->json)
		wish.style = SHOWN_JSON;
	asking_add(&wish.asking, "stream=%s", wish.stream);
	wish.asking.verb = "tap";
	wish.asking.records = show;
	wish.asking.context = &wish;
	return asking_one(cli, &wish.asking);
}

static int take_count(struct cli *cli, struct wish *wish, const char *value)
{
	char *end;

	errno = 0;
	wish->left = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || wish->left == 0)
		return cli_usage(cli, &tap_command,
			"-n takes a number of records, 1 or more; %s is none",
			value);
	return 0;
}

static bool show(void *context, const struct command *records)
{
	struct wish *wish = context;
	struct command_text rest = records->text;
	struct tau_record record;
	FILE *file = wish->cli->out.file;

	while (wish->left > 0 && tapped_next(&rest, &record)) {
		shown_record(file, wish->style, &record);
		if (wish->left != UINT64_MAX)
			wish->left--;
	}
	if (wish->left > 0 && records->bytes > 0)
		show_skipped(wish, records->bytes);
	fflush(file);
	return wish->left > 0 && !ferror(file);
}

/* Among the records, where they belong; beside them, where they are raw. */
static void show_skipped(const struct wish *wish, uint64_t skipped)
{
	char count[SHOWN_COUNT_BYTES];
	const struct term *term = &wish->cli->out;

	shown_count(skipped, count);
	if (wish->style == SHOWN_JSON)
		fprintf(term->file, "{\"skipped\": %llu}\n",
			(unsigned long long)skipped);
	else if (wish->style == SHOWN_RAW)
		cli_say(wish->cli, "%s record%s skipped", count,
			skipped == 1 ? "" : "s");
	else
		term_print(term, TERM_FAINT, "… %s record%s skipped\n", count,
			skipped == 1 ? "" : "s");
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"count", COUNT, "N", "end after so many records"},
	{"raw", RAW, NULL, "the bodies as they are, and nothing else"}, {0}};

const struct cli_command tap_command = {
	.name = "tap",
	.operands = "OP[.PORT]",
	.doc = "show what passes on a stream of a running topology",
	.text = "A stream is called after the operator and the port that write "
		"it; OP alone is its first out port. Copies are shown, from "
		"now on; also of what leaves a port that nobody reads. The "
		"stream is never slowed: what passes while there is no room to "
		"copy it is skipped, and it is said how much.\n"
		"A value is shown as JSON; in text and bytes, what is not "
		"printable is \\n, \\t, \\\\ or \\xNN. It ends with the "
		"stream, "
		"with the process of its node, or with Ctrl-C, which only "
		"ends the looking.",
	.options = options,
	.examples = "tau tap parse\n"
		    "tau tap -n 10 parse.bad\n"
		    "tau tap --json parse | jq .value.path\n",
	.json = true,
	.run = run,
};
