/* probes: operators tried in processes of their own. See the header. */
#include "core/check/probes.h"

#include "core/check/page.h"
#include "core/fleet/symbols.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PATH_BYTES 4096
#define STEP_NS 20000000ll     /* how often the page is looked at */
#define LAST_NS 500000000ll    /* to say where it stands */
#define START_NS 10000000000ll /* until it is in its first case */
#define SAID_BYTES 400         /* of what it wrote on fd 2 */

static const char *const names[PROBE_GROUPS] = {"loading", "records", "stalls",
	"params", "lives", "stops", "closing", "state", "faults"};

struct probes {
	struct check_report *report;
	struct os *os;
	const struct probes_request *request;
	struct page *page;
	int page_fd, said_fd, null_fd;
	char path[PATH_BYTES], folder[PATH_BYTES];
};

static int prepare(struct probes *probes, struct error *error);
static void finish(struct probes *probes);
static int try_one(
	struct probes *probes, const char *name, struct error *error);

int probes_run(struct check_report *report, struct os *os,
	const struct probes_request *request, struct error *error)
{
	struct probes probes = {.report = report,
		.os = os,
		.request = request,
		.page_fd = -1,
		.said_fd = -1,
		.null_fd = -1};
	const struct description *description = request->description;
	size_t before = report->finding_count;
	int result = prepare(&probes, error);

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
			"/proc/self/cwd", probes->path, PATH_BYTES - 1);
	if (bytes < 0)
		return (int)bytes;
	return snprintf(probes->path + bytes, PATH_BYTES - (size_t)bytes,
		       "%s%s", bytes ? "/" : "",
		       path) >= PATH_BYTES - (int)bytes
		       ? -ENAMETOOLONG
		       : 0;
}

static int make_folder(struct probes *probes)
{
	struct os *os = probes->os;
	uint64_t random = 0;

	(void)os->random(os, &random, sizeof random, 0);
	(void)snprintf(probes->folder, PATH_BYTES, "%s/tau-check-%016" PRIx64,
		probes->request->folder, random);
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
	probes->said_fd = os->memfd(os, "tau-check-said", 0);
	probes->null_fd = os->openat(os, AT_FDCWD, "/dev/null", O_RDONLY, 0);
	if (probes->page_fd < 0 || probes->said_fd < 0 || probes->null_fd < 0)
		return fail(error, -EMFILE, "files of its own");
	result = os->ftruncate(os, probes->page_fd, sizeof *probes->page);
	if (result == 0)
		result = os->map(os, &page, sizeof *probes->page,
			PROT_READ | PROT_WRITE, MAP_SHARED, probes->page_fd, 0);
	if (result < 0)
		return fail(error, result, "memory");
	probes->page = page;
	return 0;
}

struct removing {
	struct os *os;
	int fd;
	int depth;
};

static int remove_entry(void *context, const char *name, unsigned char kind)
{
	struct removing *removing = context;
	struct os *os = removing->os;
	struct removing inner = {os, -1, removing->depth + 1};

	if (kind != DT_DIR || inner.depth > 8) {
		(void)os->unlinkat(os, removing->fd, name, 0);
		return 0;
	}
	inner.fd = os->openat(
		os, removing->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (inner.fd >= 0) {
		(void)os->list(os, inner.fd, remove_entry, &inner);
		os->close(os, inner.fd);
	}
	(void)os->unlinkat(os, removing->fd, name, AT_REMOVEDIR);
	return 0;
}

static void finish(struct probes *probes)
{
	struct os *os = probes->os;
	struct removing all = {os, AT_FDCWD, 0};
	const int fds[] = {probes->page_fd, probes->said_fd, probes->null_fd};

	if (probes->page)
		(void)os->unmap(os, probes->page, sizeof *probes->page);
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			os->close(os, fds[i]);
	if (probes->folder[0])
		(void)remove_entry(&all, probes->folder, DT_DIR);
}

/* --- one process --- */

static int start(
	struct probes *probes, const char *name, uint32_t group, int *pidfd)
{
	struct os *os = probes->os;
	char number[16];
	char *words[] = {(char *)"tau", (char *)PROBE_WORD, probes->path,
		(char *)(uintptr_t)name, number, NULL};
	const struct os_spawn_fd fds[] = {{probes->null_fd, 0},
		{probes->said_fd, 1}, {probes->said_fd, 2},
		{probes->page_fd, 3}};
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = words,
		.envp = probes->request->environment,
		.cwd = probes->folder,
		.fds = fds,
		.fd_count = sizeof fds / sizeof *fds,
		.death_signal = SIGKILL};

	sigemptyset(&child.blocked);
	sigemptyset(&child.ignored);
	(void)snprintf(number, sizeof number, "%u", group);
	(void)os->ftruncate(os, probes->said_fd, 0);
	(void)os->lseek(os, probes->said_fd, 0, SEEK_SET);
	return os->spawn(os, &child, pidfd);
}

static bool has_ended(struct os *os, int pidfd, int64_t wait_ns)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = os->epoll_create(os), count;

	if (epoll < 0)
		return os->poll(os, pidfd, POLLIN) > 0;
	(void)os->epoll_control(os, epoll, EPOLL_CTL_ADD, pidfd, &event);
	count = os->epoll_wait(os, epoll, &event, 1, wait_ns);
	os->close(os, epoll);
	return count > 0;
}

