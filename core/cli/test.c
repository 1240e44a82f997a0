/*
 * test: tries operators and topologies against what a file expects.
 */
#include "core/cli/commands.h"
#include "core/cli/search.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "core/check/trials.h"
#include "core/host/store.h"

#define FILES_MAX 1024
#define SETTINGS_MAX 256

enum { TAP = CLI_OWN, RENEW, LIMIT, SET = 's' };

struct wish {
	const char *files[FILES_MAX];
	const char *settings[SETTINGS_MAX];
	size_t file_count, setting_count;
	const char *plugin_path;
	int64_t limit_ns;
	bool tap, renews;
};

/* What has come out so far. */
struct tally {
	struct cli *cli;
	const struct wish *wish;
	uint32_t passed, failed;
	bool left; /* processes, behind some case */
	json_t *cases, *errors;
};

static int take(struct cli *cli, void *context, int id, const char *value);
static int try_all(struct cli *cli, const struct wish *wish);
static int make_all(struct tally *tally, struct trials_request *request,
	struct trial *trials);
static int make(struct tally *tally, const struct trials_request *request,
	struct trial *trial);
static int try_file(struct tally *tally, const struct trials_request *request,
	struct trial *trial);
static void gather(json_t *errors, const struct diagnostics *diagnostics);
static void told(void *context, const struct trial *trial, uint32_t at,
	bool renewed, const char *why);
static void show_plainly(FILE *file, const char *text);
static void show_lines(FILE *file, const char *before, const char *text);
static void sum_up(struct tally *tally);

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.limit_ns = TRIAL_CASE_NS};
	int code = cli_parse(cli, &test_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (wish.file_count == 0)
		return cli_usage(cli, &test_command,
			"test needs at least one file with tests");
	if (wish.tap && cli->json)
		return cli_usage(cli, &test_command,
			"--tap and --json are two forms of one result; take "
			"one");
	return try_all(cli, &wish);
}

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	switch (id) {
	case TAP:
		wish->tap = true;
		return 0;
	case RENEW:
		wish->renews = true;
		return 0;
	case LIMIT:
		return cli_take_limit(
			cli, &test_command, "limit", value, &wish->limit_ns);
	case SEARCH_PLUGIN_PATH:
		wish->plugin_path = value;
		return 0;
	case SET:
		if (!strchr(value, '=') || value[0] == '=')
			return cli_usage(cli, &test_command,
				"--set %s: it has the form NAME=VALUE", value);
		if (wish->setting_count == SETTINGS_MAX)
			return cli_usage(cli, &test_command,
				"--set stands there more than %d times",
				SETTINGS_MAX);
		wish->settings[wish->setting_count++] = value;
		return 0;
	default:
		if (wish->file_count == FILES_MAX)
			return cli_usage(cli, &test_command,
				"more than %d files at once", FILES_MAX);
		wish->files[wish->file_count++] = value;
		return 0;
	}
}

/* All files are read before anything is tried. */
static int try_all(struct cli *cli, const struct wish *wish)
{
	struct trial *trials = calloc(wish->file_count, sizeof *trials);
	struct tally tally = {.cli = cli,
		.wish = wish,
		.cases = json_array(),
		.errors = json_array()};
	struct search search;
	char *folder = getcwd(NULL, 0);
	struct trials_request request = {.plugin_path = wish->plugin_path,
		.limit_ns = wish->limit_ns,
		.renews = wish->renews,
		.trial = {.settings = wish->settings,
			.setting_count = wish->setting_count,
			.environment = cli->environment,
			.folder = folder ? folder : "/"}};
	int code;

	search_init(&search, cli, wish->plugin_path);
	request.trial.search = search.folders;
	code = make_all(&tally, &request, trials);
	for (size_t i = 0; code == 0 && i < wish->file_count; i++) {
		request.trial.file = wish->files[i];
		code = try_file(&tally, &request, &trials[i]);
	}
	if (code == 0 || (cli->json && code == EXIT_CODE_INVALID))
		sum_up(&tally);
	for (size_t i = 0; i < wish->file_count; i++)
		trial_release(&trials[i]);
	json_decref(tally.cases);
	json_decref(tally.errors);
	free(trials);
	free(folder);
	if (code == 0 && (tally.failed > 0 || tally.left))
		code = EXIT_CODE_FAILED;
	return code;
}

