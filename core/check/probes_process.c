/*
 * probes_process: one process that tries, and how long it may.
 *
 * What counts is time that it used, on a processor or waiting; not time that a
 * busy machine gave to others.
 */
#include "core/check/probes_parts.h"

#include "core/base/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#define STEP_NS 20000000ll     /* how often it is looked at */
#define LAST_NS 500000000ll    /* to say where it stands */
#define START_NS 10000000000ll /* until it is in its first case */

static int start(
	struct probes *probes, const char *name, uint32_t group, int fds[2]);
static int follow(
	struct probes *probes, pid_t pid, int pidfd, struct probes_end *end);

/* The numbers are a stranger's. */
static void collect_printed(
	struct probes *probes, int fd, struct probes_end *end)
{
	struct page *page = probes->page;
	uint32_t count = page->finding_count;

	for (uint32_t i = 0; i < count && i < PAGE_FINDINGS_MAX; i++) {
		uint64_t from = page->findings[i].printed_from;
		uint64_t to = page->findings[i].printed_to;
		size_t most = to - from < PROBES_SAID_BYTES
				      ? (size_t)(to - from)
				      : PROBES_SAID_BYTES;
		ssize_t bytes = 0;

		if (from < to && to <= INT64_MAX)
			bytes = probes->os->pread(probes->os, fd,
				end->printed[i], most, (int64_t)from);
		end->printed[i][bytes > 0 ? bytes : 0] = '\0';
	}
}

int probes_process(struct probes *probes, const char *name, uint32_t group,
	struct probes_end *end)
{
	struct os *os = probes->os;
	int fds[2] = {-1, os->memfd(os, "tau-check-said", 0)}, result;
	pid_t pid = fds[1] < 0 ? fds[1] : start(probes, name, group, fds);
	ssize_t bytes;

	result = pid < 0 ? pid : follow(probes, pid, fds[0], end);
	if (pid > 0) {
		while (os->wait(os, P_PIDFD, (id_t)fds[0], &end->how,
			       WEXITED) == -EINTR)
			continue;
		os->close(os, fds[0]);
		end->copies = brood_end_all(&probes->brood);
		bytes = os->pread(os, fds[1], end->said, PROBES_SAID_BYTES, 0);
		end->said[bytes > 0 ? bytes : 0] = '\0';
		collect_printed(probes, fds[1], end);
	}
	if (fds[1] >= 0)
		os->close(os, fds[1]);
	return result;
}

/* fds[1] is where it prints; its pidfd is put into fds[0]. */
static int start(
	struct probes *probes, const char *name, uint32_t group, int fds[2])
{
	struct os *os = probes->os;
	char number[16];
	char *words[] = {(char *)"tau", (char *)PROBE_WORD, probes->path,
		(char *)(uintptr_t)name, number, NULL};
	struct os_spawn_fd given[] = {
		{-1, 0}, {fds[1], 1}, {fds[1], 2}, {probes->page_fd, 3}};
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = words,
		.envp = probes->request->environment,
		.cwd = probes->folder,
		.fds = given,
		.fd_count = sizeof given / sizeof *given,
		.flags = OS_SPAWN_NEW_GROUP,
		.death_signal = SIGKILL};
	pid_t pid;

	given[0].parent =
		os->openat(os, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
	if (given[0].parent < 0)
		return given[0].parent;
	sigemptyset(&child.blocked);
	sigemptyset(&child.ignored);
	(void)snprintf(number, sizeof number, "%u", group);
	pid = os->spawn(os, &child, &fds[0]);
	os->close(os, given[0].parent);
	return pid;
}

/* What one case has used up so far. */
struct watching {
	uint32_t cases;
	int64_t spent_ns, busy_ns, looked_ns;
};

static void look(struct probes *probes, pid_t pid, struct watching *watching,
	struct probes_end *end)
{
	struct os *os = probes->os;
	uint32_t cases = *(volatile uint32_t *)&probes->page->cases;
	struct brood_look seen;
	int64_t now_ns = os->clock_ns(os), busy_ns, waited_ns;

	if (!brood_look(os, pid, &seen))
		return;
	busy_ns = seen.busy_ns - watching->busy_ns;
	waited_ns = seen.waits ? now_ns - watching->looked_ns : 0;
	if (waited_ns > 2 * STEP_NS)
		waited_ns = 2 * STEP_NS;
	if (cases != watching->cases)
		watching->spent_ns = 0;
	else
		watching->spent_ns += busy_ns > waited_ns ? busy_ns : waited_ns;
	watching->cases = cases;
	watching->busy_ns = seen.busy_ns;
	watching->looked_ns = now_ns;
	end->late = watching->spent_ns >
		    (cases ? probes->request->deadline_ns : START_NS);
	end->large = seen.memory_bytes > probes->request->memory_bytes;
}

/* Until it ends, or has to: then it is asked where it stands, and killed. */
static int follow(
	struct probes *probes, pid_t pid, int pidfd, struct probes_end *end)
{
	struct os *os = probes->os;
	struct watching watching = {.looked_ns = os->clock_ns(os)};
	int result = 0;

	while (!end->late && !end->large && result == 0) {
		bool moved = brood_await(&probes->brood, pidfd, STEP_NS);

		if (brood_told(&probes->brood))
			result = -EINTR;
		else if (moved)
			return 0;
		look(probes, pid, &watching, end);
	}
	if (result == 0) {
		(void)os->pidfd_signal(os, pidfd, SIGABRT);
		if (brood_await(&probes->brood, pidfd, LAST_NS))
			return 0;
	}
	(void)os->pidfd_signal(os, pidfd, SIGKILL);
	return result;
}
