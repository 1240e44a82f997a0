/*
 * pretty: JSON for people. What fits in a line stands in one line, everything
 * else has one element per line, two blanks deeper.
 */
#ifndef TAU_CORE_TEXT_PRETTY_H
#define TAU_CORE_TEXT_PRETTY_H

#include <jansson.h>
#include <stdint.h>

#include "core/text/text.h"

/* Appends the value and a newline. */
void pretty_print(const json_t *value, struct text *text);

/* The value in one line: {"a": 1, "b": [2, 3]}. */
void pretty_line(const json_t *value, struct text *text);

/* A size as an exact number of GiB, MiB or KiB in text, else as a number. */
json_t *pretty_size(uint64_t bytes);

/* A duration in the largest unit of which it is a whole number. */
json_t *pretty_duration(int64_t duration_ns);

#endif
