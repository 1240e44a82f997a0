/*
 * overflow: the last words of a node that dies by a signal.
 *
 * Everything below `handle` runs in the handler: no allocation, no stdio.
 */
#include "core/fiber/overflow.h"

#include <errno.h>
#include <execinfo.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "core/base/coverage.h"
#include "core/base/bounds.h"
#include "core/base/check.h"

#define OVERFLOW_MAGIC 0x6f766572u
#define SIGNAL_STACK_BYTES (64 * KIB) /* the unwinder needs some ten */
#define PAGE_BYTES 4096u
#define FRAMES_MAX 64
#define LINE_BYTES 1024

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#define SIGNALS (sizeof signals / sizeof *signals)

struct overflow {
	uint32_t magic;
	int fd;
	struct os *os;
	const struct stack_arena *arena;
	overflow_ask *ask;
	void *context;
	char prefix[NAME_BYTES_MAX + sizeof "tau: : "];
	int died_of;  /* the first signal; 0 while alive */
	bool used_up; /* because of a stack */
	stack_t former_stack;
	struct sigaction former[SIGNALS];
};

/* A line under construction; what does not fit is left out. */
struct last_words {
	size_t used;
	char text[LINE_BYTES];
};

static int take_over(struct overflow *overflow);
static int arm(struct overflow *overflow, int number, struct sigaction *former);
static void hand_back(struct overflow *overflow, size_t count);
static void handle(int number, siginfo_t *info, void *context);
static void say_why(struct overflow *overflow, const siginfo_t *info,
	uintptr_t stack_pointer);
static void die(struct overflow *overflow, bool is_fault);
static bool is_overflow(const struct overflow *overflow,
	const struct overflow_runner *runner, int number, const void *address,
	uintptr_t stack_pointer);
static void say_overflow(
	const struct overflow *overflow, const struct overflow_runner *runner);
static void say_crash(const struct overflow *overflow,
	const struct overflow_runner *runner, int number,
	const siginfo_t *info);
static void say_backtrace(const struct overflow *overflow);
static const char *signal_name(int number);
static void add_runner(
	struct last_words *words, const struct overflow_runner *runner);
static void add(struct last_words *words, const char *text);
static void add_number(
	struct last_words *words, uint64_t number, unsigned base);
static void say(const struct overflow *overflow, struct last_words *words);

