/*
 * pattern: whether a param of type regex is a regular expression of PCRE2, so
 * that a wrong one is refused at its place, before anything runs. Nothing here
 * matches: the operators compile their patterns themselves.
 */
#ifndef TAU_CORE_CATALOGUE_PATTERN_H
#define TAU_CORE_CATALOGUE_PATTERN_H

#include <stddef.h>

#include "core/base/error.h"

/* Returns 0, or -EINVAL: then `error`, which may be NULL, says why, and `*at`,
 * which may be NULL too, is the byte of the text where PCRE2 gave up. */
int pattern_check(
	const char *text, size_t bytes, struct error *error, size_t *at);

#endif
