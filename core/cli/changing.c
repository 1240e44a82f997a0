/* changing: what came of a change while a topology runs. See the header. */
#include "core/cli/changing.h"

#include "core/cli/cli.h"

static void show_stream(FILE *file, const json_t *line);

void changing_show(void *context, const char *topology, json_t *line)
{
	struct cli *cli = context;
	FILE *file = cli->out.file;

	if (json_object_get(line, "phase"))
		cli_say(cli, "%s: %s", topology, asking_text(line, "phase"));
	else if (json_object_get(line, "advice"))
		fprintf(file, "%s", asking_text(line, "advice"));
	else if (json_object_get(line, "stream"))
		show_stream(file, line);
	else
		fprintf(file,
			"%s runs %s; pause %.3f ms, %lld bytes handed over\n",
			asking_text(line, "node"), asking_text(line, "to"),
			(double)asking_number(line, "pause_us") / 1e3,
			(long long)asking_number(line, "carried_bytes"));
	if (asking_number(line, "dropped"))
		fprintf(file, "  %lld records dropped that no stream has now\n",
			(long long)asking_number(line, "dropped"));
}

static void show_stream(FILE *file, const json_t *line)
{
	fprintf(file,
		"  %s: sent %lld, received %lld, retired %lld, carried %lld, "
		"digest %s",
		asking_text(line, "stream"),
		(long long)asking_number(line, "sent"),
		(long long)asking_number(line, "received"),
		(long long)asking_number(line, "retired"),
		(long long)asking_number(line, "carried"),
		asking_text(line, "digest"));
	if (json_object_get(line, "digest_after"))
		fprintf(file,
			"; new: sent %lld, digest %s; lost %lld, duplicated "
			"%lld\n",
			(long long)asking_number(line, "sent_after"),
			asking_text(line, "digest_after"),
			(long long)asking_number(line, "lost"),
			(long long)asking_number(line, "duplicated"));
	else
		fprintf(file, "; the new version has no such stream\n");
}
