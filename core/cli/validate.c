/*
 * validate: checks a topology as far as it can be checked without running
 * anything, and says all that is wrong with it.
 */
#include "core/cli/commands.h"
#include "core/cli/planning.h"

#include <jansson.h>
#include <string.h>

enum { PRINT = CLI_OWN };

struct wish {
	struct planning planning;
	bool print;
};

static void print(struct cli *cli, const struct manifest *manifest);
static void tell(struct cli *cli, struct plan *plan);
static void tell_json(struct cli *cli, const struct plan *plan, bool valid);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct wish *wish = context;

	if (id != PRINT)
		return planning_take(
			cli, &validate_command, &wish->planning, id, value);
	wish->print = true;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan plan = {0};
	struct wish wish = {0};
	int code = cli_parse(cli, &validate_command, argc, argv, take, &wish);

	if (code >= 0)
		return code;
	code = planning_make(
		cli, &validate_command, &wish.planning, cli->json, &plan);
	if (code == 0 && !cli->json)
		planning_warn(cli, &plan);
	if (cli->json && (code == 0 || code == EXIT_CODE_INVALID))
		tell_json(cli, &plan, code == 0);
	else if (code == 0 && wish.print)
		print(cli, &plan.manifest);
	else if (code == 0)
		tell(cli, &plan);
	plan_release(&plan);
	return code;
}

static void print(struct cli *cli, const struct manifest *manifest)
{
	struct text text = {0};

	manifest_print(manifest, &text);
	fputs(text_string(&text), cli->out.file);
	text_release(&text);
}

static const char *s(uint32_t count)
{
	return count == 1 ? "" : "s";
}

static void tell(struct cli *cli, struct plan *plan)
{
	uint32_t operators = plan->topology.operator_count;
	uint32_t streams = plan->topology.stream_count;
	uint32_t nodes = plan->placement.node_count;

	term_print(&cli->out, TERM_STRONG, "%s", plan->source.name);
	fprintf(cli->out.file,
		" is valid: %u operator%s in %u node%s, %u stream%s\n",
		operators, s(operators), nodes, s(nodes), streams, s(streams));
	if (placement_runnable(&plan->placement, &plan->diagnostics) == 0)
		return;
	cli_say(cli, "this version cannot run it yet:");
	planning_complain(cli, plan);
}

static json_t *list(
	const struct plan *plan, const struct diagnostics *diagnostics)
{
	json_t *errors = json_array();

	for (uint32_t i = 0; i < diagnostics->count && i < MANIFEST_ERRORS_MAX;
		i++) {
		const struct diagnostic *one = &diagnostics->items[i];
		struct place place =
			one->at == AT_NONE
				? (struct place){0}
				: source_place(&plan->source, one->at);
		json_t *error = json_pack("{s:s, s:s}", "file",
			plan->source.name, "text", one->text);

		if (one->at != AT_NONE)
			json_object_update_new(error,
				json_pack("{s:i, s:i}", "line", (int)place.line,
					"column", (int)place.column));
		json_array_append_new(errors, error);
	}
	return errors;
}

static void tell_json(struct cli *cli, const struct plan *plan, bool valid)
{
	json_t *result;

	result = json_pack("{s:b, s:s, s:i, s:i, s:i, s:o, s:o}", "valid",
		valid, "file", plan->source.name, "operators",
		(int)plan->topology.operator_count, "streams",
		(int)plan->topology.stream_count, "nodes",
		(int)plan->placement.node_count, "errors",
		list(plan, &plan->diagnostics), "warnings",
		list(plan, &plan->warnings));
	json_dumpf(result, cli->out.file, JSON_INDENT(2));
	fputc('\n', cli->out.file);
	json_decref(result);
}

static const struct cli_option options[] = {PLANNING_OPTIONS,
	{"print", PRINT, NULL, "write the topology as a manifest"}, {0}};

const struct cli_command validate_command = {
	.name = "validate",
	.operands = "FILE | - | -e 'ONE-LINER'",
	.doc = "check a topology, and say all that is wrong with it",
	.text = "Nothing is run, and no plugin is loaded. Each mistake is said "
		"with its file, line and column. The exit code is 78 when "
		"there is one.",
	.options = options,
	.examples = "tau validate words.json --set text=LICENSE\n"
		    "tau validate --print -e 'lines ! take 5 ! stdout' "
		    ">five.json\n",
	.json = true,
	.run = run,
};
