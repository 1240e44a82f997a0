/*
 * check: tries a plugin against the rules of the operator ABI.
 */
#include "core/check/static.h"
#include "core/check/probe.h"
#include "core/check/probes.h"
#include "core/cli/commands.h"
#include "core/cli/search.h"
#include "core/text/quantity.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct wish {
	const char *path;
	int64_t deadline_ns, memory_bytes;
	bool file_only;
};

enum { OPTION_DEADLINE = CLI_OWN, OPTION_FILE_ONLY, OPTION_MEMORY };

static void show(
	struct cli *cli, const char *path, const struct check_report *report);
static void show_json(
	struct cli *cli, const char *path, const struct check_report *report);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id == OPTION_DEADLINE)
		return cli_take_limit(cli, &check_command, "deadline", value,
			&wish->deadline_ns);
	if (id == OPTION_MEMORY) {
		if (quantity_size(value, &wish->memory_bytes) == 0 &&
			wish->memory_bytes > 0)
			return 0;
		return cli_usage(cli, &check_command,
			"--memory %s: it is a size, as 64MiB or 1GiB", value);
	}
	if (id == OPTION_FILE_ONLY) {
		wish->file_only = true;
		return 0;
	}
	if (wish->path)
		return cli_usage(cli, &check_command,
			"check takes one file, and %s is a second", value);
	wish->path = value;
	return 0;
}

static int try_operators(struct cli *cli, const struct wish *wish,
	const struct description *description, struct check_report *report,
	struct error *error)
{
	const char *folder = cli_environment(cli, "TMPDIR");
	const struct probes_request request = {.path = wish->path,
		.description = description,
		.folder = folder && *folder == '/' ? folder : "/tmp",
		.environment = cli->environment,
		.deadline_ns = wish->deadline_ns,
		.memory_bytes = (uint64_t)wish->memory_bytes};

	return probes_run(report, &cli->os, &request, error);
}

int checking_command(struct cli *cli, int argc, char **argv)
{
	struct search search;

	if (argc != 4)
		return EXIT_CODE_USAGE;
	search_init(&search, cli, NULL);
	/* So that it prints where it fails, also when it crashes there. */
	(void)setvbuf(cli->out.file, NULL, _IONBF, 0);
	return probe_main(&cli->os, argv[1], argv[2],
		(uint32_t)strtoul(argv[3], NULL, 10), &search.folders);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {.deadline_ns = CHECK_DEADLINE_NS,
		.memory_bytes = CHECK_MEMORY_BYTES};
	struct check_report report = {0};
	struct description *description = NULL;
	struct error error = ERROR_NONE;
	struct search search;
	int code = cli_parse(cli, &check_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	if (!wish.path)
		return cli_usage(
			cli, &check_command, "check needs a plugin's file");
	search_init(&search, cli, NULL);
	code = static_check(&report, &cli->os, wish.path, &search.folders,
		&description, &error);
	if (code == 0 && description && !wish.file_only)
		code = try_operators(cli, &wish, description, &report, &error);
	if (code < 0) {
		cli_say(cli, "%s", error.text);
		report_release(&report);
		return EXIT_CODE_IO;
	}
	if (cli->json)
		show_json(cli, wish.path, &report);
	else
		show(cli, wish.path, &report);
	code = report.finding_count ? EXIT_CODE_FAILED : 0;
	description_destroy(&description);
	report_release(&report);
	return code;
}

static void show_owner(struct cli *cli, const char *owner, const char *where)
{
	fprintf(cli->out.file, "%s%s%s%s", *owner || *where ? ": " : "", owner,
		*owner && *where ? ", " : "", where);
}

/* Line by line, each behind a mark. */
static void show_printed(FILE *out, const char *printed)
{
	while (*printed) {
		size_t bytes = strcspn(printed, "\n");

		fprintf(out, "  printed: %.*s\n", (int)bytes, printed);
		printed += bytes + (printed[bytes] != '\0');
	}
}

/* What was tried; how many cases of it have passed. */
static uint32_t show_groups(struct cli *cli, const struct check_report *report)
{
	FILE *out = cli->out.file;
	uint32_t passed = 0;

	for (size_t i = 0; i < report->group_count; i++) {
		const struct check_group *group = &report->groups[i];

		passed += group->passed;
		term_print(&cli->out, group->findings ? TERM_BAD : TERM_GOOD,
			"%-8s", group->findings ? "finding" : "ok");
		fprintf(out, "%s%s%s: %u passed", group->owner,
			*group->owner ? " " : "", group->name, group->passed);
		if (group->findings)
			fprintf(out, ", %u found", group->findings);
		fputc('\n', out);
	}
	return passed;
}

/* What was not tried, and what is no finding. */
static void show_besides(struct cli *cli, const struct check_report *report)
{
	FILE *out = cli->out.file;

	for (size_t i = 0; i < report->left_out_count; i++) {
		const struct check_left_out *left_out = &report->left_out[i];

		term_print(&cli->out, TERM_FAINT, "%-8s", "-");
		fprintf(out, "%s%s%s: not tried: %s\n", left_out->owner,
			*left_out->owner ? " " : "", left_out->what,
			left_out->why);
	}
	for (size_t i = 0; i < report->remark_count; i++) {
		const struct check_remark *remark = &report->remarks[i];

		term_print(&cli->out, TERM_FAINT, "%-8s", "remark");
		fprintf(out, "%s%s%s\n", remark->owner,
			*remark->owner ? ": " : "", remark->text);
	}
}

static void show(
	struct cli *cli, const char *path, const struct check_report *report)
{
	FILE *out = cli->out.file;
	uint32_t passed = show_groups(cli, report);

	show_besides(cli, report);
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct check_finding *finding = &report->findings[i];

		fputc('\n', out);
		term_print(&cli->out, TERM_STRONG, "%s", finding->code);
		show_owner(cli, finding->owner, finding->where);
		fprintf(out, ": %s\n  hint: %s\n", finding->text,
			finding->hint);
		show_printed(out, finding->printed);
	}
	fprintf(out, "%s%s: %u passed, %zu found\n",
		report->finding_count ? "\n" : "", path, passed,
		report->finding_count);
}

