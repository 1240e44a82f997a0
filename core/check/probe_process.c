/*
 * probe_process: what belongs to the process and not to an operator: its
 * current folder, mask, signals, files and children, and how it rounds. Who
 * changes these changes them for all others in the node.
 */
#include "core/check/probe.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>

#define STATUS_BYTES 4096
#define FOLDER_BYTES 2048
/* 32 and 33, by which libc reaches its threads. */
#define LIBC_SIGNALS (UINT64_C(3) << 31)
#define ROUNDING_FLAGS 0x3fu /* of mxcsr: what has happened, not what will */

static const char *const lines[] = {"Umask:", "SigBlk:", "SigIgn:", "SigCgt:"};
static const char *const named[] = {"the umask", "which signals are blocked",
	"which signals are ignored", "which signals are caught"};

static int count_one(void *context, const char *name, unsigned char kind)
{
	(void)name;
	(void)kind;
	++*(size_t *)context;
	return 0;
}

size_t probe_fds(struct os *os)
{
	size_t count = 0;
	int fd = os->openat(
		os, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return 0;
	(void)os->list(os, fd, count_one, &count);
	os->close(os, fd);
	return count;
}

static uint64_t number_of(const char *status, const char *line)
{
	const char *at = strstr(status, line);

	return at ? strtoull(at + strlen(line), NULL, 16) : 0;
}

void probe_process_look(struct os *os, struct probe_process *process)
{
	char status[STATUS_BYTES + 1];
	ssize_t bytes = 0;
	int fd = os->openat(
		os, AT_FDCWD, "/proc/self/status", O_RDONLY | O_CLOEXEC, 0);

	if (fd >= 0) {
		bytes = os->read(os, fd, status, STATUS_BYTES);
		os->close(os, fd);
	}
	status[bytes > 0 ? bytes : 0] = '\0';
	for (size_t i = 0; i < PROBE_PROCESS_LINES; i++)
		process->line[i] = number_of(status, lines[i]) & ~LIBC_SIGNALS;
	process->rounding = _mm_getcsr() & ~ROUNDING_FLAGS;
	(void)snprintf(process->locale, sizeof process->locale, "%s",
		setlocale(LC_ALL, NULL));
}

static void judge_folder(struct probe *probe)
{
	char folder[FOLDER_BYTES];
	ssize_t bytes = probe->os->readlinkat(probe->os, AT_FDCWD,
		"/proc/self/cwd", folder, sizeof folder - 1);

	folder[bytes > 0 ? bytes : 0] = '\0';
	if (bytes > 0 && strcmp(folder, probe->folder) != 0)
		probe_finding(probe, "life.process",
			"it changed the current folder, which is that of all "
			"operators of a node");
}

/* Also one that has ended, and that nobody has waited for. */
static void judge_children(struct probe *probe)
{
	struct os *os = probe->os;
	siginfo_t info = {0};

	if (os->wait(os, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		probe_finding(probe, "life.children",
			"it started a process that is still there after "
			"destroy");
}

void probe_process_judge(struct probe *probe, const struct probe_process *was)
{
	struct probe_process is;

	probe_process_look(probe->os, &is);
	for (size_t i = 0; i < PROBE_PROCESS_LINES; i++)
		if (is.line[i] != was->line[i])
			probe_finding(probe, "life.process",
				"it changed %s, for all operators of the node",
				named[i]);
	if (strcmp(is.locale, was->locale) != 0)
		probe_finding(probe, "life.process",
			"it changed the locale to %.100s, for all operators of "
			"the node",
			is.locale);
	if (is.rounding != was->rounding)
		probe_finding(probe, "life.process",
			"it changed how numbers are rounded (mxcsr), for all "
			"operators of the node");
	judge_folder(probe);
	judge_children(probe);
}
