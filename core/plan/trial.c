/* trial: a test's file, its topology, and both together. See the header. */
#include "core/plan/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/os.h"
#include "core/plan/trial_parts.h"

static int read_file(struct trial *trial, struct os *os, const char *file,
	struct error *error);
static char *folder_of(const char *file, const char *current);
static bool parse(struct trial *trial);
static int plan(struct trial *trial, struct os *os,
	const struct trial_request *request, struct error *error);
static void lend_ports(struct trial *trial, struct plan_request *request);
static char *blank(const struct trial *trial);

int trial_make(struct trial *trial, struct os *os,
	const struct trial_request *request, struct error *error)
{
	int result;

	diagnostics_init(&trial->diagnostics, &trial->source);
	result = read_file(trial, os, request->file, error);
	if (result < 0)
		return result;
	trial->folder = folder_of(request->file, request->folder);
	trial->source.folder = trial->folder;
	trial->current = arena_copy(&trial->paper.arena, request->folder);
	if (!parse(trial))
		return -EINVAL;
	trial_read(trial);
	if (!trial->topology + !trial->topology_node + !trial->expression != 2)
		return -EINVAL;
	result = plan(trial, os, request, error);
	if (result < 0 && result != -EINVAL)
		return result;
	if (trial->plan.placed)
		trial_bind(trial);
	for (uint32_t i = 0; result == 0 && i < trial->case_count; i++)
		if (trial->diagnostics.count == 0)
			(void)trial_place(trial, i);
	return result == 0 && trial->diagnostics.count == 0 ? 0 : -EINVAL;
}

void trial_release(struct trial *trial)
{
	node_plan_release(&trial->node);
	plan_release(&trial->plan);
	json_decref(trial->root);
	manifest_release(&trial->paper);
	diagnostics_release(&trial->diagnostics);
	free(trial->blanked);
	free(trial->text);
	free(trial->folder);
	*trial = (struct trial){0};
}

void trial_complain(const struct trial *trial, struct text *text)
{
	diagnostics_print(&trial->diagnostics, text);
	if (trial->plan.diagnostics.source)
		diagnostics_print(&trial->plan.diagnostics, text);
}

uint32_t trial_line(const struct trial *trial, uint32_t at)
{
	return (uint32_t)source_place(&trial->source, at).line;
}

static int read_file(struct trial *trial, struct os *os, const char *file,
	struct error *error)
{
	char buffer[16384];
	struct text text = {0};
	ssize_t bytes = 0;
	int fd = os->openat(
		os, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);

	if (fd < 0)
		return error_set(error, fd, "the test %s cannot be opened: %s",
			file, strerror(-fd));
	do {
		bytes = os->read(os, fd, buffer, sizeof buffer);
		if (bytes > 0)
			text_add_bytes(&text, buffer, (size_t)bytes);
	} while ((bytes > 0 && text.count <= MANIFEST_BYTES_MAX) ||
		 bytes == -EINTR);
	os->close(os, fd);
	text_add(&text, "");
	trial->source.bytes = text.count;
	trial->text = text_take(&text);
	trial->source.text = trial->text ? trial->text : "";
	trial->source.name = file;
	if (bytes < 0)
		return error_set(error, (int)bytes,
			"the test %s cannot be read: %s", file,
			strerror((int)-bytes));
	return 0;
}

static char *folder_of(const char *file, const char *current)
{
	struct text text = {0};
	const char *slash = strrchr(file, '/');
	size_t bytes = slash ? (size_t)(slash - file) : 0;

	if (file[0] == '/') {
		text_add_bytes(&text, file, bytes == 0 ? 1 : bytes);
		return text_take(&text);
	}
	text_add(&text, current);
	if (bytes > 0) {
		text_add_byte(&text, '/');
		text_add_bytes(&text, file, bytes);
	}
	return text_take(&text);
}

