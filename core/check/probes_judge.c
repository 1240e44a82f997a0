/*
 * probes_judge: what is made of what a process has left on its page, and of how
 * it ended. The page was written by strangers' code, too: nothing on it is
 * believed to end, to be a number of a group, or to be a code.
 */
#include "core/check/probes_parts.h"

#include "core/fleet/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PASSED_MAX 1000000u /* more cases than there are */

static const char *const names[PROBE_GROUPS] = {"loading", "records", "stalls",
	"params", "lives", "stops", "closing", "state", "faults"};

static void close_texts(struct page *page);
static void add(struct probes *probes, const char *owner, const char *code,
	uint32_t group, const char *where, const char *text,
	const char *printed);
static void collect(
	struct probes *probes, const char *owner, const struct probes_end *end);
static void judge_end(
	struct probes *probes, const char *owner, const struct probes_end *end);

const char *probes_group(uint32_t group)
{
	return names[group % PROBE_GROUPS];
}

void probes_judge(struct probes *probes, const char *owner,
	const struct probes_end *end, bool done)
{
	close_texts(probes->page);
	collect(probes, owner, end);
	if (!done)
		judge_end(probes, owner, end);
	if (end->copies)
		add(probes, owner, "life.children", probes->page->group, "",
			"it left processes behind, which had to be killed", "");
}

static void close_texts(struct page *page)
{
	page->where[sizeof page->where - 1] = '\0';
	for (uint32_t i = 0; i < PAGE_FINDINGS_MAX; i++) {
		struct page_finding *one = &page->findings[i];

		one->code[sizeof one->code - 1] = '\0';
		one->where[sizeof one->where - 1] = '\0';
		one->text[sizeof one->text - 1] = '\0';
	}
	for (uint32_t i = 0; i < PAGE_LEFT_OUT_MAX; i++) {
		struct page_left_out *one = &page->left_out[i];

		one->what[sizeof one->what - 1] = '\0';
		one->why[sizeof one->why - 1] = '\0';
	}
}

/* " in FUNCTION (FILE:LINE)", or "". */
static void say_place(struct probes *probes, char *text, size_t bytes)
{
	struct symbols *symbols;
	struct symbol symbol;

	text[0] = '\0';
	if (!probes->page->stands)
		return;
	symbols = symbols_create(probes->os);
	if (!symbols)
		return;
	symbol = symbols_find(symbols, probes->path, probes->page->stands);
	if (symbol.function && symbol.file)
		(void)snprintf(text, bytes, ", in %s (%s:%d)", symbol.function,
			symbol.file, symbol.line);
	else if (symbol.function)
		(void)snprintf(text, bytes, ", in %s", symbol.function);
	symbols_destroy(&symbols);
}

/* The first lines of what it said before it went. */
static void say_said(const struct probes_end *end, char *text, size_t bytes)
{
	text[0] = '\0';
	if (end->said[0])
		(void)snprintf(text, bytes, "; it said: %s", end->said);
}

static bool is_known(
	const struct check_report *report, const char *owner, const char *code)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (!strcmp(report->findings[i].owner, owner) &&
			!strcmp(report->findings[i].code, code))
			return true;
	return false;
}

/* Each code once for an operator. */
static void add(struct probes *probes, const char *owner, const char *code,
	uint32_t group, const char *where, const char *text,
	const char *printed)
{
	char place[512];
	bool crashed = strncmp(code, "case.", 5) == 0 ||
		       strncmp(code, "body.", 5) == 0 ||
		       strncmp(code, "reserve.", 8) == 0;

	place[0] = '\0';
	if (crashed)
		say_place(probes, place, sizeof place);
	if (is_known(probes->report, owner, code))
		return;
	report_finding(probes->report, code, owner, probes_group(group), where,
		"%s%s", text, place);
	report_printed(probes->report, printed);
}

static void collect(
	struct probes *probes, const char *owner, const struct probes_end *end)
{
	const struct page *page = probes->page;

	for (uint32_t i = 0; i < PROBE_GROUPS; i++)
		if (page->passed[i] && page->passed[i] < PASSED_MAX)
			report_passed(probes->report, owner, names[i],
				page->passed[i]);
	for (uint32_t i = 0; i < page->finding_count && i < PAGE_FINDINGS_MAX;
		i++) {
		const struct page_finding *finding = &page->findings[i];

		if (report_hint(finding->code))
			add(probes, owner, finding->code, finding->group,
				finding->where, finding->text, end->printed[i]);
	}
	for (uint32_t i = 0; i < page->left_out_count && i < PAGE_LEFT_OUT_MAX;
		i++)
		if (page->left_out[i].what[0])
			report_left_out(probes->report, owner,
				page->left_out[i].what, "%s",
				page->left_out[i].why);
}

/* Whether it says itself why it went. */
static bool explains(const struct probes_end *end, const struct page *page)
{
	return end->how.si_code == CLD_EXITED &&
	       end->how.si_status == PROBE_ABANDONED && page->finding_count > 0;
}

/* How it went that did not end by itself. */
static void judge_end(
	struct probes *probes, const char *owner, const struct probes_end *end)
{
	const struct page *page = probes->page;
	const siginfo_t *how = &end->how;
	char said[PROBES_SAID_BYTES + 32], text[PROBES_SAID_BYTES + 128];
	const char *code = "case.exit";

	say_said(end, said, sizeof said);
	if (end->large) {
		code = "case.limit";
		(void)snprintf(text, sizeof text,
			"it took more than %" PRIu64 " MiB of memory%s",
			probes->request->memory_bytes >> 20, said);
	} else if (end->late) {
		code = "case.hang";
		(void)snprintf(text, sizeof text,
			"it did not come back within %" PRId64 " ms%s",
			probes->request->deadline_ns / 1000000, said);
	} else if (how->si_code != CLD_EXITED) {
		code = "case.crash";
		(void)snprintf(text, sizeof text,
			"it was ended by the signal SIG%s%s",
			sigabbrev_np(how->si_status)
				? sigabbrev_np(how->si_status)
				: "?",
			said);
	} else if (explains(end, page)) {
		return;
	} else {
		(void)snprintf(text, sizeof text,
			"it ended the process, with the exit code %d%s",
			how->si_status, said);
	}
	add(probes, owner, code, page->group, page->where, text, "");
}