/* 0, or the worst exit code of all; with the head of TAP. */
static int make_all(struct tally *tally, struct trials_request *request,
	struct trial *trials)
{
	const struct wish *wish = tally->wish;
	uint32_t cases = 0;
	int code = 0;

	for (size_t i = 0; i < wish->file_count; i++) {
		int made;

		request->trial.file = wish->files[i];
		made = make(tally, request, &trials[i]);
		code = made > code ? made : code;
		cases += trials[i].case_count * (wish->renews ? 2 : 1);
	}
	if (code == 0 && wish->tap)
		fprintf(tally->cli->out.file, "TAP version 13\n1..%u\n", cases);
	return code;
}

/* 0 whether its cases passed or not, or an exit code. */
static int try_file(struct tally *tally, const struct trials_request *request,
	struct trial *trial)
{
	struct cli *cli = tally->cli;
	struct error error = ERROR_NONE;
	int result = trials_run(&cli->os, trial, request, told, tally, &error);

	if (result < 0) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_IO;
	}
	if (result > 0) {
		cli_say(cli,
			"%s: an operator left processes behind, which were "
			"ended; it has to wait for what it starts",
			request->trial.file);
		tally->left = true;
	}
	return 0;
}

static int make(struct tally *tally, const struct trials_request *request,
	struct trial *trial)
{
	struct cli *cli = tally->cli;
	struct error error = ERROR_NONE;
	struct text text = {0};
	int result = trial_make(trial, &cli->os, &request->trial, &error);

	if (result == 0)
		return 0;
	if (result == -EINVAL && cli->json) {
		gather(tally->errors, &trial->diagnostics);
		gather(tally->errors, &trial->plan.diagnostics);
		return EXIT_CODE_INVALID;
	}
	if (result == -EINVAL) {
		trial_complain(trial, &text);
		fputs(text_string(&text), cli->err.file);
		text_release(&text);
		return EXIT_CODE_INVALID;
	}
	cli_say(cli, "%s", error.text);
	return EXIT_CODE_IO;
}

/* As `tau validate --json` has them. */
static void gather(json_t *errors, const struct diagnostics *diagnostics)
{
	const struct source *source = diagnostics->source;

	for (uint32_t i = 0; i < diagnostics->count && i < MANIFEST_ERRORS_MAX;
		i++) {
		const struct diagnostic *one = &diagnostics->items[i];
		struct place place = one->at == AT_NONE
					     ? (struct place){0}
					     : source_place(source, one->at);
		json_t *error = json_pack(
			"{s:s, s:s}", "file", source->name, "text", one->text);

		if (one->at != AT_NONE)
			json_object_update_new(error,
				json_pack("{s:i, s:i}", "line", (int)place.line,
					"column", (int)place.column));
		json_array_append_new(errors, error);
	}
}

static void told(void *context, const struct trial *trial, uint32_t at,
	bool renewed, const char *why)
{
	struct tally *tally = context;
	struct cli *cli = tally->cli;
	const struct trial_case *one = &trial->cases[at];
	const char *how = renewed ? " (renewed)" : "";
	uint32_t number = tally->passed + tally->failed + 1;

	tally->passed += why == NULL;
	tally->failed += why != NULL;
	if (cli->json) {
		json_array_append_new(tally->cases,
			json_pack("{s:s, s:i, s:s, s:b, s:b, s:s?}", "file",
				trial->source.name, "line",
				(int)trial_line(trial, one->at), "name",
				one->name, "renewed", renewed, "passed",
				why == NULL, "text", why));
		return;
	}
	if (tally->wish->tap) {
		fprintf(cli->out.file, "%sok %u - ", why ? "not " : "", number);
		show_plainly(cli->out.file, trial->source.name);
		fputs(": ", cli->out.file);
		show_plainly(cli->out.file, one->name);
		fprintf(cli->out.file, "%s\n", how);
	} else
		fprintf(cli->out.file, "%-4s  %s: %s%s\n", why ? "FAIL" : "ok",
			trial->source.name, one->name, how);
	if (why)
		show_lines(
			cli->out.file, tally->wish->tap ? "# " : "      ", why);
	fflush(cli->out.file);
}