/* Until it ends, or has been in one case for too long: then it is asked where
 * it stands, and killed. False: it had to be. */
static bool await(struct probes *probes, int pidfd, siginfo_t *how)
{
	struct os *os = probes->os;
	uint32_t cases = probes->page->cases;
	int64_t since = os->clock_ns(os);
	int64_t deadline_ns = probes->request->deadline_ns;
	bool in_time = true;

	while (in_time && !has_ended(os, pidfd, STEP_NS)) {
		int64_t now = os->clock_ns(os);
		uint32_t now_cases = *(volatile uint32_t *)&probes->page->cases;

		if (now_cases != cases)
			since = now;
		cases = now_cases;
		in_time = now - since < (cases ? deadline_ns : START_NS);
	}
	if (!in_time) {
		(void)os->pidfd_signal(os, pidfd, SIGABRT);
		if (!has_ended(os, pidfd, LAST_NS))
			(void)os->pidfd_signal(os, pidfd, SIGKILL);
	}
	while (os->wait(os, P_PIDFD, (id_t)pidfd, how, WEXITED) == -EINTR)
		continue;
	return in_time;
}

/* --- what is made of it --- */

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

/* The first line of what it said before it went. */
static void say_said(struct probes *probes, char *text, size_t bytes)
{
	char said[SAID_BYTES + 1];
	ssize_t count = probes->os->pread(
		probes->os, probes->said_fd, said, SAID_BYTES, 0);

	text[0] = '\0';
	if (count <= 0)
		return;
	said[count] = '\0';
	for (char *at = said; *at; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	(void)snprintf(text, bytes, "; it said: %s", said);
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
	uint32_t group, const char *where, const char *text)
{
	char place[512];
	bool crashed = strncmp(code, "case.", 5) == 0 ||
		       strncmp(code, "body.", 5) == 0 ||
		       strncmp(code, "reserve.", 8) == 0;

	place[0] = '\0';
	if (crashed)
		say_place(probes, place, sizeof place);
	if (!is_known(probes->report, owner, code))
		report_finding(probes->report, code, owner, names[group], where,
			"%s%s", text, place);
}

static void collect(struct probes *probes, const char *owner)
{
	const struct page *page = probes->page;

	for (uint32_t i = 0; i < PROBE_GROUPS; i++)
		if (page->passed[i])
			report_passed(probes->report, owner, names[i],
				page->passed[i]);
	for (uint32_t i = 0; i < page->finding_count && i < PAGE_FINDINGS_MAX;
		i++) {
		const struct page_finding *finding = &page->findings[i];

		add(probes, owner,
			report_hint(finding->code) ? finding->code
						   : "case.exit",
			finding->group % PROBE_GROUPS, finding->where,
			finding->text);
	}
	for (uint32_t i = 0; i < page->left_out_count && i < PAGE_LEFT_OUT_MAX;
		i++)
		report_left_out(probes->report, owner, page->left_out[i].what,
			"%s", page->left_out[i].why);
}

/* How it went that did not end by itself. */
static void judge_end(struct probes *probes, const char *owner,
	const siginfo_t *how, bool in_time, uint32_t group)
{
	struct page *page = probes->page;
	char said[SAID_BYTES + 32], text[SAID_BYTES + 128];

	say_said(probes, said, sizeof said);
	if (!in_time) {
		(void)snprintf(text, sizeof text,
			"it did not come back within %" PRId64 " ms%s",
			probes->request->deadline_ns / 1000000, said);
		add(probes, owner, "case.hang", group, page->where, text);
	} else if (how->si_code != CLD_EXITED) {
		(void)snprintf(text, sizeof text,
			"it was ended by the signal SIG%s%s",
			sigabbrev_np(how->si_status)
				? sigabbrev_np(how->si_status)
				: "?",
			said);
		add(probes, owner, "case.crash", group, page->where, text);
	} else if (how->si_status != PROBE_ABANDONED) {
		(void)snprintf(text, sizeof text,
			"it ended the process, with the exit code %d%s",
			how->si_status, said);
		add(probes, owner, "case.exit", group, page->where, text);
	}
}

static int try_one(struct probes *probes, const char *name, struct error *error)
{
	uint32_t first = *name ? PROBE_RUN : PROBE_LOAD;

	while (first < PROBE_GROUPS) {
		struct page *page = probes->page;
		siginfo_t how = {0};
		int pidfd = -1, pid;
		bool in_time;

		memset(page, 0, sizeof *page);
		pid = start(probes, name, first, &pidfd);
		if (pid < 0)
			return fail(error, pid, "a process");
		in_time = await(probes, pidfd, &how);
		probes->os->close(probes->os, pidfd);
		collect(probes, name);
		if (in_time && how.si_code == CLD_EXITED &&
			how.si_status == PROBE_DONE)
			return 0;
		if (page->group < first || page->group >= PROBE_GROUPS)
			page->group = first;
		judge_end(probes, name, &how, in_time, page->group);
		if (!*name)
			return 0;
		first = page->group + 1;
		if (!in_time && first < PROBE_GROUPS) {
			report_left_out(probes->report, name, "the rest",
				"%s and what comes behind it: it hangs",
				names[first]);
			return 0;
		}
	}
	return 0;
}
