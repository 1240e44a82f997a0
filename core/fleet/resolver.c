/* resolver: addresses made readable by another process. See the header. */
#include "core/fleet/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/fleet/symbols.h"
#include "core/text/text.h"
#include "core/run/reactor.h"

#define ASKED_BYTES_MAX (1024 * KIB)

/* Sanitizers need more memory than there is. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* A process that has been asked. */
struct resolver {
	struct os *os;
	int asked_fd, answer_fd;
	pid_t pid; /* 0: none */
	int pidfd;
	struct text answer;
};

static int write_places(struct resolver *resolver,
	const struct resolver_place *places, size_t count);
static int start(struct resolver *resolver, struct error *error);
static int hear(struct resolver *resolver, struct error *error);
static int hear_all(struct resolver *resolver, struct reactor *reactor,
	struct error *error);
static int read_some(struct resolver *resolver);
static int end(struct resolver *resolver);
static int say_death(int died, struct error *error);
static size_t read_answer(
	const char *answer, struct resolver_place *places, size_t count);
static void told(struct reactor_watch *watch, uint32_t events);
static char *read_asked(struct os *os);
static void limit(struct os *os);
static void answer_line(struct os *os, struct symbols *symbols, char *line);
static void put_clean(struct text *text, const char *word);

int resolver_ask(struct os *os, struct resolver_place *places, size_t count,
	struct error *error)
{
	struct resolver resolver = {
		.os = os, .asked_fd = -1, .answer_fd = -1, .pidfd = -1};
	int code = write_places(&resolver, places, count);
	int died = 0;

	if (code < 0)
		error_set(
			error, code, "cannot ask for it: %s", strerror(-code));
	if (code == 0)
		code = start(&resolver, error);
	if (code == 0)
		code = hear(&resolver, error);
	if (resolver.pid)
		died = end(&resolver);
	if (resolver.asked_fd >= 0)
		os->close(os, resolver.asked_fd);
	if (resolver.answer_fd >= 0)
		os->close(os, resolver.answer_fd);
	if (read_answer(text_string(&resolver.answer), places, count) ==
			count ||
		code < 0)
		died = 0;
	else
		code = say_death(died, error);
	text_release(&resolver.answer);
	return code;
}

void resolver_forget(struct resolver_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(places[i].function);
		free(places[i].file);
		places[i].function = places[i].file = NULL;
	}
}

int resolver_serve(struct os *os)
{
	struct symbols *symbols;
	char *asked, *rest, *line;

	limit(os);
	asked = rest = read_asked(os);
	symbols = symbols_create(os);
	if (!asked || !symbols)
		return 1;
	while ((line = strsep(&rest, "\n")) && *line)
		answer_line(os, symbols, line);
	symbols_destroy(&symbols);
	free(asked);
	return 0;
}

/* ---- who asks ------------------------------------------------------------ */

/* Into a file, so that a process that does not read keeps nobody waiting. */
static int write_places(struct resolver *resolver,
	const struct resolver_place *places, size_t count)
{
	struct os *os = resolver->os;
	struct text text = {0};
	ssize_t written;

	for (size_t i = 0; i < count; i++)
		text_format(&text, "%" PRIx64 " %s\n", places[i].offset,
			places[i].path && !strchr(places[i].path, '\n')
				? places[i].path
				: "-");
	resolver->asked_fd = os->memfd(os, "tau-places", 0);
	if (resolver->asked_fd < 0) {
		text_release(&text);
		return resolver->asked_fd;
	}
	written = os->pwrite(
		os, resolver->asked_fd, text_string(&text), text.count, 0);
	if (written >= 0 && (size_t)written != text.count)
		written = -EIO;
	text_release(&text);
	return written < 0 ? (int)written : 0;
}

static int start(struct resolver *resolver, struct error *error)
{
	struct os *os = resolver->os;
	char *words[] = {(char *)"tau", (char *)RESOLVER_WORD, NULL};
	char *environment[] = {NULL};
	int null_fd = os->openat(os, AT_FDCWD, "/dev/null", O_WRONLY, 0);
	int ends[2] = {-1, -1};
	struct os_spawn_fd fds[3];
	struct os_spawn child = {.path = "/proc/self/exe",
		.argv = words,
		.envp = environment,
		.fds = fds,
		.fd_count = 3,
		.death_signal = SIGKILL};
	pid_t pid = null_fd < 0 ? null_fd : os->pipe(os, ends, 0);

	if (pid == 0)
		pid = os->fcntl(os, ends[0], F_SETFL, O_NONBLOCK);
	if (pid >= 0) {
		fds[0] = (struct os_spawn_fd){resolver->asked_fd, 0};
		fds[1] = (struct os_spawn_fd){ends[1], 1};
		fds[2] = (struct os_spawn_fd){null_fd, 2};
		sigemptyset(&child.blocked);
		sigemptyset(&child.ignored);
		pid = os->spawn(os, &child, &resolver->pidfd);
	}
	if (null_fd >= 0)
		os->close(os, null_fd);
	if (ends[1] >= 0)
		os->close(os, ends[1]);
	resolver->answer_fd = ends[0];
	if (pid < 0)
		return error_set(error, pid,
			"cannot start a process that reads the files: %s",
			strerror(-pid));
	resolver->pid = pid;
	return 0;
}

