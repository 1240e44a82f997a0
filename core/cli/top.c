/*
 * top: what the operators and streams of a running topology do, and how fast.
 *
 *	look, wait, look, compare, show; and again
 *
 * The live form has the terminal to itself: another screen, no echo, no
 * cursor. However it ends, but for SIGKILL, the terminal is as it was.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/look.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/base/units.h"
#include "core/fleet/signals.h"
#include "core/text/quantity.h"
#include "core/run/reactor.h"
#include "core/wire/command_connection.h"

enum { ONCE = CLI_OWN, EVERY = 'd' };

#define SHORTEST_NS (SECOND_NS / 10)
#define SCREEN "\033[?1049h\033[?25l" /* another one, no cursor */
#define BACK "\033[?25h\033[?1049l"
#define CTRL_C 3
#define CTRL_D 4

struct top {
	struct cli *cli;
	const char *topology;
	int64_t every_ns;
	bool once, live;
	struct client *client;
	char *name;
	struct look now, before;
	/* of the live form */
	struct reactor_watch keys, signal;
	struct signals signals;
	struct termios former;
	bool raw;     /* the terminal is ours */
	bool over;    /* somebody wants it to end */
	bool touched; /* a key: show it at once */
};

static int watch_it(struct top *top);
static int begin_live(struct top *top);
static void end_live(struct top *top);
static int take_look(struct top *top);
static int hear(struct top *top, struct command *command);
static void show(struct top *top);
static void show_live(struct top *top);
static void wait_for_next(struct top *top);
static void keys_told(struct reactor_watch *watch, uint32_t events);
static void signal_told(struct reactor_watch *watch, uint32_t events);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct top *top = context;

	if (id == ASKING_TOPOLOGY)
		top->topology = value;
	else if (id == ONCE)
		top->once = true;
	else if (id != EVERY)
		return cli_usage(cli, &top_command,
			"top takes no %s; --topology %s shows that one", value,
			value);
	else if (quantity_duration(value, &top->every_ns) < 0 ||
		 top->every_ns < SHORTEST_NS)
		return cli_usage(cli, &top_command,
			"--every %s: it is a duration of 100ms or more, as "
			"500ms or 5s",
			value);
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct top top = {.cli = cli,
		.every_ns = SECOND_NS,
		.signals = {.fd = -1},
		.keys.told = keys_told,
		.signal.told = signal_told};
	int code = cli_parse(cli, &top_command, argc, argv, take, &top);
	const char *type = cli_environment(cli, "TERM");

	if (code >= 0)
		return code;
	top.live = !top.once && !cli->json;
	if (top.live && (!cli->out.terminal || !type || !strcmp(type, "dumb")))
		return cli_usage(cli, &top_command,
			"top draws on a terminal, and standard output is none; "
			"--once shows it one time, --json goes on for "
			"programs");
	code = asking_connect(cli, top.topology, &top.client, &top.name);
	if (code == 0 && top.live)
		code = begin_live(&top);
	if (code == 0)
		code = watch_it(&top);
	end_live(&top);
	if (top.client && code == EXIT_CODE_UNAVAILABLE) {
		cli_say(cli, "%s: it has ended", top.name);
		code = top.once ? EXIT_CODE_UNAVAILABLE : EXIT_CODE_DONE;
	}
	look_release(&top.before);
	look_release(&top.now);
	client_destroy(&top.client);
	free(top.name);
	return code;
}

/* Rates need two looks; the first alone is shown where more will come. */
static int watch_it(struct top *top)
{
	int code;

	while ((code = take_look(top)) == EXIT_CODE_DONE && !top->over) {
		look_compare(&top->now, &top->before);
		if (top->before.operators || top->live)
			show(top);
		if (top->once && top->before.operators)
			break;
		if (!top->live && ferror(top->cli->out.file))
			break;
		look_release(&top->before);
		top->before = top->now;
		top->now = (struct look){0};
		wait_for_next(top);
	}
	return top->over ? EXIT_CODE_DONE : code;
}

/* UNAVAILABLE: it has ended. */
static int take_look(struct top *top)
{
	struct os *os = &top->cli->os;
	struct error error = ERROR_NONE;
	struct command command;
	int flow = client_ask(top->client, "top", NULL, &error);

	look_init(&top->now, os->clock_ns(os));
	if (flow == 0)
		flow = COMMAND_OK;
	while (flow == COMMAND_OK &&
		(flow = hear(top, &command)) == COMMAND_OK) {
		json_t *line;

		if (command.kind == COMMAND_RESULT && command.code) {
			cli_say(top->cli, "%s: %.*s", top->name,
				(int)command.text.bytes, command.text.text);
			return command.code;
		}
		if (command.kind == COMMAND_RESULT)
			return EXIT_CODE_DONE;
		line = json_loadb(
			command.text.text, command.text.bytes, 0, NULL);
		if (line)
			look_add(&top->now, line);
		json_decref(line);
	}
	return top->over ? EXIT_CODE_DONE : EXIT_CODE_UNAVAILABLE;
}

/* COMMAND_WAIT: it is to end. */
static int hear(struct top *top, struct command *command)
{
	int flow;

	while ((flow = client_take(top->client, command, NULL)) ==
			COMMAND_WAIT &&
		!top->over)
		if (reactor_poll(client_reactor(top->client), -1) < 0)
			return COMMAND_END;
	return flow;
}

