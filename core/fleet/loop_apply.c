/* loop: becoming another topology: what is said of that, and the files that may
 * ask for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/loop_private.h"
#include "core/step/sentence.h"

static bool say_report(struct loop *loop);
static void say(struct loop *loop, const char *text);
static void watch_files(struct loop *loop);
static void add_file(void *context, const char *path);
static void rest(struct loop *loop);
static void told(struct reactor_watch *watch, uint32_t events);

/* Paths that a planner names. */
struct paths {
	char **texts;
	size_t count;
};

void loop_answer_change(
	struct loop *loop, uint64_t client, int code, const char *text)
{
	if (client != LOOP_ITSELF)
		control_result(loop->request->control, client, code, text);
	else if (code != EXIT_CODE_DONE && text)
		say(loop, text);
}

void loop_refuse(struct loop *loop, uint64_t client,
	const struct request *request, int code, const char *text)
{
	int result = EXIT_CODE_FAILED;

	if (request->kind == REQUEST_APPLY && code == -EALREADY)
		result = EXIT_CODE_DONE;
	else if (request->kind == REQUEST_APPLY &&
		 (code == -EINVAL || code == -ENOTSUP))
		result = EXIT_CODE_INVALID;
	if (client == LOOP_ITSELF && result == EXIT_CODE_INVALID) {
		say(loop, "the files have changed, and what they say cannot be "
			  "applied; the topology runs on as it is:");
		if (code == -EINVAL && loop->request->planner &&
			say_report(loop))
			return;
	}
	loop_answer_change(loop, client, result, text);
}

/* Each of its lines; whether there are any. */
static bool say_report(struct loop *loop)
{
	const struct loop_planner *planner = loop->request->planner;
	char *report = planner->report(planner->context);

	for (char *at = report, *line; at && (line = strsep(&at, "\n"));)
		if (*line)
			say(loop, line);
	free(report);
	return report != NULL;
}

static void say(struct loop *loop, const char *text)
{
	loop_say(loop, NULL, text, strlen(text));
}

void loop_say_change(struct loop *loop, uint32_t node)
{
	const struct loop_place *place = &loop->places[node];
	char *sentence;

	if (place->part == UPGRADE_REMOVED)
		sentence = sentence_format("is removed, as its files say now");
	else if (place->part == UPGRADE_ADDED)
		sentence = sentence_format("is added, as its files say now");
	else
		sentence = sentence_format(
			"runs as its files say now; pause %.3f ms, %llu bytes "
			"handed over",
			(double)place->pause_ns / 1e6,
			(unsigned long long)place->carried_bytes);

	loop_say(loop, loop->names[node], sentence, strlen(sentence));
	free(sentence);
}

void loop_log_change(
	struct loop *loop, uint32_t node, const char *what, int64_t pause_ns)
{
	const struct loop_place *place = &loop->places[node];
	const char *runs = place->now && place->part != UPGRADE_REMOVED
				   ? version_label(place->now)
				   : "";
	char pause[48] = "";
	char *sentence;

	if (pause_ns)
		snprintf(pause, sizeof pause, "; pause %.3f ms",
			(double)pause_ns / 1e6);
	sentence = sentence_format(
		*runs ? "%s; runs %s%s" : "%s%s%s", what, runs, pause);
	loop_say(loop, loop->names[node], sentence, strlen(sentence));
	free(sentence);
}

char *loop_adopt(struct loop *loop, bool committed)
{
	const struct loop_planner *planner = loop->request->planner;
	char *advice = planner->settle(planner->context, committed);

	if (committed) {
		loop->supervisor.options.stop_on_failure =
			planner->stops(planner->context);
		loop->look_ns = 0; /* the watchdog's settings may be others */
		loop->look.elapsed = true;
	}
	if (loop->changed)
		rest(loop);
	return advice;
}

void loop_tell_record(struct loop *loop, uint64_t client)
{
	const struct loop_planner *planner = loop->request->planner;
	char *record = planner ? planner->record(planner->context) : NULL;

	if (record)
		control_line(loop->request->control, client, record);
	else if (loop->request->record)
		control_line(
			loop->request->control, client, loop->request->record);
	free(record);
}

/* ---- files --------------------------------------------------------------- */

int loop_begin_files(struct loop *loop, struct error *error)
{
	int code;

	if (!loop->request->watch)
		return 0;
	if (!loop->request->planner)
		return error_set(error, -ENOTSUP,
			"files cannot be watched without a store of plugins "
			"($XDG_STATE_HOME or $HOME)");
	code = watch_init(&loop->watch, loop->os, error);
	if (code < 0)
		return code;
	loop->watch_told.told = told;
	loop->calm.timer.fired = loop_timer_fired;
	code = reactor_add(
		loop->reactor, &loop->watch_told, loop->watch.fd, EPOLLIN);
	if (code < 0)
		return error_set(error, code, "cannot wait for files: %s",
			strerror(-code));
	watch_files(loop);
	return 0;
}

void loop_release_files(struct loop *loop)
{
	if (loop->watch.fd < 0)
		return;
	timers_disarm(&loop->timers, &loop->calm.timer);
	if (loop->reactor)
		reactor_remove(loop->reactor, &loop->watch_told);
	watch_release(&loop->watch);
}

/* What changes is applied when nothing has changed for a while: who builds
 * writes several files, one after the other. */
void loop_serve_files(struct loop *loop)
{
	const struct request request = {.kind = REQUEST_APPLY,
		.node = SUPERVISOR_NO_NODE,
		.deadline_ns = -1,
		.freeze_ns = -1,
		.probation_ns = -1};

	if (loop->watch.fd < 0)
		return;
	if (watch_changed(&loop->watch)) {
		loop->changed = true;
		rest(loop);
	}
	if (!loop->calm.elapsed || !loop->changed)
		return;
	loop->calm.elapsed = false;
	if (loop->exchange.upgrade.phase != UPGRADE_IDLE ||
		!loop->supervisor.ran)
		return; /* its end looks again */
	loop->changed = false;
	loop_upgrade(loop, LOOP_ITSELF, &request);
	if (!loop->ended)
		watch_files(loop);
}

static void rest(struct loop *loop)
{
	loop->calm.elapsed = false;
	timers_arm(&loop->timers, &loop->calm.timer,
		loop->os->clock_ns(loop->os) + WATCH_CALM_NS);
}

static void watch_files(struct loop *loop)
{
	const struct loop_planner *planner = loop->request->planner;
	struct error error = ERROR_NONE;
	struct paths paths = {0};

	planner->files(planner->context, add_file, &paths);
	if (watch_set(&loop->watch, (const char *const *)paths.texts,
		    paths.count, &error) < 0)
		say(loop, error.text);
	for (size_t i = 0; i < paths.count; i++)
		free(paths.texts[i]);
	free(paths.texts);
}

static void add_file(void *context, const char *path)
{
	struct paths *paths = context;

	paths->texts = realloc(
		paths->texts, (paths->count + 1) * sizeof *paths->texts);
	CHECK(paths->texts != NULL);
	paths->texts[paths->count] = strdup(path);
	CHECK(paths->texts[paths->count] != NULL);
	paths->count++;
}

/* loop_serve_files asks the fd itself, in each turn. */
static void told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
