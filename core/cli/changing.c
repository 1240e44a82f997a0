/* changing: what came of a change while a topology runs. See the header. */
#include "core/cli/changing.h"

#include <stdio.h>
#include <string.h>

#include "core/cli/cli.h"

static const char *phase_words(const char *phase);
static void show_node(FILE *file, const json_t *line);
static void add_stream(struct table *table, const json_t *line);

static const char *const headings[] = {"STREAM", "CARRIED", "DIGEST", "SENT",
	"RECEIVED", "RETIRED", "LOST", "TWICE"};

void changing_show(void *context, const char *topology, json_t *line)
{
	struct changing *changing = context;
	struct cli *cli = changing->cli;
	FILE *file = cli->out.file;

	if (json_object_get(line, "stream")) {
		changing->table.columns = 8;
		memcpy(changing->table.headings, headings, sizeof headings);
		add_stream(&changing->table, line);
		return;
	}
	changing_finish(changing);

	if (json_object_get(line, "phase"))
		cli_say(cli, "%s: %s", topology,
			phase_words(asking_text(line, "phase")));
	else if (json_object_get(line, "advice"))
		fprintf(file, "%s", asking_text(line, "advice"));
	else
		show_node(file, line);
	if (asking_number(line, "dropped"))
		fprintf(file, "  %lld records dropped that no stream has now\n",
			(long long)asking_number(line, "dropped"));
}

/* What a phase does, for who does not know its name. */
static const char *phase_words(const char *phase)
{
	static const char *const words[][2] = {
		{"preparing", "preparing: new processes start"},
		{"freezing", "freezing: the old ones stand still"},
		{"restoring", "restoring: state and records go over"},
		{"committed", "committed: the new ones run"},
		{"taking back", "taking back: the old ones go on"}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(phase, words[i][0]) == 0)
			return words[i][1];
	return phase;
}

static void show_node(FILE *file, const json_t *line)
{
	const char *what = asking_text(line, "what");
	const char *to = asking_text(line, "to");
	const char *node = asking_text(line, "node");

	if (strcmp(what, "added") == 0)
		fprintf(file, "%s runs, and is new\n", node);
	else if (strcmp(what, "removed") == 0)
		fprintf(file, "%s is gone\n", node);
	else
		fprintf(file,
			"%s %s%s; pause %.3f ms, %lld bytes handed over\n",
			node, to[0] ? "runs " : "goes on", to,
			(double)asking_number(line, "pause_us") / 1e3,
			(long long)asking_number(line, "carried_bytes"));
}

/* One that the new version does not have has no result. */
static void add_stream(struct table *table, const json_t *line)
{
	static const char *const keys[] = {
		"carried", "sent", "received", "retired", "lost", "duplicated"};
	char numbers[6][24] = {0};
	const char *cells[] = {asking_text(line, "stream"), numbers[0],
		asking_text(line, "digest"), numbers[1], numbers[2], numbers[3],
		numbers[4], numbers[5]};

	for (int i = 0; i < 6; i++)
		snprintf(numbers[i], sizeof numbers[i],
			json_object_get(line, keys[i]) ? "%lld" : "-",
			(long long)asking_number(line, keys[i]));
	table_add(table, cells);
}

/* Those of one node. */
void changing_finish(struct changing *changing)
{
	if (changing->table.row_count)
		table_print(&changing->table, &changing->cli->out, 2);
	table_release(&changing->table);
	changing->table = (struct table){0};
}
