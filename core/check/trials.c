/* trials: the parent of those that try. See the header. */
#include "core/check/trials.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/check/brood.h"
#include "core/check/clean.h"
#include "core/check/trials_parts.h"
#include "core/fiber/overflow.h"

#define NUMBER_BYTES 32
#define GRACE_NS INT64_C(1000000000) /* a child says itself that it is late */
#define NONE UINT32_MAX

/* A child and what it has said. */
struct trials {
	struct os *os;
	struct trial *trial;
	const struct trials_request *request;
	trials_told *told;
	void *context;
	pid_t pid;
	int fd, pidfd;
	uint32_t each;  /* runs per case */
	uint32_t begun; /* the run that it is in, or NONE */
	uint32_t next;  /* the run behind the last that has ended */
	struct text line, why, who;
	struct brood brood;
	bool late;
	bool left; /* processes had to be ended */
};

static int start(struct trials *trials, struct error *error);
static int spawn(struct trials *trials, int far, struct error *error);
static void follow(struct trials *trials);
static void hear(struct trials *trials, const char *bytes, size_t count);
static void obey(struct trials *trials, char *line);
static void ended(struct trials *trials, const char *why);
static void bury(struct trials *trials);

int trials_run(struct os *os, struct trial *trial,
	const struct trials_request *request, trials_told *told, void *context,
	struct error *error)
{
	struct trials trials = {.os = os,
		.trial = trial,
		.request = request,
		.told = told,
		.context = context,
		.each = request->renews ? 2 : 1,
		.begun = NONE};
	int result = 0;

	brood_init(&trials.brood, os);
	while (result == 0 && trials.next < trial->case_count * trials.each) {
		uint32_t before = trials.next;

		result = start(&trials, error);
		if (result < 0)
			break;
		follow(&trials);
		bury(&trials);
		if (trials.next == before)
			result = error_set(error, -EIO,
				"the process that tries %s has ended before "
				"it tried anything",
				trial->source.name);
	}
	text_release(&trials.line);
	text_release(&trials.why);
	text_release(&trials.who);
	brood_release(&trials.brood);
	return result < 0 ? result : trials.left;
}

static int start(struct trials *trials, struct error *error)
{
	struct os *os = trials->os;
	int fds[2], result;

	result = os->socketpair(os, AF_UNIX, SOCK_STREAM, 0, fds);
	if (result < 0)
		return error_set(error, result, "no socket for a test: %s",
			strerror(-result));
	trials->fd = fds[0];
	trials->late = false;
	result = spawn(trials, fds[1], error);
	os->close(os, fds[1]);
	if (result < 0)
		os->close(os, fds[0]);
	return result;
}

/* What plugins print goes where messages go. */
static int spawn(struct trials *trials, int far, struct error *error)
{
	const struct trials_request *request = trials->request;
	size_t count = request->trial.setting_count;
	char **argv = calloc(WORD_SETTINGS + count + 2, sizeof *argv);
	char from[NUMBER_BYTES], limit[NUMBER_BYTES];
	const struct os_spawn_fd fds[] = {{2, 1}, {2, 2}, {far, TRIALS_FD}};
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = argv,
		.envp = request->trial.environment,
		.fds = fds,
		.fd_count = sizeof fds / sizeof *fds,
		.death_signal = SIGKILL};
	const char *words[] = {"tau", TRIALS_WORD, request->trial.file, from,
		request->renews ? "1" : "0", limit,
		request->plugin_path ? request->plugin_path : ""};

	CHECK(argv != NULL);
	snprintf(from, sizeof from, "%u", trials->next);
	snprintf(limit, sizeof limit, "%" PRId64, request->limit_ns);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		argv[i] = (char *)(uintptr_t)words[i];
	for (size_t i = 0; i < count; i++)
		argv[WORD_SETTINGS + 1 + i] =
			(char *)(uintptr_t)request->trial.settings[i];
	sigemptyset(&child.ignored);
	sigemptyset(&child.blocked);
	trials->pid = trials->os->spawn(trials->os, &child, &trials->pidfd);
	free(argv);
	if (trials->pid > 0)
		return 0;
	return error_set(error, (int)trials->pid, "no process for a test: %s",
		strerror((int)-trials->pid));
}

