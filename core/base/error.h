/*
 * error: why something failed, in a sentence that a person can act on.
 *
 * The first error wins: once set, later ones are ignored, so that a cause is
 * never hidden by its consequences. A function that can fail takes a
 * `struct error *`, returns a negative errno, and leaves the sentence there.
 * The sentence says what, where, why and what to do; it has no trailing
 * newline and no "error:" in front.
 */
#ifndef TAU_CORE_BASE_ERROR_H
#define TAU_CORE_BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"

/* Where in a text: 1-based line and column in code points; line 0 is none.
 * `file` is not owned and outlives the error. */
struct place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

/* Caller allocates, zeroed. `code` is a negative errno, 0 while no error. */
struct error {
	int code;
	struct place place;
	char text[ERROR_TEXT_BYTES];
};

#define ERROR_NONE ((struct error){0})

/* Where zeroing all of the text would cost more than what may fail. */
static inline void error_clear(struct error *error)
{
	error->code = 0;
	error->place = (struct place){0};
	error->text[0] = '\0';
}

/* Sets the error unless one is set already; `error` may be NULL, then only
 * the code is returned. `code` must be negative. Text that does not fit is
 * cut and ends in "…". Returns `code`. */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with a place. */
int error_set_at(struct error *error, struct place place, int code,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What to do about an error of the kernel's, to be put behind its name: begins
 * with "; ", or is empty. */
const char *error_hint(int code);

#endif
