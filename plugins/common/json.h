/*
 * json: values as JSON text, the same text that `tau` itself shows. Numbers
 * print so that reading them back gives the same number; floats that are whole
 * keep a ".0", so they stay floats. Bytes become base64, NaN and infinities
 * "NaN", "Infinity" and "-Infinity", symbols strings, signals
 * {"tau":"iota"}; keys that are not text the string of their JSON. What is not
 * UTF-8 becomes U+FFFD, byte by byte.
 */
#ifndef TAU_PLUGINS_COMMON_JSON_H
#define TAU_PLUGINS_COMMON_JSON_H

#include <tau/value.h>

#include "common/buffer.h"

/* Appends the value, without a newline. 0, -ENOMEM, or -EBADMSG when it is
 * malformed or too deep: then `to` is as it was. */
int json_append_value(struct buffer *to, const struct tau_value *value);

/* Appends the text as a JSON string, quotes included. 0 or -ENOMEM. */
int json_append_text(struct buffer *to, const uint8_t *text, size_t bytes);

/* Writes the number's digits and returns how many: at most 20. */
size_t json_digits(char *to, int64_t number);

/* The length of the UTF-8 sequence at `text`, 1 to 4, or 0 when it is none. */
size_t json_utf8_length(const uint8_t *text, size_t bytes);

#endif
