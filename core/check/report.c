/* report: what `tau check` has found out. See the header. */
#include "core/check/report.h"

#include "core/base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_BYTES 1024

static const struct {
	const char *code, *hint;
} codes[] = {
	{"file.refused", "build it with the compiler and flags of `tau new "
			 "operator`, as a shared object"},
	{"elf.symbol", "end the source with TAU_OPERATORS(...)"},
	{"elf.exports", "compile with -fvisibility=hidden, or make it static: "
			"two plugins in one process may both have it"},
	{"elf.host", "reach the host through op->host alone; it exports "
		     "nothing"},
	{"elf.textrel", "compile every file of it with -fPIC"},
	{"elf.rpath", "link without -rpath; libraries are found where the "
		      "system has them"},
	{"elf.stack", "link with -Wl,-z,noexecstack; an assembler file needs a "
		      ".note.GNU-stack section"},
	{"note.name", "give the plugin another name"},
};

static struct check_group *group_of(
	struct check_report *report, const char *owner, const char *name)
{
	struct check_group *group;

	for (size_t i = 0; i < report->group_count; i++) {
		group = &report->groups[i];
		if (!strcmp(group->owner, owner) && !strcmp(group->name, name))
			return group;
	}
	report->groups = arena_grow(&report->arena, report->groups,
		report->group_count, sizeof *report->groups);
	group = &report->groups[report->group_count++];
	*group = (struct check_group){
		.owner = arena_text(&report->arena, owner, strlen(owner)),
		.name = arena_text(&report->arena, name, strlen(name))};
	return group;
}

void report_release(struct check_report *report)
{
	arena_release(&report->arena);
	*report = (struct check_report){0};
}

void report_finding(struct check_report *report, const char *code,
	const char *owner, const char *group, const char *where,
	const char *format, ...)
{
	char text[SENTENCE_BYTES];
	struct check_finding *finding;
	va_list list;

	CHECK(report_hint(code) != NULL);
	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	report->findings = arena_grow(&report->arena, report->findings,
		report->finding_count, sizeof *report->findings);
	finding = &report->findings[report->finding_count++];
	finding->code = arena_text(&report->arena, code, strlen(code));
	finding->owner = arena_text(&report->arena, owner, strlen(owner));
	finding->where = arena_text(&report->arena, where, strlen(where));
	finding->text = arena_text(&report->arena, text, strlen(text));
	finding->hint = report_hint(code);
	group_of(report, owner, group)->findings++;
}

void report_passed(struct check_report *report, const char *owner,
	const char *group, uint32_t count)
{
	group_of(report, owner, group)->passed += count;
}

void report_left_out(struct check_report *report, const char *owner,
	const char *what, const char *format, ...)
{
	char text[SENTENCE_BYTES];
	struct check_left_out *left_out;
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	report->left_out = arena_grow(&report->arena, report->left_out,
		report->left_out_count, sizeof *report->left_out);
	left_out = &report->left_out[report->left_out_count++];
	left_out->owner = arena_text(&report->arena, owner, strlen(owner));
	left_out->what = arena_text(&report->arena, what, strlen(what));
	left_out->why = arena_text(&report->arena, text, strlen(text));
}

const char *report_hint(const char *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].hint;
	return NULL;
}

const char *report_code(size_t index)
{
	return index < sizeof codes / sizeof *codes ? codes[index].code : NULL;
}
