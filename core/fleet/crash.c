/* crash: reports of nodes that died. See the header. */
#include "core/fleet/crash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fleet/resolver.h"
#include "core/text/text.h"

/* As told; `path` is NULL where no file is. */
struct frame {
	uint64_t address, offset;
	char *path;
	bool told;
	size_t place; /* where there is a path */
};

/* The report that is being put together. */
struct report {
	struct text text;
	const struct crash_process *node;
	const struct crash_plugin *plugin; /* or NULL */
	struct frame frames[WALK_FRAMES_MAX];
	struct resolver_place places[WALK_FRAMES_MAX]; /* of frames */
	size_t place_count;
	struct error unknown; /* why not all of them are known */
};

static void read_frames(struct report *report, struct command_text text);
static void read_frame(struct report *report, const char *line);
static void resolve(struct report *report, struct crash_book *book);
static void say_what(struct report *report, const struct command *told);
static void say_plugin(struct report *report);
static void say_frames(struct report *report);
static void say_frame(
	struct report *report, const char *line, size_t times, size_t said);
static bool describe(const struct report *report, size_t at, struct text *text);
static bool is_scheduler(const char *function);
static const struct crash_plugin *find_operator(
	const struct crash_process *node, struct command_text name);
static const struct crash_plugin *find_stored(
	const struct crash_process *node, const char *path);
static const char *shown(const struct report *report, const char *path);
static const char *signal_name(int number, char *room, size_t bytes);

void crash_book_init(struct crash_book *book, struct os *os, uint32_t processes)
{
	*book = (struct crash_book){.os = os, .count = processes};
	book->processes = calloc(processes, sizeof *book->processes);
	CHECK(book->processes != NULL);
}

void crash_book_release(struct crash_book *book)
{
	for (uint32_t i = 0; i < book->count; i++) {
		arena_release(&book->processes[i].arena);
		free(book->processes[i].report);
	}
	free(book->processes);
	*book = (struct crash_book){0};
}

/* The C function that it calls by a signature, or NULL; on one line. */
static const char *call_of(
	const struct node_plan_operator *plan, struct arena *arena)
{
	for (uint32_t i = 0; i < plan->param_count; i++) {
		const struct param_value *value = &plan->params[i];
		char *call;

		if (!value->set || value->type != PARAM_SIGNATURE ||
			value->secret)
			continue;
		call = arena_copy(arena, value->json);
		for (char *byte = call; *byte != '\0'; byte++)
			if ((unsigned char)*byte < ' ')
				*byte = ' ';
		return call;
	}
	return NULL;
}

void crash_book_learn(
	struct crash_book *book, uint32_t process, const struct node_plan *plan)
{
	struct crash_process *one = &book->processes[process];
	struct arena *arena = &one->arena;

	CHECK(process < book->count);
	arena_release(arena);
	one->plugin_count = plan->operator_count;
	one->plugins = arena_allocate(
		arena, plan->operator_count, sizeof *one->plugins);
	for (uint32_t i = 0; i < plan->operator_count; i++) {
		const struct node_plan_operator *from = &plan->operators[i];
		const char *version = from->version ? from->version : "";

		one->plugins[i] = (struct crash_plugin){
			.operator_name = arena_copy(arena, from->name),
			.plugin = arena_copy(arena, from->plugin),
			.version = arena_copy(arena, version),
			.path = arena_copy(arena, from->path),
			.sha256 = arena_copy(arena, from->sha256),
			.call = call_of(from, arena)};
	}
}

const char *crash_book_take(
	struct crash_book *book, uint32_t process, const struct command *told)
{
	struct report report = {.node = &book->processes[process]};

	CHECK(process < book->count);
	report.plugin = find_operator(report.node, told->name);
	read_frames(&report, told->text);
	resolve(&report, book);
	say_what(&report, told);
	if (report.plugin)
		say_plugin(&report);
	say_frames(&report);
	if (report.unknown.code)
		text_format(&report.text,
			"\n  functions and lines are missing here: %s",
			report.unknown.text);
	resolver_forget(report.places, report.place_count);
	for (size_t i = 0; i < WALK_FRAMES_MAX; i++)
		free(report.frames[i].path);
	free(book->processes[process].report);
	book->processes[process].report = text_take(&report.text);
	return book->processes[process].report;
}

