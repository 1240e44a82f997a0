/*
 * check: tries a plugin against the rules of the operator ABI.
 */
#include "core/check/static.h"
#include "core/cli/commands.h"
#include "core/cli/search.h"

#include <jansson.h>
#include <string.h>

struct wish {
	const char *path;
};

static void show(
	struct cli *cli, const char *path, const struct check_report *report);
static void show_json(
	struct cli *cli, const char *path, const struct check_report *report);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	(void)id;
	if (wish->path)
		return cli_usage(cli, &check_command,
			"check takes one file, and %s is a second", value);
	wish->path = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct wish wish = {NULL};
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
	if (*owner)
		fprintf(cli->out.file, "%s%s", *where ? " " : "", owner);
	if (*where)
		fprintf(cli->out.file, "%s%s", *owner ? ", " : " ", where);
}

static void show(
	struct cli *cli, const char *path, const struct check_report *report)
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
	for (size_t i = 0; i < report->left_out_count; i++) {
		const struct check_left_out *left_out = &report->left_out[i];

		term_print(&cli->out, TERM_FAINT, "%-8s", "-");
		fprintf(out, "%s%s%s: not tried: %s\n", left_out->owner,
			*left_out->owner ? " " : "", left_out->what,
			left_out->why);
	}
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct check_finding *finding = &report->findings[i];

		fputc('\n', out);
		term_print(&cli->out, TERM_STRONG, "%s", finding->code);
		fputs(*finding->owner ? ": " : "", out);
		show_owner(cli, finding->owner, finding->where);
		fprintf(out, ": %s\n  hint: %s\n", finding->text,
			finding->hint);
	}
	fprintf(out, "%s%s: %u passed, %zu found\n",
		report->finding_count ? "\n" : "", path, passed,
		report->finding_count);
}

static void show_json(
	struct cli *cli, const char *path, const struct check_report *report)
{
	json_t *findings = json_array(), *groups = json_array();
	json_t *left_out = json_array(), *all;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct check_finding *one = &report->findings[i];

		json_array_append_new(
			findings, json_pack("{s:s, s:s, s:s, s:s, s:s}", "code",
					  one->code, "operator", one->owner,
					  "case", one->where, "text", one->text,
					  "hint", one->hint));
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
	all = json_pack("{s:s, s:o, s:o, s:o}", "file", path, "findings",
		findings, "groups", groups, "not_tried", left_out);
	json_dumpf(all, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(all);
}

static const struct cli_option options[] = {{0}};

const struct cli_command check_command = {
	.name = "check",
	.operands = "FILE.so",
	.doc = "try a plugin against the rules of the ABI",
	.text = "Looks at what the file exports, needs and says about itself. "
		"Each "
		"finding has a code that stays the same, a sentence and what "
		"to do. The exit code is 0 without a finding, 1 with one, 74 "
		"when the file cannot be read.",
	.options = options,
	.examples = "tau check ./shout.so\n",
	.json = true,
	.run = run,
};
