/*
 * ps: the nodes of running topologies, and what they are doing.
 */
#include "core/cli/asking.h"
#include "core/cli/commands.h"
#include "core/cli/figure.h"
#include "core/cli/table.h"
#include "core/text/text.h"

enum { COLUMNS = 9, STATE_BYTES = 32 };

struct listing {
	struct table table;
	struct text crashes; /* the reports, to stand below */
};

static void add_node(void *context, const char *topology, json_t *line);
static void add_standby(
	struct listing *listing, const char *topology, json_t *line);
static void count(const json_t *line, const char *key, char text[FIGURE_BYTES]);

static int take(struct cli *cli, void *context, int id, const char *value)
{
	struct asking *asking = context;

	if (id != ASKING_TOPOLOGY)
		return cli_usage(cli, &ps_command,
			"ps takes no %s; --topology %s shows that one alone",
			value, value);
	asking->topology = value;
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct listing listing = {
		.table = {.columns = COLUMNS,
			.headings = {"TOPOLOGY", "NODE", "STATE", "PID", "UP",
				"AGAIN", "READ", "MEMORY", "RUNS"}}};
	struct asking asking = {
		.verb = "ps", .line = add_node, .context = &listing};
	int code = cli_parse(cli, &ps_command, argc, argv, take, &asking);

	if (code >= 0)
		return code;
	code = asking_all(cli, &asking);
	if (listing.table.row_count)
		table_print(&listing.table, &cli->out, 0);
	fputs(text_string(&listing.crashes), cli->out.file);
	table_release(&listing.table);
	text_release(&listing.crashes);
	return code;
}

static void add_node(void *context, const char *topology, json_t *line)
{
	char pid[FIGURE_BYTES] = "";
	char uptime[FIGURE_BYTES] = "";
	char memory[FIGURE_BYTES] = "";
	char again[FIGURE_BYTES] = "";
	char records[FIGURE_BYTES];
	struct listing *listing = context;
	const char *cells[COLUMNS] = {topology, asking_text(line, "node"),
		asking_text(line, "state"), pid, uptime, again, records, memory,
		asking_text(line, "runs")};

	if (asking_number(line, "pid")) {
		snprintf(pid, sizeof pid, "%lld",
			(long long)asking_number(line, "pid"));
		figure_duration(asking_number(line, "uptime_ms"), uptime);
		figure_quantity((double)asking_number(line, "memory_bytes"),
			"B", memory);
	}
	count(line, "records", records);
	if (asking_number(line, "restarts"))
		snprintf(again, sizeof again, "%lld",
			(long long)asking_number(line, "restarts"));
	table_add(&listing->table, cells);
	add_standby(listing, topology, line);
	if (asking_number(line, "records_lost"))
		text_format(&listing->crashes,
			"%s: %s: %lld records went down with processes of "
			"it\n",
			topology, asking_text(line, "node"),
			(long long)asking_number(line, "records_lost"));
	if (json_object_get(line, "crash"))
		text_format(&listing->crashes, "%s: %s, last: %s\n", topology,
			asking_text(line, "node"), asking_text(line, "crash"));
}

/* A process that is to take over has a row of its own. */
static void add_standby(
	struct listing *listing, const char *topology, json_t *line)
{
	char pid[FIGURE_BYTES] = "";
	char state[STATE_BYTES];
	const char *cells[COLUMNS] = {
		topology, asking_text(line, "node"), state, pid};

	if (!json_object_get(line, "standby"))
		return;
	snprintf(state, sizeof state, "standby, %s",
		asking_text(line, "standby"));
	if (asking_number(line, "standby_pid"))
		snprintf(pid, sizeof pid, "%lld",
			(long long)asking_number(line, "standby_pid"));
	table_add(&listing->table, cells);
}

static void count(const json_t *line, const char *key, char text[FIGURE_BYTES])
{
	text[0] = '\0';
	if (json_object_get(line, key))
		figure_quantity((double)asking_number(line, key), "", text);
}

static const struct cli_option options[] = {ASKING_OPTION, {0}};

const struct cli_command ps_command = {
	.name = "ps",
	.operands = "",
	.doc = "list running topologies and their nodes",
	.text = "READ is how many records the operators of a node have read, "
		"one counted at every operator that it passes, also in the "
		"processes that the node had before; UP is its process's. "
		"RUNS is the "
		"operator that works at this moment; where a node waits, it is "
		"empty. AGAIN is how often the node was restarted; what its "
		"last crash reported stands below, and tau logs has every "
		"reason. A standby is to take over from the process of "
		"its node, and does nothing yet.\n"
		"The exit code is 69 when nothing runs.",
	.options = options,
	.examples = "tau ps\n"
		    "tau ps --topology weblog --json\n",
	.json = true,
	.run = run,
};
