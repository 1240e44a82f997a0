/*
 * check: invariants that hold in every build.
 *
 * CHECK is for bugs, never for input: what a manifest, a packet or a plugin
 * says is validated and answered with a sentence. A failed CHECK writes one
 * line to fd 2 and aborts, so that the core file shows where. It is never
 * compiled out.
 *
 * Each object that travels through a `void *` carries a magic as its first
 * member, set when it is made and zeroed when it is released.
 */
#ifndef TAU_CORE_BASE_CHECK_H
#define TAU_CORE_BASE_CHECK_H

#include <stdint.h>

/* Writes "FILE:LINE: FUNCTION: EXPRESSION does not hold" and aborts. */
_Noreturn void check_failed(const char *expression, const char *file, int line,
	const char *function);

#define CHECK(condition)                                                       \
	(__builtin_expect(!!(condition), 1)                                    \
			? (void)0                                              \
			: check_failed(                                        \
				  #condition, __FILE__, __LINE__, __func__))

#define CHECK_MAGIC(object, expected)                                          \
	CHECK((object) != NULL && (object)->magic == (expected))

#endif