/* What it has said since, or 0: it has ended, though a process that it has
 * started may hold its end; -EAGAIN: it is late. */
static ssize_t listen_to(struct trials *trials, char *buffer, size_t bytes)
{
	struct os *os = trials->os;
	const struct brood either = {.os = os, .told_fd = trials->pidfd};

	if (!brood_await(
		    &either, trials->fd, trials->request->limit_ns + GRACE_NS))
		return -EAGAIN;
	if (os->poll(os, trials->fd, POLLIN) <= 0)
		return 0;
	return os->read(os, trials->fd, buffer, bytes);
}

static void follow(struct trials *trials)
{
	struct os *os = trials->os;
	char buffer[4096];
	ssize_t bytes;

	while ((bytes = listen_to(trials, buffer, sizeof buffer)) != 0) {
		if (bytes == -EINTR)
			continue;
		if (bytes > 0) {
			hear(trials, buffer, (size_t)bytes);
		} else if (bytes == -EAGAIN && !trials->late) {
			/* Somebody does not come back: who is it? */
			trials->late = true;
			os->pidfd_signal(
				os, trials->pidfd, OVERFLOW_SIGNAL_ASK);
			bytes = listen_to(trials, buffer, sizeof buffer);
			if (bytes > 0)
				hear(trials, buffer, (size_t)bytes);
			os->pidfd_signal(os, trials->pidfd, SIGKILL);
		} else {
			return;
		}
	}
}

static void hear(struct trials *trials, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != '\n') {
			text_add_byte(&trials->line, bytes[i]);
			continue;
		}
		text_add(&trials->line, "");
		obey(trials, trials->line.bytes);
		text_release(&trials->line);
	}
}

static void obey(struct trials *trials, char *line)
{
	if (!line)
		return;
	if (strncmp(line, "| ", 2) == 0) {
		text_format(&trials->why, "%s%s",
			trials->why.count > 0 ? "\n" : "", line + 2);
	} else if (strncmp(line, "who ", 4) == 0) {
		text_release(&trials->who);
		text_add(&trials->who, line + 4);
	} else if (strncmp(line, "begin ", 6) == 0) {
		trials->begun = (uint32_t)strtoul(line + 6, NULL, 10);
	} else if (strncmp(line, "pass ", 5) == 0) {
		ended(trials, NULL);
	} else if (strncmp(line, "fail ", 5) == 0) {
		if (trials->why.bytes)
			clean_text(trials->why.bytes);
		ended(trials, text_string(&trials->why));
	}
}

static void ended(struct trials *trials, const char *why)
{
	if (trials->begun != trials->next)
		return;
	trials->told(trials->context, trials->trial,
		trials->begun / trials->each, trials->begun % trials->each == 1,
		why);
	trials->next = trials->begun + 1;
	trials->begun = NONE;
	text_release(&trials->why);
	text_release(&trials->who);
}

/* One that died in a case has ended that. */
static void bury(struct trials *trials)
{
	struct os *os = trials->os;
	const struct trial *trial = trials->trial;
	struct text why = {0};
	siginfo_t info = {0};

	os->close(os, trials->fd);
	while (os->wait(os, P_PID, (id_t)trials->pid, &info, WEXITED) == -EINTR)
		;
	trials->left |= brood_end_all(&trials->brood);
	os->close(os, trials->pidfd);
	if (trials->begun == NONE)
		return;
	text_format(&why, "%s:%u: ", trial->source.name,
		trial_line(
			trial, trial->cases[trials->begun / trials->each].at));
	if (trials->who.count > 0)
		text_format(&why, "operator %s ", text_string(&trials->who));
	else
		text_add(&why, "the case ");
	if (trials->late)
		text_format(&why, "does not come back: %" PRId64 " ms are over",
			trials->request->limit_ns / 1000000);
	else if (info.si_code == CLD_EXITED &&
		 info.si_status == OVERFLOW_EXIT_STATUS)
		text_add(&why, "used up its stack");
	else if (info.si_code == CLD_EXITED)
		text_format(&why, "ended the process with exit code %d",
			info.si_status);
	else
		text_format(&why, "crashed: %s", strsignal(info.si_status));
	ended(trials, text_string(&why));
	text_release(&why);
}