static void wait_for_next(struct top *top)
{
	struct os *os = &top->cli->os;
	int64_t until_ns = os->clock_ns(os) + top->every_ns;
	int64_t now_ns;
	int code = 0;

	top->touched = false;
	while (code == 0 && !top->over && !top->touched &&
		(now_ns = os->clock_ns(os)) < until_ns) {
		struct command command;

		code = reactor_poll(
			client_reactor(top->client), until_ns - now_ns);
		if (client_take(top->client, &command, NULL) != COMMAND_WAIT)
			break; /* nothing was asked: it is the end */
	}
}

static void show(struct top *top)
{
	struct cli *cli = top->cli;

	if (top->live)
		show_live(top);
	else if (cli->json)
		look_write(&top->now, top->name, cli->os.realtime_ns(&cli->os),
			cli->out.file);
	else
		look_print(&top->now, &cli->out);
	fflush(cli->out.file);
}

/* As many lines as there are; what is wider than the terminal wraps within its
 * column. */
static void show_live(struct top *top)
{
	struct cli *cli = top->cli;
	struct term term;
	uint16_t columns = 0, rows = 0;
	char *text = NULL;
	size_t bytes = 0;
	FILE *file = open_memstream(&text, &bytes);
	const char *at;

	CHECK(file != NULL);
	(void)cli->os.terminal_size(&cli->os, 1, &columns, &rows);
	term = cli->out;
	term.file = file;
	term.columns = columns;
	term_print(&term, TERM_STRONG, "%s", top->name);
	fprintf(file, ", q ends\n\n");
	look_print(&top->now, &term);
	fclose(file);
	fputs("\033[H", cli->out.file);
	at = text;
	for (int row = 1; *at && (rows == 0 || row < rows); row++) {
		size_t length = strcspn(at, "\n");

		fprintf(cli->out.file, "%.*s\033[K\r\n", (int)length, at);
		at += length + (at[length] == '\n');
	}
	fputs("\033[J", cli->out.file);
	free(text);
}

/* INT comes as a key or, like the others, as a signal. */
static int begin_live(struct top *top)
{
	struct os *os = &top->cli->os;
	struct reactor *reactor = client_reactor(top->client);
	struct termios ours;
	int code = signals_init(&top->signals, os);

	if (code == 0)
		code = reactor_add(
			reactor, &top->signal, top->signals.fd, EPOLLIN);
	if (code < 0) {
		cli_say(top->cli, "cannot wait for signals: %s",
			strerror(-code));
		return EXIT_CODE_IO;
	}
	if (os->is_terminal(os, 0) &&
		os->terminal_mode(os, 0, NULL, &top->former) == 0) {
		ours = top->former;
		ours.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
		ours.c_cc[VMIN] = 1;
		ours.c_cc[VTIME] = 0;
		top->raw = os->terminal_mode(os, 0, &ours, NULL) == 0 &&
			   reactor_add(reactor, &top->keys, 0, EPOLLIN) == 0;
	}
	fputs(SCREEN, top->cli->out.file);
	return 0;
}

static void end_live(struct top *top)
{
	struct os *os = &top->cli->os;

	if (top->signals.fd < 0)
		return;
	fputs(BACK, top->cli->out.file);
	fflush(top->cli->out.file);
	if (top->raw)
		(void)os->terminal_mode(os, 0, &top->former, NULL);
	reactor_remove(client_reactor(top->client), &top->keys);
	reactor_remove(client_reactor(top->client), &top->signal);
	signals_release(&top->signals);
}

static void keys_told(struct reactor_watch *watch, uint32_t events)
{
	struct top *top = OWNER_OF(watch, struct top, keys);
	struct os *os = &top->cli->os;
	char key = 'q'; /* at the end of input as well */

	(void)events;
	(void)os->read(os, 0, &key, 1);
	top->touched = true;
	if (key == 'q' || key == 'Q' || key == CTRL_C || key == CTRL_D)
		top->over = true;
}

static void signal_told(struct reactor_watch *watch, uint32_t events)
{
	struct top *top = OWNER_OF(watch, struct top, signal);

	(void)events;
	if (signals_next(&top->signals))
		top->over = true;
}

static const struct cli_option options[] = {ASKING_OPTION,
	{"every", EVERY, "DURATION", "how often to look; 1s unless given"},
	{"once", ONCE, NULL, "look for that time, show it and end"}, {0}};

const struct cli_command top_command = {
	.name = "top",
	.operands = "",
	.doc = "show what operators and streams do, and how fast",
	.text = "On a terminal it is drawn anew every second, until q or "
		"Ctrl-C; another key draws it at once.\n"
		"CPU is the part of its node's time for which an operator had "
		"the thread, which is one for all of a node. IN/s and OUT/s "
		"are records in a second. DOES says what an operator waits "
		"for; INSIDE how many records a stream holds, FULL how much of "
		"its capacity or of its \"records\" they take, and WAITS who "
		"waits for what. A node "
		"that does not answer is shown as such, with the operator that "
		"has its thread.\n"
		"With --json a line for each node, operator and stream, as "
		"often as it looks. It ends with the topology.",
	.options = options,
	.examples = "tau top\n"
		    "tau top --once\n"
		    "tau top --json --every 5s | jq -c 'select(.cpu > 0.5)'\n",
	.json = true,
	.run = run,
};
