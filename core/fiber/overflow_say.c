/*
 * overflow: the sentences. All of it runs in the handler: no allocation, no
 * stdio.
 */
#include "core/fiber/overflow_private.h"

#include <execinfo.h>

#include "core/fiber/words.h"

#define LINE_BYTES 1024

/* A line under construction, with room for its end. */
#define LINE(words)                                                            \
	char words##_text[LINE_BYTES];                                         \
	struct words words = {words##_text, LINE_BYTES - 1, 0}

static const char *signal_name(int number);
static void add_runner(
	struct words *words, const struct overflow_runner *runner);
static void say(const struct overflow *overflow, struct words *words);

void overflow_say_overflow(
	const struct overflow *overflow, const struct overflow_runner *runner)
{
	LINE(words);

	words_add(&words, overflow->prefix);
	add_runner(&words, runner);
	words_add(&words, " used up its stack of ");
	words_add_number(&words, runner->stack->bytes, 10);
	words_add(&words,
		" bytes; give it a larger \"stack\" in its description, or "
		"less depth");
	say(overflow, &words);
}

void overflow_say_crash(const struct overflow *overflow,
	const struct overflow_runner *runner, const siginfo_t *info)
{
	int number = overflow->died_of;
	LINE(words);

	words_add(&words, overflow->prefix);
	if (runner)
		add_runner(&words, runner);
	else
		words_add(&words, "the node itself, outside of any operator,");
	if (number == SIGABRT && info->si_code == SI_USER) {
		words_add(
			&words, " was running when the node was told to abort");
		say(overflow, &words);
		return;
	}
	words_add(&words, " crashed: ");
	words_add(&words, signal_name(number));
	if (info->si_code > 0) {
		words_add(&words, " at address 0x");
		words_add_number(&words, (uintptr_t)info->si_addr, 16);
	}
	say(overflow, &words);
}

/* A pipe brings each frame back, so that it can be said as a whole line. */
void overflow_say_backtrace(
	const struct overflow *overflow, const struct overflow_report *report)
{
	struct os *os = overflow->os;
	int fds[2];

	if (os->pipe(os, fds, 0) < 0)
		return;
	for (size_t at = 0; at < report->frame_count; at++) {
		LINE(words);
		void *frame = (void *)report->frames[at];
		ssize_t length;

		words_add(&words, overflow->prefix);
		words_add(&words, "  by ");
		backtrace_symbols_fd(&frame, 1, fds[1]);
		length = os->read(os, fds[0], words.text + words.used,
			words.room - words.used);
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
	case SIGSYS:
		return "SIGSYS";
	case SIGTRAP:
		return "SIGTRAP";
	default:
		return "SIGABRT";
	}
}

static void add_runner(
	struct words *words, const struct overflow_runner *runner)
{
	words_add(words, "operator ");
	words_add(words, runner->operator_name);
	words_add(words, " of plugin ");
	words_add(words, runner->plugin);
}

static void say(const struct overflow *overflow, struct words *words)
{
	words->text[words->used++] = '\n';
	overflow->os->write(
		overflow->os, overflow->fd, words->text, words->used);
}
