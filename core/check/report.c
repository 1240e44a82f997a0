/* report: what `tau check` has found out. See the header. */
#include "core/check/report.h"

#include "core/base/check.h"
#include "core/check/clean.h"

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
	{"elf.undefined", "link the library that has it, and with -Wl,-z,defs, "
			  "so that the linker tells you"},
	{"elf.host", "reach the host through op->host alone; it exports "
		     "nothing"},
	{"elf.textrel", "compile every file of it with -fPIC"},
	{"elf.rpath", "link without -rpath; libraries are found where the "
		      "system has them"},
	{"elf.stack", "link with -Wl,-z,noexecstack; an assembler file needs a "
		      ".note.GNU-stack section"},
	{"note.name", "give the plugin another name"},
	{"note.key", "spell it as tau-plugin(5) does; hosts ignore what they "
		     "do not know"},
	{"note.table", "make TAU_PLUGIN and TAU_OPERATORS say the same"},
	{"file.load", "run ldd on it: all of its libraries must be there"},
	{"case.crash", "run it under a debugger or AddressSanitizer"},
	{"case.stack", "keep large things in op->self, or describe a larger "
		       "\"stack\""},
	{"case.exit", "return -errno after tau_fail; the process is not the "
		      "operator's to end"},
	{"case.hang", "wait through the host alone, and return when a call "
		      "says stop"},
	{"case.limit", "keep no more than what is still to be said, and free "
		       "the rest"},
	{"case.kill", "leave other processes alone; a program of its own goes "
		      "into a node with a \"command\""},
	{"body.consumed", "consume a record when you are done with its body"},
	{"body.beyond", "a body has record->bytes bytes and no NUL behind it"},
	{"body.written", "copy it: others may be reading the same body"},
	{"reserve.void", "fill and commit a reservation before the next call "
			 "that may suspend"},
	{"reserve.beyond", "reserve as many bytes as you write"},
	{"read.again", "call tau_consume when all that the record leads to is "
		       "written, or tau_pass"},
	{"in.window", "consume each record once, after tau_read gave it"},
	{"out.window", "reserve room for each record before you commit it"},
	{"out.atomic", "reserve as many bytes as you commit"},
	{"out.type", "describe the port as what it writes, or as any"},
	{"out.value", "write values with tau/writer.h and look at what "
		      "tau_writer_finish returns"},
	{"out.body", "commit a reservation, or send a part of a record that "
		     "you consume later, or mark a constant TAU_STATIC"},
	{"out.endless", "write what is there, and then return"},
	{"run.result", "return 0, or a negative errno, kept before the next "
		       "call that may suspend"},
	{"run.spins", "wait for the bits of what you need, or read, instead of "
		      "asking again and again; call drained after -EAGAIN; a "
		      "deadline is op->host->now(op) + how long"},
	{"run.thread", "let threads work on memory of yours, and call the host "
		       "from run alone"},
	{"fail.silent", "return tau_fail(op, -E..., \"why, and what to do\")"},
	{"fail.ignored",
		"give on what tau_fail returned: `return flow < 0 ? "
		"flow : 0;`, in on_ready `if (flow < 0) return flow;`"},
	{"life.create", "open files and connections in run"},
	{"life.fds", "close in destroy what run opened"},
	{"life.foreign",
		"close each file once, and none that run did not open"},
	{"life.process", "put it back before the next call that may suspend, "
			 "or do without"},
	{"life.memory", "free in destroy what create, restore and run made, and "
			"in run what is of one record"},
	{"life.children", "wait for what was started, or put it into a node "
			  "with a \"command\""},
	{"stop.output", "what run knows when it returns must be in op->self, "
			"and what op->self knows in the state"},
	{"stop.ignored", "return from run when a read is NULL or a call "
			 "answers TAU_STOPPED"},
	{"close.ignored", "return from run when a call answers TAU_STOPPED, "
			  "also a write"},
	{"save.failed", "save must work whenever run has returned"},
	{"save.changes", "save writes and changes nothing"},
	{"save.identical", "restore all that save writes, in the same order"},
	{"restore.failed", "read what save of the same version writes, of each "
			   "in \"reads\""},
	{"restore.rest", "read all that save writes, or do not write it"},
	{"restore.truncated", "refuse a state that ends too soon: tau_read_at "
			      "gives NULL"},
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

static char *clean_lines(struct check_report *report, const char *text)
{
	size_t bytes = strlen(text);
	char *cleaned = arena_allocate(&report->arena, bytes + 1, 1);

	memcpy(cleaned, text, bytes + 1);
	clean_text(cleaned);
	return cleaned;
}

static const char *clean(struct check_report *report, const char *text)
{
	char *cleaned = clean_lines(report, text);

	for (char *end = cleaned; (end = strchr(end, '\n'));)
		*end = ' ';
	return cleaned;
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
	finding->where = clean(report, where);
	finding->text = clean(report, text);
	finding->hint = report_hint(code);
	finding->printed = "";
	group_of(report, owner, group)->findings++;
}

void report_printed(struct check_report *report, const char *printed)
{
	CHECK(report->finding_count > 0);
	report->findings[report->finding_count - 1].printed =
		clean_lines(report, printed);
}

void report_hint_instead(struct check_report *report, const char *hint)
{
	CHECK(report->finding_count > 0);
	report->findings[report->finding_count - 1].hint = hint;
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
	left_out->what = clean(report, what);
	left_out->why = clean(report, text);
}

void report_remark(
	struct check_report *report, const char *owner, const char *text)
{
	struct check_remark *remark;

	report->remarks = arena_grow(&report->arena, report->remarks,
		report->remark_count, sizeof *report->remarks);
	remark = &report->remarks[report->remark_count++];
	remark->owner = arena_text(&report->arena, owner, strlen(owner));
	remark->text = clean(report, text);
}

const char *report_hint(const char *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].hint;
	return NULL;
}
