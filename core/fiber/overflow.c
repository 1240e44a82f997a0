/*
 * overflow: the last words of a node that dies by a signal.
 *
 * Everything below `handle` runs in the handler: no allocation, no stdio.
 */
#include "core/fiber/overflow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "core/base/coverage.h"
#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/fiber/overflow_private.h"

#define SIGNAL_STACK_BYTES (256 * KIB) /* only what is touched costs memory */

static const int signals[OVERFLOW_SIGNALS] = {
	SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};

static int take_over(struct overflow *overflow);
static int be_askable(struct overflow *overflow);
static int arm(struct overflow *overflow, int number, struct sigaction *former);
static void hand_back(struct overflow *overflow, size_t count);
static void handle(int number, siginfo_t *info, void *context);
static void answer(int number, siginfo_t *info, void *context);
static struct overflow *ours(const void *context);
static void say_all(
	struct overflow *overflow, const siginfo_t *info, const void *context);
static void walk(struct overflow *overflow, const void *context,
	struct overflow_report *report);
static enum overflow_kind kind_of(struct overflow *overflow,
	const struct overflow_runner *runner, const siginfo_t *info,
	uintptr_t stack_pointer);
static void die(struct overflow *overflow, bool is_fault);
static bool is_overflow(const struct overflow *overflow,
	const struct overflow_runner *runner, int number, const void *address,
	uintptr_t stack_pointer);

int overflow_install(struct overflow **overflow, struct os *os,
	const struct stack_arena *arena, int fd, const char *node,
	overflow_ask *ask, overflow_tell *tell, void *context,
	struct error *error)
{
	struct overflow *made;
	void *memory = NULL;
	int result = os->map(os, &memory, SIGNAL_STACK_BYTES,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (result < 0)
		return error_set(error, result,
			"out of memory for a stack to handle signals on");
	made = memory;
	*made = (struct overflow){.magic = OVERFLOW_MAGIC,
		.fd = fd,
		.os = os,
		.arena = arena,
		.ask = ask,
		.tell = tell,
		.context = context};
	snprintf(made->prefix, sizeof made->prefix, "tau: %s%s",
		node ? node : "", node && node[0] ? ": " : "");
	walk_prepare();
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
	os->sigaction(os, OVERFLOW_SIGNAL_ASK, &gone->former_ask, NULL);
	hand_back(gone, OVERFLOW_SIGNALS);
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
	for (size_t at = 0; at < OVERFLOW_SIGNALS; at++) {
		result = arm(overflow, signals[at], &overflow->former[at]);
		if (result < 0) {
			hand_back(overflow, at);
			return result;
		}
	}
	result = be_askable(overflow);
	if (result < 0)
		hand_back(overflow, OVERFLOW_SIGNALS);
	return result;
}

/* To be asked where it stands. */
static int be_askable(struct overflow *overflow)
{
	struct os *os = overflow->os;
	struct sigaction action = {.sa_sigaction = answer,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};

	sigemptyset(&action.sa_mask);
	return os->sigaction(
		os, OVERFLOW_SIGNAL_ASK, &action, &overflow->former_ask);
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
	struct overflow *overflow = ours(context);
	bool first;

	if (!overflow)
		return; /* another thread's: it happens again, and kills */
	walk_escape(&overflow->walk);
	first = overflow->died_of == 0;
	if (first) {
		overflow->died_of = number;
		say_all(overflow, info, context);
	}
	die(overflow, first && info->si_code > 0);
}

/* The thread's own, if it stands on its signal stack. */
static struct overflow *ours(const void *context)
{
	const ucontext_t *machine = context;
	struct overflow *overflow = machine->uc_stack.ss_sp;

	if (machine->uc_stack.ss_flags & SS_DISABLE || !overflow ||
		overflow->magic != OVERFLOW_MAGIC)
		return NULL;
	return overflow;
}

static void answer(int number, siginfo_t *info, void *context)
{
	struct overflow *overflow = ours(context);
	struct overflow_runner runner = {0};
	struct overflow_report report = {OVERFLOW_STANDS, .number = number};

	(void)info;
	if (!overflow || overflow->died_of || !overflow->tell)
		return;
	if (overflow->ask(overflow->context, &runner))
		report.runner = &runner;
	walk(overflow, context, &report);
	(void)overflow->tell(overflow->context, &report);
}

static void say_all(
	struct overflow *overflow, const siginfo_t *info, const void *context)
{
	const ucontext_t *machine = context;
	struct overflow_runner runner = {0};
	struct overflow_report report = {.number = overflow->died_of,
		.address = (uintptr_t)info->si_addr};

	if (overflow->ask(overflow->context, &runner))
		report.runner = &runner;
	report.kind = kind_of(overflow, report.runner, info,
		(uintptr_t)machine->uc_mcontext.gregs[REG_RSP]);
	if (report.kind == OVERFLOW_USED_UP)
		overflow_say_overflow(overflow, &runner);
	else
		overflow_say_crash(overflow, report.runner, info);
	walk(overflow, context, &report);
	if (!overflow->tell || !overflow->tell(overflow->context, &report))
		overflow_say_backtrace(overflow, &report);
}

/* A fault of the walk itself comes back to it, and uses the handlers up. */
static void walk(struct overflow *overflow, const void *context,
	struct overflow_report *report)
{
	if (overflow->died_of) {
		arm(overflow, SIGSEGV, NULL);
		arm(overflow, SIGBUS, NULL);
	}
	walk_stack(&overflow->walk, context);
	if (overflow->walk.fell) {
		arm(overflow, SIGSEGV, NULL);
		arm(overflow, SIGBUS, NULL);
	}
	report->frames = overflow->walk.frames;
	report->frame_count = overflow->walk.count;
}

static enum overflow_kind kind_of(struct overflow *overflow,
	const struct overflow_runner *runner, const siginfo_t *info,
	uintptr_t stack_pointer)
{
	overflow->used_up = is_overflow(overflow, runner, overflow->died_of,
		info->si_addr, stack_pointer);
	if (overflow->used_up)
		return OVERFLOW_USED_UP;
	if (info->si_code > 0)
		return OVERFLOW_FAULT;
	return overflow->died_of == SIGABRT && info->si_code == SI_USER
		       ? OVERFLOW_TOLD
		       : OVERFLOW_RAISED;
}

/* What was handled before comes next. A fault happens again by itself, in its
 * own place; all else is sent again. */
static void die(struct overflow *overflow, bool is_fault)
{
	struct os *os = overflow->os;

	COVERAGE_KEEP();
	if (overflow->used_up)
		os->exit(os, OVERFLOW_EXIT_STATUS);
	for (size_t at = 0; at < OVERFLOW_SIGNALS; at++)
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

	if (!runner || !runner->stack ||
		(number != SIGSEGV && number != SIGBUS))
		return false;
	return stack_pointer < (uintptr_t)runner->stack->low + PAGE_BYTES &&
	       stack_find(overflow->arena, address, &in_guard) && in_guard;
}
