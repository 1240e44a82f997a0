/*
 * graph: a topology as a picture, for a terminal, a page or a program.
 */
#include "core/cli/commands.h"
#include "core/cli/planning.h"
#include "core/plan/graph.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FORMAT = 'f' };

static const struct {
	const char *name;
	void (*draw)(const struct placement *placement, struct text *text);
	bool svg; /* Graphviz makes it from what was drawn */
} formats[] = {
	{"tree", graph_tree, false},
	{"dot", graph_dot, false},
	{"svg", graph_dot, true},
	{"mermaid", graph_mermaid, false},
	{"json", graph_json, false},
};

#define FORMATS (sizeof formats / sizeof *formats)

struct wish {
	struct planning planning;
	size_t format;
};

static int draw(struct cli *cli, size_t format, const struct plan *plan);
static int make_svg(struct cli *cli, const struct text *text);
static bool find_program(
	struct cli *cli, const char *name, char *path, size_t bytes);
static int run_dot(struct cli *cli, const char *path, int from);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id != FORMAT)
		return planning_take(
			cli, &graph_command, &wish->planning, id, value);
	for (size_t i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i].name, value) != 0)
			continue;
		wish->format = i;
		return 0;
	}
	return cli_usage(cli, &graph_command,
		"--format %s: it is tree, dot, svg, mermaid or json", value);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan plan = {0};
	struct wish wish = {0};
	int code = cli_parse(cli, &graph_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (cli->json)
		wish.format = FORMATS - 1;
	code = planning_make(cli, &graph_command, &wish.planning, false, &plan);
	if (code == 0)
		code = draw(cli, wish.format, &plan);
	plan_release(&plan);
	return code;
}

static int draw(struct cli *cli, size_t format, const struct plan *plan)
{
	struct text text = {0};
	int code = 0;

	formats[format].draw(&plan->placement, &text);
	if (formats[format].svg)
		code = make_svg(cli, &text);
	else
		fputs(text_string(&text), cli->out.file);
	text_release(&text);
	return code;
}

/* Graphviz reads the picture's text from a file in memory and writes straight
 * to our standard output. */
static int make_svg(struct cli *cli, const struct text *text)
{
	struct os *os = &cli->os;
	char path[SEARCH_PATH_BYTES];
	size_t sent = 0;
	int code = EXIT_CODE_IO;
	int fd;

	if (!find_program(cli, "dot", path, sizeof path)) {
		cli_say(cli, "svg is drawn by the program dot, which is not "
			     "here; install the package graphviz, or take "
			     "--format dot or mermaid");
		return EXIT_CODE_UNAVAILABLE;
	}
	fd = os->memfd(os, "graph", MFD_CLOEXEC);
	while (fd >= 0 && sent < text->count) {
		ssize_t count = os->write(
			os, fd, text->bytes + sent, text->count - sent);

		if (count <= 0)
			break;
		sent += (size_t)count;
	}
	if (fd >= 0 && sent == text->count &&
		os->lseek(os, fd, 0, SEEK_SET) == 0)
		code = run_dot(cli, path, fd);
	else
		cli_say(cli, "cannot hand the picture to dot");
	if (fd >= 0)
		os->close(os, fd);
	return code;
}

static bool find_program(
	struct cli *cli, const char *name, char *path, size_t bytes)
{
	const char *folders = cli_environment(cli, "PATH");

	while (folders && *folders) {
		size_t length = strcspn(folders, ":");

		snprintf(path, bytes, "%.*s/%s", (int)length, folders, name);
		if (length && access(path, X_OK) == 0)
			return true;
		folders += length;
		folders += *folders == ':';
	}
	return false;
}

static int run_dot(struct cli *cli, const char *path, int from)
{
	struct os *os = &cli->os;
	char *words[] = {(char *)"dot", (char *)"-Tsvg", NULL};
	struct os_spawn_fd fds[] = {{from, 0}, {1, 1}, {2, 2}};
	struct os_spawn child = {.path = path,
		.argv = words,
		.envp = cli->environment,
		.fds = fds,
		.fd_count = 3};
	siginfo_t info = {0};
	int pidfd = -1;
	pid_t pid;

	sigemptyset(&child.ignored);
	sigemptyset(&child.blocked);
	pid = os->spawn(os, &child, &pidfd);
	if (pid < 0) {
		cli_say(cli, "cannot run %s: %s", path, strerror(-pid));
		return EXIT_CODE_IO;
	}
	while (os->wait(os, P_PIDFD, (id_t)pidfd, &info, WEXITED) == -EINTR)
		continue;
	os->close(os, pidfd);
	if (info.si_code == CLD_EXITED && info.si_status == 0)
		return 0;
	cli_say(cli, "%s could not draw the picture", path);
	return EXIT_CODE_FAILED;
}

static const struct cli_option options[] = {PLANNING_OPTIONS,
	{"format", FORMAT, "FORMAT",
		"tree (the default), dot, svg, mermaid or json"},
	{0}};

const struct cli_command graph_command = {
	.name = "graph",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "show a topology as a picture",
	.text = "The tree is for a terminal; dot and svg are for Graphviz and "
		"browsers, mermaid for pages that render it, json for "
		"programs. Secrets never appear.",
	.options = options,
	.examples = "tau graph words.json --set text=LICENSE\n"
		    "tau graph --format svg words.json --set text=LICENSE "
		    ">words.svg\n"
		    "tau graph -e 'stdin ! lines ! count ! stdout'\n",
	.json = true,
	.run = run,
};