int overflow_install(struct overflow **overflow, struct os *os,
	const struct stack_arena *arena, int fd, const char *node,
	overflow_ask *ask, void *context, struct error *error)
{
	struct overflow *made;
	void *memory = NULL;
	void *frames[4];
	int result = os->map(os, &memory, SIGNAL_STACK_BYTES,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (result < 0)
		return error_set(error, result,
			"no memory for a stack to handle signals on");
	made = memory;
	*made = (struct overflow){.magic = OVERFLOW_MAGIC,
		.fd = fd,
		.os = os,
		.arena = arena,
		.ask = ask,
		.context = context};
	snprintf(made->prefix, sizeof made->prefix, "tau: %s%s",
		node ? node : "", node && node[0] ? ": " : "");
	/* The first call loads the unwinder, which a handler may not do. */
	backtrace(frames, 4);
	result = take_over(made);
	if (result < 0) {
		os->unmap(os, memory, SIGNAL_STACK_BYTES);
		return error_set(error, result,
			"the kernel refuses a handler for crashes");
	}
	*overflow = made;
	return 0;
}

void overflow_remove(struct overflow **overflow)
{
	struct overflow *gone = *overflow;
	struct os *os;

	if (!gone)
		return;
	CHECK_MAGIC(gone, OVERFLOW_MAGIC);
	os = gone->os;
	hand_back(gone, SIGNALS);
	gone->magic = 0;
	os->unmap(os, gone, SIGNAL_STACK_BYTES);
	*overflow = NULL;
}

static int take_over(struct overflow *overflow)
{
	struct os *os = overflow->os;
	stack_t stack = {.ss_sp = overflow, .ss_size = SIGNAL_STACK_BYTES};
	int result = os->sigaltstack(os, &stack, &overflow->former_stack);

	if (result < 0)
		return result;
	for (size_t at = 0; at < SIGNALS; at++) {
		result = arm(overflow, signals[at], &overflow->former[at]);
		if (result < 0) {
			hand_back(overflow, at);
			return result;
		}
	}
	return 0;
}

/* For one time: a thread without our stack finds the default again. */
static int arm(struct overflow *overflow, int number, struct sigaction *former)
{
	struct os *os = overflow->os;
	struct sigaction action = {.sa_sigaction = handle,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER |
			    (int)SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	return os->sigaction(os, number, &action, former);
}

static void hand_back(struct overflow *overflow, size_t count)
{
	struct os *os = overflow->os;

	while (count-- > 0)
		os->sigaction(
			os, signals[count], &overflow->former[count], NULL);
	os->sigaltstack(os, &overflow->former_stack, NULL);
}

static void handle(int number, siginfo_t *info, void *context)
{
	const ucontext_t *machine = context;
	struct overflow *overflow = machine->uc_stack.ss_sp;
	bool first;

	if (machine->uc_stack.ss_flags & SS_DISABLE || !overflow ||
		overflow->magic != OVERFLOW_MAGIC)
		return; /* another thread's: it happens again, and kills */
	first = overflow->died_of == 0;
	if (first) {
		overflow->died_of = number;
		/* The unwinder may fault on a ruined stack and come here. */
		arm(overflow, SIGSEGV, NULL);
		arm(overflow, SIGBUS, NULL);
		say_why(overflow, info,
			(uintptr_t)machine->uc_mcontext.gregs[REG_RSP]);
		say_backtrace(overflow);
	}
	die(overflow, first && info->si_code > 0);
}

static void say_why(struct overflow *overflow, const siginfo_t *info,
	uintptr_t stack_pointer)
{
	struct overflow_runner runner = {0};
	bool running = overflow->ask(overflow->context, &runner);

	overflow->used_up =
		running && is_overflow(overflow, &runner, overflow->died_of,
				   info->si_addr, stack_pointer);
	if (overflow->used_up)
		say_overflow(overflow, &runner);
	else
		say_crash(overflow, running ? &runner : NULL, overflow->died_of,
			info);
}

/* What was handled before comes next. A fault happens again by itself, in its
 * own place; all else is sent again. */
static void die(struct overflow *overflow, bool is_fault)
{
	struct os *os = overflow->os;

	COVERAGE_KEEP();
	if (overflow->used_up)
		os->exit(os, OVERFLOW_EXIT_STATUS);
	for (size_t at = 0; at < SIGNALS; at++)
		os->sigaction(os, signals[at], &overflow->former[at], NULL);
	if (!is_fault)
		os->kill(os, os->getpid(os), overflow->died_of);
}

/* By who is running and where its stack pointer is. The address alone would
 * not do: a large frame may land in a neighbour's guard, and a stray pointer
 * in anybody's. */
static bool is_overflow(const struct overflow *overflow,
	const struct overflow_runner *runner, int number, const void *address,
	uintptr_t stack_pointer)
{
	bool in_guard = false;

	if (!runner->stack || (number != SIGSEGV && number != SIGBUS))
		return false;
	return stack_pointer < (uintptr_t)runner->stack->low + PAGE_BYTES &&
	       stack_find(overflow->arena, address, &in_guard) && in_guard;
}

static void say_overflow(
	const struct overflow *overflow, const struct overflow_runner *runner)
{
	struct last_words words = {0};

	add(&words, overflow->prefix);
	add_runner(&words, runner);
	add(&words, " used up its stack of ");
	add_number(&words, runner->stack->bytes, 10);
	add(&words, " bytes; give it a larger \"stack\" in its description, or "
		    "less depth");
	say(overflow, &words);
}

static void say_crash(const struct overflow *overflow,
	const struct overflow_runner *runner, int number, const siginfo_t *info)
{
	struct last_words words = {0};

	add(&words, overflow->prefix);
	if (runner)
		add_runner(&words, runner);
	else
		add(&words, "the node itself, outside of any operator,");
	if (number == SIGABRT && info->si_code == SI_USER) {
		add(&words, " was running when the node was told to abort");
		say(overflow, &words);
		return;
	}
	add(&words, " crashed: ");
	add(&words, signal_name(number));
	if (info->si_code > 0) {
		add(&words, " at address 0x");
		add_number(&words, (uintptr_t)info->si_addr, 16);
	}
	say(overflow, &words);
}

/* A pipe brings each frame back, so that it can be said as a whole line. */
static void say_backtrace(const struct overflow *overflow)
{
	struct os *os = overflow->os;
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	int fds[2];

	if (os->pipe(os, fds, 0) < 0)
		return;
	for (int at = 0; at < count; at++) {
		struct last_words words = {0};
		ssize_t length;

		add(&words, overflow->prefix);
		add(&words, "  by ");
		backtrace_symbols_fd(&frames[at], 1, fds[1]);
		length = os->read(os, fds[0], words.text + words.used,
			sizeof words.text - words.used - 1);
		if (length <= 0)
			break;
		words.used += (size_t)length;
		if (words.text[words.used - 1] == '\n')
			words.used--;
		say(overflow, &words);
	}
	os->close(os, fds[0]);
	os->close(os, fds[1]);
}

static const char *signal_name(int number)
{
	switch (number) {
	case SIGSEGV:
		return "SIGSEGV";
	case SIGBUS:
		return "SIGBUS";
	case SIGILL:
		return "SIGILL";
	case SIGFPE:
		return "SIGFPE";
	default:
		return "SIGABRT";
	}
}

static void add_runner(
	struct last_words *words, const struct overflow_runner *runner)
{
	add(words, "operator ");
	add(words, runner->operator_name);
	add(words, " of plugin ");
	add(words, runner->plugin);
}

static void add(struct last_words *words, const char *text)
{
	while (*text && words->used + 1 < sizeof words->text)
		words->text[words->used++] = *text++;
}

static void add_number(struct last_words *words, uint64_t number, unsigned base)
{
	char digits[24];
	size_t at = sizeof digits - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	add(words, digits + at);
}

static void say(const struct overflow *overflow, struct last_words *words)
{
	words->text[words->used++] = '\n';
	overflow->os->write(
		overflow->os, overflow->fd, words->text, words->used);
}