/* In TAP what stands behind a # is a directive: "# TODO" would excuse it. */
static void show_plainly(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void show_lines(FILE *file, const char *before, const char *text)
{
	while (*text) {
		size_t bytes = strcspn(text, "\n");

		fprintf(file, "%s%.*s\n", before, (int)bytes, text);
		text += bytes + (text[bytes] == '\n');
	}
}

static void sum_up(struct tally *tally)
{
	struct cli *cli = tally->cli;
	uint32_t all = tally->passed + tally->failed;
	json_t *sum;

	if (tally->wish->tap)
		return;
	if (!cli->json) {
		fprintf(cli->out.file, "%u case%s: %u passed, %u failed\n", all,
			all == 1 ? "" : "s", tally->passed, tally->failed);
		return;
	}
	sum = json_pack("{s:i, s:i, s:O, s:O}", "passed", (int)tally->passed,
		"failed", (int)tally->failed, "cases", tally->cases, "errors",
		tally->errors);
	json_dumpf(sum, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(sum);
}

int trials_command(struct cli *cli, int argc, char **argv)
{
	struct os *os = &cli->os;
	struct error error = ERROR_NONE;
	struct stat status;
	char store[SEARCH_PATH_BYTES];
	const char *plugins = trials_plugin_path(argc, argv);
	struct trial_request request = {.environment = cli->environment};
	struct search search;
	char *folder;
	int code;

	if (argc < 6 || os->fstat(os, TRIALS_FD, &status) < 0 ||
		!S_ISSOCK(status.st_mode)) {
		cli_say(cli, TRIALS_WORD
			" is what tau test starts; nobody else does");
		return EXIT_CODE_USAGE;
	}
	(void)os->fcntl(os, TRIALS_FD, F_SETFD, FD_CLOEXEC);
	if (store_folder(store, sizeof store,
		    cli_environment(cli, "XDG_STATE_HOME"),
		    cli_environment(cli, "HOME"), &error) < 0) {
		cli_say(cli, "%s", error.text);
		return EXIT_CODE_FAILED;
	}
	search_init(&search, cli, plugins[0] ? plugins : NULL);
	request.search = search.folders;
	folder = getcwd(NULL, 0);
	request.folder = folder ? folder : "/";
	code = trials_serve(os, argc, argv, &request, store);
	free(folder);
	return code;
}

static const struct cli_option options[] = {
	{"tap", TAP, NULL, "write the result in the Test Anything Protocol"},
	{"renew-everywhere", RENEW, NULL,
		"try each case once more, and after each step stop, save, make "
		"anew and restore all operators"},
	{"limit", LIMIT, "DURATION",
		"how long a case may take in real time; 10s unless given"},
	{"set", SET, "NAME=VALUE", "give a variable of the manifest a value"},
	SEARCH_OPTION, {0}};

const struct cli_command test_command = {
	.name = "test",
	.operands = "FILE...",
	.doc = "try operators and topologies against what files expect",
	.text = "A file names a topology and cases: records are sent into "
		"ports, and others are expected at ports, while time passes "
		"only where the file says so; tau-test(5) describes it. Each "
		"file is tried in a process of its own. The exit code is 1 "
		"when a case fails, 78 when a file is not right.",
	.options = options,
	.examples = "tau test test.json\n"
		    "tau test --tap --renew-everywhere tests/*.json\n",
	.json = true,
	.run = run,
};