static int hear(struct resolver *resolver, struct error *error)
{
	struct reactor_watch watch = {.told = told};
	struct reactor *reactor = NULL;
	int code = reactor_create(&reactor, resolver->os, error);

	if (code < 0)
		return code;
	code = reactor_add(reactor, &watch, resolver->answer_fd, EPOLLIN);
	if (code < 0)
		error_set(error, code, "cannot wait for an answer: %s",
			strerror(-code));
	else
		code = hear_all(resolver, reactor, error);
	reactor_remove(reactor, &watch);
	reactor_destroy(&reactor);
	return code;
}

static int hear_all(
	struct resolver *resolver, struct reactor *reactor, struct error *error)
{
	struct os *os = resolver->os;
	int64_t until_ns = os->clock_ns(os) + RESOLVER_WAIT_NS;
	int code;

	while ((code = read_some(resolver)) > 0) {
		int64_t now_ns = os->clock_ns(os);

		if (now_ns >= until_ns)
			return error_set(error, -ETIMEDOUT,
				"reading the files took longer than %d s",
				(int)(RESOLVER_WAIT_NS / SECOND_NS));
		code = reactor_poll(reactor, until_ns - now_ns);
		if (code < 0)
			break;
	}
	return code < 0 ? error_set(error, code, "cannot hear the answer: %s",
				  strerror(-code))
			: 0;
}

/* 1: more may come, 0: it is all. Nobody needs more than what was asked. */
static int read_some(struct resolver *resolver)
{
	struct os *os = resolver->os;
	char bytes[4096];
	ssize_t count;

	for (;;) {
		count = os->read(os, resolver->answer_fd, bytes, sizeof bytes);
		if (count == -EINTR)
			continue;
		if (count <= 0)
			break;
		text_add_bytes(&resolver->answer, bytes, (size_t)count);
		if (resolver->answer.count > ASKED_BYTES_MAX)
			return -EMSGSIZE;
	}
	return count == -EAGAIN ? 1 : (int)count;
}

/* However it went, no process is left, also where it has closed its pipe and
 * goes on. Returns the signal that it died of by itself, or 0. */
static int end(struct resolver *resolver)
{
	struct os *os = resolver->os;
	siginfo_t info = {0};

	(void)os->pidfd_signal(os, resolver->pidfd, SIGKILL);
	while (os->wait(os, P_PIDFD, (id_t)resolver->pidfd, &info, WEXITED) ==
		-EINTR)
		continue;
	os->close(os, resolver->pidfd);
	resolver->pid = 0;
	return info.si_code == CLD_EXITED || info.si_status == SIGKILL
		       ? 0
		       : info.si_status;
}

static int say_death(int died, struct error *error)
{
	if (died)
		return error_set(error, -EIO,
			"the process that reads the files was killed by "
			"signal %d (%s)",
			died, strsignal(died));
	return error_set(error, -EIO,
		"the process that reads the files ended before it was done");
}

/* How many places it tells of. */
static size_t read_answer(
	const char *answer, struct resolver_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *end = strchr(answer, '\n');
		char *line, *rest;
		const char *function, *number;

		if (!end)
			return i;
		line = rest = strndup(answer, (size_t)(end - answer));
		CHECK(line != NULL);
		function = strsep(&rest, "\t");
		number = strsep(&rest, "\t");
		if (*function)
			places[i].function = strdup(function);
		if (rest && *rest)
			places[i].file = strdup(rest);
		places[i].line = number ? atoi(number) : 0;
		free(line);
		answer = end + 1;
	}
	return count;
}

/* Having waited is all that was wanted. */
static void told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

/* ---- who is asked -------------------------------------------------------- */

/* A file that claims to be huge shall not take the machine's memory, and one
 * that breaks its reader leaves nothing behind. */
static void limit(struct os *os)
{
	struct rlimit core = {0, 0};
	struct rlimit memory = {RESOLVER_MEMORY_BYTES, RESOLVER_MEMORY_BYTES};

	(void)os->rlimit(os, RLIMIT_CORE, &core, NULL);
	if (!SANITIZED)
		(void)os->rlimit(os, RLIMIT_AS, &memory, NULL);
}

static char *read_asked(struct os *os)
{
	char *text = calloc(1, ASKED_BYTES_MAX + 1);
	ssize_t count = 0;

	if (text)
		count = os->pread(os, 0, text, ASKED_BYTES_MAX, 0);
	if (count >= 0)
		return text;
	free(text);
	return NULL;
}

static void answer_line(struct os *os, struct symbols *symbols, char *line)
{
	char *path;
	uint64_t offset = strtoull(line, &path, 16);
	struct symbol symbol = {0};
	struct text text = {0};

	if (*path == ' ' && path[1] == '/')
		symbol = symbols_find(symbols, path + 1, offset);
	put_clean(&text, symbol.function);
	text_format(&text, "\t%d\t", symbol.line);
	put_clean(&text, symbol.file);
	text_add(&text, "\n");
	(void)os->write(os, 1, text_string(&text), text.count);
	text_release(&text);
}

/* What a file calls things stays within its line and column. */
static void put_clean(struct text *text, const char *word)
{
	size_t bytes = word ? strnlen(word, RESOLVER_NAME_BYTES) : 0;

	for (size_t i = 0; i < bytes; i++)
		text_add_byte(
			text, (unsigned char)word[i] < ' ' || word[i] == 127
				      ? '?'
				      : word[i]);
}