static bool parse(struct trial *trial)
{
	struct manifest *paper = &trial->paper;
	json_error_t fault;

	paper->source = &trial->source;
	if (locate_create(
		    &paper->locate, &trial->source, &trial->diagnostics) != 0)
		return false;
	trial->root =
		json_loadb(trial->source.text, trial->source.bytes, 0, &fault);
	if (json_is_object(trial->root))
		return true;
	if (trial->root == NULL)
		diagnostics_add(&trial->diagnostics,
			locate_before(paper->locate, (uint32_t)fault.position),
			"this cannot be read: %.*s",
			(int)strcspn(fault.text, "\n"), fault.text);
	else
		diagnostics_add(&trial->diagnostics,
			locate_at(paper->locate, LOCATE_ROOT),
			"a test is a JSON object: { \"test\": 1, … }");
	return false;
}

/* Its variables: relative paths in them are relative to the test. */
static int plan(struct trial *trial, struct os *os,
	const struct trial_request *request, struct error *error)
{
	struct arena *arena = &trial->paper.arena;
	size_t count = trial->setting_count + request->setting_count;
	const char **settings =
		arena_allocate(arena, count + 1, sizeof *settings);
	struct plan_request wish = {.expression = trial->expression,
		.variables = {.settings = settings,
			.setting_count = count,
			.environment = request->environment,
			.folder = trial->folder},
		.search = request->search};
	const char *slash = strrchr(request->file, '/');
	int result;

	for (size_t i = 0; i < count; i++)
		settings[i] =
			i < trial->setting_count
				? trial->settings[i]
				: request->settings[i - trial->setting_count];
	if (trial->topology_node) {
		trial->blanked = blank(trial);
		wish.text = trial->blanked;
		wish.file = arena_format(arena, "%s/%s", trial->folder,
			slash ? slash + 1 : request->file);
		trial->path = request->file;
	} else if (trial->topology) {
		bool whole = trial->topology[0] == '/';

		wish.file = whole ? trial->topology
				  : arena_format(arena, "%s/%s", trial->folder,
					    trial->topology);
		trial->path = whole || !slash
				      ? trial->topology
				      : arena_format(arena, "%.*s/%s",
						(int)(slash - request->file),
						request->file, trial->topology);
	}
	lend_ports(trial, &wish);
	result = plan_make(&trial->plan, os, &wish, error);
	if (trial->path)
		trial->plan.source.name = trial->path;
	if (trial->topology_node) {
		trial->plan.source.text = trial->source.text;
		trial->plan.source.bytes = trial->source.bytes;
	}
	return result;
}

/* The ends that steps name are connected to the test. */
static void lend_ports(struct trial *trial, struct plan_request *request)
{
	struct manifest_lent *lent = NULL;
	uint32_t count = 0;
	bool out;

	for (uint32_t i = 0; i < trial->case_count; i++)
		for (uint32_t j = 0; j < trial->cases[i].step_count; j++) {
			const struct trial_step *step =
				&trial->cases[i].steps[j];

			if (!step->end.name || !trial_takes_port(step, &out))
				continue;
			lent = arena_grow(
				&trial->paper.arena, lent, count, sizeof *lent);
			lent[count++] = (struct manifest_lent){
				step->end.name, step->end.port, out};
		}
	request->lent = lent;
	request->lent_count = count;
}

/* The text of the topology that stands in the test, with blanks for all that
 * is around it, so that places are those of the file. */
static char *blank(const struct trial *trial)
{
	const char *text = trial->source.text;
	uint32_t from = locate_at(trial->paper.locate, trial->topology_node);
	struct text kept = {0};
	bool quoted = false;
	int depth = 0;
	size_t at = 0;

	for (; at < from; at++)
		text_add_byte(&kept, text[at] == '\n' ? '\n' : ' ');
	do {
		char byte = text[at];

		if (byte == '\\' && quoted)
			text_add_byte(&kept, text[at++]);
		else if (byte == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (byte == '{') - (byte == '}');
		text_add_byte(&kept, text[at++]);
	} while (depth > 0);
	return text_take(&kept);
}
