/*
 * signature: a C function as a line of text, read into what a caller needs.
 *
 *     u64 XXH3_64bits(bytes in, size in)
 *     f64 frexp(f64 x, int *exponent)
 *     enum {ok = 0, short = -5} compress(bytes out[4096], size *out,
 *                                        bytes in, size in) bad if != ok
 *     int ftw(string in, event int entry(string path, pointer, int kind) = 0,
 *             int = 16) errno if -1
 *
 * The grammar stands in docs/tau-operators.7, the form that operators read in
 * tau/operator.h (TAU_PARAM_SIGNATURE). Nothing here knows libraries: that a
 * signature is well formed does not mean that such a function exists.
 *
 * Arguments of one name belong together: bytes and an integer are data and
 * their length, bytes with a size and an integer a buffer and its room.
 */
#ifndef TAU_CORE_CATALOGUE_SIGNATURE_H
#define TAU_CORE_CATALOGUE_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct json_t;

/* Reads `bytes` of text: a new reference to what tau/operator.h describes.
 * NULL on failure: `error` has a sentence and `*at`, which may be NULL, the
 * byte of the text that it is about. */
struct json_t *signature_parse(
	const char *text, size_t bytes, struct error *error, size_t *at);

#endif