static void show_json(
	struct cli *cli, const char *path, const struct check_report *report)
{
	json_t *findings = json_array(), *groups = json_array();
	json_t *left_out = json_array(), *remarks = json_array(), *all;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct check_finding *one = &report->findings[i];

		json_array_append_new(findings,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "code",
				one->code, "operator", one->owner, "case",
				one->where, "text", one->text, "hint",
				one->hint, "printed", one->printed));
	}
	for (size_t i = 0; i < report->group_count; i++) {
		const struct check_group *one = &report->groups[i];

		json_array_append_new(groups,
			json_pack("{s:s, s:s, s:i, s:i}", "operator",
				one->owner, "group", one->name, "passed",
				(int)one->passed, "found", (int)one->findings));
	}
	for (size_t i = 0; i < report->left_out_count; i++) {
		const struct check_left_out *one = &report->left_out[i];

		json_array_append_new(left_out,
			json_pack("{s:s, s:s, s:s}", "operator", one->owner,
				"what", one->what, "why", one->why));
	}
	for (size_t i = 0; i < report->remark_count; i++)
		json_array_append_new(
			remarks, json_pack("{s:s, s:s}", "operator",
					 report->remarks[i].owner, "text",
					 report->remarks[i].text));
	all = json_pack("{s:s, s:o, s:o, s:o, s:o}", "file", path, "findings",
		findings, "groups", groups, "not_tried", left_out, "remarks",
		remarks);
	json_dumpf(all, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(all);
}

static const struct cli_option options[] = {
	{"deadline", OPTION_DEADLINE, "DURATION",
		"how much time of its own one case may take (5s)"},
	{"memory", OPTION_MEMORY, "SIZE",
		"how much memory an operator may take (1GiB)"},
	{"file-only", OPTION_FILE_ONLY, NULL,
		"run none of it; look at the file alone"},
	{0}};

const struct cli_command check_command = {
	.name = "check",
	.operands = "FILE.so",
	.doc = "try a plugin against the rules of the ABI",
	.text = "Looks at what the file exports, needs and says about itself, "
		"and runs each operator, in processes of their own, on a "
		"strict "
		"host that feeds, stops, closes, saves, restores and fails it "
		"at every turn. Each finding has a code that stays the same, a "
		"sentence and what to do. The exit code is 0 without a "
		"finding, "
		"1 with one, 74 when the file cannot be read.",
	.options = options,
	.examples = "tau check ./shout.so\n"
		    "tau check --json --deadline 1s ./shout.so\n",
	.json = true,
	.run = run,
};
