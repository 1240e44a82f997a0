/*
 * overflow_private: what the files of the handler share: overflow.c what is
 * done about a signal, overflow_say.c the sentences.
 */
#ifndef TAU_CORE_FIBER_OVERFLOW_PRIVATE_H
#define TAU_CORE_FIBER_OVERFLOW_PRIVATE_H

#include "core/base/bounds.h"
#include "core/fiber/overflow.h"

#define OVERFLOW_MAGIC 0x6f766572u
#define OVERFLOW_SIGNALS 7

struct overflow {
	uint32_t magic;
	int fd;
	struct os *os;
	const struct stack_arena *arena;
	overflow_ask *ask;
	overflow_tell *tell;
	void *context;
	struct walk walk;
	char prefix[NAME_BYTES_MAX + sizeof "tau: : "];
	int died_of;  /* the first signal; 0 while alive */
	bool used_up; /* because of a stack */
	stack_t former_stack;
	struct sigaction former[OVERFLOW_SIGNALS], former_ask;
};

void overflow_say_overflow(
	const struct overflow *overflow, const struct overflow_runner *runner);
void overflow_say_crash(const struct overflow *overflow,
	const struct overflow_runner *runner, const siginfo_t *info);
void overflow_say_backtrace(
	const struct overflow *overflow, const struct overflow_report *report);

#endif