bool crash_book_hear(struct crash_book *book, uint32_t process,
	const struct command *told, lines_take *take, void *context)
{
	const char *line;

	if (told->kind != COMMAND_CRASHED && told->kind != COMMAND_STANDS)
		return false;
	if (!book)
		return true;
	line = strchr(crash_book_take(book, process, told), '\n');
	while (line) {
		const char *end = strchrnul(++line, '\n');

		take(context, line, (size_t)(end - line));
		line = *end ? end : NULL;
	}
	return true;
}

const char *crash_book_last(const struct crash_book *book, uint32_t process)
{
	CHECK(process < book->count);
	return book->processes[process].report;
}

static void read_frames(struct report *report, struct command_text text)
{
	char *copy = strndup(text.text ? text.text : "", text.bytes);
	char *rest = copy;
	char *line;

	CHECK(copy != NULL);
	while ((line = strsep(&rest, "\n")))
		read_frame(report, line);
	free(copy);
}

/* All but the innermost are where a call returns to, which may be the next
 * line: the call itself is before that. Who has waited in vain once does not
 * wait again for each crash. */
static void resolve(struct report *report, struct crash_book *book)
{
	for (size_t i = 0; i < WALK_FRAMES_MAX; i++) {
		struct frame *frame = &report->frames[i];

		if (!frame->path)
			continue;
		frame->place = report->place_count++;
		report->places[frame->place] = (struct resolver_place){
			.path = frame->path,
			.offset = frame->offset - (i > 0 && frame->offset > 0)};
	}
	if (book->slow)
		error_set(&report->unknown, -ETIMEDOUT,
			"reading the files of an earlier report took too "
			"long");
	else if (report->place_count)
		(void)resolver_ask(book->os, report->places,
			report->place_count, &report->unknown);
	book->slow = report->unknown.code == -ETIMEDOUT;
}

/* "INDEX ADDRESS [OFFSET PATH]" */
static void read_frame(struct report *report, const char *line)
{
	struct frame frame = {.told = true};
	unsigned index;
	int from = -1;

	if (sscanf(line, "%u %" SCNx64 " %" SCNx64 " %n", &index,
		    &frame.address, &frame.offset, &from) < 2 ||
		index >= WALK_FRAMES_MAX || report->frames[index].told)
		return;
	if (from > 0 && line[from] == '/')
		frame.path = strdup(line + from);
	report->frames[index] = frame;
}

static void say_what(struct report *report, const struct command *told)
{
	struct text *text = &report->text;
	char room[16];

	if (told->name.bytes)
		text_format(text, "operator %.*s of plugin %.*s",
			(int)told->name.bytes, told->name.text,
			(int)told->plugin.bytes, told->plugin.text);
	else
		text_add(text, "the node itself, outside of any operator,");
	switch (told->bytes) {
	case COMMAND_CRASH_TOLD:
		text_add(text, " was running when the node was told to abort");
		break;
	case COMMAND_CRASH_STACK:
		text_add(text, " used up its stack");
		break;
	case COMMAND_CRASH_NONE:
		text_add(text, " stands");
		break;
	default:
		text_format(text, " crashed: %s",
			signal_name(told->code, room, sizeof room));
		if (told->bytes == COMMAND_CRASH_FAULT)
			text_format(
				text, " at address 0x%" PRIx64, told->records);
	}
}

/* The file that it came from, and the copy that was loaded. */
static void say_plugin(struct report *report)
{
	const struct crash_plugin *plugin = report->plugin;

	if (plugin->call)
		text_format(&report->text, "\n  it calls %s", plugin->call);
	text_format(&report->text, "\n  %s %s is %s", plugin->plugin,
		plugin->version, plugin->path);
	for (size_t i = 0; i < WALK_FRAMES_MAX; i++) {
		const char *path = report->frames[i].path;

		if (path && find_stored(report->node, path) &&
			strcmp(find_stored(report->node, path)->sha256,
				plugin->sha256) == 0) {
			if (strcmp(path, plugin->path) == 0)
				break; /* it was taken from there */
			text_format(&report->text, ", kept as\n  %s", path);
			return;
		}
	}
	text_format(&report->text, ",\n  sha256 %s", plugin->sha256);
}

