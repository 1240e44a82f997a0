/* static: what can be said of a plugin's file without running it. */
#include "core/check/static.h"

#include "core/base/os.h"
#include "core/check/elf.h"
#include "core/catalogue/doubt.h"
#include "core/catalogue/note.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int judge_note(struct check_report *report, const char *path, int result,
	struct error *error);
static int read_whole(struct os *os, const struct note *note,
	struct elf_file *file, struct error *error);
static void tell_doubt(void *context, enum doubt_kind kind, const char *owner,
	const char *text);
static void check_name(struct check_report *report, struct os *os,
	const char *path, const struct catalogue_search *search,
	const struct description *description);

int static_check(struct check_report *report, struct os *os, const char *path,
	const struct catalogue_search *search, struct description **description,
	struct error *error)
{
	struct elf_file file = {0};
	struct error found = ERROR_NONE;
	struct note note;
	int result = note_peek(&note, os, path, &found);

	*description = NULL;
	if (result < 0) {
		error_set(error, result, "%s", found.text);
		return judge_note(report, path, result, &found);
	}
	result = read_whole(os, &note, &file, error);
	if (result == 0) {
		elf_check(report, &file);
		free((void *)(uintptr_t)file.bytes);
		if (description_create(description, path, note.text, note.bytes,
			    &found) < 0) {
			judge_note(report, path, -ENOEXEC, &found);
			report_hint_instead(report,
				"correct the text in TAU_PLUGIN, as "
				"tau-plugin(5) has it, and build it again");
		} else
			doubt_visit_all(*description, &report->arena,
				tell_doubt, report);
		if (*description)
			check_name(report, os, path, search, *description);
	}
	note_release(&note);
	return result;
}

/* A file that nobody can read is no finding about a plugin. */
static int judge_note(struct check_report *report, const char *path, int result,
	struct error *error)
{
	size_t bytes = strlen(path);
	const char *why = error->text;
	uint32_t line = error->place.line;

	if (result != -ENOEXEC && result != -EINVAL && result != -EPERM &&
		result != -EFBIG)
		return result;
	if (strncmp(why, path, bytes) == 0 &&
		strncmp(why + bytes, ": ", 2) == 0)
		why += bytes + 2;
	if (line)
		report_finding(report, "file.refused", "", "file", "",
			"%s (line %u, column %u of its description)", why, line,
			error->place.column);
	else
		report_finding(
			report, "file.refused", "", "file", "", "%s", why);
	return 0;
}

static int read_whole(struct os *os, const struct note *note,
	struct elf_file *file, struct error *error)
{
	const char *path = note->identity.path;
	size_t size = (size_t)note->identity.size, at = 0;
	uint8_t *bytes = malloc(size + 1);
	struct note_identity now;
	int fd = bytes ? note_open(&now, os, path, error)
		       : error_set(error, -ENOMEM, "%s: out of memory", path);
	ssize_t count = 1;

	if (fd < 0) {
		free(bytes);
		return fd;
	}
	while (at < size && (count > 0 || count == -EINTR)) {
		count = os->pread(os, fd, bytes + at, size - at, (int64_t)at);
		at += count > 0 ? (size_t)count : 0;
	}
	os->close(os, fd);
	note_identity_release(&now);
	if (at < size) {
		free(bytes);
		return error_set(error, count < 0 ? (int)count : -ENODATA,
			"%s: cannot be read: %s", path,
			strerror(count < 0 ? (int)-count : ENODATA));
	}
	*file = (struct elf_file){bytes, size};
	return 0;
}

static void tell_doubt(void *context, enum doubt_kind kind, const char *owner,
	const char *text)
{
	struct check_report *report = context;

	if (kind == DOUBT_MISSPELT)
		report_finding(
			report, "note.key", owner, "file", "", "%s", text);
	else
		report_remark(report, owner, text);
}

/* Whether a catalogue takes it under its name, as a manifest would give it. */
static void check_name(struct check_report *report, struct os *os,
	const char *path, const struct catalogue_search *search,
	const struct description *description)
{
	struct catalogue_named named = {
		.name = description->name, .path = path};
	struct catalogue_search asked = {
		.beside = search->beside, .installed = search->installed};
	struct catalogue *catalogue;
	struct error error = ERROR_NONE;
	bool standard = false;

	if (catalogue_create(&catalogue, os, &asked, &error) < 0)
		return;
	for (size_t i = 0; i < catalogue_plugin_count(catalogue); i++)
		standard |= catalogue_same_file(catalogue, path,
			catalogue_plugin_at(catalogue, i)->identity.path);
	catalogue_destroy(&catalogue);
	asked.named = &named;
	asked.named_count = 1;
	if (standard || catalogue_create(&catalogue, os, &asked, &error) < 0) {
		report_passed(report, "", "file", standard);
		return;
	}
	for (size_t i = 0; i < catalogue_refusal_count(catalogue); i++) {
		const struct catalogue_refusal *refusal =
			catalogue_refusal_at(catalogue, i);

		if (refusal->origin == CATALOGUE_MANIFEST)
			report_finding(report, "note.name", "", "file", "",
				"%s", refusal->error.text);
	}
	if (report->finding_count == 0)
		report_passed(report, "", "file", 1);
	catalogue_destroy(&catalogue);
}
