/* probes: operators tried in processes of their own. See the header. */
#include "core/check/probes.h"

#include "core/check/probes_parts.h"
#include "core/check/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static int prepare(struct probes *probes, struct error *error);
static void finish(struct probes *probes);
static int try_one(
	struct probes *probes, const char *name, struct error *error);

int probes_run(struct check_report *report, struct os *os,
	const struct probes_request *request, struct error *error)
{
	struct probes probes = {
		.report = report, .os = os, .request = request, .page_fd = -1};
	const struct description *description = request->description;
	size_t before = report->finding_count;
	int result;

	brood_init(&probes.brood, os);
	brood_hold(&probes.brood);
	result = prepare(&probes, error);
	if (result == 0)
		result = try_one(&probes, "", error);
	for (size_t i = 0; result == 0 && report->finding_count == before &&
			   i < description->operator_count;
		i++) {
		result =
			try_one(&probes, description->operators[i].name, error);
		before = report->finding_count;
	}
	finish(&probes);
	brood_release(&probes.brood);
	return result;
}

static int fail(struct error *error, int code, const char *what)
{
	return error_set(error, code, "the operators cannot be tried: %s: %s",
		what, strerror(-code));
}

static int absolute(struct probes *probes)
{
	const char *path = probes->request->path;
	ssize_t bytes = 0;

	if (*path != '/')
		bytes = probes->os->readlinkat(probes->os, AT_FDCWD,
			"/proc/self/cwd", probes->path, PROBES_PATH_BYTES - 1);
	if (bytes < 0)
		return (int)bytes;
	return snprintf(probes->path + bytes, PROBES_PATH_BYTES - (size_t)bytes,
		       "%s%s", bytes ? "/" : "",
		       path) >= PROBES_PATH_BYTES - (int)bytes
		       ? -ENAMETOOLONG
		       : 0;
}

static int make_folder(struct probes *probes)
{
	struct os *os = probes->os;
	uint64_t random = 0;

	(void)os->random(os, &random, sizeof random, 0);
	(void)snprintf(probes->folder, PROBES_PATH_BYTES,
		"%s/tau-check-%016" PRIx64, probes->request->folder, random);
	return os->mkdirat(os, AT_FDCWD, probes->folder, 0700);
}

static int prepare(struct probes *probes, struct error *error)
{
	struct os *os = probes->os;
	void *page = NULL;
	int result = absolute(probes);

	if (result < 0)
		return fail(error, result, "the file's path");
	result = make_folder(probes);
	if (result < 0) {
		int code = fail(error, result, probes->folder);

		probes->folder[0] = '\0';
		return code;
	}
	probes->page_fd = os->memfd(os, "tau-check", 0);
	if (probes->page_fd < 0)
		return fail(error, probes->page_fd, "a file of its own");
	result = os->ftruncate(os, probes->page_fd, sizeof *probes->page);
	if (result == 0)
		result = os->map(os, &page, sizeof *probes->page,
			PROT_READ | PROT_WRITE, MAP_SHARED, probes->page_fd, 0);
	if (result < 0)
		return fail(error, result, "memory");
	probes->page = page;
	return 0;
}

static void finish(struct probes *probes)
{
	struct os *os = probes->os;

	(void)brood_end_all(&probes->brood);
	if (probes->page)
		(void)os->unmap(os, probes->page, sizeof *probes->page);
	if (probes->page_fd >= 0)
		os->close(os, probes->page_fd);
	if (probes->folder[0] && remove_folder(os, probes->folder) < 0)
		report_left_out(probes->report, "", "clearing up",
			"%s cannot be removed whole; do so by hand",
			probes->folder);
}

/* Whether it has really done all that it should have, by its own page. */
static bool is_done(const struct page *page, const siginfo_t *how)
{
	return how->si_code == CLD_EXITED && how->si_status == PROBE_DONE &&
	       page->group == PROBE_GROUPS;
}

static int try_one(struct probes *probes, const char *name, struct error *error)
{
	uint32_t first = *name ? PROBE_RUN : PROBE_LOAD;

	while (first < PROBE_GROUPS) {
		struct page *page = probes->page;
		struct probes_end end = {0};
		int result;

		memset(page, 0, sizeof *page);
		result = probes_process(probes, name, first, &end);
		if (result == -EINTR)
			return error_set(error, result, "interrupted");
		if (result < 0)
			return fail(error, result, "a process");
		if (end.how.si_code == CLD_EXITED && is_done(page, &end.how)) {
			probes_judge(probes, name, &end, true);
			return 0;
		}
		if (page->group < first || page->group >= PROBE_GROUPS)
			page->group = first;
		probes_judge(probes, name, &end, false);
		first = page->group + 1;
		if (!*name)
			return 0;
		if (end.late && first < PROBE_GROUPS) {
			report_left_out(probes->report, name, "the rest",
				"%s and what comes behind it: it hangs",
				probes_group(first));
			return 0;
		}
	}
	return 0;
}