/* One line for a function that calls itself again and again; and none for what
 * is below every operator. */
static void say_frames(struct report *report)
{
	struct text former = {0};
	size_t times = 0, said = 0;

	for (size_t i = 0; i < WALK_FRAMES_MAX; i++) {
		struct text line = {0};

		if (!report->frames[i].told)
			continue;
		if (!describe(report, i, &line)) {
			text_release(&line);
			break;
		}
		if (times > 0 &&
			strcmp(text_string(&line), text_string(&former)) != 0) {
			say_frame(report, text_string(&former), times, said++);
			times = 0;
		}
		times++;
		text_release(&former);
		former = line;
	}
	if (times > 0)
		say_frame(report, text_string(&former), times, said++);
	if (said > CRASH_FRAMES_SHOWN_MAX)
		text_format(&report->text, "\n  and %zu more",
			said - CRASH_FRAMES_SHOWN_MAX);
	text_release(&former);
}

static void say_frame(
	struct report *report, const char *line, size_t times, size_t said)
{
	struct text *text = &report->text;

	if (said >= CRASH_FRAMES_SHOWN_MAX ||
		text->count + strlen(line) > CRASH_REPORT_BYTES_MAX)
		return;
	text_format(text, "\n  %s %s", said == 0 ? "at" : "by", line);
	if (times > 1)
		text_format(text, ", %zu times", times);
}

/* False: it is the scheduler. */
static bool describe(const struct report *report, size_t at, struct text *text)
{
	const struct frame *frame = &report->frames[at];
	const struct resolver_place *place = &report->places[frame->place];

	if (!frame->path) {
		text_format(text, "0x%" PRIx64 ", in no file", frame->address);
		return true;
	}
	if (place->function && is_scheduler(place->function))
		return false;
	if (place->function)
		text_format(text, "%s, ", place->function);
	if (place->file)
		text_format(
			text, "%s:%d", shown(report, place->file), place->line);
	else
		text_format(text, "%s+0x%" PRIx64, shown(report, frame->path),
			frame->offset);
	return true;
}

/* What resumes operators: everything from there on is the same for all. */
static bool is_scheduler(const char *function)
{
	return strcmp(function, "switch_start") == 0 ||
	       strcmp(function, "scheduler_round") == 0;
}

static const struct crash_plugin *find_operator(
	const struct crash_process *node, struct command_text name)
{
	for (uint32_t i = 0; i < node->plugin_count; i++)
		if (strlen(node->plugins[i].operator_name) == name.bytes &&
			memcmp(node->plugins[i].operator_name, name.text,
				name.bytes) == 0)
			return &node->plugins[i];
	return NULL;
}

/* A copy in the store has its hash for a name. */
static const struct crash_plugin *find_stored(
	const struct crash_process *node, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	for (uint32_t i = 0; i < node->plugin_count; i++)
		if (strncmp(name, node->plugins[i].sha256,
			    strlen(node->plugins[i].sha256)) == 0)
			return &node->plugins[i];
	return NULL;
}

/* What a person knows a file by: the plugin's own, and of a long path its end.
 */
static const char *shown(const struct report *report, const char *path)
{
	const struct crash_plugin *plugin =
		path[0] == '/' ? find_stored(report->node, path) : NULL;
	const char *at;
	int parts = 0;

	if (plugin)
		path = plugin->path;
	while (strncmp(path, "../", 3) == 0)
		path += 3;
	for (at = path + strlen(path); at > path; at--)
		if (at[-1] == '/' && ++parts == 3)
			return at == path + 1 ? path : at;
	return path;
}

static const char *signal_name(int number, char *room, size_t bytes)
{
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(room, bytes, "SIG%s", name);
	else
		snprintf(room, bytes, "signal %d", number);
	return room;
}
