/* progress: what is seen on stderr meanwhile. See the header. */
#include "core/cli/progress.h"
#include "core/cli/figure.h"

#include <stdio.h>
#include <string.h>

#define LIVE_PERIOD_NS 200000000ll
#define SLOW_PERIOD_NS 5000000000ll
#define STDERR_FD 2

static void line(
	void *context, const char *node, const char *text, size_t bytes);
static void show(void *context, uint64_t records, uint64_t bytes);
static void erase(struct progress *progress);

void progress_init(struct progress *progress, struct cli *cli)
{
	*progress = (struct progress){.cli = cli};
	progress->live = cli->err.terminal && !cli->out.terminal;
	progress->begun_ns = cli->os.clock_ns(&cli->os);
	log_init(&progress->log, &cli->os, STDERR_FD, NULL, LOG_NOTICE);
}

int64_t progress_period_ns(const struct progress *progress, bool wanted)
{
	if (progress->live)
		return LIVE_PERIOD_NS;
	return wanted ? SLOW_PERIOD_NS : 0;
}

struct loop_view progress_view(struct progress *progress)
{
	return (struct loop_view){
		.context = progress, .line = line, .progress = show};
}

void progress_end(struct progress *progress)
{
	erase(progress);
}

/* A node's own log has its name in front already. */
static void line(
	void *context, const char *node, const char *text, size_t bytes)
{
	static const char mark[] = "tau: ";
	struct progress *progress = context;
	const char *name = node ? node : "";

	if (bytes >= sizeof mark - 1 && !memcmp(text, mark, sizeof mark - 1)) {
		text += sizeof mark - 1;
		bytes -= sizeof mark - 1;
		name = "";
	}
	erase(progress);
	snprintf(progress->log.node, sizeof progress->log.node, "%s", name);
	log_text(&progress->log, LOG_NOTICE, text, bytes);
}

static void show(void *context, uint64_t records, uint64_t bytes)
{
	struct progress *progress = context;
	struct os *os = &progress->cli->os;
	double seconds = (double)(os->clock_ns(os) - progress->begun_ns) / 1e9;
	char counted[FIGURE_BYTES], sized[FIGURE_BYTES], rate[FIGURE_BYTES];
	char text[160];

	figure_quantity((double)records, "", counted);
	figure_quantity((double)bytes, "B", sized);
	figure_quantity(seconds > 0 ? (double)records / seconds : 0, "", rate);
	snprintf(text, sizeof text, "%s records, %s, %s records/s, %.0f s",
		counted, sized, rate, seconds);
	if (!progress->live) {
		progress->log.node[0] = 0;
		log_text(&progress->log, LOG_NOTICE, text, strlen(text));
		return;
	}
	fprintf(progress->cli->err.file, "\r\033[K%.*s",
		progress->cli->err.columns ? (int)progress->cli->err.columns - 1
					   : 79,
		text);
	fflush(progress->cli->err.file);
	progress->shown = true;
}

static void erase(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", progress->cli->err.file);
	fflush(progress->cli->err.file);
	progress->shown = false;
}
