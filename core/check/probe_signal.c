/*
 * probe_signal: what a crash of an operator was. The handler finds the probe at
 * the low end of the stack that it runs on, so there is no global.
 */
#include "core/check/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define SIGNAL_STACK_BYTES ((size_t)65536)

static const char *name_of(int number)
{
	switch (number) {
	case SIGSEGV:
		return "it touched memory that is not its own (SIGSEGV)";
	case SIGBUS:
		return "it touched memory that is not there (SIGBUS)";
	case SIGFPE:
		return "it divided by zero, or the like (SIGFPE)";
	case SIGILL:
		return "it ran into what is no instruction (SIGILL)";
	case SIGABRT:
		return "it aborted (SIGABRT)";
	default:
		return "it was ended by a signal";
	}
}

/* What was wrong about an address in one of the stage's bodies. */
static bool tell_cell(struct probe *probe, uintptr_t address)
{
	const struct cell *cell = cell_at(&probe->cells, address);

	if (!cell)
		return false;
	if (cell->kind == CELL_IN && cell->voided)
		probe_finding(probe, "body.consumed",
			"it touched the body of a record that it had consumed");
	else if (cell->kind == CELL_OUT && cell->voided)
		probe_finding(probe, "reserve.void",
			"it touched a reservation after a call that may "
			"suspend");
	else if (address >= (uintptr_t)cell->body + cell->bytes)
		probe_finding(probe,
			cell->kind == CELL_IN ? "body.beyond"
					      : "reserve.beyond",
			"it touched bytes behind the end of a %s of %zu bytes",
			cell->kind == CELL_IN ? "body" : "reservation",
			cell->bytes);
	else
		probe_finding(probe, "body.written",
			"it wrote into the body of a record that it had read");
	return true;
}

/* The plugin's innermost place on the stack: its own, or where a library that
 * it called goes back to. What looks like one may be left from before. */
static uintptr_t innermost(const struct probe *probe, const ucontext_t *user)
{
	uintptr_t at = (uintptr_t)user->uc_mcontext.gregs[REG_RIP];
	const uintptr_t *word =
		(const uintptr_t *)(uintptr_t)((uintptr_t)user->uc_mcontext
						       .gregs[REG_RSP] &
					       ~(uintptr_t)7);
	bool in_guard = false;
	const struct stack *stack = stack_find(probe->stacks, word, &in_guard);
	const uintptr_t *top =
		stack && !in_guard
			? (const uintptr_t *)(const void *)(stack->low +
							    stack->bytes)
			: word;

	for (; word < top && (at < probe->code.start || at >= probe->code.end);
		word++)
		at = *word - 1;
	return at;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	const ucontext_t *user = context;
	bool in_guard = false;
	struct probe *probe = *(struct probe **)user->uc_stack.ss_sp;
	uintptr_t at = innermost(probe, user);

	if (at >= probe->code.start && at < probe->code.end)
		probe->page->stands =
			at - probe->code.start + probe->code.offset;
	if (info->si_code == SI_USER &&
		info->si_pid == probe->os->getppid(probe->os))
		probe->os->exit(probe->os, PROBE_ABANDONED);
	if (number == SIGSYS)
		probe_finding(probe, "case.kill",
			"it sent a signal to another process");
	else if (number == SIGXFSZ)
		probe_finding(probe, "case.limit",
			"it wrote more than %u MiB to one file",
			PROBE_FILE_BYTES >> 20);
	else if (number == SIGSEGV &&
		 stack_find(probe->stacks, info->si_addr, &in_guard) &&
		 in_guard)
		probe_finding(probe, "case.stack",
			"it used up its stack of %u KiB",
			probe->owner->description->stack_bytes / 1024);
	else if ((number != SIGSEGV && number != SIGBUS) ||
		 !tell_cell(probe, (uintptr_t)info->si_addr))
		probe_finding(probe, "case.crash", "%s", name_of(number));
	probe->os->exit(probe->os, PROBE_ABANDONED);
}

int probe_watch_signals(struct probe *probe)
{
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
		SIGSYS, SIGTRAP, SIGXFSZ};
	struct sigaction action = {
		.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct os *os = probe->os;
	stack_t stack = {.ss_size = SIGNAL_STACK_BYTES};
	int result;

	stack.ss_sp = probe->signal_stack = malloc(SIGNAL_STACK_BYTES);
	if (!stack.ss_sp)
		return -ENOMEM;
	*(struct probe **)stack.ss_sp = probe;
	result = os->sigaltstack(os, &stack, NULL);
	for (size_t i = 0; result == 0 && i < sizeof numbers / sizeof *numbers;
		i++)
		result = os->sigaction(os, numbers[i], &action, NULL);
	action = (struct sigaction){.sa_handler = SIG_IGN};
	return result < 0 ? result : os->sigaction(os, SIGPIPE, &action, NULL);
}
