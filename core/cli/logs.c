/*
 * logs: what a running topology has said.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/fleet/log_file.h"
#include "core/fleet/status.h"

enum { FOLLOW = 'f' };

struct wish {
	struct asking asking;
	struct cli *cli;
	const char *node;
	bool follow;
	bool ended; /* days may have gone by since */
};

static int ask(struct cli *cli, struct wish *wish);
static bool is_topology(struct cli *cli, const char *name);
static void skip(void *context, const char *line, size_t bytes);
static bool show_ended(struct cli *cli, struct wish *wish);
static const char *find_ended(struct cli *cli, const struct wish *wish);
static void take_kept(void *context, const char *line, size_t bytes);
static void print_line(void *context, const char *topology, json_t *line);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == ASKING_TOPOLOGY)
		wish->asking.topology = value;
	else if (id == FOLLOW)
		wish->follow = true;
	else if (wish->node)
		return cli_usage(cli, &logs_command,
			"logs takes one node, and %s is a second", value);
	else
		wish->node = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {
		.cli = cli, .asking = {.verb = "logs", .line = print_line}};
	int code = cli_parse(cli, &logs_command, argc, argv, take, &wish);

	wish.asking.context = &wish;
	if (code >= 0)
		return code;
	return show_ended(cli, &wish) ? EXIT_CODE_DONE : ask(cli, &wish);
}

static int ask(struct cli *cli, struct wish *wish)
{
	int code;

	if (wish->follow)
		asking_add(&wish->asking, "follow=1");
	if (wish->node)
		asking_add(&wish->asking, "node=%s", wish->node);
	code = asking_one(cli, &wish->asking);
	if (code == EXIT_CODE_USAGE && wish->node && !wish->asking.topology &&
		is_topology(cli, wish->node))
		cli_say(cli, "%s is a topology: tau logs --topology %s",
			wish->node, wish->node);
	return code;
}

/* Whether one of that name runs, or has left a log. */
static bool is_topology(struct cli *cli, const char *name)
{
	struct client_names names;
	struct error error = ERROR_NONE;
	bool found = false;

	client_names_list(
		&names, &cli->os, cli_environment(cli, "XDG_RUNTIME_DIR"));
	for (size_t i = 0; i < names.count; i++)
		found |= !strcmp(names.names[i], name);
	client_names_release(&names);
	return found ||
	       log_file_read(&cli->os, cli_environment(cli, "XDG_STATE_HOME"),
		       cli_environment(cli, "HOME"), name, skip, NULL,
		       &error) == 0;
}

static void skip(void *context, const char *line, size_t bytes)
{
	(void)context;
	(void)line;
	(void)bytes;
}

/* What a detached topology has said is there when it has ended, too. */
static bool show_ended(struct cli *cli, struct wish *wish)
{
	const char *name = find_ended(cli, wish);
	struct error error = ERROR_NONE;

	if (!name)
		return false;
	if (!wish->asking.topology)
		wish->node = NULL; /* that word was the topology */
	wish->ended = true;
	if (log_file_read(&cli->os, cli_environment(cli, "XDG_STATE_HOME"),
		    cli_environment(cli, "HOME"), name, take_kept, wish,
		    &error) == 0) {
		fflush(cli->out.file);
		cli_say(cli, "%s does not run any more; this is its log", name);
		return true;
	}
	if (error.code != -ENOENT)
		cli_say(cli, "%s", error.text);
	return false;
}

/* The name that is meant, if nothing runs under it; a word alone is one where
 * nothing runs at all. */
static const char *find_ended(struct cli *cli, const struct wish *wish)
{
	const char *name = wish->asking.topology;
	struct client_names names;

	client_names_list(
		&names, &cli->os, cli_environment(cli, "XDG_RUNTIME_DIR"));
	if (!name && names.count == 0)
		name = wish->node;
	for (size_t i = 0; name && i < names.count; i++)
		if (!strcmp(names.names[i], name))
			name = NULL;
	client_names_release(&names);
	return name;
}

/* "2026-11-20T21:10:00.123Z NODE: text", or without a node. */
static void take_kept(void *context, const char *line, size_t bytes)
{
	struct wish *wish = context;
	char *copy = strndup(line, bytes);
	struct tm utc = {0};
	const char *rest, *colon;
	char *node = NULL, *told;
	json_t *json;
	int ms = 0;
	int at = 0;

	CHECK(copy != NULL);
	rest = strptime(copy, "%Y-%m-%dT%H:%M:%S", &utc);
	if (!rest || sscanf(rest, ".%3dZ %n", &ms, &at) != 1 || at == 0) {
		free(copy);
		return;
	}
	rest += at;
	colon = strchr(rest, ':');
	if (colon && colon[1] == ' ' && colon == rest + strcspn(rest, ": ")) {
		node = strndup(rest, (size_t)(colon - rest));
		rest = colon + 2;
	}
	if (!wish->node || (node && !strcmp(node, wish->node))) {
		told = status_said(
			timegm(&utc) * SECOND_NS + ms * MILLISECOND_NS, node,
			rest, strlen(rest));
		json = json_loads(told, 0, NULL);
		if (wish->cli->json)
			fprintf(wish->cli->out.file, "%s\n", told);
		else if (json)
			print_line(wish, NULL, json);
		json_decref(json);
		free(told);
	}
	free(node);
	free(copy);
}

static void print_line(void *context, const char *topology, json_t *line)
{
	const struct wish *wish = context;
	const struct term *term = &wish->cli->out;
	time_t seconds = (time_t)(asking_number(line, "time_ms") / 1000);
	const char *node = asking_text(line, "node");
	char when[32] = "";
	struct tm there;

	(void)topology;
	if (json_object_get(line, "skipped")) {
		term_print(term, TERM_FAINT,
			"… %lld lines before this were not kept\n",
			(long long)asking_number(line, "skipped"));
		return;
	}
	if (localtime_r(&seconds, &there))
		strftime(when, sizeof when,
			wish->ended ? "%F %H:%M:%S" : "%H:%M:%S", &there);
	fprintf(term->file, "%s%s%s %s%s%s\n", term_on(term, TERM_FAINT), when,
		term_off(term), node, *node ? ": " : "",
		asking_text(line, "text"));
	if (!wish->ended)
		fflush(term->file);
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"follow", FOLLOW, NULL, "go on with what it says from now on"}, {0}};

const struct cli_command logs_command = {
	.name = "logs",
	.operands = "[NODE]",
	.doc = "show what a running topology has said",
	.text = "The newest 256 KiB are kept, of what the nodes and their "
		"plugins printed and of what tau said about them. With a NODE, "
		"only what it said and what was said about it.\n"
		"Of a detached topology that has ended, the log that it left "
		"is shown: tau logs --topology NAME, or, where nothing runs, "
		"tau logs NAME. Where something runs, a word alone is a "
		"node.\n"
		"--follow ends when the topology does, or with Ctrl-C, which "
		"only ends the looking.",
	.options = options,
	.examples = "tau logs\n"
		    "tau logs -f parse\n"
		    "tau logs --json | jq -r .text\n",
	.json = true,
	.run = run,
};
