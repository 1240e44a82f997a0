/*
 * utf9: whole values, checked and shown. Reading and writing them in place is
 * <tau/value.h> and <tau/writer.h>; the encoding is specified in docs/utf9.md.
 *
 * Nothing here allocates, suspends, or trusts a byte it is given. Depth is
 * bounded by TAU_VALUE_DEPTH, so recursion fits on any coroutine's stack.
 */
#ifndef TAU_CORE_RECORD_UTF9_H
#define TAU_CORE_RECORD_UTF9_H

#include <stddef.h>
#include <stdint.h>

#include <tau/value.h>

#include "core/base/error.h"

/* What utf9_validate does beyond the structure. */
enum {
	UTF9_CHECK_TEXT = 1, /* texts must be UTF-8 */
	UTF9_ALLOW_FD = 2,   /* fds may occur: not at a boundary */
};

/* How a value is shown. */
enum utf9_style {
	/* One line for people, exact: null, true, 5, -1.5, nan, "text\n",
	 * x'00ff', 'symbol', fd(pid 7, 3), (a, tuple), [an, array],
	 * {"key": value}, alpha, omega, iota, kappa, tau, tau(5). Bytes that
	 * are not UTF-8 appear as \xNN. */
	UTF9_TEXT,
	/* JSON on one line. Integers keep all their digits. Following the
	 * JSON mapping of protocol buffers, bytes are base64 strings and the
	 * floats that JSON lacks are "NaN", "Infinity" and "-Infinity".
	 * Tuples and arrays are arrays, symbols strings without their NULs at
	 * the end, signals {"tau":"iota"} and {"tau":"cycle","at":5}. A key
	 * that is no text is the string that shows it to people. What is not
	 * UTF-8 becomes U+FFFD. */
	UTF9_JSON,
};

/* Whether `bytes` bytes at `body` are exactly one value, all the way down.
 * -EBADMSG with a sentence that names the byte; `error` may be NULL. */
int utf9_validate(
	const void *body, size_t bytes, unsigned flags, struct error *error);

/* Shows a value in at most `room` bytes of `out`, without a NUL, and returns
 * how many it takes altogether: more than `room` when it was cut. -EBADMSG
 * when it is malformed, with `out` undefined. `out` may be NULL for room 0. */
int64_t utf9_print(const void *body, size_t bytes, enum utf9_style style,
	char *out, size_t room);

/* Bytes of the UTF-8 sequence at `next`, 1 to 4; 0 when there is none. */
size_t utf9_sequence(const uint8_t *next, const uint8_t *limit);

#endif
