/* comparing: what runs with what is wanted. See the header. */
#include "core/cli/comparing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cli/asking.h"
#include "core/cli/record.h"

static void mark_returned(struct placement *placement, const json_t *names);
static void take_record(void *context, const char *topology, json_t *line);

int comparing_ask(struct cli *cli, struct comparing *comparing,
	const struct plan *after, struct plan *before)
{
	struct asking asking = {.topology = comparing->topology,
		.verb = "record",
		.own = true,
		.line = take_record,
		.context = comparing};
	int code = asking_one(cli, &asking);

	if (code == EXIT_CODE_UNAVAILABLE && !comparing->topology)
		cli_say(cli,
			"started, %s would have %u node%s with %u operator%s",
			after->source.name, after->placement.node_count,
			after->placement.node_count == 1 ? "" : "s",
			after->topology.operator_count,
			after->topology.operator_count == 1 ? "" : "s");
	if (code == 0)
		code = record_plan(cli, comparing->record, before);
	if (code == 0)
		mark_returned(&before->placement,
			json_object_get(comparing->record, "returned"));
	return code;
}

/* Those that went back from what was applied are not as the record says. */
static void mark_returned(struct placement *placement, const json_t *names)
{
	for (size_t i = 0; i < json_array_size(names); i++)
		for (uint32_t at = 0; at < placement->node_count; at++)
			placement->nodes[at].returned |=
				strcmp(placement->nodes[at].name,
					json_string_value(
						json_array_get(names, i))) == 0;
}

static void take_record(void *context, const char *topology, json_t *line)
{
	struct comparing *comparing = context;

	(void)topology;
	json_decref(comparing->record);
	comparing->record = json_incref(line);
}

int comparing_make(struct cli *cli, const struct plan *before,
	struct plan *after, struct changes *changes)
{
	char *folder = getcwd(NULL, 0);
	int result;

	placement_follow(&after->placement, &before->placement);
	result = changes_make(changes, &before->placement, &after->placement,
		"plan", folder ? folder : "/", &after->diagnostics);
	free(folder);
	if (result == 0)
		return 0;
	planning_complain(cli, after);
	return EXIT_CODE_INVALID;
}

void comparing_print(struct cli *cli, const struct changes *changes)
{
	struct changes_style style = {.added = term_on(&cli->out, TERM_GOOD),
		.removed = term_on(&cli->out, TERM_BAD),
		.changed = term_on(&cli->out, TERM_STRONG),
		.strong = term_on(&cli->out, TERM_STRONG),
		.faint = term_on(&cli->out, TERM_FAINT),
		.off = term_off(&cli->out)};
	struct text text = {0};

	if (cli->json)
		changes_json(changes, &text);
	else
		changes_print(changes, &style, &text);
	fputs(text_string(&text), cli->out.file);
	text_release(&text);
}
